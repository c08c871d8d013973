//! Devices that do not do as they are told.

use api_types::{
    config::ScopeView,
    jobs::{JobRequest, JobState, UnitState},
};
use serde_json::json;
use shelly_sim::{Fault, SimHandle};
use sync_engine::Verdict;

use crate::{
    database::Database,
    manager::Manager,
    on_each_database,
    support::{adopt, all, model, of_device, on_device, plan_and_apply, run_job, start, unit, wish},
};

on_each_database! {
    ignored_and_clamped_fields_are_named
    a_wish_that_a_device_cannot_have_is_said_before
    a_device_that_restarts_while_it_is_written_is_proven_all_the_same
}

/// A16: on both families, a field that the device ignores or bends fails its device with the field's name; all other
/// fields and devices are applied, when that is what the job says.
async fn ignored_and_clamped_fields_are_named(database: Database) {
    let manager = Manager::on(database).await;
    let codes = ["SNSW-001X16EU", "SHSW-1", "S3SW-001X8EU"];
    let (fleet, handles) = start(codes.iter().zip(1..).map(|(code, at)| model(code, at)).collect()).await;
    adopt(&manager, &handles).await;
    let paths = |handle: &SimHandle| {
        if handle.generation().is_gen1() {
            ("relays.0.name", "relays.0.auto_off", "name")
        } else {
            ("switch:0.name", "switch:0.auto_off_delay", "sys.device.name")
        }
    };
    for handle in &handles[..2] {
        let (name, delay, _) = paths(handle);
        handle.inject(Fault::IgnoreField { path: name.to_owned() });
        handle.inject(Fault::ClampField { path: delay.to_owned(), min: 0.0, max: 100.0 });
    }
    let wishes = [
        ("switch:0.name", json!("Pump")),
        ("switch:0.auto_off", json!(true)),
        ("switch:0.auto_off_delay", json!(300)),
        ("sys.device.name", json!("Well")),
    ];
    wish(&manager, ScopeView::Fleet, &wishes).await;
    let keep = JobRequest { keep_failed: true, ..JobRequest::default() };
    let done = run_job(&manager, &keep).await;
    assert_eq!((done.job.state, done.job.units.failed, done.job.units.verified), (JobState::Failed, 2, 1));

    for handle in &handles[..2] {
        let unit = unit(&done, handle);
        let verdicts = &unit.report.as_ref().unwrap().verdicts;
        let verdict = |path: &str| &verdicts.iter().find(|field| field.path.to_string() == path).unwrap().verdict;
        assert_eq!(*verdict("switch:0.name"), Verdict::IgnoredByDevice, "{}", handle.model());
        assert_eq!(*verdict("switch:0.auto_off_delay"), Verdict::Clamped { got: 100.0.into() }, "{}", handle.model());
        assert_eq!(*verdict("sys.device.name"), Verdict::Applied);
        let reason = unit.reason.as_deref().unwrap();
        for part in ["switch:0.name: ignored", "switch:0.auto_off_delay: changed by the device to 100"] {
            assert!(reason.contains(part), "{reason}");
        }
        assert_eq!(on_device(handle, paths(handle).2), "Well", "the rest is applied");
        assert_eq!(on_device(handle, paths(handle).1).as_f64(), Some(100.0));
        handle.heal_all();
    }
    assert_eq!(on_device(&handles[2], "switch:0.name"), "Pump");

    let again = plan_and_apply(&manager, &all()).await;
    assert_eq!((again.job.units.verified, again.job.units.skipped), (2, 1), "{again:?}");
    fleet.shutdown().await;
}

/// F8: a setting that a device does not have is named with the reason, and nothing is sent for it.
async fn a_wish_that_a_device_cannot_have_is_said_before(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model("SHSW-1", 1)]).await;
    adopt(&manager, &handles).await;
    wish(&manager, of_device(&handles[0]), &[("switch:0.in_locked", json!(true)), ("cover:0.name", json!("x"))]).await;
    let done = plan_and_apply(&manager, &all()).await;
    let report = &unit(&done, &handles[0]).plan.as_ref().unwrap().report;
    assert_eq!(report.not_applicable.len() + report.unmatched.len(), 2, "{report:?}");
    assert_eq!((unit(&done, &handles[0]).state, handles[0].counters().writes), (UnitState::Skipped, 0), "{done:?}");
    let reason = unit(&done, &handles[0]).reason.as_deref().unwrap_or_default();
    assert!(!reason.is_empty(), "an empty plan says why it is empty");
    let config = manager.client().device_config(handles[0].mac()).await.unwrap();
    let locked = config.settings.iter().find(|setting| setting.path.to_string() == "switch:0.in_locked").unwrap();
    assert!(locked.not_applicable.is_some() && !locked.drifted, "{locked:?}");
    fleet.shutdown().await;
}

/// F10: a restart in the middle of a write is survived, and what was written is proven.
async fn a_device_that_restarts_while_it_is_written_is_proven_all_the_same(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model("SNSW-001X16EU", 1)]).await;
    adopt(&manager, &handles).await;
    wish(&manager, ScopeView::Fleet, &[("mqtt.server", json!("10.0.0.2:1883")), ("mqtt.enable", json!(true))]).await;
    let done = plan_and_apply(&manager, &all()).await;
    assert_eq!(done.job.units.verified, 1, "{done:?}");
    assert!(unit(&done, &handles[0]).report.as_ref().unwrap().restarted, "MQTT starts with a restart");
    assert_eq!(handles[0].counters().reboots, 1);
    assert_eq!(on_device(&handles[0], "mqtt.server"), "10.0.0.2:1883");

    handles[0].inject(Fault::RebootOnWrite);
    wish(&manager, ScopeView::Fleet, &[("sys.device.name", json!("Kettle"))]).await;
    let done = plan_and_apply(&manager, &all()).await;
    assert_eq!(unit(&done, &handles[0]).state, UnitState::Verified, "{done:?}");
    assert_eq!(on_device(&handles[0], "sys.device.name"), "Kettle");
    assert_eq!(handles[0].counters().reboots, 2);
    handles[0].heal_all();
    handles[0].until_up().await;
    let again = plan_and_apply(&manager, &all()).await;
    assert_eq!(again.job.units.failed + again.job.units.blocked, 0, "{again:?}");
    assert_eq!(on_device(&handles[0], "sys.device.name"), "Kettle");
    fleet.shutdown().await;
}
