//! Profiles made of what a well-set device shows (F13).

use api_types::profiles::{CreateProfileOfDeviceRequest, CreateProfileRequest, ProfileOfDeviceView};
use serde_json::json;
use shelly_sim::{SimDevice, SimHandle, catalogue};
use shelly_types::Mac;

use crate::{
    database::Database,
    manager::Manager,
    on_each_database,
    support::{adopt, all, call, model, of_device, on_device, only, plan_and_apply, start, wish},
};

on_each_database! {
    f13_a_device_of_every_model_is_as_its_own_profile_says
    f13_another_device_becomes_like_the_well_set_one
}

const PLUS_1: &str = "SNSW-001X16EU";
const MINI_1PM: &str = "S3SW-001P16EU";

async fn made(manager: &Manager, handle: &SimHandle, name: &str, resources: bool) -> ProfileOfDeviceView {
    let request = CreateProfileOfDeviceRequest {
        device: handle.mac(),
        profile: CreateProfileRequest { name: name.to_owned(), ..CreateProfileRequest::default() },
        only: Vec::new(),
        without: Vec::new(),
        resources,
        unlike_device: None,
        unlike_layer: None,
        vault: std::collections::BTreeMap::new(),
        assign: true,
        check: false,
    };
    manager.client().profile_of_device(&request).await.unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Gives a device of Gen2 one of each kind of resource.
async fn furnish(handle: &SimHandle) {
    let code = format!("let id = '{}';\nlet open = '{{{{';\n", handle.mac());
    call(handle, "Script.Create", &json!({"name": "own id"})).await;
    call(handle, "Script.PutCode", &json!({"id": 1, "code": code, "append": false})).await;
    call(handle, "KVS.Set", &json!({"key": "conf", "value": {"a": [1, null]}})).await;
    let calls = json!([{"method": "Switch.Set", "params": {"id": 0, "on": false}}]);
    call(handle, "Schedule.Create", &json!({"enable": true, "timespec": "0 0 22 * * *", "calls": calls})).await;
    let hook = json!({"cid": 0, "enable": true, "event": "switch.on", "name": "Bell", "urls": ["http://hub.lan/on"]});
    call(handle, "Webhook.Create", &hook).await;
    call(handle, "MQTT.SetConfig", &json!({"config": {"topic_prefix": format!("home/{}", handle.mac())}})).await;
}

/// F13: for a device of every simulated model, a profile of all that goes in, which the device is under: it is in no drift, and
/// nothing is planned for it.
async fn f13_a_device_of_every_model_is_as_its_own_profile_says(database: Database) {
    let manager = Manager::on(database).await;
    let of = |(number, spec)| SimDevice::new(spec, Mac::new([0xA8, 0x03, 0x2A, 0x10, 0, number]));
    let (fleet, handles) = start((1..).zip(catalogue()).map(of).collect()).await;
    adopt(&manager, &handles).await;
    for handle in &handles {
        if [PLUS_1, MINI_1PM].contains(&handle.model().code()) {
            furnish(handle).await;
        }
        let view = made(&manager, handle, &handle.mac().to_string(), true).await;
        assert_eq!(view.unread, None, "{}", handle.model());
        assert!(!view.settings.is_empty(), "{}", handle.model());
        for left in &view.left {
            assert!(!left.why.contains("something else"), "{}: {} {}", handle.model(), left.path, left.why);
        }
    }
    for device in manager.client().drift_check(&all()).await.unwrap() {
        assert_eq!((&device.error, device.differences.len()), (&None, 0), "{}: {:?}", device.name, device.differences);
    }
    let plan = manager.client().job_create(&all().into()).await.unwrap();
    let changes = plan.devices.iter().filter_map(|unit| unit.plan.as_ref()).flat_map(sync_engine::Plan::changes);
    let changes: Vec<String> = changes.map(|change| format!("{} {:?}", change.path, change.before)).collect();
    assert!(changes.is_empty() && plan.job.units.blocked == 0, "{changes:?}");
    fleet.shutdown().await;
}

/// F13: what is shown before, what is left and named, and that another device becomes like the first without taking its names.
async fn f13_another_device_becomes_like_the_well_set_one(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model(PLUS_1, 1), model(PLUS_1, 2)]).await;
    let (first, second) = (&handles[0], &handles[1]);
    adopt(&manager, &handles).await;
    furnish(first).await;
    let wishes = [
        ("switch:0.auto_off", json!(true)),
        ("switch:0.auto_off_delay", json!(77)),
        ("sys.device.name", json!("Pump")),
        ("mqtt.user", json!("me")),
        ("mqtt.pass", json!("planted")),
    ];
    wish(&manager, of_device(first), &wishes).await;
    plan_and_apply(&manager, &only(first)).await;
    let mac = first.mac().to_string();

    let from = ["profiles", "from-device", &mac, "Pumps", "--resources"];
    let shown = manager.cli(&[&from[..], &["--check"]].concat()).await.ends_with(0);
    for words in [
        "switch:0.auto_off_delay",
        "home/{{ device.mac }}",
        "schedules.switch-set-1.timespec",
        "webhooks.Bell.urls",
        "it says how this one device is called",
        "name one of the vault for it",
        "nothing was made",
    ] {
        assert!(shown.out.contains(words), "{words}: {}", shown.out);
    }
    assert!(!shown.out.contains("planted"), "{}", shown.out);
    assert!(manager.client().profiles().await.unwrap().is_empty());
    let other = second.mac().to_string();
    let unlike = manager.cli(&["profiles", "from-device", &mac, "x", "--unlike", &other, "--check"]).await.ends_with(0);
    assert!(unlike.out.contains("switch:0.auto_off_delay") && !unlike.out.contains("switch:0.in_mode"), "{unlike:?}");
    let layer = format!("device:{mac}");
    let unlike =
        manager.cli(&["profiles", "from-device", &mac, "x", "--unlike-layer", &layer, "--check"]).await.ends_with(0);
    assert!(!unlike.out.contains("switch:0.auto_off_delay") && unlike.out.contains("switch:0.in_mode"), "{unlike:?}");
    for wrong in [["--only", "cover"], ["--secret", "mqtt.pass=nothing"]] {
        let refused = manager.cli(&[&from[..], &wrong[..]].concat()).await;
        assert_ne!(refused.code, 0, "{refused:?}");
    }

    manager.cli_with(&["config", "vars", "set", "--vault", "broker=-"], "planted\n").await.ends_with(0);
    let done = manager
        .cli(&[&from[..], &["--secret", "mqtt.pass=broker", "--without", "kvs", "--assign"]].concat())
        .await
        .ends_with(0);
    assert!(done.out.contains("made profile `Pumps`") && !done.out.contains("planted"), "{}", done.out);
    manager.cli(&["config", "diff", "--device", &mac]).await.ends_with(0);
    manager.cli(&["profiles", "assign", "Pumps", &other]).await.ends_with(0);
    let job = plan_and_apply(&manager, &only(second)).await;
    assert_eq!(job.job.units.verified, 1, "{job:?}");
    assert_eq!(on_device(second, "switch:0.auto_off_delay"), 77.0);
    assert_eq!(on_device(second, "mqtt.topic_prefix"), format!("home/{other}"));
    assert_ne!(on_device(second, "sys.device.name"), "Pump");
    let code = call(second, "Script.GetCode", &json!({"id": 1})).await;
    assert_eq!(code["data"], format!("let id = '{other}';\nlet open = '{{{{';\n"));
    let jobs = call(second, "Schedule.List", &json!({})).await;
    assert_eq!(jobs["jobs"][0]["timespec"], "0 0 22 * * *");
    fleet.shutdown().await;
}
