//! What is particular to devices of Gen2 and later.

use std::collections::BTreeMap;

use capability_config::{SettingPath, SettingSelector, SettingValue, Settings, check};
use serde_json::Value;
use shelly_driver::{Command, CoverAction, Device};
use shelly_sim::{FleetPlan, SimDevice, SimFleet, catalogue};
use shelly_types::{ComponentKey, Mac, wire::leaves};
use sync_engine::Target;

use crate::support::{connect, model, path, start, step};

/// One device of each model in each profile.
async fn every_model() -> SimFleet {
    let mut devices = Vec::new();
    for spec in catalogue().iter().filter(|spec| !spec.generation.is_gen1()) {
        for profile in &spec.profiles {
            let number = u8::try_from(devices.len()).unwrap();
            let mac = Mac::new([0xA8, 0x03, 0x2A, 0, 0, number]);
            devices.push(SimDevice::new(spec, mac).with_profile(&profile.name).robust());
        }
    }
    SimFleet::start(FleetPlan::new(devices)).await.unwrap()
}

/// Keys that are deduced from other fields and not shown.
fn is_key(path: &SettingPath) -> bool {
    matches!(path.field(), "pass" | "ap.pass" | "sta.pass" | "sta1.pass")
}

/// A2: every leaf of a configuration is a setting or kept, and no component is missing.
#[tokio::test]
async fn nothing_of_a_configuration_is_lost() {
    for handle in every_model().await.devices() {
        let observed = connect(handle).await.unwrap().read().await.unwrap().configuration.observed;
        let model = handle.model();
        let Value::Object(config) = handle.config_json() else { panic!("{model}") };
        for (key, component) in &config {
            let key: ComponentKey = key.parse().unwrap();
            assert!(observed.components.contains(&key), "{model} {key}");
            let members = component.as_object().unwrap().iter();
            let sent: usize = members.filter(|(name, _)| *name != "id").map(|(_, member)| leaves(member)).sum();
            let settings = observed.settings.iter().filter(|(path, _)| *path.component() == key && !is_key(path));
            let settings: usize = settings.map(|(_, value)| leaves(&value.to_json())).sum();
            let prefix = format!("{key}.");
            let kept = observed.kept.iter().filter(|(path, _)| path.starts_with(&prefix));
            let kept: usize = kept.map(|(_, value)| leaves(value)).sum();
            assert_eq!(settings + kept, sent, "{model} {key}");
        }
    }
}

/// A2: writing every setting as it is changes nothing, and every component takes it.
#[tokio::test]
async fn writing_what_was_read_changes_nothing() {
    for handle in every_model().await.devices() {
        let mut device = connect(handle).await.unwrap();
        let before = handle.config_json();
        let mut components: BTreeMap<ComponentKey, Settings> = BTreeMap::new();
        for (path, value) in device.observe().await.unwrap().settings {
            let can_be_set = check(&SettingSelector::from(&path), value.clone()).is_ok();
            if can_be_set && !is_key(&path) && path.component().kind() != "auth" {
                components.entry(path.component().clone()).or_default().insert(path, value);
            }
        }
        for (component, settings) in components {
            let settings: Vec<(SettingPath, SettingValue)> = settings.into_iter().collect();
            let written = device.write(&step(&settings)).await;
            assert!(written.is_ok(), "{} {component}: {written:?}", handle.model());
        }
        let revision = |config: &Value| config["sys"]["cfg_rev"].clone();
        assert_eq!(revision(&before), revision(&handle.config_json()), "{}", handle.model());
        assert_eq!(before, handle.config_json(), "{}", handle.model());
    }
}

/// A2: explicitly nothing travels as null.
#[tokio::test]
async fn a_name_is_taken_away() {
    let (_fleet, handle) = start(model("S3SW-001X8EU").named("hall")).await;
    let mut device = connect(&handle).await.unwrap();
    let name = path("sys.device.name");
    assert_eq!(device.observe().await.unwrap().get(&name), Some(&SettingValue::from("hall")));
    device.write(&step(&[(name.clone(), SettingValue::Null)])).await.unwrap();
    assert_eq!(device.observe().await.unwrap().get(&name), Some(&SettingValue::Null));
}

/// A2
#[tokio::test]
async fn covers_are_moved() {
    let (_fleet, handle) = start(model("S3SW-002P16EU").with_profile("cover")).await;
    let device = connect(&handle).await.unwrap();
    let state = async |device: &Device| {
        let status = device.status().await.unwrap();
        let cover = serde_json::to_value(&status.components[&"cover:0".parse().unwrap()]).unwrap();
        cover["reading"]["state"].as_str().unwrap().to_owned()
    };
    device.command(&Command::Cover { id: 0, action: CoverAction::Open }).await.unwrap();
    assert!(["opening", "open"].contains(&state(&device).await.as_str()));
    device.command(&Command::Cover { id: 0, action: CoverAction::Close }).await.unwrap();
    assert!(["closing", "closed"].contains(&state(&device).await.as_str()));
    device.command(&Command::Cover { id: 0, action: CoverAction::Stop }).await.unwrap();
}

/// A2: components that are added at run time are found beside the others, in settings and in readings.
#[tokio::test]
async fn dynamic_components_are_read() {
    for spec in catalogue().iter().filter(|spec| !spec.generation.is_gen1() && !spec.dynamic.is_empty()) {
        let (_fleet, handle) = start(model(spec.model.code())).await;
        let reading = connect(&handle).await.unwrap().read().await.unwrap();
        for key in &spec.dynamic {
            let key: ComponentKey = key.parse().unwrap();
            assert!(reading.configuration.observed.components.contains(&key), "{} {key}", spec.model);
            assert!(reading.status.components.contains_key(&key), "{} {key}", spec.model);
        }
    }
}
