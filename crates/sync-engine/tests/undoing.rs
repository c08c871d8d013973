//! Undoes plans on a device that bends and ignores, now and later (F11, H9).

use capability_config::{SecretText, SettingPath, SettingValue, Settings};
use proptest::prelude::*;
use sync_engine::{
    ApplyOptions, ApplyReport, Layer, NoDigester, NoJournal, Plan, PlanOptions, Scope, Undo, UndoOf, WhyLeft, apply,
    diff, judge, plan, resolve, undo,
};

use crate::fake::{Fake, mac, run};

fn path(text: &str) -> SettingPath {
    text.parse().unwrap()
}

fn settings(pairs: &[(&str, SettingValue)]) -> Settings {
    pairs.iter().map(|(text, value)| (path(text), value.clone())).collect()
}

fn device() -> Fake {
    let shown = [
        ("switch:0.name", SettingValue::Null),
        ("switch:0.auto_off", false.into()),
        ("switch:0.auto_off_delay", 60.0.into()),
        ("switch:0.in_mode", "follow".into()),
        ("mqtt.enable", false.into()),
        ("wifi.sta.enable", true.into()),
        ("wifi.sta.ssid", "home".into()),
    ];
    Fake::new(2, "20241011-114455/1.4.4-g6d2a586", settings(&shown))
}

fn wish() -> Settings {
    settings(&[
        ("switch:0.name", "Pump".into()),
        ("switch:0.auto_off", true.into()),
        ("switch:0.auto_off_delay", 300.0.into()),
        ("switch:0.in_mode", "detached".into()),
        ("mqtt.enable", true.into()),
        ("wifi.sta.pass", SettingValue::Secret(SecretText::new("planted-key"))),
    ])
}

fn planned(fake: &Fake, wish: &Settings) -> Plan {
    let settings = wish.iter().map(|(path, value)| (path.into(), value.clone())).collect();
    let layer = Layer { id: "wish".into(), scope: Scope::Fleet, rank: 0, settings };
    let observed = fake.shows();
    let resolution = resolve(&[layer], &observed.components);
    plan(mac(), &resolution, &observed, &diff(&resolution, &observed, &NoDigester), PlanOptions::default())
}

fn applied(plan: &Plan, fake: &mut Fake) -> ApplyReport {
    run(apply(plan, fake, &mut NoJournal, &ApplyOptions::default())).unwrap()
}

fn undone(plan: &Plan, fake: &Fake, of: UndoOf, report: &ApplyReport) -> Undo {
    let accepted =
        |path: &SettingPath| report.verdicts.iter().any(|field| field.path == *path && field.verdict.is_good());
    let undo = undo(plan, &fake.shows(), of, accepted);
    assert_eq!(judge(&undo.plan), [], "the way back is a plan like others");
    undo
}

/// F11: what was bent, ignored or changed along is as it was before; a secret is named.
#[test]
fn a_bad_end_is_put_back() {
    let mut fake = device();
    let before = fake.shows();
    fake.temper.clamps = settings(&[("switch:0.auto_off_delay", 100.0.into())]);
    fake.temper.ignores.insert(path("mqtt.enable"));
    let plan = planned(&fake, &wish());
    let report = applied(&plan, &mut fake);
    assert!(!report.is_verified());
    fake.temper = crate::fake::Temper::default();
    let undo = undone(&plan, &fake, UndoOf::Now, &report);
    assert_eq!(undo.left, [(path("wifi.sta.pass"), WhyLeft::Secret)]);
    assert!(undo.plan.changes().all(|change| change.path != path("mqtt.enable")), "what was ignored is as it was");
    assert!(applied(&undo.plan, &mut fake).is_verified());
    let now = fake.shows().settings;
    for (path, value) in &before.settings {
        assert_eq!(now.get(path), Some(value), "{path}");
    }
    assert_eq!(now.get(&path("switch:0.name")), Some(&SettingValue::Null), "it had no name");
}

/// F11: what changes along with a setting goes back with it.
#[test]
fn what_changed_along_is_put_back() {
    let mut fake = device();
    let along = settings(&[("switch:0.auto_off_delay", 5.0.into())]);
    fake.temper.along.insert(path("switch:0.in_mode"), along);
    let wish = settings(&[("switch:0.in_mode", "detached".into()), ("switch:0.auto_off_delay", 60.0.into())]);
    let plan = planned(&fake, &wish);
    let report = applied(&plan, &mut fake);
    assert_eq!(report.disturbed, [path("switch:0.auto_off_delay")]);
    fake.temper = crate::fake::Temper::default();
    let undo = undone(&plan, &fake, UndoOf::Now, &report);
    assert!(applied(&undo.plan, &mut fake).is_verified());
    assert_eq!(fake.shows().settings, device().shows().settings);
}

/// F11: on Gen1 a delay is not shown while its switch is off, and goes with it.
#[test]
fn what_was_not_shown_goes_with_what_decides_about_it() {
    let shown = [("switch:0.auto_off", false.into()), ("switch:0.auto_off_delay", 0.0.into())];
    let mut fake = Fake::new(1, "20230913-112003/v1.14.0-gcb84623", settings(&shown));
    let wish = settings(&[("switch:0.auto_off", true.into()), ("switch:0.auto_off_delay", 300.0.into())]);
    let plan = planned(&fake, &wish);
    assert_eq!(plan.changes().count(), 2);
    let report = applied(&plan, &mut fake);
    let undo = undone(&plan, &fake, UndoOf::Now, &report);
    assert_eq!((undo.left, undo.plan.changes().count()), (vec![], 1));
    assert!(applied(&undo.plan, &mut fake).is_verified());
}

/// H9: later, what somebody changed since is left alone, and what is as it was needs nothing.
#[test]
fn what_somebody_changed_since_is_left_alone() {
    let mut fake = device();
    let plan = planned(&fake, &wish());
    let report = applied(&plan, &mut fake);
    fake.settings.insert(path("switch:0.in_mode"), "flip".into());
    fake.settings.insert(path("mqtt.enable"), false.into());
    let undo = undone(&plan, &fake, UndoOf::Earlier, &report);
    let left = [(path("switch:0.in_mode"), WhyLeft::ChangedSince), (path("wifi.sta.pass"), WhyLeft::Secret)];
    assert_eq!(undo.left, left);
    let paths: Vec<String> = undo.plan.changes().map(|change| change.path.to_string()).collect();
    assert_eq!(paths, ["switch:0.auto_off", "switch:0.auto_off_delay", "switch:0.name"]);
}

/// H2: a newer plan takes its settings from an older one, whose steps keep their numbers.
#[test]
fn a_newer_plan_takes_its_settings() {
    let fake = device();
    let mut older = planned(&fake, &wish());
    let steps = older.steps.len();
    let newer = planned(&fake, &settings(&[("switch:0.name", "Other".into()), ("mqtt.enable", true.into())]));
    older.leave_out(&newer);
    assert_eq!(older.steps.len(), steps);
    assert!(older.changes().all(|change| newer.changes().all(|other| other.path != change.path)));
    assert!(!older.is_empty());
    older.leave_out(&planned(&fake, &wish()));
    assert!(older.is_empty());
}

proptest! {
    /// H9: a plan and its undo leave the device as it was, whatever of the wish is asked for.
    #[test]
    fn a_plan_and_its_undo_change_nothing(mask in prop::collection::vec(any::<bool>(), 6)) {
        let mut fake = device();
        let mut wish: Settings = wish().into_iter().zip(mask).filter(|(_, is_in)| *is_in).map(|(pair, _)| pair).collect();
        wish.remove(&path("wifi.sta.pass"));
        let plan = planned(&fake, &wish);
        let report = applied(&plan, &mut fake);
        prop_assert!(report.is_verified());
        let undo = undone(&plan, &fake, UndoOf::Earlier, &report);
        prop_assert_eq!(&undo.left, &[]);
        prop_assert!(applied(&undo.plan, &mut fake).is_verified());
        let shown: Settings = fake.shows().settings.into_iter().filter(|(_, value)| *value != SettingValue::Null).collect();
        let was = device().shows().settings.into_iter().filter(|(_, value)| *value != SettingValue::Null);
        prop_assert_eq!(shown, was.collect::<Settings>());
    }
}
