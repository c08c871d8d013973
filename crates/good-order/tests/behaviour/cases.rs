//! Every rule finds what it should (G5), says nothing otherwise, and its fix can be wished.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use capability_config::{SettingSelector, check};
use good_order::{DeviceFacts, all, by_id, examine};
use serde::Deserialize;
use serde_json::Value;

use crate::devices::Device;

/// One or more devices, and what a rule finds on the last one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    rule: String,
    devices: Vec<Device>,
    /// What it says; absent when it is silent.
    finds: Option<String>,
    /// What would set it right.
    #[serde(default)]
    fix: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize)]
struct Cases {
    case: Vec<Case>,
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let files = fs::read_dir(folder).unwrap().map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    files.flat_map(|text| toml::from_str::<Cases>(&text).unwrap().case).collect()
}

fn facts(devices: Vec<Device>) -> Vec<DeviceFacts> {
    devices.into_iter().zip(1..).map(|(device, number)| device.facts(number)).collect()
}

/// D8, G5, K3, K9: each rule finds what it should and nothing else, and fixes what it says.
#[test]
fn g5_every_rule_finds_and_is_silent() {
    let (mut finding, mut silent) = (BTreeSet::new(), BTreeSet::new());
    for case in cases() {
        let rule = by_id(&case.rule).unwrap_or_else(|| panic!("there is no rule {}", case.rule));
        let place = format!("{}: {:?}", case.rule, case.devices);
        let devices = facts(case.devices);
        let last = devices.last().unwrap().mac;
        let found = examine(&devices, |mac| mac == last, |other| other.id == rule.id);
        let message = found.first().map(|found| found.finding.message.clone());
        assert_eq!(message, case.finds, "{place}");
        let fix = found.first().map(|found| &found.finding.fix).into_iter().flatten();
        let fix: BTreeMap<String, Value> = fix.map(|(path, value)| (path.to_string(), value.to_json())).collect();
        let wanted =
            case.fix.into_iter().map(|(path, value)| (path, if value.is_object() { Value::Null } else { value }));
        assert_eq!(fix, wanted.collect(), "{place}");
        let sets: Vec<SettingSelector> = rule.sets.iter().map(|selector| selector.parse().unwrap()).collect();
        for (path, value) in found.iter().flat_map(|found| &found.finding.fix) {
            assert!(sets.iter().any(|selector| selector.matches(path)), "{}: {path} is not in `sets`", rule.id);
            check(&SettingSelector::from(path), value.clone()).unwrap();
        }
        if found.is_empty() {
            silent.insert(rule.id)
        } else {
            finding.insert(rule.id)
        };
    }
    let ids: BTreeSet<&str> = all().map(|rule| rule.id).collect();
    assert_eq!(finding, ids, "rules without a case of a finding");
    assert_eq!(silent, ids, "rules without a case of silence");
}

/// Nothing known, nothing said: only what is told by the identity may be found.
#[test]
fn g5_unknown_facts_are_no_findings() {
    for generation in 1..=4 {
        let device = toml::from_str::<Device>(&format!("generation = {generation}")).unwrap();
        let found = examine(&[device.facts(1)], |_| true, |_| true);
        assert!(found.is_empty(), "{found:?}");
    }
}

/// The table reads well: ids, sentences and settings have their form.
#[test]
fn g5_the_table_is_in_order() {
    let ids: BTreeSet<&str> = all().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), all().count(), "an id is there twice");
    assert!(ids.len() >= 40, "{}", ids.len());
    for rule in all() {
        assert!(rule.id.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c.is_ascii_digit()), "{}", rule.id);
        assert!(!rule.title.ends_with('.') && rule.why.ends_with('.') && rule.remedy.ends_with('.'), "{}", rule.id);
        for selector in rule.sets {
            let selector: SettingSelector = selector.parse().unwrap();
            assert!(capability_config::facts(selector.kind(), selector.field()).is_some(), "{selector}");
        }
    }
}
