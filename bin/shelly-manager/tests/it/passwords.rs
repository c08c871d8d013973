//! Passwords of devices: given anew without locking anybody out, told in lists, shown on demand.

use std::collections::BTreeSet;

use api_types::{
    access::Permission,
    events::EventQuery,
    jobs::{JobDetail, JobKind, JobRequest, JobState, UnitState},
    passwords::{ImportPasswordsRequest, NewPassword, PasswordJobRequest, ToldPassword},
    problem::ErrorCode,
};
use serde_json::{Value, json};
use shelly_sim::{Fault, SimHandle};

use crate::{
    database::Database,
    manager::Manager,
    on_each_database,
    support::{adopt, all, ended, eventually, model, of_device, only, plan_and_apply, start, unit, wish},
};

on_each_database! {
    each_device_gets_a_password_of_its_own
    nobody_is_locked_out_by_a_crash
    a_device_that_is_away_gets_its_password_later
    passwords_are_told_in_lists_and_shown_on_demand
    a_wished_password_is_kept
}

const PLUS_1: &str = "SNSW-001X16EU";
const SHELLY_1: &str = "SHSW-1";
const GEN3: &str = "S3SW-002P16EU";

fn states(job: &JobDetail) -> Vec<(UnitState, Option<&str>)> {
    job.devices.iter().map(|unit| (unit.state, unit.reason.as_deref())).collect()
}

fn request(new: NewPassword) -> PasswordJobRequest {
    PasswordJobRequest { new, job: JobRequest::default() }
}

fn same(password: &str) -> NewPassword {
    NewPassword::Same { password: password.to_owned() }
}

async fn run(manager: &Manager, new: NewPassword) -> JobDetail {
    let job = manager.client().passwords_change(&request(new)).await.unwrap();
    assert_eq!(job.job.kind, JobKind::Passwords);
    manager.client().job_start(job.job.id).await.unwrap();
    ended(manager, job.job.id).await
}

/// Every device answers to the password that is kept for it, which the manager shows.
async fn all_are_open_to_us(manager: &Manager, handles: &[SimHandle]) -> BTreeSet<String> {
    let mut passwords = BTreeSet::new();
    for handle in handles {
        assert!(handle.is_protected(), "{}", handle.mac());
        manager.client().device_config_pull(handle.mac()).await.unwrap();
        passwords.insert(manager.client().password_reveal(handle.mac()).await.unwrap().password);
    }
    passwords
}

/// D3, D4, D10: devices of all families get a password, other ones by chance, and none again; each is proven by reading with
/// it, and what is kept opens the device.
async fn each_device_gets_a_password_of_its_own(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model(PLUS_1, 1), model(SHELLY_1, 2), model(GEN3, 3)]).await;
    adopt(&manager, &handles).await;
    let done = run(&manager, same("planted-first")).await;
    assert_eq!((done.job.state, done.job.units.verified), (JobState::Done, 3), "{:?}", states(&done));
    assert_eq!(all_are_open_to_us(&manager, &handles).await, BTreeSet::from(["planted-first".to_owned()]));
    let done = run(&manager, NewPassword::Random).await;
    assert_eq!(done.job.units.verified, 3, "{:?}", states(&done));
    let random = all_are_open_to_us(&manager, &handles).await;
    assert!(random.len() == 3 && random.iter().all(|password| password.len() == 20), "each its own");
    let stored = serde_json::to_string(&done).unwrap();
    assert!(random.iter().all(|password| !stored.contains(password.as_str())), "the job holds no password");
    let undo = manager.client().job_undo(done.job.id).await.unwrap_err();
    assert_eq!(undo.code(), Some(ErrorCode::Conflict), "{undo}");
    let printed = manager.cli(&["credentials", "clear", "--fleet", "--yes"]).await.ends_with(0);
    assert!(printed.out.contains("auth.enable"), "{}", printed.out);
    assert!(handles.iter().all(|handle| !handle.is_protected()));
    let again = manager.client().passwords_change(&request(NewPassword::None)).await.unwrap();
    assert_eq!(again.job.units.skipped, 3, "{:?}", states(&again));
    for handle in &handles {
        manager.client().device_config_pull(handle.mac()).await.unwrap();
        // Whoever was just asking with the former one is refused once.
        assert!(handle.counters().wrong_passwords <= 1, "{:?}", handle.counters());
    }
    fleet.shutdown().await;
}

/// D4: killed a hundred times between the moment a device took its new password and the moment that was stored, the manager
/// locks nobody out, and tries two passwords at most.
async fn nobody_is_locked_out_by_a_crash(database: Database) {
    const DEVICES: u8 = 50;
    let mut manager = Manager::with(database, &["--poll-interval", "600"]).await;
    let device = |number: u8| model(if number.is_multiple_of(2) { SHELLY_1 } else { PLUS_1 }, number);
    let (fleet, handles) = start((1..=DEVICES).map(device).collect()).await;
    adopt(&manager, &handles).await;
    for round in 0..2 {
        let tried: Vec<u64> = handles.iter().map(|handle| handle.counters().wrong_passwords).collect();
        let written: Vec<usize> = handles.iter().map(|handle| handle.writes().len()).collect();
        let job = manager.client().passwords_change(&request(NewPassword::Random)).await.unwrap();
        assert_eq!(job.job.units.pending, u32::from(DEVICES), "{:?}", states(&job));
        for handle in &handles {
            handle.inject(Fault::SilentOnWrite);
        }
        manager.client().job_start(job.job.id).await.unwrap();
        // Each has its new password, and nobody was told.
        eventually("the new passwords", async || {
            let mut now = handles.iter().zip(&written);
            now.all(|(handle, before)| handle.writes().len() > *before).then_some(())
        })
        .await;
        manager.kill();
        for handle in &handles {
            handle.heal_all();
        }
        manager.start().await;
        let done = ended(&manager, job.job.id).await;
        assert_eq!(done.job.units.verified, u32::from(DEVICES), "round {round}: {:?}", states(&done));
        assert_eq!(all_are_open_to_us(&manager, &handles).await.len(), usize::from(DEVICES));
        for ((handle, tried), written) in handles.iter().zip(tried).zip(written) {
            let wrong = handle.counters().wrong_passwords - tried;
            assert!(wrong <= 1, "{}: one that is right comes after {wrong} wrong ones", handle.mac());
            assert_eq!(handle.writes().len(), written + 1, "{}: sent once", handle.mac());
        }
    }
    fleet.shutdown().await;
}

/// D4: a device that is away waits for its password over a restart of the manager, and others are not held up.
async fn a_device_that_is_away_gets_its_password_later(database: Database) {
    let mut manager = Manager::with(database, &["--poll-interval", "1"]).await;
    let (fleet, handles) = start(vec![model(PLUS_1, 1), model(SHELLY_1, 2)]).await;
    adopt(&manager, &handles).await;
    manager.client().device_config_pull(handles[1].mac()).await.unwrap();
    handles[1].inject(Fault::Offline);
    let job = manager.client().passwords_change(&request(same("planted-later"))).await.unwrap();
    assert_eq!((job.job.units.pending, job.job.units.queued), (1, 1), "{:?}", states(&job));
    manager.client().job_start(job.job.id).await.unwrap();
    eventually("the device that is there", async || {
        (manager.client().job(job.job.id).await.unwrap().job.units.verified == 1).then_some(())
    })
    .await;
    manager.kill();
    manager.start().await;
    assert_eq!(unit(&manager.client().job(job.job.id).await.unwrap(), &handles[1]).state, UnitState::Queued);
    handles[1].heal_all();
    let done = ended(&manager, job.job.id).await;
    assert_eq!(done.job.units.verified, 2, "{:?}", states(&done));
    all_are_open_to_us(&manager, &handles).await;
    fleet.shutdown().await;
}

/// D3: passwords are taken from a list and shown to administrators; both are events without the password.
async fn passwords_are_told_in_lists_and_shown_on_demand(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model(PLUS_1, 1), model(SHELLY_1, 2)]).await;
    adopt(&manager, &handles).await;
    for handle in &handles {
        handle.set_password(Some("planted-told"));
    }
    let list = format!(
        "{},planted-told\n{},admin,planted-told\nA8032AFFFFFF,planted-told\n",
        handles[0].mac(),
        handles[1].mac()
    );
    let printed = manager.cli_with(&["credentials", "import", "-"], &list).await.ends_with(0);
    assert!(printed.out.contains("of 2 devices") && printed.err.contains("A8032AFFFFFF"), "{printed:?}");
    all_are_open_to_us(&manager, &handles).await;
    let printed = manager.cli(&["credentials", "reveal", &handles[0].mac().to_string()]).await.ends_with(0);
    assert!(printed.out.contains("planted-told"), "{}", printed.out);
    let events = manager.client().events(&EventQuery::default()).await.unwrap();
    let kinds: Vec<String> = events.iter().map(|event| event.kind.clone()).collect();
    assert!(
        kinds.contains(&"password_imported".to_owned()) && kinds.contains(&"password_revealed".to_owned()),
        "{kinds:?}"
    );
    let told = serde_json::to_string(&events).unwrap();
    assert!(!told.contains("planted-told"), "{told}");
    let configures = manager.client_of(&manager.token("configures", Permission::Configure).await);
    let refused = [
        configures.password_reveal(handles[0].mac()).await.map(drop).unwrap_err(),
        configures
            .passwords_change(&PasswordJobRequest { new: NewPassword::Random, job: only(&handles[0]).into() })
            .await
            .map(drop)
            .unwrap_err(),
        configures
            .passwords_import(&ImportPasswordsRequest {
                passwords: vec![ToldPassword { mac: handles[0].mac(), user: None, password: "x".to_owned() }],
            })
            .await
            .map(drop)
            .unwrap_err(),
    ];
    assert!(refused.iter().all(|error| error.code() == Some(ErrorCode::Forbidden)), "{refused:?}");
    fleet.shutdown().await;
}

/// D3, D4: the manager keeps a password that it gave because it was wished, and one that it took away for the same reason: a
/// restart shuts nobody out.
async fn a_wished_password_is_kept(database: Database) {
    let mut manager = Manager::on(database).await;
    let (_fleet, handles) = start(vec![model(PLUS_1, 1), model(SHELLY_1, 2), model(GEN3, 3)]).await;
    adopt(&manager, &handles).await;
    for handle in &handles {
        let settings = [("auth.password", json!("planted-wish")), ("sys.device.name", json!("Porch"))];
        wish(&manager, of_device(handle), &settings).await;
    }
    let done = plan_and_apply(&manager, &all()).await;
    assert_eq!(done.job.units.verified, 3, "{:?}", states(&done));
    manager.kill();
    manager.start().await;
    assert_eq!(all_are_open_to_us(&manager, &handles).await, BTreeSet::from(["planted-wish".to_owned()]));
    let again = manager.client().job_create(&JobRequest::default()).await.unwrap();
    assert!(again.devices.iter().all(|unit| unit.state == UnitState::Skipped), "{:?}", states(&again));

    for handle in &handles {
        wish(&manager, of_device(handle), &[("auth.password", Value::Null), ("auth.enable", json!(false))]).await;
    }
    let done = plan_and_apply(&manager, &all()).await;
    assert_eq!(done.job.units.verified, 3, "{:?}", states(&done));
    assert!(handles.iter().all(|handle| !handle.is_protected()));
    manager.kill();
    manager.start().await;
    for handle in &handles {
        manager.client().device_config_pull(handle.mac()).await.unwrap();
        assert!(manager.client().password_reveal(handle.mac()).await.is_err(), "none is kept");
    }
}
