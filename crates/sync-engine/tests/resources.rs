//! Scripts, stored values and other resources in plans (K2, K5, K6, K8).

use std::collections::BTreeMap;

use capability_config::{ResourceKind, SettingPath, SettingSelector, SettingValue, Settings};
use proptest::{collection::vec, prelude::*, sample::select};
use sync_engine::{
    ApplyOptions, Drift, Layer, NoDigester, NoJournal, Plan, PlanOptions, Resolution, Scope, UndoOf, apply, diff,
    judge, plan, resolve, undo,
};

use crate::fake::{Fake, mac, run};

fn path(text: &str) -> SettingPath {
    text.parse().unwrap()
}

/// A device that knows all kinds, with these resources.
fn device(settings: &[(&str, SettingValue)]) -> Fake {
    let settings = settings.iter().map(|(text, value)| (path(text), value.clone())).collect();
    let mut fake = Fake::new(3, "20241011-114455/1.4.4-g6d2a586", settings);
    fake.components.extend(ResourceKind::ALL.map(ResourceKind::component));
    fake
}

fn layer(id: &str, scope: Scope, wishes: &[(&str, SettingValue)]) -> Layer {
    let settings = wishes.iter().map(|(text, value)| (text.parse().unwrap(), value.clone())).collect();
    Layer { id: id.into(), scope, rank: 0, settings }
}

fn wished(layers: &[Layer], fake: &Fake) -> (Resolution, Drift, Plan) {
    let observed = fake.shows();
    let resolution = resolve(layers, &observed.components);
    let drift = diff(&resolution, &observed, &NoDigester);
    let plan = plan(mac(), &resolution, &observed, &drift, PlanOptions::default());
    assert_eq!(judge(&plan), []);
    (resolution, drift, plan)
}

fn applied(plan: &Plan, fake: &mut Fake) {
    let report = run(apply(plan, fake, &mut NoJournal, &ApplyOptions::default())).unwrap();
    assert!(report.is_verified(), "{report:?}");
}

fn changes(plan: &Plan) -> Vec<String> {
    plan.changes().map(|change| format!("{} {}", change.path, change.after)).collect()
}

const SCRIPT: [(&str, &str); 2] = [("scripts.watch.code", "let x = 1;"), ("scripts.old.code", "let y = 2;")];

fn scripts() -> Fake {
    let mut settings: Vec<(&str, SettingValue)> = SCRIPT.map(|(path, code)| (path, code.into())).to_vec();
    settings.extend([
        ("scripts.watch.enable", true.into()),
        ("scripts.watch.running", true.into()),
        ("scripts.watch.hash", "abc".into()),
        ("scripts.old.enable", false.into()),
        ("switch:0.name", SettingValue::Null),
        ("wifi.sta.ssid", "home".into()),
    ]);
    device(&settings)
}

/// Each resource is a step of its own, and all come before the network.
#[test]
fn each_resource_is_a_step_before_the_network() {
    let wishes = [
        ("wifi.sta.ssid", "other".into()),
        ("webhooks.bell.urls", SettingValue::from(vec!["http://hub/".into()])),
        ("scripts.watch.code", "let x = 3;".into()),
        ("scripts.new.code", "let z = 1;".into()),
        ("kvs.limit.value", 7.0.into()),
    ];
    let (_, _, plan) = wished(&[layer("f", Scope::Fleet, &wishes)], &scripts());
    let steps: Vec<String> = plan.steps.iter().map(|step| format!("{}", step.changes[0].path)).collect();
    assert_eq!(
        steps,
        ["kvs.limit.value", "scripts.new.code", "scripts.watch.code", "webhooks.bell.urls", "wifi.sta.ssid"]
    );
}

/// Ownership: merge touches only what is wished, exclusive takes the others away, and undo makes them again.
#[test]
fn what_is_not_wished_goes_only_where_that_was_said() {
    let fake = scripts();
    let wish = layer("g", Scope::Group("hall".into()), &[("scripts.watch.code", "let x = 1;".into())]);
    let (_, drift, plan) = wished(std::slice::from_ref(&wish), &fake);
    assert!(plan.is_empty() && drift.in_sync == 1, "{drift:?}");

    let only = layer("f", Scope::Fleet, &[("scripts.exclusive", true.into())]);
    let mut changed = fake.clone();
    let (_, drift, plan) = wished(&[wish.clone(), only.clone()], &changed);
    assert_eq!(changes(&plan), ["scripts.old.code null", "scripts.old.enable null"]);
    assert_eq!(drift.differences[0].origin.scope, Scope::Fleet, "who said that only ours may be there");
    applied(&plan, &mut changed);
    assert!(!changed.settings.contains_key(&path("scripts.old.code")));
    assert!(wished(&[wish.clone(), only.clone()], &changed).2.is_empty());

    let back = undo(&plan, &changed.shows(), UndoOf::Earlier, |_| true);
    assert_eq!(back.left, []);
    applied(&back.plan, &mut changed);
    assert_eq!(changed.settings, fake.settings);

    let stronger = layer("d", Scope::Device, &[("scripts.exclusive", false.into())]);
    assert!(wished(&[wish, only, stronger], &fake).2.is_empty(), "a device keeps its own");
}

/// A stronger layer says that a script of a weaker one shall not be there: it goes as a whole.
#[test]
fn null_takes_the_whole_resource_away() {
    let group = [("scripts.watch.code", "let x = 9;".into()), ("scripts.watch.running", true.into())];
    let layers = [
        layer("g", Scope::Group("hall".into()), &group),
        layer("d", Scope::Device, &[("scripts.watch.code", SettingValue::Null)]),
    ];
    let mut fake = scripts();
    let (_, _, plan) = wished(&layers, &fake);
    let expected = ["scripts.watch.code null", "scripts.watch.enable null", "scripts.watch.running null"];
    assert_eq!(changes(&plan), expected);
    applied(&plan, &mut fake);
    fake.settings.remove(&path("scripts.watch.hash"));
    let (_, drift, plan) = wished(&layers, &fake);
    assert!(plan.is_empty() && drift.is_empty(), "{drift:?}");
}

/// A script that is not there, and of which only the state is wished, is no drift.
#[test]
fn a_resource_that_nobody_makes_is_not_applicable() {
    let (_, drift, plan) = wished(&[layer("f", Scope::Fleet, &[("scripts.gone.running", true.into())])], &scripts());
    assert!(drift.is_empty() && plan.is_empty());
    assert_eq!(drift.not_applicable.len(), 1);
}

/// Two groups disagree about a script: it is a conflict, and exclusive does not take it away meanwhile.
#[test]
fn what_is_in_conflict_stays() {
    let wish = |code: &str| [("scripts.old.code", code.into()), ("scripts.exclusive", true.into())];
    let layers =
        [layer("a", Scope::Group("a".into()), &wish("let a;")), layer("b", Scope::Group("b".into()), &wish("let b;"))];
    let (resolution, _, plan) = wished(&layers, &scripts());
    assert_eq!(resolution.conflicts.len(), 1);
    assert!(changes(&plan).iter().all(|change| change.starts_with("scripts.watch.")), "{:?}", changes(&plan));
}

/// A stored value that becomes another kind of value, and back.
#[test]
fn a_stored_value_changes_its_form() {
    let mut fake = device(&[("kvs.a.json", r#"{"b":1}"#.into())]);
    let before = fake.settings.clone();
    let (_, _, plan) = wished(&[layer("f", Scope::Fleet, &[("kvs.a.value", "plain".into())])], &fake);
    assert_eq!(changes(&plan), ["kvs.a.json null", "kvs.a.value \"plain\""]);
    applied(&plan, &mut fake);
    applied(&undo(&plan, &fake.shows(), UndoOf::Now, |_| true).plan, &mut fake);
    assert_eq!(fake.settings, before);
}

fn some_settings() -> impl Strategy<Value = BTreeMap<SettingSelector, SettingValue>> {
    let text = |values: Vec<&'static str>| select(values).prop_map(SettingValue::from);
    let wish = (select(vec!["a", "b", "c"]), 0..8_usize).prop_flat_map(move |(name, which)| {
        let flag = || any::<bool>().prop_map(SettingValue::from).boxed();
        let (path, value) = match which {
            0 => (format!("scripts.{name}.code"), text(vec!["let x;", "let y;"]).boxed()),
            1 => (format!("scripts.{name}.enable"), flag()),
            2 => (format!("scripts.{name}.running"), flag()),
            3 => (format!("kvs.{name}.value"), text(vec!["", "1"]).boxed()),
            4 => (format!("kvs.{name}.json"), text(vec!["[]", "{\"a\":1}"]).boxed()),
            5 => (format!("schedules.{name}.timespec"), text(vec!["@sunset", "0 0 7 * * *"]).boxed()),
            6 => ("scripts.exclusive".to_owned(), flag()),
            _ => ("kvs.exclusive".to_owned(), flag()),
        };
        let is_flag = path.ends_with("exclusive");
        let value = if is_flag { value } else { prop_oneof![5 => value, 1 => Just(SettingValue::Null)].boxed() };
        (Just(path.parse::<SettingSelector>().unwrap()), value)
    });
    vec(wish, 0..10).prop_map(|wishes| wishes.into_iter().collect())
}

/// What a device may have: no nulls, nothing that says who owns, and no state without what it is the state of.
fn some_device() -> impl Strategy<Value = Fake> {
    some_settings().prop_map(|wishes| {
        let all: Settings =
            wishes.into_iter().filter_map(|(selector, value)| Some((selector.as_path()?, value))).collect();
        let is_there = |path: &SettingPath| {
            let Some((resource, _)) = capability_config::Resource::of(path) else { return false };
            let made = |field: &&str| all.get(&resource.path(field)).is_some_and(|value| *value != SettingValue::Null);
            resource.kind.makers().iter().filter(|field| made(field)).count() == 1
        };
        let kept = all.iter().filter(|(path, value)| **value != SettingValue::Null && is_there(path));
        let kept: Vec<(String, SettingValue)> = kept.map(|(path, value)| (path.to_string(), value.clone())).collect();
        let kept: Vec<(&str, SettingValue)> = kept.iter().map(|(path, value)| (path.as_str(), value.clone())).collect();
        device(&kept)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Plan, apply, compare: nothing is left; and the undo gives back exactly what was there.
    #[test]
    fn resources_get_there_and_back(of_fleet in some_settings(), of_device in some_settings(), fake in some_device()) {
        let make = |id: &str, scope, settings| Layer { id: id.into(), scope, rank: 0, settings };
        let layers = [make("f", Scope::Fleet, of_fleet), make("d", Scope::Device, of_device)];
        let mut changed = fake.clone();
        let (_, _, first) = wished(&layers, &fake);
        applied(&first, &mut changed);
        let (_, drift, second) = wished(&layers, &changed);
        prop_assert!(second.is_empty() && drift.is_empty(), "{:?}\n{:?}", changes(&first), changes(&second));
        let back = undo(&first, &changed.shows(), UndoOf::Earlier, |_| true);
        prop_assert_eq!(judge(&back.plan), []);
        prop_assert_eq!(&back.left, &[]);
        applied(&back.plan, &mut changed);
        prop_assert_eq!(&changed.settings, &fake.settings);
    }
}
