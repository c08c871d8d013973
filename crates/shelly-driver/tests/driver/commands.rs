//! Devices do at once what they are told.

use shelly_driver::{Command, CoverAction, LightChange, SwitchAction};
use shelly_types::ComponentStatus;

use crate::support::{connect, model, start};

/// A1, A2
#[tokio::test]
async fn relays_are_switched() {
    for code in ["SHSW-25", "SNSW-102P16EU", "S4PL-00416EU"] {
        let (fleet, handle) = start(model(code)).await;
        let device = connect(&handle).await.unwrap();
        let component = "switch:1".parse().unwrap();
        for (action, expected) in [(SwitchAction::On, true), (SwitchAction::Toggle, false), (SwitchAction::Off, false)]
        {
            device.command(&Command::Switch { id: 1, action }).await.unwrap();
            assert_eq!(handle.output(&component), Some(expected), "{code} {action:?}");
            let status = device.status().await.unwrap();
            let Some(ComponentStatus::Switch(switch)) = status.components.get(&component) else {
                panic!("{code}: {status:?}")
            };
            assert_eq!(switch.output, Some(expected), "{code}");
        }
        fleet.shutdown().await;
    }
}

/// A1, A2
#[tokio::test]
async fn lights_are_changed() {
    for (code, component) in [("SHDM-2", "light:0"), ("S3DM-0010WW", "light:0")] {
        let (fleet, handle) = start(model(code)).await;
        let device = connect(&handle).await.unwrap();
        let component = component.parse().unwrap();
        let change =
            LightChange { action: Some(SwitchAction::On), brightness_percent: Some(40), ..LightChange::default() };
        device.command(&Command::Light { component, change }).await.unwrap();
        let status = device.status().await.unwrap();
        let light = status.components.values().find_map(|component| match component {
            ComponentStatus::Light(light) => Some(light),
            _ => None,
        });
        let light = light.unwrap();
        assert_eq!((light.output, light.brightness_percent), (Some(true), Some(40.0)), "{code}");
        fleet.shutdown().await;
    }
}

#[tokio::test]
async fn what_a_device_does_not_have_is_refused() {
    for code in ["SHSW-1", "SNSW-001X16EU"] {
        let (fleet, handle) = start(model(code)).await;
        let device = connect(&handle).await.unwrap();
        let command = Command::Cover { id: 0, action: CoverAction::Open };
        let error = device.command(&command).await.unwrap_err();
        assert!(error.class().is_refusal(), "{code}: {}", error.chain());
        fleet.shutdown().await;
    }
}
