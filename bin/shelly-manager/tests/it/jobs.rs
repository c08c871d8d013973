//! Jobs: rings, holding and going on, putting back, undo, and devices that are away.

use std::time::Duration;

use api_types::{
    access::Permission,
    config::ScopeView,
    devices::UpdateDeviceRequest,
    jobs::{JobDetail, JobKind, JobRequest, JobState, LoadEffect, UnitState},
    problem::ErrorCode,
};
use rollout::{Gate, Rollout, Waiting};
use serde_json::json;
use shelly_sim::{Fault, SimHandle};
use sync_engine::Verdict;

use crate::{
    database::Database,
    manager::Manager,
    on_each_database,
    support::{
        adopt, all, clear, ended, eventually, model, of_device, on_device, only, plan_and_apply, run_job, start, unit,
        wish,
    },
};

on_each_database! {
    what_cannot_be_proven_is_put_back
    a_killed_manager_puts_back_what_it_began_to_put_back
    a_device_is_not_left_half_written_by_a_kill
    the_first_ring_saves_the_rest
    a_job_is_held_over_a_kill_and_goes_on
    two_managers_share_a_job
    a_job_is_undone
    a_change_in_between_is_not_overwritten
    a_device_that_is_away_is_waited_for
    a_sleeper_gets_the_newest_wish_when_it_wakes
    a_second_person_says_yes
    critical_devices_are_spared_and_loads_are_named
    a_job_waits_for_its_time
}

const PLUS_1: &str = "SNSW-001X16EU";
const SHELLY_1: &str = "SHSW-1";

/// So many devices of Gen2.
async fn plus(count: u8) -> (shelly_sim::SimFleet, Vec<SimHandle>) {
    start((1..=count).map(|number| model(PLUS_1, number)).collect()).await
}

fn rings(sizes: &str, most_failed_percent: u8) -> Rollout {
    let rings = sizes.split_whitespace().map(|size| size.parse().unwrap()).collect();
    Rollout { rings, gate: Gate { most_failed_percent, soak_s: 0 }, ..Rollout::default() }
}

fn states(job: &JobDetail) -> Vec<(UnitState, Option<&str>)> {
    job.devices.iter().map(|unit| (unit.state, unit.reason.as_deref())).collect()
}

async fn wish_names(manager: &Manager, name: &str) {
    wish(manager, ScopeView::Fleet, &[("switch:0.name", json!(name)), ("switch:0.auto_off_delay", json!(300))]).await;
}

/// F11, H3: on both families, a device that bends or ignores some of a job has all its former values again, field by field.
async fn what_cannot_be_proven_is_put_back(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model(PLUS_1, 1), model(SHELLY_1, 2)]).await;
    adopt(&manager, &handles).await;
    let before: Vec<_> = handles.iter().map(SimHandle::config_json).collect();
    handles[0].inject(Fault::ClampField { path: "switch:0.auto_off_delay".to_owned(), min: 0.0, max: 100.0 });
    handles[1].inject(Fault::IgnoreField { path: "relays.0.name".to_owned() });
    let wishes = [
        ("switch:0.name", json!("Pump")),
        ("switch:0.auto_off", json!(true)),
        ("switch:0.auto_off_delay", json!(300)),
        ("sys.device.name", json!("Well")),
    ];
    wish(&manager, ScopeView::Fleet, &wishes).await;
    let done = plan_and_apply(&manager, &all()).await;
    assert_eq!((done.job.state, done.job.units.rolled_back), (JobState::Failed, 2), "{:?}", states(&done));
    for (handle, before) in handles.iter().zip(&before) {
        let unit = unit(&done, handle);
        let back = unit.rollback.as_ref().unwrap();
        assert!(back.report.is_verified() && back.left.is_empty(), "{back:?}");
        let name = back.report.verdicts.iter().find(|field| field.path.to_string() == "sys.device.name").unwrap();
        assert_eq!(name.verdict, Verdict::Applied, "each field says what became of it");
        let path = if handle.generation().is_gen1() { "name" } else { "sys.device.name" };
        let was = path.split('.').fold(before.clone(), |at, step| at[step].clone());
        assert_eq!(on_device(handle, path), was, "{}", handle.model());
    }
    assert_eq!(on_device(&handles[0], "switch:0.auto_off_delay"), before[0]["switch:0"]["auto_off_delay"]);
    let reason = unit(&done, &handles[0]).reason.as_deref().unwrap();
    assert!(reason.contains("switch:0.auto_off_delay: changed by the device to 100"), "{reason}");
    handles.iter().for_each(SimHandle::heal_all);
    let again = manager.client().job_retry(done.job.id).await.unwrap();
    assert_eq!((again.job.kind, again.job.source, again.job.units.pending), (JobKind::Retry, Some(done.job.id), 2));
    manager.client().job_start(again.job.id).await.unwrap();
    assert_eq!(ended(&manager, again.job.id).await.job.state, JobState::Done);
    fleet.shutdown().await;
}

/// F11, H2: a manager that dies while it puts a device back puts it back when it is there again.
async fn a_killed_manager_puts_back_what_it_began_to_put_back(database: Database) {
    let mut manager = Manager::on(database).await;
    let (fleet, handles) = plus(1).await;
    adopt(&manager, &handles).await;
    let before = handles[0].config_json();
    handles[0].inject(Fault::IgnoreField { path: "switch:0.name".to_owned() });
    wish(&manager, ScopeView::Fleet, &[("switch:0.name", json!("Pump")), ("sys.device.name", json!("Well"))]).await;
    let job = manager.client().job_create(&JobRequest::default()).await.unwrap();
    let slow = Fault::Latency { delay: Duration::from_millis(400), jitter: Duration::ZERO };
    handles[0].inject(slow.clone());
    manager.client().job_start(job.job.id).await.unwrap();
    // The write of the plan is the one before the way back.
    eventually("the write", async || (!handles[0].writes().is_empty()).then_some(())).await;
    eventually("the way back", async || {
        let events = manager.client().job(job.job.id).await.unwrap();
        (unit(&events, &handles[0]).report.is_some()).then_some(())
    })
    .await;
    manager.kill();
    handles[0].heal(&slow);
    manager.start().await;
    let done = ended(&manager, job.job.id).await;
    assert_eq!(unit(&done, &handles[0]).state, UnitState::RolledBack, "{:?}", states(&done));
    assert_eq!(on_device(&handles[0], "sys.device.name"), before["sys"]["device"]["name"]);
    fleet.shutdown().await;
}

/// F11, H2: when a manager dies between two steps and the device has bent the first, what was written goes back.
async fn a_device_is_not_left_half_written_by_a_kill(database: Database) {
    let mut manager = Manager::on(database).await;
    let (fleet, handles) = plus(1).await;
    adopt(&manager, &handles).await;
    let before = handles[0].config_json();
    handles[0].inject(Fault::ClampField { path: "switch:0.auto_off_delay".to_owned(), min: 0.0, max: 100.0 });
    wish_names(&manager, "Pump").await;
    wish(&manager, ScopeView::Fleet, &[("sys.device.name", json!("Well"))]).await;
    let job = manager.client().job_create(&JobRequest::default()).await.unwrap();
    let slow = Fault::Latency { delay: Duration::from_millis(400), jitter: Duration::ZERO };
    handles[0].inject(slow.clone());
    manager.client().job_start(job.job.id).await.unwrap();
    eventually("the first write", async || (!handles[0].writes().is_empty()).then_some(())).await;
    manager.kill();
    handles[0].heal(&slow);
    manager.start().await;
    let done = ended(&manager, job.job.id).await;
    assert_eq!(unit(&done, &handles[0]).state, UnitState::RolledBack, "{:?}", states(&done));
    assert_eq!(on_device(&handles[0], "switch:0.name"), before["switch:0"]["name"]);
    assert_eq!(on_device(&handles[0], "sys.device.name"), before["sys"]["device"]["name"]);
    fleet.shutdown().await;
}

/// H3, H4, H5: a job stops when too much of a ring fails; later rings are not touched, and a retry takes all that is left.
async fn the_first_ring_saves_the_rest(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = plus(8).await;
    adopt(&manager, &handles).await;
    let ignore = Fault::IgnoreField { path: "switch:0.name".to_owned() };
    for handle in &handles {
        handle.inject(ignore.clone());
    }
    wish_names(&manager, "Pump").await;
    let request = JobRequest { rollout: rings("1 25%", 10), ..JobRequest::default() };
    let done = run_job(&manager, &request).await;
    assert_eq!(done.job.state, JobState::Stopped, "{:?}", states(&done));
    assert_eq!((done.job.units.rolled_back, done.job.units.cancelled), (1, 7));
    assert_eq!(done.job.reason.as_deref(), Some("1 of 1 devices of ring 1 failed"));
    let sizes: Vec<usize> = (1..=3).map(|ring| done.devices.iter().filter(|unit| unit.ring == ring).count()).collect();
    assert_eq!(sizes, [1, 2, 5]);
    for unit in done.devices.iter().filter(|unit| unit.state == UnitState::Cancelled) {
        let handle = handles.iter().find(|handle| handle.mac() == unit.mac).unwrap();
        assert_eq!(handle.counters().writes, 0);
    }
    handles.iter().for_each(SimHandle::heal_all);
    let again = manager.client().job_retry(done.job.id).await.unwrap();
    assert_eq!((again.job.units.pending, again.rollout.rings.len()), (8, 2), "by the same rules");
    manager.client().job_start(again.job.id).await.unwrap();
    let done = ended(&manager, again.job.id).await;
    assert_eq!((done.job.state, done.job.units.verified), (JobState::Done, 8), "{:?}", states(&done));
    assert!(manager.client().job_retry(done.job.id).await.is_err(), "nothing failed");
    fleet.shutdown().await;
}

/// H2, H5: a held job begins no device, also not after a kill, and goes on when it is told to.
async fn a_job_is_held_over_a_kill_and_goes_on(database: Database) {
    let mut manager = Manager::on(database).await;
    let (fleet, handles) = plus(6).await;
    adopt(&manager, &handles).await;
    wish_names(&manager, "Lamp").await;
    let slow = Fault::Latency { delay: Duration::from_millis(150), jitter: Duration::ZERO };
    for handle in &handles {
        handle.inject(slow.clone());
    }
    let rollout = Rollout { at_once: Some(1), ..Rollout::default() };
    let job = manager.client().job_create(&JobRequest { rollout, ..JobRequest::default() }).await.unwrap();
    let id = job.job.id;
    manager.client().job_start(id).await.unwrap();
    eventually("a verified device", async || {
        let job = manager.client().job(id).await.unwrap();
        assert!(job.job.units.running <= 1, "{:?}", job.job.units);
        (job.job.units.verified > 0).then_some(())
    })
    .await;
    manager.cli(&["jobs", "pause", &id.to_string()]).await.ends_with(0);
    let held = eventually("the device that was being written", async || {
        let job = manager.client().job(id).await.unwrap();
        (job.job.units.running == 0).then_some(job)
    })
    .await;
    assert_eq!((held.job.state, held.waits.unwrap().what), (JobState::Paused, Waiting::Resume));
    assert!(held.job.units.pending > 0, "{:?}", held.job.units);
    let written: usize = handles.iter().map(|handle| handle.writes().len()).sum();
    manager.kill();
    manager.start().await;
    let again = manager.client().job(id).await.unwrap();
    assert_eq!((again.job.state, again.job.units), (JobState::Paused, held.job.units));
    assert_eq!(handles.iter().map(|handle| handle.writes().len()).sum::<usize>(), written);
    assert!(manager.client().job_start(id).await.is_err(), "it was started already");
    manager.cli(&["jobs", "resume", &id.to_string()]).await.ends_with(0);
    let done = ended(&manager, id).await;
    assert_eq!((done.job.state, done.job.units.verified), (JobState::Done, 6), "{:?}", states(&done));
    assert!(handles.iter().all(|handle| handle.writes().len() == 1), "no device is written twice");
    fleet.shutdown().await;
}

/// W58, H2: two managers on one PostgreSQL never do the same unit twice, keep one limit, and one ends what the other began.
async fn two_managers_share_a_job(database: Database) {
    let mut manager = Manager::on(database).await;
    let Some(other) = manager.beside().await else { return };
    let (fleet, handles) = plus(24).await;
    adopt(&manager, &handles).await;
    wish_names(&manager, "Lamp").await;
    let slow = Fault::Latency { delay: Duration::from_millis(100), jitter: Duration::from_millis(100) };
    for handle in &handles {
        handle.inject(slow.clone());
    }
    let rollout = Rollout { at_once: Some(6), ..Rollout::default() };
    let job = manager.client().job_create(&JobRequest { rollout, ..JobRequest::default() }).await.unwrap();
    let id = job.job.id;
    manager.client().job_start(id).await.unwrap();
    other.client().job_start(id).await.unwrap();
    eventually("half of the job", async || {
        let job = other.client().job(id).await.unwrap();
        assert!(job.job.units.running <= 6, "{:?}", job.job.units);
        (job.job.units.verified >= 8).then_some(())
    })
    .await;
    manager.kill();
    // What the dead one held is free again when its lease ends, or when it is back.
    manager.start().await;
    let done = ended(&other, id).await;
    assert_eq!((done.job.state, done.job.units.verified), (JobState::Done, 24), "{:?}", states(&done));
    for handle in &handles {
        assert_eq!(handle.writes().len(), 1, "{}: {:?}", handle.mac(), handle.writes());
        assert_eq!(on_device(handle, "switch:0.name"), "Lamp");
    }
    fleet.shutdown().await;
}

/// H9: an undo puts back what a job changed; what somebody changed since and what cannot be known is named and left alone.
async fn a_job_is_undone(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model(PLUS_1, 1), model(SHELLY_1, 2)]).await;
    adopt(&manager, &handles).await;
    let before: Vec<_> = handles.iter().map(SimHandle::config_json).collect();
    let wishes =
        [("switch:0.name", json!("Pump")), ("sys.device.name", json!("Well")), ("wifi.ap.pass", json!("planted-pass"))];
    wish(&manager, of_device(&handles[0]), &wishes).await;
    wish(&manager, of_device(&handles[1]), &wishes[..2]).await;
    let done = plan_and_apply(&manager, &all()).await;
    assert_eq!(done.job.units.verified, 2, "{:?}", states(&done));
    assert!(handles[0].set_config("switch:0.name", json!("Somebody's")));

    let undo = manager.client().job_undo(done.job.id).await.unwrap();
    assert_eq!(
        (undo.job.kind, undo.job.source, undo.job.state),
        (JobKind::Undo, Some(done.job.id), JobState::Proposed)
    );
    let left: Vec<String> = unit(&undo, &handles[0]).left.iter().map(|left| left.path.to_string()).collect();
    assert_eq!(left, ["switch:0.name", "wifi.ap.pass"]);
    assert!(unit(&undo, &handles[1]).left.is_empty());
    let printed = manager.cli(&["jobs", "show", &undo.job.id.to_string()]).await.ends_with(0);
    assert!(printed.out.contains("not put back wifi.ap.pass: the device hides it"), "{}", printed.out);
    manager.client().job_start(undo.job.id).await.unwrap();
    let undone = ended(&manager, undo.job.id).await;
    assert_eq!((undone.job.state, undone.job.units.verified), (JobState::Done, 2), "{:?}", states(&undone));
    assert_eq!(on_device(&handles[0], "sys.device.name"), before[0]["sys"]["device"]["name"]);
    assert_eq!(on_device(&handles[0], "switch:0.name"), "Somebody's");
    assert_eq!(on_device(&handles[1], "name"), before[1]["name"]);
    assert_eq!(on_device(&handles[1], "relays.0.name"), before[1]["relays"][0]["name"]);
    fleet.shutdown().await;
}

/// F10, G7: what somebody changed on the device between the plan and the yes is noticed, and nothing is written.
async fn a_change_in_between_is_not_overwritten(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = plus(1).await;
    adopt(&manager, &handles).await;
    wish_names(&manager, "Lamp").await;
    let job = manager.client().job_create(&all().into()).await.unwrap();
    assert!(handles[0].set_config("switch:0.name", json!("Mine")));
    manager.client().job_start(job.job.id).await.unwrap();
    let done = ended(&manager, job.job.id).await;
    let unit = unit(&done, &handles[0]);
    assert_eq!((unit.state, handles[0].counters().writes), (UnitState::Failed, 0), "{unit:?}");
    assert!(unit.reason.as_deref().unwrap().contains("changed meanwhile: switch:0.name"), "{unit:?}");
    assert_eq!(on_device(&handles[0], "switch:0.name"), "Mine");
    fleet.shutdown().await;
}

/// H2: a device that goes away is waited for, also over a kill, and written when it is back; others are not held up.
async fn a_device_that_is_away_is_waited_for(database: Database) {
    let mut manager = Manager::with(database, &["--poll-interval", "1"]).await;
    let (fleet, handles) = plus(3).await;
    adopt(&manager, &handles).await;
    wish_names(&manager, "Lamp").await;
    let job = manager.client().job_create(&JobRequest { wait_s: Some(3600), ..JobRequest::default() }).await.unwrap();
    handles[1].inject(Fault::Offline);
    manager.client().job_start(job.job.id).await.unwrap();
    let waits = eventually("the others", async || {
        let job = manager.client().job(job.job.id).await.unwrap();
        (job.job.units.verified == 2 && job.job.units.queued == 1).then_some(job)
    })
    .await;
    let unit_of = |job: &JobDetail| unit(job, &handles[1]).clone();
    assert_eq!((waits.job.state, waits.waits.unwrap().what), (JobState::Running, Waiting::Wake));
    assert!(unit_of(&waits).queued_until.is_some() && unit_of(&waits).reason.is_some());
    manager.kill();
    manager.start().await;
    handles[1].heal_all();
    let done = ended(&manager, job.job.id).await;
    assert_eq!((done.job.state, done.job.units.verified), (JobState::Done, 3), "{:?}", states(&done));
    assert_eq!(on_device(&handles[1], "switch:0.name"), "Lamp");

    // Without anything said, who is away fails at once, and a second plan says before that it cannot be begun.
    wish_names(&manager, "Pump").await;
    handles[1].inject(Fault::Offline);
    let job = manager.client().job_create(&only(&handles[1]).into()).await.unwrap();
    assert_eq!((job.job.state, job.job.units.blocked), (JobState::Failed, 1), "{:?}", states(&job));
    // With it, it is planned from what it showed last.
    let request = JobRequest { wait_s: Some(3600), ..only(&handles[1]).into() };
    let job = manager.client().job_create(&request).await.unwrap();
    assert_eq!((job.job.state, unit_of(&job).state), (JobState::Proposed, UnitState::Queued), "{:?}", states(&job));
    assert!(unit_of(&job).planned_from.is_some() && unit_of(&job).plan.unwrap().changes().count() == 1);
    manager.client().job_start(job.job.id).await.unwrap();
    handles[1].heal_all();
    assert_eq!(ended(&manager, job.job.id).await.job.state, JobState::Done);
    assert_eq!(on_device(&handles[1], "switch:0.name"), "Pump");
    fleet.shutdown().await;
}

/// H2, M3, M4: of two orders that wait for one device the newer wins, key by key, and the device is written with both when it wakes.
async fn a_sleeper_gets_the_newest_wish_when_it_wakes(database: Database) {
    let manager = Manager::with(database, &["--poll-interval", "1"]).await;
    let (fleet, handles) = plus(1).await;
    adopt(&manager, &handles).await;
    manager.client().device_config_pull(handles[0].mac()).await.unwrap();
    handles[0].inject(Fault::Asleep { wakes: None });
    let request = JobRequest { wait_s: Some(3600), ..JobRequest::default() };
    wish_names(&manager, "Old").await;
    let older = manager.client().job_create(&request).await.unwrap();
    manager.client().job_start(older.job.id).await.unwrap();
    clear(&manager, ScopeView::Fleet, "switch:0.auto_off_delay").await;
    wish(&manager, ScopeView::Fleet, &[("switch:0.name", json!("New"))]).await;
    let newer = manager.client().job_create(&request).await.unwrap();
    assert_eq!(newer.job.changes, 1);
    manager.client().job_start(newer.job.id).await.unwrap();
    let merged = eventually("the merged orders", async || {
        let job = manager.client().job(older.job.id).await.unwrap();
        (unit(&job, &handles[0]).plan.as_ref().unwrap().changes().count() == 1).then_some(job)
    })
    .await;
    assert_eq!(unit(&merged, &handles[0]).state, UnitState::Queued);
    handles[0].wake(Duration::from_mins(1));
    for job in [older, newer] {
        let done = ended(&manager, job.job.id).await;
        assert_eq!(done.job.state, JobState::Done, "{:?}", states(&done));
    }
    assert_eq!(on_device(&handles[0], "switch:0.name"), "New");
    assert_eq!(on_device(&handles[0], "switch:0.auto_off_delay").as_f64(), Some(300.0));
    assert_eq!(handles[0].writes().len(), 2, "each key once: {:?}", handles[0].writes());
    fleet.shutdown().await;
}

/// H8: a job that wants a second person is not started by its author, and says so.
async fn a_second_person_says_yes(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = plus(1).await;
    adopt(&manager, &handles).await;
    wish_names(&manager, "Lamp").await;
    let author = manager.client_of(&manager.token("author", Permission::Configure).await);
    let second = manager.client_of(&manager.token("second", Permission::Configure).await);
    let job = author.job_create(&JobRequest { second_person: true, ..JobRequest::default() }).await.unwrap();
    let refused = author.job_approve(job.job.id).await.unwrap_err();
    assert_eq!(refused.code(), Some(ErrorCode::Forbidden), "{refused}");
    assert!(author.job_start(job.job.id).await.is_err() && second.job_start(job.job.id).await.is_err());
    let approved = second.job_approve(job.job.id).await.unwrap();
    assert_eq!((approved.state, approved.approved_by.as_deref()), (JobState::Approved, Some("token:second")));
    assert!(second.job_approve(job.job.id).await.is_err(), "a yes counts once");
    assert_eq!(handles[0].counters().writes, 0);
    author.job_start(job.job.id).await.unwrap();
    assert_eq!(ended(&manager, job.job.id).await.job.state, JobState::Done);
    fleet.shutdown().await;
}

/// H7: a critical device that a job could restart is left out until that is agreed to, and the loads that a restart would
/// switch are named.
async fn critical_devices_are_spared_and_loads_are_named(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = plus(2).await;
    for (handle, at_power_on) in handles.iter().zip(["off", "restore_last"]) {
        assert!(handle.set_config("switch:0.initial_state", json!(at_power_on)));
        assert!(handle.set_output(&"switch:0".parse().unwrap(), true));
    }
    adopt(&manager, &handles).await;
    let mac = handles[0].mac().to_string();
    manager.cli(&["devices", "set", &mac, "--critical"]).await.ends_with(0);
    assert!(manager.client().device(handles[0].mac()).await.unwrap().device.critical);
    wish(&manager, ScopeView::Fleet, &[("mqtt.enable", json!(true)), ("mqtt.server", json!("10.0.0.2:1883"))]).await;
    let job = manager.client().job_create(&all().into()).await.unwrap();
    let spared = unit(&job, &handles[0]);
    assert_eq!((spared.state, spared.critical, job.job.units.pending), (UnitState::Blocked, true, 1), "{spared:?}");
    assert!(spared.reason.as_deref().unwrap().starts_with("critical"), "{spared:?}");
    let request = JobRequest { include_critical: true, ..JobRequest::default() };
    let job = manager.client().job_create(&request).await.unwrap();
    let [load] = &unit(&job, &handles[0]).loads[..] else { panic!("{job:?}") };
    assert_eq!((load.effect, load.is_on, load.at_power_on.as_str()), (LoadEffect::SwitchesOff, Some(true), "off"));
    assert!(unit(&job, &handles[1]).loads.is_empty(), "it stays as it is");
    let shown = manager.cli(&["config", "plan", "--fleet", "--include-critical"]).await;
    assert!(shown.out.contains("load switch:0: is on, switches off with a restart (off)"), "{}", shown.out);
    let change = UpdateDeviceRequest { critical: Some(false), ..UpdateDeviceRequest::default() };
    assert!(!manager.client().device_update(handles[0].mac(), &change).await.unwrap().device.critical);
    fleet.shutdown().await;
}

/// H6: a job with a first moment or a window waits for it, over a restart, and can be called off meanwhile.
async fn a_job_waits_for_its_time(database: Database) {
    let mut manager = Manager::on(database).await;
    let (fleet, handles) = plus(1).await;
    assert!(handles[0].set_config("sys.location.tz", json!("Europe/Berlin")));
    adopt(&manager, &handles).await;
    wish_names(&manager, "Lamp").await;
    let start_at = Some("2126-01-01T00:00:00Z".parse().unwrap());
    let windows = vec!["mon-fri 22:00-04:00".parse().unwrap()];
    let rollout = Rollout { start_at, windows, ..Rollout::default() };
    let rollout_again = rollout.clone();
    let job = manager.client().job_create(&JobRequest { rollout, ..JobRequest::default() }).await.unwrap();
    assert_eq!(job.rollout.zone.unwrap().name(), "Europe/Berlin", "that of the device");
    manager.cli(&["locations", "create", "Funchal", "--time-zone", "Atlantic/Madeira"]).await.ends_with(0);
    manager.cli(&["locations", "create", "hall", "--in", "Funchal"]).await.ends_with(0);
    manager.cli(&["locations", "put", "hall", &handles[0].mac().to_string()]).await.ends_with(0);
    let elsewhere =
        manager.client().job_create(&JobRequest { rollout: rollout_again, ..JobRequest::default() }).await.unwrap();
    assert_eq!(elsewhere.rollout.zone.unwrap().name(), "Atlantic/Madeira", "that of the place around its own");
    assert_eq!(manager.client().job_start(job.job.id).await.unwrap().state, JobState::Scheduled);
    manager.kill();
    manager.start().await;
    let waits = manager.client().job(job.job.id).await.unwrap();
    let wait = waits.waits.unwrap();
    assert_eq!((waits.job.state, wait.what, wait.until), (JobState::Scheduled, Waiting::Start, start_at));
    let off = manager.client().job_cancel(job.job.id).await.unwrap();
    assert_eq!((off.state, off.units.cancelled, handles[0].counters().writes), (JobState::Cancelled, 1, 0));
    fleet.shutdown().await;
}
