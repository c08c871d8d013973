//! The way over Bluetooth: the same ends, and the WiFi of the host is never touched (L7).

use std::{sync::Mutex, time::Duration};

use bluetooth_control::{Happening, Operation};
use provisioner::{DevicePlace, Failure, FailureKind, Outcome, Progress, Provision, Step, Stop, TaskId, Way};
use serde_json::json;
use shelly_sim::{Fault, Quirk, SimDevice};
use shelly_types::Credentials;

use super::site::{KEY, Site, new_device};

async fn site(device: SimDevice) -> Site {
    Site { by: Way::Bluetooth, ..Site::with(device).await }
}

async fn run(site: &Site, task: &Provision) -> Outcome {
    site.agent().provision(TaskId::new("t"), 1, task, &Stop::default(), &|_| {}).await.unwrap()
}

fn failure(outcome: Outcome) -> Failure {
    match outcome {
        Outcome::Failed(failure) => failure,
        Outcome::Done(done) => panic!("{done:?}"),
    }
}

/// L7, A7, D7: devices of all generations that have Bluetooth come into the network over it. Clock, name and station are
/// written, the setup window is told, and the radio of the host does nothing.
#[tokio::test]
async fn l7_a7_devices_come_into_the_network_over_bluetooth() {
    for model in ["SNSW-001X16EU", "S3SW-002P16EU", "S4SW-001P16EU"] {
        let site = site(new_device(model).with_quirk(Quirk::SetupWindow)).await;
        let seen = Mutex::new(Vec::new());
        let progress = |progress: Progress| seen.lock().unwrap().push((progress.step, progress.window_left));
        let agent = site.agent();
        let task = site.task(KEY);
        let outcome = agent.provision(TaskId::new("t"), 1, &task, &Stop::default(), &progress).await.unwrap();
        site.holds(&outcome, model);
        assert!(matches!(outcome, Outcome::Done(_)), "{model}: {outcome:?}");
        assert_eq!(site.wifi.log(), [], "{model}: the WiFi of the host was touched");
        assert_eq!(site.device.handle.name().as_deref(), Some("hall"), "{model}");
        let written = site.device.handle.writes();
        assert!(written.iter().any(|write| write.target.eq_ignore_ascii_case("sys.settime")), "{model}");
        let seen = seen.into_inner().unwrap();
        assert!(seen.iter().any(|(_, left)| left.is_some_and(|left| left > Duration::from_mins(14))), "{model}");
        let mut steps: Vec<Step> = seen.into_iter().map(|(step, _)| step).collect();
        steps.dedup();
        let way = [Step::Accepted, Step::Preparing, Step::Joining, Step::Identifying, Step::Writing, Step::Finding];
        assert_eq!(steps, way, "{model}");
    }
}

/// L7, L6: what does not come into the network gets its former station back, over Bluetooth.
#[tokio::test]
async fn l7_l6_what_does_not_come_into_the_network_goes_back() {
    for case in ["wrong key", "out of range"] {
        let site = site(new_device("S3SW-002P16EU")).await;
        site.device.set_range(false);
        let outcome = run(&site, &site.task(if case == "wrong key" { "incorrect horse" } else { KEY })).await;
        site.holds(&outcome, case);
        let failure = failure(outcome);
        assert_eq!(
            (failure.kind, failure.place),
            (FailureKind::Network, DevicePlace::AccessPoint),
            "{case}: {failure}"
        );
        assert_ne!(site.device.handle.name().as_deref(), Some("hall"), "{case}: its name is back too");
        assert_eq!(site.wifi.log(), [], "{case}");
    }
}

/// A device that asks for its password gets the proof; without it nothing is written.
#[tokio::test]
async fn l7_a7_passwords_are_proven_or_asked_for() {
    for (password, kind) in [
        (Some("hunter22"), None),
        (None, Some(FailureKind::DevicePassword)),
        (Some("letmein"), Some(FailureKind::DevicePassword)),
    ] {
        let site = site(new_device("SNSW-001X16EU").with_password("hunter22")).await;
        let credentials = password.map(|password| Credentials::new("admin", password));
        let outcome = run(&site, &Provision { credentials, ..site.task(KEY) }).await;
        site.holds(&outcome, "password");
        match kind {
            None => assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}"),
            Some(kind) => {
                assert_eq!(failure(outcome).kind, kind);
                assert_eq!(site.device.handle.writes(), []);
            }
        }
    }
}

/// L4: whoever answers and is another one is left untouched; one that takes no RPC, or is not there, is said to.
#[tokio::test]
async fn l4_l7_the_wrong_device_and_one_that_takes_no_rpc_are_left_untouched() {
    let site = site(new_device("SNSW-001X16EU")).await;
    for (case, expected, kind) in [
        ("another", Some("A8032AB12346"), FailureKind::WrongDevice),
        ("another end", Some("B12346"), FailureKind::WrongDevice),
        ("no rpc", None, FailureKind::WindowClosed),
        ("off", None, FailureKind::NoAccessPoint),
    ] {
        match case {
            "no rpc" => assert!(site.device.handle.set_config("ble.rpc.enable", json!(false))),
            "off" => site.device.set_power(false),
            _ => {}
        }
        let task = Provision { expected: expected.map(|text| text.parse().unwrap()), ..site.task(KEY) };
        let outcome = site.agent().provision(TaskId::new(case), 1, &task, &Stop::default(), &|_| {}).await.unwrap();
        let failure = failure(outcome);
        assert_eq!((failure.kind, failure.place), (kind, DevicePlace::Untouched), "{case}: {failure}");
        assert_eq!((site.device.handle.writes(), site.bluetooth.connected()), (Vec::new(), None), "{case}");
    }
}

/// L6, A7: the connection breaks, the radio fails, the device talks garbage, at each of the first operations: it ends in one
/// of two ways, and no connection is left.
#[tokio::test]
async fn l6_a7_the_connection_may_break_at_any_time() {
    for happening in [Happening::Breaks, Happening::Fails, Happening::Garbles(&[0xFF; 4]), Happening::Garbles(b"")] {
        for operation in [Operation::Scan, Operation::Connect, Operation::Write, Operation::Read] {
            for nth in [1, 2, 5, 40, 90] {
                let site = site(new_device("S3SW-002P16EU")).await;
                site.bluetooth.script(operation, nth, happening);
                let outcome = run(&site, &site.task(KEY)).await;
                site.holds(&outcome, &format!("{operation:?} {nth}, {happening:?}"));
            }
        }
    }
}

/// A device that ignores what is written is not believed.
#[tokio::test]
async fn l7_an_answer_is_no_proof() {
    let site = site(new_device("SNSW-001X16EU")).await;
    site.device.handle.inject(Fault::IgnoreField { path: "wifi.sta.ssid".to_owned() });
    let outcome = run(&site, &site.task(KEY)).await;
    site.holds(&outcome, "ignored");
    let failure = failure(outcome);
    assert!(failure.kind == FailureKind::Device && failure.text.contains("ignores"), "{failure}");
}

/// Firmware is not given over Bluetooth, and said to be so before anything is done.
#[tokio::test]
async fn l7_i19_firmware_is_not_given_over_bluetooth() {
    let site = site(new_device("SNSW-001X16EU")).await.with_firmware(super::firmware::NEWER);
    let failure = failure(run(&site, &site.task(KEY)).await);
    assert_eq!((failure.kind, failure.place), (FailureKind::Unsupported, DevicePlace::Untouched));
    assert!(site.bluetooth.log().iter().all(|operation| *operation == Operation::Release));
}
