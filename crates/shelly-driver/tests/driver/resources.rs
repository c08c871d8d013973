//! K1, K5, K6, K8: lists that an owner makes on a device.

use serde_json::json;
use shelly_driver::{Action, Class};
use shelly_gen2_rpc::components::schedule::Job;
use shelly_types::wire::Wire;

use crate::support::{connect, model, start};

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
    ] {
        assert_eq!(error.class(), Class::Unsupported, "{}", error.chain());
    }
    assert_eq!(handle.counters().requests, before, "nothing was sent");
    fleet.shutdown().await;
}
