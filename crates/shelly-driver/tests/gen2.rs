//! Reads, writes and commands simulated devices of Gen2 and later.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail")]

use std::{collections::BTreeMap, time::Duration};

use capability_config::{SecretText, SettingPath, SettingSelector, SettingValue, Settings, check};
use serde_json::Value;
use shelly_driver::{Class, Command, CoverAction, Device, LightChange, Options, RestartWait, SwitchAction};
use shelly_http::Endpoint;
use shelly_sim::{FleetPlan, SimDevice, SimFleet, SimHandle, catalogue};
use shelly_types::{ComponentKey, ComponentStatus, Credentials, Generation, Mac, wire::leaves};
use sync_engine::{Change, Observed, Origin, Scope, Step, Target};

const PASSWORD: &str = "correct horse";

fn options() -> Options {
    let (first_look, interval) = (Duration::from_millis(20), Duration::from_millis(20));
    let restart = RestartWait { first_look, interval, limit: Duration::from_secs(10) };
    Options { restart, ..Options::default() }
}

fn mac(number: u8) -> Mac {
    Mac::new([0xA8, 0x03, 0x2A, 0, 0, number])
}

async fn fleet(devices: Vec<SimDevice>) -> SimFleet {
    SimFleet::start(FleetPlan::new(devices)).await.unwrap()
}

async fn connect(handle: &SimHandle, password: Option<&str>) -> Device {
    let credentials = password.map(|password| Credentials::new("admin", password));
    Device::connect(Endpoint::from(handle.endpoint()), Some(handle.mac()), credentials, options()).await.unwrap()
}

/// One device of each model in each profile.
fn every_model() -> Vec<SimDevice> {
    let mut devices = Vec::new();
    for spec in catalogue().iter().filter(|spec| spec.generation != Generation::GEN1) {
        for profile in &spec.profiles {
            let number = u8::try_from(devices.len()).unwrap();
            devices.push(SimDevice::new(spec, mac(number)).with_profile(&profile.name));
        }
    }
    devices
}

fn step(changes: &[(&str, SettingValue)]) -> Step {
    let origin = Origin { layer: "test".to_owned(), scope: Scope::Fleet };
    let change = |(path, after): &(&str, SettingValue)| Change {
        path: path.parse().unwrap(),
        before: None,
        after: after.clone(),
        origin: origin.clone(),
    };
    let changes: Vec<Change> = changes.iter().map(change).collect();
    Step::new(changes[0].path.component().clone(), changes)
}

fn get(observed: &Observed, path: &str) -> Option<SettingValue> {
    observed.get(&path.parse().unwrap()).cloned()
}

/// Every leaf of the configuration is a setting or kept, and no component is missing.
#[tokio::test]
async fn nothing_of_a_configuration_is_lost() {
    let fleet = fleet(every_model()).await;
    for handle in fleet.devices() {
        let reading = connect(handle, None).await.read().await.unwrap();
        let model = handle.model();
        let Value::Object(config) = handle.config_json() else { panic!("{model}") };
        let mut expected = 0;
        for (key, component) in &config {
            let component_key: ComponentKey = key.parse().unwrap();
            assert!(reading.observed.components.contains(&component_key), "{model} {key}");
            let members = component.as_object().unwrap();
            expected += members.iter().filter(|(name, _)| *name != "id").map(|(_, member)| leaves(member)).sum::<usize>();
        }
        let of_config = |path: &SettingPath| config.contains_key(&path.component().to_string());
        let shown = |path: &SettingPath, value: &SettingValue| {
            let is_deduced = path.field().ends_with("pass") && matches!(value, SettingValue::Hidden | SettingValue::Null);
            of_config(path) && !is_deduced
        };
        let lists = |value: &SettingValue| match value {
            SettingValue::List(items) => items.len().max(1),
            _ => 1,
        };
        let settings: usize = reading
            .observed
            .settings
            .iter()
            .filter(|(path, value)| shown(path, value))
            .map(|(_, value)| lists(value))
            .sum();
        let kept: usize = reading
            .observed
            .kept
            .iter()
            .filter(|(path, _)| config.contains_key(path.split('.').next().unwrap()))
            .map(|(_, value)| leaves(value))
            .sum();
        assert_eq!(settings + kept, expected, "{model}: {:?}", reading.observed.kept);
    }
}

/// Writing every setting as it is changes nothing, and every component takes it.
#[tokio::test]
async fn writing_what_was_read_changes_nothing() {
    let fleet = fleet(every_model()).await;
    for handle in fleet.devices() {
        let mut device = connect(handle, None).await;
        let before = handle.config_json();
        let observed = device.observe().await.unwrap();
        let mut steps: BTreeMap<ComponentKey, Settings> = BTreeMap::new();
        for (path, value) in &observed.settings {
            let hidden = *value == SettingValue::Hidden || path.field().ends_with("pass");
            if !hidden && path.component().kind() != "auth" && check(&SettingSelector::from(path), value.clone()).is_ok() {
                steps.entry(path.component().clone()).or_default().insert(path.clone(), value.clone());
            }
        }
        for settings in steps.values() {
            let changes: Vec<(String, SettingValue)> =
                settings.iter().map(|(path, value)| (path.to_string(), value.clone())).collect();
            let changes: Vec<(&str, SettingValue)> =
                changes.iter().map(|(path, value)| (path.as_str(), value.clone())).collect();
            device.write(&step(&changes)).await.unwrap_or_else(|error| panic!("{}: {error}", handle.model()));
        }
        let after = handle.config_json();
        assert_eq!(before, after, "{}", handle.model());
    }
}

#[tokio::test]
async fn a_change_is_written_and_read_back() {
    let fleet = fleet(vec![SimDevice::of_model("S3SW-001X8EU", mac(1)).unwrap().with_password(PASSWORD)]).await;
    let mut device = connect(&fleet.devices()[0], Some(PASSWORD)).await;
    let observed = device.observe().await.unwrap();
    assert_eq!(get(&observed, "auth.enable"), Some(SettingValue::Bool(true)));
    device
        .write(&step(&[("switch:0.auto_off", true.into()), ("switch:0.auto_off_delay", SettingValue::Number(90.0))]))
        .await
        .unwrap();
    device.write(&step(&[("sys.device.name", "hall".into())])).await.unwrap();
    device.write(&step(&[("sys.device.name", SettingValue::Null)])).await.unwrap();
    let observed = device.observe().await.unwrap();
    assert_eq!(get(&observed, "switch:0.auto_off_delay"), Some(SettingValue::Number(90.0)));
    assert_eq!(get(&observed, "sys.device.name"), Some(SettingValue::Null));
}

/// The login is set, used at once, and taken away.
#[tokio::test]
async fn the_login_changes_under_way() {
    let fleet = fleet(vec![SimDevice::of_model("SNSW-001X16EU", mac(2)).unwrap()]).await;
    let handle = &fleet.devices()[0];
    let mut device = connect(handle, None).await;
    let observed = device.observe().await.unwrap();
    assert_eq!(get(&observed, "auth.password"), Some(SettingValue::Null));
    let secret = SettingValue::Secret(SecretText::new(PASSWORD));
    device.write(&step(&[("auth.enable", true.into()), ("auth.password", secret)])).await.unwrap();
    assert!(handle.is_protected());
    let observed = device.observe().await.unwrap();
    assert_eq!(get(&observed, "auth.password"), Some(SettingValue::Hidden));
    let stranger = connect(handle, Some("wrong")).await;
    assert_eq!(stranger.read().await.unwrap_err().class(), Class::Unauthorized);
    device.write(&step(&[("auth.enable", false.into())])).await.unwrap();
    assert!(!handle.is_protected());
    assert_eq!(get(&device.observe().await.unwrap(), "auth.enable"), Some(SettingValue::Bool(false)));
}

#[tokio::test]
async fn commands_are_carried_out() {
    let cover = SimDevice::of_model("S3SW-002P16EU", mac(4)).unwrap().with_profile("cover");
    let fleet = fleet(vec![
        SimDevice::of_model("S3SW-002P16EU", mac(3)).unwrap().with_profile("switch"),
        cover,
        SimDevice::of_model("S3DM-0010WW", mac(5)).unwrap(),
    ])
    .await;
    let [switch, cover, light] = fleet.devices() else { panic!() };
    let output = |handle: &SimHandle, key: &str| handle.output(&key.parse().unwrap()).unwrap();

    let device = connect(switch, None).await;
    device.command(&Command::Switch { id: 1, action: SwitchAction::On }).await.unwrap();
    assert!(output(switch, "switch:1") && !output(switch, "switch:0"));
    device.command(&Command::Switch { id: 1, action: SwitchAction::Toggle }).await.unwrap();
    assert!(!output(switch, "switch:1"));

    connect(cover, None).await.command(&Command::Cover { id: 0, action: CoverAction::Open }).await.unwrap();

    let device = connect(light, None).await;
    let component: ComponentKey = "light:0".parse().unwrap();
    let change = LightChange { action: Some(SwitchAction::On), brightness_percent: Some(30), ..LightChange::default() };
    device.command(&Command::Light { component: component.clone(), change }).await.unwrap();
    let status = device.status().await.unwrap();
    let ComponentStatus::Light(read) = &status.components[&component] else { panic!("{status:?}") };
    assert_eq!((read.output, read.brightness_percent), (Some(true), Some(30.0)));
}

/// Components that are added at run time are found beside the others, in settings and in readings.
#[tokio::test]
async fn dynamic_components_are_read() {
    let specs = catalogue().iter().filter(|spec| !spec.dynamic.is_empty());
    let devices: Vec<SimDevice> =
        specs.zip(1..).map(|(spec, number)| SimDevice::new(spec, mac(number))).collect();
    if devices.is_empty() {
        return;
    }
    let fleet = fleet(devices).await;
    for handle in fleet.devices() {
        let reading = connect(handle, None).await.read().await.unwrap();
        let shown = handle.config_json();
        let is_dynamic = |key: &&ComponentKey| key.kind() != "auth" && shown.get(key.to_string()).is_none();
        let dynamic: Vec<&ComponentKey> = reading.observed.components.iter().filter(is_dynamic).collect();
        assert!(!dynamic.is_empty(), "{}", handle.model());
        assert!(dynamic.iter().all(|key| reading.status.components.contains_key(key)), "{}", handle.model());
    }
}
