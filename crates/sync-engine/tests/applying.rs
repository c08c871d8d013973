//! Applies plans to a device that misbehaves, or while the manager is killed.

use capability_config::{SecretText, SettingPath, SettingValue, Settings};
use schemars::schema_for;
use sync_engine::{
    ApplyOptions, ApplyReport, Drift, ErrorClass, Layer, NoDigester, NoJournal, Outcome, Plan, PlanOptions, Resolution,
    RestartPolicy, Scope, StopReason, Verdict, apply, diff, plan, resolve,
};

use crate::fake::{Fake, Memory, Stuck, mac, run};

fn path(text: &str) -> SettingPath {
    text.parse().unwrap()
}

fn settings(pairs: &[(&str, SettingValue)]) -> Settings {
    pairs.iter().map(|(text, value)| (path(text), value.clone())).collect()
}

fn device() -> Fake {
    let mut fake = Fake::new(
        2,
        "20241011-114455/1.4.4-g6d2a586",
        settings(&[
            ("switch:0.name", "old".into()),
            ("switch:0.auto_off", false.into()),
            ("switch:0.auto_off_delay", 60.0.into()),
            ("mqtt.enable", false.into()),
            ("mqtt.server", SettingValue::Null),
            ("wifi.sta.enable", true.into()),
            ("wifi.sta.ssid", "home".into()),
        ]),
    );
    fake.temper.needs_restart.insert(path("mqtt.server"));
    fake
}

fn wish(pairs: &[(&str, SettingValue)], fake: &Fake) -> Resolution {
    let wishes = pairs.iter().map(|(text, value)| (text.parse().unwrap(), value.clone())).collect();
    let layer = Layer { id: "wish".into(), scope: Scope::Fleet, rank: 0, settings: wishes };
    resolve(&[layer], &fake.shows().components)
}

fn whole_wish(fake: &Fake) -> Resolution {
    wish(
        &[
            ("switch:0.name", "new".into()),
            ("switch:0.auto_off", true.into()),
            ("switch:0.auto_off_delay", 90.0.into()),
            ("mqtt.enable", true.into()),
            ("mqtt.server", "broker:1883".into()),
            ("wifi.sta.pass", SettingValue::Secret(SecretText::new("planted-key"))),
        ],
        fake,
    )
}

fn make_plan(resolution: &Resolution, fake: &Fake) -> Plan {
    let observed = fake.shows();
    plan(mac(), resolution, &observed, &diff(resolution, &observed, &NoDigester), PlanOptions::default())
}

fn carry_out(plan: &Plan, fake: &mut Fake) -> ApplyReport {
    run(apply(plan, fake, &mut NoJournal, &ApplyOptions::default())).unwrap()
}

fn verdict_of<'a>(report: &'a ApplyReport, text: &str) -> &'a Verdict {
    &report.verdicts.iter().find(|field| field.path == path(text)).unwrap().verdict
}

/// F10: applies, restarts once because the device asks for it, and proves.
#[test]
fn a_plan_is_carried_out_and_proven() {
    let mut fake = device();
    let plan = make_plan(&whole_wish(&fake), &fake);
    let mut journal = Memory::default();
    let report = run(apply(&plan, &mut fake, &mut journal, &ApplyOptions::default())).unwrap();
    assert_eq!(report.outcome, Outcome::Verified, "{report:#?}");
    assert_eq!(*verdict_of(&report, "mqtt.server"), Verdict::Applied);
    assert_eq!(*verdict_of(&report, "wifi.sta.pass"), Verdict::Unverifiable);
    assert_eq!((fake.restarts, report.restarted), (1, true));
    assert_eq!(
        journal.lines,
        [
            "0 started switch:0",
            "0 accepted",
            "1 started mqtt",
            "1 accepted",
            "2 started wifi",
            "2 accepted",
            "verified"
        ]
    );
}

/// A16: a write that the device accepted and ignored, changed or does not know is told for each field.
#[test]
fn what_the_device_made_of_a_write_is_told_for_each_field() {
    let mut fake = device();
    fake.temper.ignores.extend([path("switch:0.name"), path("switch:0.owner")]);
    fake.temper.clamps.insert(path("switch:0.auto_off_delay"), 86.0.into());
    let plan = make_plan(&whole_wish(&fake), &fake);
    let report = carry_out(&plan, &mut fake);
    assert_eq!(report.outcome, Outcome::Unverified);
    assert_eq!(*verdict_of(&report, "switch:0.name"), Verdict::IgnoredByDevice);
    assert_eq!(*verdict_of(&report, "switch:0.auto_off_delay"), Verdict::Clamped { got: 86.0.into() });
    assert_eq!(*verdict_of(&report, "switch:0.auto_off"), Verdict::Applied);
}

#[test]
fn without_leave_to_restart_the_setting_waits() {
    let mut fake = device();
    let plan = make_plan(&whole_wish(&fake), &fake);
    let options = ApplyOptions { restart: RestartPolicy::Never };
    let report = run(apply(&plan, &mut fake, &mut NoJournal, &options)).unwrap();
    assert_eq!(report.outcome, Outcome::NeedsRestart);
    assert_eq!(*verdict_of(&report, "mqtt.server"), Verdict::NeedsRestart);
    assert_eq!(*verdict_of(&report, "switch:0.name"), Verdict::Applied);
    assert_eq!(fake.restarts, 0);
    let report = carry_out(&plan, &mut fake);
    assert_eq!(report.outcome, Outcome::Verified, "{report:#?}");
    assert_eq!(fake.restarts, 1);
}

#[test]
fn a_plan_that_is_out_of_date_writes_nothing() {
    let mut fake = device();
    let plan = make_plan(&whole_wish(&fake), &fake);
    fake.settings.insert(path("switch:0.name"), "somebody else".into());
    let report = carry_out(&plan, &mut fake);
    assert_eq!(report.outcome, Outcome::Stale { paths: vec![path("switch:0.name")] });
    assert!(fake.writes.is_empty() && report.verdicts.is_empty());
}

#[test]
fn a_change_of_what_was_right_makes_a_plan_stale_and_of_what_is_not_managed_does_not() {
    let mut fake = device();
    let wish = wish(&[("switch:0.name", "new".into()), ("mqtt.enable", false.into())], &fake);
    let plan = make_plan(&wish, &fake);
    fake.settings.insert(path("mqtt.enable"), true.into());
    assert_eq!(carry_out(&plan, &mut fake).outcome, Outcome::Stale { paths: vec![path("mqtt.enable")] });
    fake.settings.insert(path("mqtt.enable"), false.into());
    fake.settings.insert(path("wifi.sta.ssid"), "other".into());
    assert_eq!(carry_out(&plan, &mut fake).outcome, Outcome::Verified);
}

/// W12: when the answer is lost, reading again decides whether to send again.
#[test]
fn a_lost_answer_is_settled_by_reading_again() {
    let mut fake = device();
    fake.temper.loses_answer.insert(0);
    let plan = make_plan(&wish(&[("switch:0.name", "new".into())], &fake), &fake);
    assert_eq!(carry_out(&plan, &mut fake).outcome, Outcome::Verified);
    assert_eq!(fake.writes.len(), 1, "it was done, so it is not sent again");

    let mut fake = device();
    fake.temper.misses.insert(0);
    assert_eq!(carry_out(&plan, &mut fake).outcome, Outcome::Verified);
    assert_eq!(fake.writes.len(), 1, "it was not heard, so it is sent again");
}

#[test]
fn a_refused_step_does_not_hold_up_the_others() {
    let mut fake = device();
    fake.temper.refuses.insert(path("switch:0.auto_off_delay"));
    let plan = make_plan(&whole_wish(&fake), &fake);
    let report = carry_out(&plan, &mut fake);
    assert_eq!(report.outcome, Outcome::Unverified);
    let refused = "the device refused switch:0.auto_off_delay".to_owned();
    assert_eq!(*verdict_of(&report, "switch:0.name"), Verdict::Failed { reason: refused });
    assert_eq!(*verdict_of(&report, "mqtt.enable"), Verdict::Applied);
}

#[test]
fn a_device_that_is_gone_stops_the_plan_before_the_risky_steps() {
    for gone_after in 0..6 {
        let mut fake = device();
        fake.temper.gone_after = Some(gone_after);
        let plan = make_plan(&whole_wish(&fake), &fake);
        let report = carry_out(&plan, &mut fake);
        let Outcome::Stopped { reason: StopReason::Device { error }, .. } = &report.outcome else {
            panic!("{gone_after}: {:?}", report.outcome)
        };
        assert_eq!(error.message, "connect to the fake device: no route");
        assert_eq!(report.verdicts.len(), 6);
        assert!(report.verdicts.iter().all(|field| matches!(field.verdict, Verdict::Failed { .. })), "{report:#?}");
        assert!(gone_after > 3 || fake.writes.iter().all(|write| !write.contains_key(&path("wifi.sta.pass"))));
    }
}

#[test]
fn what_cannot_be_recorded_is_not_written() {
    let mut fake = device();
    let plan = make_plan(&whole_wish(&fake), &fake);
    let mut journal = Memory { full_at: Some(0), ..Memory::default() };
    let report = run(apply(&plan, &mut fake, &mut journal, &ApplyOptions::default())).unwrap();
    assert!(matches!(report.outcome, Outcome::Stopped { reason: StopReason::Journal { .. }, .. }));
    assert!(fake.writes.is_empty());
}

#[test]
fn what_the_device_changed_along_with_others_is_told() {
    let mut fake = device();
    fake.settings.insert(path("cloud.enable"), true.into());
    fake.components.insert("cloud".parse().unwrap());
    fake.temper.along.insert(path("mqtt.enable"), settings(&[("cloud.enable", false.into())]));
    let plan = make_plan(&wish(&[("mqtt.enable", true.into()), ("cloud.enable", true.into())], &fake), &fake);
    let report = carry_out(&plan, &mut fake);
    assert_eq!(report.outcome, Outcome::Unverified);
    assert_eq!(report.disturbed, [path("cloud.enable")]);
}

/// The manager is killed at each operation, before and after the device did it; applying again ends the same.
#[test]
fn a_plan_can_be_resumed_after_a_crash_at_any_point() {
    let mut undisturbed = device();
    let plan = make_plan(&whole_wish(&undisturbed), &undisturbed);
    let report = carry_out(&plan, &mut undisturbed);
    assert!(report.is_verified());
    for operation in 0..6 {
        for done in [false, true] {
            let mut fake = device();
            let mut journal = Memory::default();
            fake.temper.stuck_at = Some(Stuck { operation, done });
            let killed = run(apply(&plan, &mut fake, &mut journal, &ApplyOptions::default()));
            assert_eq!(killed, None, "{operation}");
            fake.temper.stuck_at = None;
            let report = run(apply(&plan, &mut fake, &mut journal, &ApplyOptions::default())).unwrap();
            assert!(report.is_verified(), "{operation} {done}: {report:#?}");
            assert_eq!(fake.settings, undisturbed.settings, "{operation} {done}");
            assert_eq!(fake.redundant, [], "{operation} {done}");
        }
    }
}

/// D1: a stored plan holds no secret; the wish puts it back.
#[test]
fn secrets_are_put_back_into_a_stored_plan() {
    let mut fake = device();
    let wish = whole_wish(&fake);
    let stored = serde_json::to_string(&make_plan(&wish, &fake)).unwrap();
    assert!(!stored.contains("planted-key"));
    let mut plan: Plan = serde_json::from_str(&stored).unwrap();
    assert!(!carry_out(&plan, &mut fake.clone()).is_verified());
    assert_eq!(plan.fill_secrets(&Resolution::default()), [path("wifi.sta.pass")]);
    assert_eq!(plan.fill_secrets(&wish), []);
    let report = carry_out(&plan, &mut fake);
    assert!(report.is_verified());
    assert!(!serde_json::to_string(&report).unwrap().contains("planted-key"));
    assert_eq!(fake.settings[&path("wifi.sta.pass")], SettingValue::Secret(SecretText::new("planted-key")));
}

#[test]
fn a_stored_plan_reads_back_as_it_was() {
    let fake = device();
    let plan = make_plan(&wish(&[("switch:0.name", "new".into()), ("mqtt.enable", true.into())], &fake), &fake);
    let stored = serde_json::to_value(&plan).unwrap();
    assert_eq!(serde_json::from_value::<Plan>(stored).unwrap(), plan);
}

/// A device that locks us out, or is another one, is left alone at once.
#[test]
fn a_device_that_wants_peace_is_left_alone() {
    let mut fake = device();
    fake.temper.fails_with = Some(ErrorClass::LockedOut);
    let plan = make_plan(&whole_wish(&fake), &fake);
    let report = carry_out(&plan, &mut fake);
    assert!(matches!(report.outcome, Outcome::Stopped { step: Some(0), .. }));
    assert_eq!(fake.operations, 2, "one read, one write");
}

#[test]
fn what_was_right_before_the_plan_stopped_is_not_called_failed() {
    let mut fake = device();
    let plan = make_plan(&whole_wish(&fake), &fake);
    fake.settings.insert(path("mqtt.enable"), true.into());
    fake.temper.deaf = true;
    let report = carry_out(&plan, &mut fake);
    assert!(matches!(report.outcome, Outcome::Stopped { step: Some(0), .. }));
    assert_eq!(*verdict_of(&report, "mqtt.enable"), Verdict::AlreadySo);
    assert!(matches!(verdict_of(&report, "mqtt.server"), Verdict::Failed { .. }));
}

#[test]
fn plans_and_reports_have_a_schema() {
    for schema in [schema_for!(Plan), schema_for!(ApplyReport), schema_for!(Resolution), schema_for!(Drift)] {
        assert!(schema.as_object().is_some_and(|schema| schema.contains_key("properties")));
    }
}
