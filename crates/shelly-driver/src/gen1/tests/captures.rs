//! Every captured device.

use std::{collections::BTreeSet, fs, path::PathBuf};

use capability_config::{SettingPath, Settings, all_facts, facts};
use serde_json::Value;
use shelly_gen1::Shelly;
use shelly_types::{
    Firmware, Generation, Identity, Mac, Model,
    wire::{AsSent, Wire, leaves},
};

use super::device::Device;
use crate::gen1::{document::Parts, observe, writes};

/// The folder of the captures; none when it is not there, which fails under CI.
pub(super) fn fixtures() -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = std::env::var_os("SHELLY_FIXTURES").map_or_else(|| root.join("../shared/fixtures"), |f| root.join(f));
    let open = folder.join("open");
    if open.is_dir() {
        return Some(open);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "no captures at {}", folder.display());
    println!("skipped: no captures at {}", folder.display());
    None
}

/// A captured device: file, who it is, `/settings` if captured, `/status` if captured.
pub(super) struct Captured {
    pub(super) file: String,
    pub(super) identity: Identity,
    pub(super) settings: Option<Value>,
    pub(super) status: Option<Value>,
}

pub(super) fn captured() -> Vec<Captured> {
    let Some(folder) = fixtures() else { return Vec::new() };
    let mut all = Vec::new();
    for source in fs::read_dir(folder).expect("folder of captures") {
        for file in fs::read_dir(source.expect("entry").path()).expect("folder of a source") {
            let path = file.expect("entry").path();
            let text = fs::read_to_string(&path).expect("readable capture");
            let capture: Value = serde_json::from_str(&text).expect("capture is JSON");
            if capture["gen"] != 1 {
                continue;
            }
            let endpoint = |name: &str| {
                let endpoints = &capture["endpoints"];
                let found = endpoints.get(name).or_else(|| endpoints.get(format!("fragment:{name}")));
                found.filter(|payload| payload.get("_invalid_json").is_none()).cloned()
            };
            let text = |name: &str| capture[name].as_str().unwrap_or_default().to_owned();
            let shelly = endpoint("/shelly").and_then(|payload| Shelly::from_json(payload).ok());
            let identity = shelly.and_then(|shelly| shelly.identity()).unwrap_or_else(|| Identity {
                mac: Mac::new([0, 0x11, 0x22, 0x33, 0x44, 0x55]),
                generation: Generation::GEN1,
                model: Model::new(text("model")),
                firmware: Firmware::new(text("fw")),
                host_name: None,
                app: None,
                name: None,
                profile: capture["profile"].as_str().map(str::to_owned),
                auth_required: false,
            });
            let file = path.file_name().expect("name").to_string_lossy().into_owned();
            all.push(Captured { file, identity, settings: endpoint("/settings"), status: endpoint("/status") });
        }
    }
    all.sort_by(|left, right| left.file.cmp(&right.file));
    all
}

fn sent(document: &Value) -> AsSent {
    AsSent::from_json(document.clone()).expect("an object")
}

/// Devices show it, and no source tells how it is written, or it is fixed.
fn is_only_shown(path: &SettingPath) -> bool {
    let fixed = ["wifi.ap.ssid", "thermostat:0.display_unit", "thermostat:0.schedule.rules"];
    path.component().kind() == "em"
        || fixed.contains(&path.to_string().as_str())
        || facts(path.component().kind(), path.field()).is_some_and(|facts| facts.read_only)
}

/// A15: what is read, written back under the vendor's other names, is what was read.
#[test]
fn what_is_read_can_be_written_back() {
    for Captured { file, identity, settings, .. } in captured() {
        let Some(document) = settings else { continue };
        let observed = observe(&identity, &sent(&document));
        let mut device = Device::new(&document);
        let mut all = Vec::new();
        for component in observed.components.iter().filter(|component| component.kind() != "auth") {
            let changes: Settings = observed
                .settings
                .iter()
                .filter(|(path, _)| path.component() == component && !is_only_shown(path))
                .map(|(path, value)| (path.clone(), value.clone()))
                .collect();
            all.extend(
                writes(&identity, component, &changes, &observed.settings)
                    .unwrap_or_else(|error| panic!("{file}: {component}: {error}")),
            );
        }
        device.spoil(&all);
        let spoilt = observe(&identity, &sent(device.document()));
        device.write(&all);
        let again = observe(&identity, &sent(device.document()));
        for (path, value) in &observed.settings {
            if !is_only_shown(path) && path.component().kind() != "auth" {
                assert_eq!(again.settings.get(path), Some(value), "{file}: {path}");
                assert_ne!(spoilt.settings.get(path), Some(value), "{file}: {path} is written by nothing");
            }
        }
        assert_eq!(again.settings.len(), observed.settings.len(), "{file}");
    }
}

/// Each setting can be written alone, and then nothing else is sent with it.
#[test]
fn each_setting_can_be_written_alone() {
    for Captured { file, identity, settings, .. } in captured() {
        let Some(document) = settings else { continue };
        let observed = observe(&identity, &sent(&document));
        for (path, value) in &observed.settings {
            let is_login = path.component().kind() == "auth";
            let changes = Settings::from([(path.clone(), value.clone())]);
            let written = writes(&identity, path.component(), &changes, &observed.settings);
            if is_only_shown(path) {
                assert!(written.is_err(), "{file}: {path}");
            } else if !is_login {
                let written = written.unwrap_or_else(|error| panic!("{file}: {path}: {error}"));
                assert_eq!(written.len(), 1, "{file}: {path}");
            }
        }
    }
}

/// F2: every setting is in the catalogue, as one of Gen1, and its value fits.
#[test]
fn settings_are_those_of_the_catalogue() {
    for Captured { file, identity, settings, .. } in captured() {
        let Some(document) = settings else { continue };
        let observed = observe(&identity, &sent(&document));
        for (path, value) in &observed.settings {
            let facts = facts(path.component().kind(), path.field())
                .unwrap_or_else(|| panic!("{file}: {path} is not in the catalogue"));
            assert!(facts.gen1, "{file}: {path} is not one of Gen1");
            if !facts.read_only {
                let checked = capability_config::check(&path.into(), value.clone());
                assert!(checked.is_ok(), "{file}: {path} = {value}: {:?}", checked.err());
            }
        }
    }
}

/// A row of the catalogue that no device of Gen1 can show is a wrong row.
#[test]
fn every_gen1_setting_of_the_catalogue_has_a_rule() {
    let known = super::super::rules::all_fields();
    let missing: Vec<String> = all_facts()
        .iter()
        .filter(|facts| facts.gen1 && !known.contains(&(facts.kind, facts.field.to_owned())))
        .map(|facts| facts.selector().to_string())
        .collect();
    assert_eq!(missing, Vec::<String>::new());
}

/// Nothing of a document is lost: it is a setting, or it is kept.
#[test]
fn nothing_is_lost() {
    let (mut all, mut kept) = (0, 0);
    let mut names = BTreeSet::new();
    for Captured { file, identity, settings, .. } in captured() {
        let Some(document) = settings else { continue };
        let observed = observe(&identity, &sent(&document));
        let mut count = 0;
        Parts::default().rest(document.as_object().expect("an object"), &mut |_, _| count += 1);
        assert_eq!(count, leaves(&document), "{file}");
        assert!(observed.kept.len() < count, "{file}");
        let code = observed.kept.get("pin_code").unwrap_or(&Value::Null);
        assert!(code.as_str().is_none_or(str::is_empty), "{file} shows a secret");
        assert!(!observed.kept.contains_key("wifi_ap.key"), "{file} shows a secret");
        all += count;
        kept += observed.kept.len();
        names.extend(observed.kept.into_keys());
    }
    if all > 0 {
        println!("{} of {all} leaves are settings, {kept} are kept", all - kept);
        if std::env::var_os("SHOW_UNKNOWN").is_some() {
            for name in names {
                println!("  {name}");
            }
        }
    }
}
