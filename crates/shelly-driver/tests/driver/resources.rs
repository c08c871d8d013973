//! K1, K5, K6, K8: lists that an owner makes on a device.

use capability_config::SettingValue;
use serde_json::json;
use shelly_driver::{Action, Class, Device};
use shelly_gen2_rpc::{Channel, HttpChannel, components::schedule::Job, methods::virtuals::VirtualKind};
use shelly_sim::SimHandle;
use shelly_types::{ComponentKey, wire::Wire};
use sync_engine::Outcome;

use crate::{
    apply::carry_out,
    support::{connect, endpoint, model, path, start},
};

#[tokio::test]
async fn scripts_schedules_and_values_are_kept() {
    let (fleet, handle) = start(model("SNPL-00112EU").with_password("secret")).await;
    let device = connect(&handle).await.unwrap();
    // Longer than a chunk, and not of ASCII alone (device-facts 28).
    let code = "// grün ☂\nlet x = 1;\n".repeat(120);
    let id = device.add_script("Umbrella", &code).await.unwrap();
    device.run_script(id, true).await.unwrap();
    let scripts = device.scripts().await.unwrap();
    assert_eq!((scripts[0].id, &scripts[0].code, scripts[0].running), (id, &code, true));
    device.write_script(id, "let x = 2;").await.unwrap();
    device.remove_script(id).await.unwrap();
    assert_eq!(device.scripts().await.unwrap(), []);

    let job =
        json!({"enable": true, "timespec": "0 0 7 * * *", "calls": [{"method": "Switch.Toggle", "params": {"id": 0}}]});
    let id = device.write_schedule(&Job::from_json(job).unwrap()).await.unwrap();
    assert_eq!(device.schedules().await.unwrap()[0].id.copied(), Some(id));
    device.remove_schedule(id).await.unwrap();
    assert!(device.schedules().await.unwrap().is_empty());

    device.set_value("colour", &json!({"r": 1})).await.unwrap();
    assert_eq!(device.values().await.unwrap()["colour"].value.get(), Some(&json!({"r": 1})));
    device.remove_value("colour").await.unwrap();
    assert!(device.values().await.unwrap().is_empty());
    device.virtual_components().await.unwrap();
    fleet.shutdown().await;
}

/// K6: an action is written, read and removed in the same words on both families.
#[tokio::test]
async fn actions_are_the_same_on_both_families() {
    for code in ["SHSW-PM", "SNPL-00112EU"] {
        let (fleet, handle) = start(model(code)).await;
        let device = connect(&handle).await.unwrap();
        assert_eq!(device.actions().await.unwrap(), [], "{code}");
        let wanted = Action::new("switch.on", 0, vec!["http://192.168.1.5/on".to_owned()]);
        device.write_action(&wanted).await.unwrap();
        let [written] = &device.actions().await.unwrap()[..] else { panic!("{code}") };
        let told = Action { id: wanted.id, raw: wanted.raw.clone(), ..written.clone() };
        assert_eq!(told, wanted, "{code}");
        device.write_action(&Action { enabled: false, ..written.clone() }).await.unwrap();
        assert!(!device.actions().await.unwrap()[0].enabled, "{code}");
        device.remove_action(written).await.unwrap();
        assert_eq!(device.actions().await.unwrap(), [], "{code}");
        fleet.shutdown().await;
    }
}

/// Somebody else calls a method of the device.
async fn called(handle: &SimHandle, method: &str, params: serde_json::Value) -> serde_json::Value {
    HttpChannel::new(endpoint(handle)).call(method, Some(params)).await.unwrap()
}

/// What a component says now; none when the device has no such component.
async fn reading(device: &Device, key: &ComponentKey) -> Option<serde_json::Value> {
    let status = device.status().await.unwrap();
    status.components.get(key).map(|reading| serde_json::to_value(reading).unwrap()["reading"].clone())
}

/// A10: virtual components that somebody or we add are components with settings like all others: seen by a device that
/// had none before, changed by a plan that proves it, and gone once they are deleted.
#[tokio::test]
async fn virtual_components_come_change_and_go() {
    let (fleet, handle) = start(model("S3SW-002P16EU")).await;
    let device = connect(&handle).await.unwrap();
    assert_eq!(device.virtual_components().await.unwrap().len(), 0);
    let before = device.configuration().await.unwrap().observed;
    let config = json!({"name": "Target", "min": 5, "max": 30, "default_value": 21});
    called(&handle, "Virtual.Add", json!({"type": "number", "id": 230, "config": config})).await;
    let flag = device.add_virtual_component(&VirtualKind::Boolean, &json!({"name": "Holidays"})).await.unwrap();
    let number = ComponentKey::instance("number", 230);
    assert_eq!(flag, ComponentKey::instance("boolean", 200));

    let seen = device.read().await.unwrap();
    let observed = &seen.configuration.observed;
    for key in [&number, &flag] {
        assert!(!before.components.contains(key) && observed.components.contains(key), "{key}");
        assert!(seen.status.components.contains_key(key), "{key}");
    }
    assert_eq!(observed.settings[&path("number:230.name")], SettingValue::from("Target"));
    assert_eq!(observed.settings[&path("number:230.max")], SettingValue::from(30.0));
    assert_eq!(reading(&device, &number).await.unwrap()["value"], 21.0);
    called(&handle, "Number.Set", json!({"id": 230, "value": 24.5})).await;
    assert_eq!(reading(&device, &number).await.unwrap()["value"], 24.5);

    let wishes = [("number:230.name", "Warmth".into()), ("number:230.max", 28.0.into())];
    let report = carry_out(&handle, &wishes).await;
    assert_eq!(report.outcome, Outcome::Verified, "{report:?}");
    let kept = called(&handle, "Number.GetConfig", json!({"id": 230})).await;
    assert_eq!((&kept["name"], &kept["max"], &kept["min"]), (&json!("Warmth"), &json!(28.0), &json!(5.0)));
    let settings = device.configuration().await.unwrap().observed.settings;
    assert_eq!(settings[&path("number:230.name")], SettingValue::from("Warmth"), "another conversation changed it");

    device.remove_virtual_component(&flag).await.unwrap();
    called(&handle, "Virtual.Delete", json!({"key": "number:230"})).await;
    let after = device.configuration().await.unwrap().observed;
    assert_eq!((after.components, after.settings.len()), (before.components, before.settings.len()));
    assert_eq!((reading(&device, &number).await, reading(&device, &flag).await), (None, None));
    fleet.shutdown().await;
}

#[tokio::test]
async fn what_gen1_has_not_is_told() {
    let (fleet, handle) = start(model("SHSW-1")).await;
    let device = connect(&handle).await.unwrap();
    let before = handle.counters().requests;
    for error in [
        device.scripts().await.unwrap_err(),
        device.schedules().await.unwrap_err(),
        device.set_value("a", &json!(1)).await.unwrap_err(),
        device.virtual_components().await.unwrap_err(),
        device.add_virtual_component(&VirtualKind::Text, &json!({})).await.unwrap_err(),
    ] {
        assert_eq!(error.class(), Class::Unsupported, "{}", error.chain());
    }
    assert_eq!(handle.counters().requests, before, "nothing was sent");
    fleet.shutdown().await;
}
