//! Plans are carried out and proven.

use std::{collections::BTreeMap, time::Duration};

use capability_config::{SecretText, SettingValue};
use shelly_driver::Device;
use shelly_sim::{Fault, SimHandle};
use sync_engine::{
    ApplyOptions, ApplyReport, ErrorClass, Layer, NoDigester, NoJournal, Outcome, PlanOptions, Scope, Target, Verdict,
    apply, diff, plan, resolve,
};

use crate::support::{connect, endpoint, model, options, path, start, step};

fn layer(wishes: &[(&str, SettingValue)]) -> Layer {
    let settings: BTreeMap<_, _> = wishes.iter().map(|(path, value)| (path.parse().unwrap(), value.clone())).collect();
    Layer { id: "wish".into(), scope: Scope::Device, rank: 0, settings }
}

pub(crate) async fn carry_out(handle: &SimHandle, wishes: &[(&str, SettingValue)]) -> ApplyReport {
    let mut device = connect(handle).await.unwrap();
    let observed = device.observe().await.unwrap();
    let resolution = resolve(&[layer(wishes)], &observed.components);
    let drift = diff(&resolution, &observed, &NoDigester);
    let plan = plan(handle.mac(), &resolution, &observed, &drift, PlanOptions::default());
    apply(&plan, &mut device, &mut NoJournal, &ApplyOptions::default()).await
}

/// A15, F10: the wish is written, the device restarts where it must, and everything is read back.
#[tokio::test]
async fn a_wish_is_written_and_proven() {
    for code in ["SHSW-25", "SNSW-102P16EU", "S3SW-002P16EU"] {
        let (fleet, handle) = start(model(code)).await;
        let wishes = [
            ("switch:*.auto_off", true.into()),
            ("switch:*.auto_off_delay", 300.0.into()),
            ("switch:1.name", "Fan".into()),
            ("mqtt.server", "10.0.0.2:1883".into()),
            ("mqtt.enable", true.into()),
            ("sys.device.name", "Workshop".into()),
            ("sys.location.tz", "Europe/Berlin".into()),
        ];
        let report = carry_out(&handle, &wishes).await;
        assert_eq!(report.outcome, Outcome::Verified, "{code}: {report:?}");
        let report = carry_out(&handle, &wishes).await;
        assert!(report.verdicts.is_empty(), "{code}: a second plan is empty: {report:?}");
        fleet.shutdown().await;
    }
}

/// A14, A15: proof costs few requests. The configuration says who shows it, and a write of ours leaves nothing else to ask.
#[tokio::test]
async fn a_setting_is_written_and_proven_with_few_requests() {
    // Gen1: read, write, read again; later ones are also asked who they are.
    for (code, most) in [("SHSW-1", 3), ("SNSW-001X16EU", 4)] {
        let (fleet, handle) = start(model(code)).await;
        let mut device = connect(&handle).await.unwrap();
        let observed = device.configuration().await.unwrap().observed;
        let resolution = resolve(&[layer(&[("switch:0.name", "Fan".into())])], &observed.components);
        let drift = diff(&resolution, &observed, &NoDigester);
        let plan = plan(handle.mac(), &resolution, &observed, &drift, PlanOptions::default());
        let before = handle.counters().requests;
        let report = apply(&plan, &mut device, &mut NoJournal, &ApplyOptions::default()).await;
        assert_eq!(report.outcome, Outcome::Verified, "{code}: {report:?}");
        let requests = handle.counters().requests - before;
        assert!(requests <= most, "{code}: {requests}");
        fleet.shutdown().await;
    }
}

/// A16: a write that the device ignores or bends is noticed.
#[tokio::test]
async fn ignored_and_clamped_writes_are_noticed() {
    for (code, ignored, clamped) in [
        ("SHSW-1", "relays.0.name", "relays.0.auto_off"),
        ("SNSW-001X16EU", "switch:0.name", "switch:0.auto_off_delay"),
    ] {
        let (fleet, handle) = start(model(code)).await;
        handle.inject(Fault::IgnoreField { path: ignored.to_owned() });
        handle.inject(Fault::ClampField { path: clamped.to_owned(), min: 0.0, max: 100.0 });
        let wishes = [
            ("switch:0.name", "Pump".into()),
            ("switch:0.auto_off", true.into()),
            ("switch:0.auto_off_delay", 500.0.into()),
        ];
        let report = carry_out(&handle, &wishes).await;
        assert_eq!(report.outcome, Outcome::Unverified, "{code}: {report:?}");
        let verdict = |name: &str| &report.verdicts.iter().find(|one| one.path == path(name)).unwrap().verdict;
        assert_eq!(*verdict("switch:0.name"), Verdict::IgnoredByDevice, "{code}");
        assert_eq!(*verdict("switch:0.auto_off_delay"), Verdict::Clamped { got: 100.0.into() }, "{code}");
        assert_eq!(*verdict("switch:0.auto_off"), Verdict::Applied, "{code}");
        fleet.shutdown().await;
    }
}

/// A device that restarts while it is written is waited for.
#[tokio::test]
async fn a_restart_is_waited_for() {
    for code in ["SHSW-1", "SNSW-001X16EU"] {
        let (fleet, handle) = start(model(code)).await;
        let mut device = connect(&handle).await.unwrap();
        let reboots = handle.counters().reboots;
        device.restart_and_wait().await.unwrap();
        assert_eq!(handle.counters().reboots, reboots + 1, "{code}");
        assert!(handle.is_up());
        device.observe().await.unwrap();
        fleet.shutdown().await;
    }
}

/// A device that does not come back is given up in time.
#[tokio::test]
async fn a_device_that_stays_away_is_given_up() {
    let (fleet, handle) = start(model("SHSW-1")).await;
    let mut options = options();
    options.restart.limit = Duration::from_millis(700);
    let mut device = Device::connect(endpoint(&handle), None, None, options).await.unwrap();
    device.write(&step(&[(path("sys.device.eco_mode"), true.into())])).await.unwrap();
    handle.inject(Fault::Offline);
    let error = device.observe().await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Unreachable, "{error}");
    assert!(error.message.contains("did not come back"), "{error}");
    fleet.shutdown().await;
}

/// A11: the login can be set, changed and taken away, and the connection goes on with the new one.
#[tokio::test]
async fn the_login_is_changed_without_losing_the_device() {
    for code in ["SHSW-1", "SNSW-001X16EU", "S4SW-001P16EU"] {
        let (fleet, handle) = start(model(code)).await;
        let mut device = connect(&handle).await.unwrap();
        for password in ["first secret", "second secret"] {
            let secret = SettingValue::Secret(SecretText::new(password));
            let wish = [(path("auth.enable"), true.into()), (path("auth.password"), secret)];
            device.write(&step(&wish)).await.unwrap();
            assert!(handle.is_protected(), "{code}");
            device.observe().await.unwrap();
        }
        let wish = [(path("auth.enable"), false.into())];
        device.write(&step(&wish)).await.unwrap();
        assert!(!handle.is_protected(), "{code}");
        device.observe().await.unwrap();
        fleet.shutdown().await;
    }
}
