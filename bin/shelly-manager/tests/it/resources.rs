//! Scripts, stored values, schedules, webhooks and actions as wishes (K2, K5, K6, K8), and snapshots of whole devices
//! (F1, J12).

use api_types::{
    config::{ScopeView, SnapshotView},
    jobs::{JobKind, JobState, UnitState},
    snapshots::RestoreRequest,
};
use serde_json::{Value, json};
use shelly_sim::{Fault, SimHandle};
use uuid::Uuid;

use crate::{
    database::Database,
    manager::Manager,
    on_each_database,
    support::{
        adopt, all, call, clear, ended, group, model, of_device, of_group, on_device, only, plan_and_apply, setting,
        start, unit, wish,
    },
};

on_each_database! {
    a_script_is_rolled_out_and_who_runs_it_is_told
    only_ours_are_there_and_undo_brings_the_others_back
    a_script_goes_with_what_could_not_be_proven
    w5_a_device_goes_back_to_any_of_its_snapshots
}

const PLUS_1: &str = "SNSW-001X16EU";
const SHELLY_1: &str = "SHSW-1";

async fn scripts(handle: &SimHandle) -> Vec<(String, bool, bool)> {
    let list = call(handle, "Script.List", &json!({})).await;
    let one = |script: &Value| {
        let flag = |name: &str| script[name].as_bool().unwrap();
        (script["name"].as_str().unwrap().to_owned(), flag("enable"), flag("running"))
    };
    list["scripts"].as_array().unwrap().iter().map(one).collect()
}

async fn history(manager: &Manager, handle: &SimHandle) -> Vec<SnapshotView> {
    manager.client().device_config_history(handle.mac()).await.unwrap()
}

/// K2, F9, F10: one text for a group, with a number of each device in it; before and after are shown, the device proves
/// it, and a query finds who runs which version. What somebody changes on a device is drift.
async fn a_script_is_rolled_out_and_who_runs_it_is_told(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model(PLUS_1, 1), model(PLUS_1, 2), model(SHELLY_1, 3)]).await;
    adopt(&manager, &handles).await;
    group(&manager, "pumps", 0, &handles).await;
    let macs: Vec<String> = handles.iter().map(|handle| handle.mac().to_string()).collect();
    for (mac, limit) in macs.iter().zip(["40", "55"]) {
        manager.cli(&["config", "vars", "set", "--device", mac, &format!("limit={limit}")]).await.ends_with(0);
    }
    let file = manager.data().join("dry-run.js");
    std::fs::write(&file, "// Stops a pump that runs dry.\nlet limit = {{ device.limit }};\n").unwrap();
    let code = format!("scripts.dry-run.code=file:{}", file.display());
    let wishes = [&code, "scripts.dry-run.enable=true", "scripts.dry-run.running=true"];
    manager.cli(&[&["config", "set", "--group", "pumps"][..], &wishes].concat()).await.ends_with(0);
    manager.cli(&["config", "set", "--fleet", "kvs.site.value=north"]).await.ends_with(0);

    let before = manager.cli(&["config", "plan"]).await.ends_with(3);
    assert!(before.out.contains("dry-run.code") && before.out.contains("text of "), "{}", before.out);
    assert!(!before.out.contains("let limit"), "a new text is told by its size: {}", before.out);
    let done = plan_and_apply(&manager, &all()).await;
    assert_eq!((done.job.units.verified, done.job.units.skipped), (2, 1), "{done:?}");
    for (handle, limit) in handles[..2].iter().zip(["40", "55"]) {
        assert_eq!(scripts(handle).await, [("dry-run".to_owned(), true, true)]);
        let code = call(handle, "Script.GetCode", &json!({"id": 1})).await;
        assert!(code["data"].as_str().unwrap().ends_with(&format!("let limit = {limit};\n")), "{code}");
        assert_eq!(call(handle, "KVS.Get", &json!({"key": "site"})).await["value"], "north");
    }
    let config = manager.client().device_config(handles[0].mac()).await.unwrap();
    let hash = setting(&config, "scripts.dry-run.hash").observed.clone().unwrap();
    assert_eq!(setting(&config, "scripts.dry-run.code").origin.as_deref(), Some("group:pumps"));
    let query = format!("config.scripts.dry-run.hash={}", hash.as_text().unwrap());
    let who = manager.cli(&["devices", "list", &query, "--output", "json"]).await.ends_with(0);
    assert!(who.out.contains(&macs[0]) && !who.out.contains(&macs[1]), "{}", who.out);

    call(&handles[0], "Script.Stop", &json!({"id": 1})).await;
    call(&handles[0], "Script.PutCode", &json!({"id": 1, "code": "let limit = 41;\n", "append": false})).await;
    let drift = manager.cli(&["config", "diff", "--device", &macs[0]]).await.ends_with(3);
    assert!(drift.out.contains("scripts.dry-run.code") && drift.out.contains("scripts.dry-run.running"), "{drift:?}");
    let before = manager.cli(&["config", "plan", "--device", &macs[0]]).await.ends_with(3);
    assert!(before.out.contains("- let limit = 41;") && before.out.contains("+ let limit = 40;"), "{}", before.out);
    assert_eq!(plan_and_apply(&manager, &only(&handles[0])).await.job.state, JobState::Done);
    assert_eq!(scripts(&handles[0]).await, [("dry-run".to_owned(), true, true)]);

    let listed = manager.cli(&["config", "resources", &macs[0]]).await.ends_with(0);
    assert!(listed.out.contains("dry-run") && listed.out.contains("group:pumps"), "{}", listed.out);
    fleet.shutdown().await;
}

/// Ownership: what somebody made on the device goes where the kind is ours alone, and an undo makes it again.
async fn only_ours_are_there_and_undo_brings_the_others_back(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model(PLUS_1, 1)]).await;
    adopt(&manager, &handles).await;
    let [device] = &handles[..] else { panic!("one device") };
    call(device, "KVS.Set", &json!({"key": "theirs", "value": {"a": 1}})).await;
    let job = json!({"enable": true, "timespec": "0 0 22 * * *", "calls": [{"method": "Switch.Set", "params": {"id": 0, "on": false}}]});
    call(device, "Schedule.Create", &job).await;
    let hook = json!({"cid": 0, "enable": true, "event": "switch.on", "name": "Bell", "urls": ["http://old.lan/on"]});
    call(device, "Webhook.Create", &hook).await;

    let morning = json!([{"method": "Switch.Set", "params": {"id": 0, "on": true}}]).to_string();
    let wishes = [
        ("kvs.ours.value", json!(7)),
        ("schedules.morning.timespec", json!("0 0 7 * * *")),
        ("schedules.morning.calls", json!(morning)),
        ("webhooks.Bell.urls", json!(["http://new.lan/on"])),
    ];
    wish(&manager, of_device(device), &wishes).await;
    assert_eq!(plan_and_apply(&manager, &all()).await.job.state, JobState::Done);
    let jobs = call(device, "Schedule.List", &json!({})).await;
    assert_eq!(jobs["jobs"].as_array().unwrap().len(), 2, "merge leaves the other alone: {jobs}");
    assert_eq!(call(device, "KVS.Get", &json!({"key": "theirs"})).await["value"], json!({"a": 1}));
    let hooks = call(device, "Webhook.List", &json!({})).await;
    assert_eq!(
        (&hooks["hooks"][0]["urls"][0], &hooks["hooks"][0]["event"]),
        (&json!("http://new.lan/on"), &json!("switch.on"))
    );

    wish(&manager, of_device(device), &[("schedules.morning.timespec", json!("0 30 6 * * *"))]).await;
    wish(&manager, of_device(device), &[("kvs.exclusive", json!(true)), ("schedules.exclusive", json!(true))]).await;
    let done = plan_and_apply(&manager, &all()).await;
    assert_eq!(done.job.state, JobState::Done, "{done:?}");
    let jobs = call(device, "Schedule.List", &json!({})).await;
    let times: Vec<&Value> = jobs["jobs"].as_array().unwrap().iter().map(|job| &job["timespec"]).collect();
    assert_eq!(times, ["0 30 6 * * *"], "ours was changed, not made once more; theirs is gone");
    let keys = call(device, "KVS.List", &json!({})).await;
    assert_eq!(keys["keys"].as_object().unwrap().keys().collect::<Vec<_>>(), ["ours"]);

    let undo = manager.client().job_undo(done.job.id).await.unwrap();
    manager.client().job_start(undo.job.id).await.unwrap();
    let undone = ended(&manager, undo.job.id).await;
    assert_eq!(undone.job.state, JobState::Done, "{undone:?}");
    assert_eq!(call(device, "KVS.Get", &json!({"key": "theirs"})).await["value"], json!({"a": 1}));
    let jobs = call(device, "Schedule.List", &json!({})).await;
    assert_eq!(jobs["jobs"].as_array().unwrap().len(), 2, "{jobs}");

    // Nothing is wished any more: nothing is read of it, and nothing is touched.
    for path in ["kvs.ours.value", "kvs.exclusive", "schedules.exclusive"] {
        clear(&manager, of_device(device), path).await;
    }
    let next = manager.client().job_create(&all().into()).await.unwrap();
    let paths: Vec<String> = next.devices[0]
        .plan
        .iter()
        .flat_map(sync_engine::Plan::changes)
        .map(|change| change.path.to_string())
        .collect();
    assert!(paths.iter().all(|path| path.starts_with("schedules.morning.")), "{paths:?}");
    fleet.shutdown().await;
}

/// F11: a setting that the device bends takes the script of the same job back with it.
async fn a_script_goes_with_what_could_not_be_proven(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model(PLUS_1, 1), model(SHELLY_1, 2)]).await;
    adopt(&manager, &handles).await;
    handles[0].inject(Fault::IgnoreField { path: "switch:0.name".to_owned() });
    handles[1].inject(Fault::IgnoreField { path: "relays.0.name".to_owned() });
    let wishes = [
        ("switch:0.name", json!("Pump")),
        ("scripts.guard.code", json!("let x = 1;")),
        ("scripts.guard.running", json!(true)),
        ("actions.switch-on:0.urls", json!(["http://hub.lan/on"])),
    ];
    wish(&manager, ScopeView::Fleet, &wishes).await;
    let done = plan_and_apply(&manager, &all()).await;
    for handle in &handles {
        assert_eq!(unit(&done, handle).state, UnitState::RolledBack, "{:?}", unit(&done, handle));
    }
    assert_eq!(scripts(&handles[0]).await, [], "it is gone again");
    let actions = manager.client().device_snapshot_take(handles[1].mac()).await.unwrap();
    assert!(
        actions
            .settings
            .iter()
            .all(|setting| !setting.path.to_string().starts_with("actions.") || setting.observed.is_none())
    );
    fleet.shutdown().await;
}

/// W5, F1, F11, J12: on both families the whole device is read, any two states are compared, and it goes back to either.
async fn w5_a_device_goes_back_to_any_of_its_snapshots(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model(PLUS_1, 1), model(SHELLY_1, 2)]).await;
    adopt(&manager, &handles).await;
    group(&manager, "hall", 0, &handles).await;
    let client = manager.client();
    call(&handles[0], "KVS.Set", &json!({"key": "theirs", "value": "old"})).await;
    let mut before = Vec::new();
    for handle in &handles {
        client.device_snapshot_take(handle.mac()).await.unwrap();
        before.push(history(&manager, handle).await[0].id);
    }
    let wishes = [
        ("switch:0.name", json!("Pump")),
        ("switch:0.auto_off", json!(true)),
        ("switch:0.auto_off_delay", json!(120)),
        ("mqtt.pass", json!("planted")),
        ("mqtt.user", json!("me")),
        ("scripts.guard.code", json!("let x = 1;")),
        ("scripts.guard.running", json!(true)),
        ("kvs.theirs.value", json!("new")),
        ("actions.switch-on:0.urls", json!(["http://hub.lan/on"])),
    ];
    wish(&manager, of_group("hall"), &wishes).await;
    let done = plan_and_apply(&manager, &all()).await;
    assert_eq!(done.job.state, JobState::Done, "{done:?}");
    for (handle, before) in handles.iter().zip(before) {
        let after = history(&manager, handle).await[0].id;
        let diff = client.snapshots_diff(before, after).await.unwrap();
        let paths: Vec<String> = diff.changes.iter().map(|change| change.path.to_string()).collect();
        let made = if handle.generation().is_gen1() { "actions.switch-on:0.urls" } else { "scripts.guard.code" };
        assert!(paths.iter().any(|path| path == made) && paths.iter().any(|path| path == "switch:0.name"), "{paths:?}");
        assert_eq!(diff.not_compared, []);

        let was = on_device(handle, if handle.generation().is_gen1() { "relays.0.name" } else { "switch:0.name" });
        restore(&manager, before, JobState::Done).await;
        if handle.generation().is_gen1() {
            assert_eq!(on_device(handle, "relays.0.name"), Value::Null);
        } else {
            assert_eq!(scripts(handle).await, []);
            assert_eq!(call(handle, "KVS.Get", &json!({"key": "theirs"})).await["value"], "old");
        }
        restore(&manager, after, JobState::Done).await;
        let now = on_device(handle, if handle.generation().is_gen1() { "relays.0.name" } else { "switch:0.name" });
        assert_eq!(now, was);
        if !handle.generation().is_gen1() {
            assert_eq!(scripts(handle).await, [("guard".to_owned(), false, true)]);
        }
    }
    // Of two devices.
    let ids = [history(&manager, &handles[0]).await[0].id, history(&manager, &handles[1]).await[0].id];
    let two =
        manager.cli(&["config", "snapshots", "diff", &ids[0].to_string(), &ids[1].to_string()]).await.ends_with(3);
    assert!(two.out.contains("not compared") && two.out.contains("scripts"), "{}", two.out);
    let missing = client.snapshot_restore(Uuid::nil(), RestoreRequest::default()).await;
    assert!(missing.is_err());
    fleet.shutdown().await;
}

async fn restore(manager: &Manager, snapshot: Uuid, state: JobState) {
    let client = manager.client();
    let job = client.snapshot_restore(snapshot, RestoreRequest::default()).await.unwrap();
    assert_eq!((job.job.kind, job.job.state), (JobKind::Restore, JobState::Proposed), "{job:?}");
    client.job_start(job.job.id).await.unwrap();
    let done = ended(manager, job.job.id).await;
    assert_eq!(done.job.state, state, "{done:?}");
    assert!(client.job_retry(done.job.id).await.is_err());
}
