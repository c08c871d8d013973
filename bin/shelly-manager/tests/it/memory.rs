//! Memory that scripts, Bluetooth and Matter share (K4).

use api_types::{
    config::ScopeView,
    jobs::{JobRequest, JobState, UnitState},
};
use serde_json::json;
use shelly_sim::{Quirk, SimHandle};
use sync_engine::{Blocked, MemoryVerdict};

use crate::{
    database::Database,
    manager::Manager,
    on_each_database,
    support::{adopt, call, model, on_device, only, run_job, start, unit, wish},
};

on_each_database! {
    k4_matter_waits_for_memory_and_does_not_cost_a_script
    k4_a_script_does_not_cost_another_one
}

const MINI_G4: &str = "S4SW-001P16EU";
const PLUS_1: &str = "SNSW-001X16EU";

/// Makes a script that runs, as its owner does on the device.
async fn script(handle: &SimHandle, id: u32, name: &str) {
    call(handle, "Script.Create", &json!({"name": name})).await;
    call(handle, "Script.PutCode", &json!({"id": id, "code": "let x = 1;\n"})).await;
    call(handle, "Script.SetConfig", &json!({"id": id, "config": {"enable": true}})).await;
    call(handle, "Script.Start", &json!({"id": id})).await;
}

async fn runs(handle: &SimHandle, id: u32) -> bool {
    call(handle, "Script.GetStatus", &json!({"id": id})).await["running"] == true
}

/// The manager knows what the device tells now.
async fn refreshed(manager: &Manager, handle: &SimHandle) {
    manager.cli(&["devices", "refresh", &handle.mac().to_string()]).await.ends_with(0);
}

/// K4: Matter is held back with the numbers where there is no memory for it. With consent it is switched on, a script stops
/// for want of memory, the unit says so, and the device has its former state again, the script running. Where there is the
/// memory, nothing is held back and nothing stops.
async fn k4_matter_waits_for_memory_and_does_not_cost_a_script(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model(MINI_G4, 1).with_quirk(Quirk::SharedHeap), model(MINI_G4, 2)]).await;
    let [small, large] = &handles[..] else { panic!("two devices") };
    for device in &handles {
        script(device, 1, "watch").await;
    }
    adopt(&manager, &handles).await;
    for device in &handles {
        refreshed(&manager, device).await;
    }
    wish(&manager, ScopeView::Fleet, &[("matter.enable", json!(true))]).await;

    let (mac, wrote) = (small.mac().to_string(), small.counters().writes);
    let held = manager.cli(&["config", "plan", "--device", &mac]).await.ends_with(4);
    for part in ["held back", "Matter is reckoned to take 32 kB; 40 kB of 358 kB are free", "not enough, 35 kB have to"]
    {
        assert!(held.out.contains(part), "`{part}` is missing: {}", held.out);
    }
    let job = manager.client().job_create(&only(small).into()).await.unwrap();
    let blocked = &unit(&job, small).plan.as_ref().unwrap().report.blocked;
    let [Blocked::LittleMemory { memory, .. }] = &blocked[..] else { panic!("{blocked:?}") };
    assert_eq!(
        (memory.free, &memory.beside[..]),
        (Some(40_684), &["Bluetooth".to_owned(), "script watch".to_owned()][..])
    );
    assert_eq!((unit(&job, small).state, small.counters().writes), (UnitState::Blocked, wrote));

    let agreed = manager.cli(&["config", "apply", "--device", &mac, "--spend-memory", "--yes"]).await.ends_with(4);
    let said = "put back: scripts.watch.running: the script does not run any more: out_of_memory";
    assert!(agreed.out.contains(said), "{}", agreed.out);
    assert_eq!((on_device(small, "matter.enable"), runs(small, 1).await), (json!(false), true), "{}", agreed.out);

    let done = run_job(&manager, &only(large).into()).await;
    let plan = unit(&done, large).plan.as_ref().unwrap();
    let [finding] = &plan.report.memory[..] else { panic!("{plan:?}") };
    assert_eq!((done.job.state, finding.verdict), (JobState::Done, MemoryVerdict::Plenty), "{done:?}");
    assert_eq!((on_device(large, "matter.enable"), runs(large, 1).await), (json!(true), true));
    fleet.shutdown().await;
}

/// K4: a script for which there is just enough memory by the numbers stops another one all the same; everything is as it was
/// then.
async fn k4_a_script_does_not_cost_another_one(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model(PLUS_1, 1).with_quirk(Quirk::SharedHeap)]).await;
    let [device] = &handles[..] else { panic!("one device") };
    for (id, name) in [(1, "watch"), (2, "pump")] {
        script(device, id, name).await;
    }
    call(device, "BLE.SetConfig", &json!({"config": {"enable": false}})).await;
    adopt(&manager, &handles).await;
    refreshed(&manager, device).await;
    let wishes = [("scripts.guard.code", json!("let guard = 1;\n")), ("scripts.guard.running", json!(true))];
    wish(&manager, ScopeView::Fleet, &wishes).await;
    let done = run_job(&manager, &JobRequest::default()).await;
    let [finding] = &unit(&done, device).plan.as_ref().unwrap().report.memory[..] else { panic!("{done:?}") };
    assert_eq!((finding.verdict, finding.free), (MemoryVerdict::Tight, Some(7_200)));
    let reason = unit(&done, device).reason.clone().unwrap_or_default();
    assert_eq!(unit(&done, device).state, UnitState::RolledBack, "{reason}");
    assert!(reason.contains("scripts.watch.running: the script does not run any more: out_of_memory"), "{reason}");
    assert!(runs(device, 1).await && runs(device, 2).await, "{done:?}");
    let list = call(device, "Script.List", &json!({})).await;
    assert_eq!(list["scripts"].as_array().unwrap().len(), 2, "the third is gone: {list}");
    fleet.shutdown().await;
}
