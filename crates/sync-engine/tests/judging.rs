//! Shows the judge plans that the planner never makes.

use capability_config::{Risk, SettingPath, SettingValue, Settings};
use sync_engine::{Change, Finding, Layer, NoDigester, Plan, PlanOptions, Scope, diff, judge, plan, resolve};

use crate::fake::{Fake, mac};

fn path(text: &str) -> SettingPath {
    text.parse().unwrap()
}

/// A good plan: a name, then a network.
fn good() -> Plan {
    let shown = [
        ("switch:0.name", SettingValue::from("old")),
        ("wifi.sta.enable", true.into()),
        ("wifi.ap.enable", true.into()),
        ("wifi.sta.ssid", "old".into()),
    ];
    let settings: Settings = shown.into_iter().map(|(text, value)| (path(text), value)).collect();
    let wishes = [
        ("switch:0.name", SettingValue::from("new")),
        ("wifi.sta.ssid", "new".into()),
        ("wifi.ap.enable", false.into()),
    ];
    let settings_wished = wishes.into_iter().map(|(text, value)| (text.parse().unwrap(), value)).collect();
    let layer = Layer { id: "l".into(), scope: Scope::Fleet, rank: 0, settings: settings_wished };
    let observed = Fake::new(2, "1.4.4", settings).shows();
    let resolution = resolve(&[layer], &observed.components);
    let drift = diff(&resolution, &observed, &NoDigester);
    plan(mac(), &resolution, &observed, &drift, PlanOptions::default())
}

fn change(text: &str, after: SettingValue) -> Change {
    Change { path: path(text), after, ..good().steps[0].changes[0].clone() }
}

fn findings(spoil: impl FnOnce(&mut Plan)) -> Vec<Finding> {
    let mut plan = good();
    assert_eq!(judge(&plan), []);
    spoil(&mut plan);
    judge(&plan)
}

#[test]
fn the_network_must_come_last() {
    let reversed = [Finding::RiskyTooEarly { step: 0 }, Finding::AfterTheMove { step: 1 }];
    assert_eq!(findings(|plan| plan.steps.reverse()), reversed);
}

#[test]
fn a_network_must_stay() {
    assert_eq!(findings(|plan| plan.relies_on.retain(|_| false)), [Finding::Strands]);
}

#[test]
fn a_secret_must_not_be_stored_in_the_clear() {
    let key = || change("wifi.sta.pass", "planted".into());
    let found = findings(|plan| plan.steps[1].changes.push(key()));
    assert_eq!(found, [Finding::SecretInClear { path: path("wifi.sta.pass") }]);
}

#[test]
fn a_step_keeps_to_its_component_and_to_what_can_be_set() {
    let found = findings(|plan| plan.steps[1].changes.push(change("switch:1.name", "x".into())));
    assert_eq!(found, [Finding::MixedComponents { step: 1, path: path("switch:1.name") }]);
    let found = findings(|plan| plan.steps[1].changes.push(change("wifi.sta.is_open", true.into())));
    assert_eq!(found, [Finding::ReadOnly { path: path("wifi.sta.is_open") }]);
}

#[test]
fn a_plan_does_not_deceive_about_itself() {
    let found = findings(|plan| plan.steps[1].risk = Risk::None);
    assert_eq!(found, [Finding::RiskUnderstated { step: 1 }]);
    let found = findings(|plan| plan.steps[0].changes.push(change("switch:0.name", "x".into())));
    assert_eq!(found, [Finding::Twice { path: path("switch:0.name") }]);
    assert_eq!(findings(|plan| plan.steps[0].changes.clear()), [Finding::EmptyStep { step: 0 }]);
    assert_eq!(findings(|plan| plan.steps.clear()), [Finding::EmptyWithoutReason]);
}
