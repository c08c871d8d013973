//! K2, K5, K6, K8, A10: scripts and other resources as settings of a plan, on simulated devices of both families.

use std::collections::BTreeMap;

use capability_config::{ResourceKind, SecretText, SettingValue, Settings};
use serde_json::json;
use shelly_driver::{Device, Wanted};
use shelly_gen2_rpc::components::schedule::Job;
use shelly_sim::SimHandle;
use shelly_types::wire::Wire;
use sync_engine::{
    ApplyOptions, ApplyReport, Layer, NoDigester, NoJournal, Outcome, Plan, PlanOptions, Scope, Target, UndoOf, apply,
    diff, judge, plan, resolve, undo,
};

use crate::support::{connect, model, path, start};

type Wishes<'a> = &'a [(&'a str, SettingValue)];

fn settings(wishes: Wishes<'_>) -> Settings {
    wishes.iter().map(|(text, value)| (path(text), value.clone())).collect()
}

/// A new conversation in which all resources are read. `last` is what is remembered of an earlier one.
async fn talk(handle: &SimHandle, wishes: Wishes<'_>, last: &Settings) -> Device {
    let mut device = connect(handle).await.unwrap();
    device.want(Wanted::new(ResourceKind::ALL.into(), &settings(wishes), last));
    device
}

async fn planned(device: &mut Device, handle: &SimHandle, wishes: Wishes<'_>) -> Plan {
    let wished: BTreeMap<_, _> = wishes.iter().map(|(text, value)| (text.parse().unwrap(), value.clone())).collect();
    let layer = Layer { id: "wish".into(), scope: Scope::Device, rank: 0, settings: wished };
    let observed = device.observe().await.unwrap();
    let resolution = resolve(&[layer], &observed.components);
    assert_eq!(resolution.unmatched, []);
    let drift = diff(&resolution, &observed, &NoDigester);
    let plan = plan(handle.mac(), &resolution, &observed, &drift, PlanOptions::default());
    assert_eq!(judge(&plan), []);
    plan
}

async fn carried_out(device: &mut Device, plan: &Plan) -> ApplyReport {
    let report = apply(plan, device, &mut NoJournal, &ApplyOptions::default()).await;
    assert_eq!(report.outcome, Outcome::Verified, "{report:?}");
    report
}

fn everything() -> Vec<(&'static str, SettingValue)> {
    let code = "// grün ☂\nlet x = 1;\n".repeat(90);
    vec![
        ("scripts.dry%20run.code", code.into()),
        ("scripts.dry%20run.enable", true.into()),
        ("scripts.dry%20run.running", true.into()),
        ("kvs.limit%2Elow.value", 7.5.into()),
        ("kvs.colours.json", r#"{"r":1}"#.into()),
        ("kvs.login.secret", SettingValue::Secret(SecretText::new("planted"))),
        ("schedules.morning.timespec", "0 0 7 * * *".into()),
        ("schedules.morning.calls", r#"[{"method":"Switch.Toggle","params":{"id":0}}]"#.into()),
        ("webhooks.Bell.event", "switch.on".into()),
        ("webhooks.Bell.urls", SettingValue::from(vec!["http://hub.lan/on".into()])),
        ("webhooks.Bell.condition", "ev.state".into()),
        ("webhooks.Door.event", "switch.off".into()),
        ("webhooks.Door.secret_urls", SettingValue::Secret(SecretText::new("http://me:planted@hub.lan/off"))),
        ("virtuals.level.type", "number".into()),
    ]
}

#[tokio::test]
async fn everything_is_made_proven_and_taken_back() {
    let (fleet, handle) = start(model("S3SW-002P16EU").with_password("secret")).await;
    let wishes = everything();
    let mut device = talk(&handle, &wishes, &Settings::new()).await;
    let before = device.observe().await.unwrap().settings;
    let made = planned(&mut device, &handle, &wishes).await;
    carried_out(&mut device, &made).await;
    let shown = device.observe().await.unwrap();
    assert_eq!(shown.get(&path("scripts.dry%20run.running")), Some(&true.into()));
    assert!(shown.get(&path("scripts.dry%20run.hash")).is_some(), "its version is told");
    assert_eq!(shown.get(&path("kvs.login.value")), None, "a secret is not shown");
    assert!(!format!("{shown:?}").contains("planted"));

    // Another conversation knows the job by what it does, and then by its number.
    let mut device = talk(&handle, &wishes, &Settings::new()).await;
    assert!(planned(&mut device, &handle, &wishes).await.is_empty());
    let last = device.observe().await.unwrap().settings;
    let mut later = wishes.clone();
    for (text, value) in &mut later {
        match *text {
            "schedules.morning.timespec" => *value = "0 30 6 * * *".into(),
            "scripts.dry%20run.code" => *value = "let x = 2;".into(),
            "webhooks.Bell.urls" => *value = SettingValue::from(vec!["http://new.lan/on".into()]),
            _ => {}
        }
    }
    let mut device = talk(&handle, &later, &last).await;
    let changed = planned(&mut device, &handle, &later).await;
    let paths: Vec<String> = changed.changes().map(|change| change.path.to_string()).collect();
    assert_eq!(paths, ["schedules.morning.timespec", "scripts.dry%20run.code", "webhooks.Bell.urls"]);
    carried_out(&mut device, &changed).await;
    assert_eq!(device.schedules().await.unwrap().len(), 1, "the job was changed, not made once more");
    let script = &device.scripts().await.unwrap()[0];
    assert!(script.running && script.code == "let x = 2;", "it runs again with its new text");
    assert_eq!(device.actions().await.unwrap()[0].condition.as_deref(), Some("ev.state"), "what was not changed stays");

    for plan in [&changed, &made] {
        let observed = device.observe().await.unwrap();
        let back = undo(plan, &observed, UndoOf::Earlier, |_| true);
        assert_eq!(back.left, []);
        carried_out(&mut device, &back.plan).await;
    }
    let after = device.observe().await.unwrap().settings;
    assert_eq!(after, before);
    fleet.shutdown().await;
}

/// Exclusive takes away what somebody else made, and undo makes it again as it was.
#[tokio::test]
async fn what_others_made_goes_and_comes_back() {
    let (fleet, handle) = start(model("S3SW-002P16EU")).await;
    let wishes = [
        ("scripts.exclusive", true.into()),
        ("kvs.exclusive", true.into()),
        ("schedules.exclusive", true.into()),
        ("webhooks.exclusive", true.into()),
    ];
    let mut device = talk(&handle, &wishes, &Settings::new()).await;
    let id = device.add_script("Theirs", "let x = 1;").await.unwrap();
    device.run_script(id, true).await.unwrap();
    device.set_value("theirs", &json!([1, 2])).await.unwrap();
    let job = json!({"enable": false, "timespec": "@sunset", "calls": [{"method": "Switch.Toggle"}]});
    device.write_schedule(&Job::from_json(job).unwrap()).await.unwrap();
    let hook = shelly_driver::Action::new("switch.on", 0, vec!["http://192.168.1.5/on".to_owned()]);
    device.write_action(&hook).await.unwrap();
    let before = device.observe().await.unwrap().settings;
    let plan = planned(&mut device, &handle, &wishes).await;
    assert_eq!(plan.steps.len(), 4);
    carried_out(&mut device, &plan).await;
    assert!(device.scripts().await.unwrap().is_empty() && device.values().await.unwrap().is_empty());
    assert!(device.schedules().await.unwrap().is_empty() && device.actions().await.unwrap().is_empty());
    let observed = device.observe().await.unwrap();
    carried_out(&mut device, &undo(&plan, &observed, UndoOf::Now, |_| true).plan).await;
    // Numbers are the device's own.
    let is_number = |text: String| text.contains("hook:") || (text.starts_with("schedules") && text.contains(".id"));
    let told = |settings: Settings| -> Settings {
        settings.into_iter().filter(|(path, _)| !is_number(path.to_string())).collect()
    };
    assert_eq!(told(device.observe().await.unwrap().settings), told(before));
    assert_eq!(device.actions().await.unwrap()[0].urls, ["http://192.168.1.5/on"]);
    fleet.shutdown().await;
}

/// Gen1: actions by event and channel; what it does not have finds no component.
#[tokio::test]
async fn actions_of_gen1_are_wished() {
    let (fleet, handle) = start(model("SHSW-25")).await;
    let wishes = [
        ("actions.switch-on:1.urls", SettingValue::from(vec!["http://hub.lan/on".into()])),
        ("actions.switch-off:0.secret_urls", SettingValue::Secret(SecretText::new("http://me:planted@hub.lan/off"))),
    ];
    let mut device = talk(&handle, &wishes, &Settings::new()).await;
    let plan = planned(&mut device, &handle, &wishes).await;
    carried_out(&mut device, &plan).await;
    let observed = device.observe().await.unwrap();
    assert!(!observed.components.contains(&ResourceKind::Scripts.component()));
    assert!(!format!("{observed:?}").contains("planted"));
    carried_out(&mut device, &undo(&plan, &observed, UndoOf::Earlier, |_| true).plan).await;
    assert_eq!(device.actions().await.unwrap(), []);
    fleet.shutdown().await;
}

/// Nobody wishes a script: reading the configuration costs no more than it did.
#[tokio::test]
async fn resources_cost_nothing_where_nobody_wishes_them() {
    let (fleet, handle) = start(model("S3SW-002P16EU")).await;
    let device = connect(&handle).await.unwrap();
    let before = handle.counters().requests;
    device.configuration().await.unwrap();
    let plain = handle.counters().requests - before;
    let mut device = connect(&handle).await.unwrap();
    device.want(Wanted::new([ResourceKind::Kvs].into(), &Settings::new(), &Settings::new()));
    let before = handle.counters().requests;
    device.configuration().await.unwrap();
    assert_eq!(handle.counters().requests - before, plain + 1, "one page of stored values");
    fleet.shutdown().await;
}
