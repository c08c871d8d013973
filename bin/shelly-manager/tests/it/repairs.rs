//! Policies put drift back, or ask, within their limits (G3, G4).

use api_types::{
    devices::DriftSummary,
    events::EventQuery,
    jobs::{JobKind, JobState, JobView},
};
use serde_json::json;
use shelly_sim::SimHandle;
use sync_engine::RepairMode;

use crate::{
    database::Database,
    manager::Manager,
    on_each_database,
    support::{adopt, all, ended, group, model, of_group, on_device, plan_and_apply, start, wish},
};

on_each_database! {
    a_policy_puts_back_what_somebody_changed
    a_policy_asks_once
    limits_are_kept_and_what_is_left_is_told
    what_may_differ_is_no_drift
    two_managers_repair_once
}

const STATE: &str = "switch:0.initial_state";

/// Devices as they are wished.
async fn as_wished(manager: &Manager, handles: &[SimHandle]) {
    adopt(manager, handles).await;
    group(manager, "lamps", 0, handles).await;
    wish(manager, of_group("lamps"), &[(STATE, json!("restore_last")), ("switch:0.name", json!("Lamp"))]).await;
    let done = plan_and_apply(manager, &all()).await;
    assert_eq!(done.job.units.verified as usize, handles.len(), "{done:?}");
}

async fn policy(manager: &Manager, args: &[&str]) {
    let args = [&["drift", "policy", "set"], args, &["--min-age", "0"]].concat();
    manager.cli(&args).await.ends_with(0);
}

/// What the policies made just now; the manager may have looked by itself before.
async fn made(manager: &Manager) -> Vec<JobView> {
    manager.client().repairs_run().await.unwrap();
    let jobs = manager.client().jobs().await.unwrap().items;
    jobs.into_iter().filter(|job| job.kind == JobKind::Repair).collect()
}

async fn kinds(manager: &Manager) -> Vec<String> {
    let events = manager.client().events(&EventQuery::default()).await.unwrap();
    events.into_iter().map(|event| event.kind).collect()
}

/// G3: what somebody changed on a device of either family is put back by an ordinary job of the policy, which proves it and
/// can be undone. What is critical stays, and is told.
async fn a_policy_puts_back_what_somebody_changed(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model("SNSW-001X16EU", 1), model("SHSW-PM", 2), model("SNSW-001X16EU", 3)]).await;
    as_wished(&manager, &handles).await;
    let client = manager.client();
    manager.cli(&["devices", "set", &handles[2].mac().to_string(), "--critical"]).await.ends_with(0);
    policy(&manager, &["repair", "--fleet"]).await;
    assert!(made(&manager).await.is_empty(), "there is no drift");

    assert!(handles[0].set_config(STATE, json!("on")));
    assert!(handles[1].set_config("relays.0.default_state", json!("on")));
    assert!(handles[2].set_config(STATE, json!("on")));
    client.drift_check(&all()).await.unwrap();
    let jobs = made(&manager).await;
    let [job] = &jobs[..] else { panic!("{jobs:?}") };
    assert_eq!((job.created_by.as_str(), job.approved_by.as_deref()), ("policy:fleet", Some("policy:fleet")));
    let done = ended(&manager, job.id).await;
    assert_eq!((done.job.state, done.job.units.verified, done.devices.len()), (JobState::Done, 2, 2), "{done:?}");
    assert_eq!(on_device(&handles[0], STATE), "restore_last");
    assert_eq!(on_device(&handles[1], "relays.0.default_state"), "last");
    assert_eq!(on_device(&handles[2], STATE), "on", "the device is critical");
    assert_eq!(made(&manager).await.len(), 1, "there is nothing left to do");
    let told = kinds(&manager).await;
    assert!(told.iter().any(|kind| kind == "repair_started"), "{told:?}");
    assert_eq!(told.iter().filter(|kind| *kind == "repair_left").count(), 1, "it is told once: {told:?}");
    let shown = manager.cli(&["drift", "policy", "show"]).await.ends_with(0);
    assert!(shown.out.contains("the device is critical"), "{}", shown.out);
    let undone = client.job_undo(job.id).await.unwrap();
    assert_eq!((undone.job.kind, undone.job.changes), (JobKind::Undo, 2), "{undone:?}");
    fleet.shutdown().await;
}

/// G3: a policy that asks makes a plan once, not again and again; nothing is written before the yes.
async fn a_policy_asks_once(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model("SNSW-001X16EU", 1)]).await;
    as_wished(&manager, &handles).await;
    let client = manager.client();
    policy(&manager, &["ask", "--group", "lamps"]).await;
    assert!(handles[0].set_config(STATE, json!("on")));
    let writes = handles[0].counters().writes;
    client.drift_check(&all()).await.unwrap();
    let jobs = made(&manager).await;
    let [job] = &jobs[..] else { panic!("{jobs:?}") };
    assert_eq!((job.state, job.created_by.as_str()), (JobState::Proposed, "policy:group:lamps"));
    client.drift_check(&all()).await.unwrap();
    assert_eq!(made(&manager).await.len(), 1, "nobody is asked twice");
    let repairs = client.repairs().await.unwrap();
    assert_eq!(repairs[0].mode, RepairMode::Ask);
    assert!(repairs[0].act.is_empty() && repairs[0].left[0].why.contains("asked already"), "{repairs:?}");
    assert_eq!(handles[0].counters().writes, writes);
    assert!(kinds(&manager).await.iter().any(|kind| kind == "repair_asked"));

    client.job_start(job.id).await.unwrap();
    let done = ended(&manager, job.id).await;
    assert_eq!((done.job.state, on_device(&handles[0], STATE)), (JobState::Done, json!("restore_last")));
    assert!(handles[0].set_config(STATE, json!("off")));
    client.drift_check(&all()).await.unwrap();
    assert_eq!(made(&manager).await.len(), 2, "this is another drift");
    manager.cli(&["drift", "policy", "clear", "--group", "lamps"]).await.ends_with(0);
    assert!(client.repair_policies().await.unwrap().is_empty());
    fleet.shutdown().await;
}

/// G4: young drift waits, so many devices an hour, so many repairs of a device a day, nothing outside of the window, no
/// network; the strongest policy decides.
async fn limits_are_kept_and_what_is_left_is_told(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start((1..=3).map(|number| model("SNSW-001X16EU", number)).collect()).await;
    as_wished(&manager, &handles).await;
    let client = manager.client();
    let drift = async || {
        for handle in &handles {
            assert!(handle.set_config(STATE, json!("on")));
        }
        client.drift_check(&all()).await.unwrap();
    };
    let reasons = async || {
        let mut reasons: Vec<String> = Vec::new();
        for repair in client.repairs().await.unwrap() {
            reasons.extend(repair.left.into_iter().map(|left| left.why));
        }
        reasons
    };
    manager.cli(&["drift", "policy", "set", "repair", "--fleet", "--min-age", "1h"]).await.ends_with(0);
    drift().await;
    assert!(made(&manager).await.is_empty());
    assert!(reasons().await.iter().all(|why| why.contains("left until")), "{:?}", reasons().await);

    // It opens in a week at the earliest: the day before yesterday.
    let day = (chrono::Utc::now() - chrono::TimeDelta::days(2)).format("%a").to_string().to_lowercase();
    policy(&manager, &["repair", "--fleet", "--window", &format!("{day} 10:00-11:00")]).await;
    assert!(made(&manager).await.is_empty());
    assert!(reasons().await.iter().all(|why| why.contains("window is closed")), "{:?}", reasons().await);

    policy(&manager, &["repair", "--fleet", "--per-hour", "2", "--per-day", "1"]).await;
    let jobs = made(&manager).await;
    let [job] = &jobs[..] else { panic!("{jobs:?}") };
    let done = ended(&manager, job.id).await;
    assert_eq!((done.job.state, done.devices.len()), (JobState::Done, 2), "{done:?}");
    assert_eq!(made(&manager).await.len(), 1);
    assert!(reasons().await.iter().any(|why| why.contains("within an hour")), "{:?}", reasons().await);

    drift().await;
    assert_eq!(made(&manager).await.len(), 1);
    assert!(reasons().await.iter().any(|why| why.contains("again and again")), "{:?}", reasons().await);
    assert!(kinds(&manager).await.iter().any(|kind| kind == "repair_left"));
    let last = handles.iter().find(|handle| done.devices.iter().all(|unit| unit.mac != handle.mac())).unwrap();
    policy(&manager, &["off", "--device", &last.mac().to_string()]).await;
    policy(&manager, &["repair", "--fleet"]).await;
    let jobs = made(&manager).await;
    assert_eq!(jobs.len(), 2, "the limits of the policy are others now");
    let done = ended(&manager, jobs[0].id).await;
    assert!(done.devices.iter().all(|unit| unit.mac != last.mac()), "its own policy says off");
    assert_eq!(on_device(last, STATE), "on");

    let refused = manager.cli(&["drift", "policy", "set", "repair", "--fleet", "--ignore", "switch:0.nonsense"]).await;
    assert!(refused.err.contains("switch:0.nonsense"), "{}", refused.err);
    fleet.shutdown().await;
}

/// G4: what a policy ignores or tolerates is no drift, and is not put back; a job that somebody makes writes it.
async fn what_may_differ_is_no_drift(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model("SNSW-001X16EU", 1)]).await;
    as_wished(&manager, &handles).await;
    wish(&manager, of_group("lamps"), &[("switch:0.auto_off_delay", json!(60))]).await;
    plan_and_apply(&manager, &all()).await;
    let client = manager.client();
    let args = ["repair", "--fleet", "--ignore", "switch:*.name", "--tolerance", "switch:*.auto_off_delay=5"];
    policy(&manager, &args).await;
    assert!(handles[0].set_config("switch:0.name", json!("Mine")));
    assert!(handles[0].set_config("switch:0.auto_off_delay", json!(63)));
    let found = client.drift_check(&all()).await.unwrap();
    let paths = |found: &[api_types::drift::DifferenceView]| {
        found.iter().map(|difference| difference.setting.path.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(paths(&found[0].differences), Vec::<String>::new());
    assert_eq!(paths(&found[0].ignored), ["switch:0.auto_off_delay", "switch:0.name"]);
    assert_eq!(client.device(handles[0].mac()).await.unwrap().device.drift, DriftSummary::InSync);
    assert!(made(&manager).await.is_empty());
    assert!(handles[0].set_config("switch:0.auto_off_delay", json!(66)));
    let found = client.drift_check(&all()).await.unwrap();
    assert_eq!(paths(&found[0].differences), ["switch:0.auto_off_delay"], "that is too much");
    let jobs = made(&manager).await;
    assert_eq!(ended(&manager, jobs[0].id).await.job.changes, 1);
    assert_eq!(on_device(&handles[0], "switch:0.name"), "Mine");
    let by_hand = plan_and_apply(&manager, &all()).await;
    assert_eq!((by_hand.job.changes, on_device(&handles[0], "switch:0.name")), (1, json!("Lamp")), "{by_hand:?}");
    fleet.shutdown().await;
}

/// G3: two managers on one database, or two looks at once, make one job of one drift; a kill right after it was stored does
/// not lose it.
async fn two_managers_repair_once(database: Database) {
    let mut manager = Manager::on(database).await;
    let other = manager.beside().await;
    let (fleet, handles) = start((1..=4).map(|number| model("SNSW-001X16EU", number)).collect()).await;
    as_wished(&manager, &handles).await;
    policy(&manager, &["repair", "--fleet"]).await;
    for handle in &handles {
        assert!(handle.set_config(STATE, json!("on")));
    }
    manager.client().drift_check(&all()).await.unwrap();
    let (one, two) = (manager.client(), other.as_ref().map_or_else(|| manager.client(), Manager::client));
    let (first, second) = tokio::join!(one.repairs_run(), two.repairs_run());
    assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
    manager.kill();
    manager.start().await;
    let jobs = made(&manager).await;
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    let done = ended(&manager, jobs[0].id).await;
    assert_eq!((done.job.state, done.job.units.verified), (JobState::Done, 4), "{done:?}");
    for handle in &handles {
        assert_eq!(on_device(handle, STATE), "restore_last");
    }
    manager.client().drift_check(&all()).await.unwrap();
    assert!(manager.client().drift().await.unwrap().is_empty());
    fleet.shutdown().await;
}
