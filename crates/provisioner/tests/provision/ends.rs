//! Every way in which a task ends.

use std::{sync::Mutex, time::Duration};

use provisioner::{
    Addressing, DevicePlace, Failure, FailureKind, Network, Outcome, Progress, Provision, Step, Stop, TaskId,
};
use secrets::Secret;
use serde_json::json;
use shelly_http::{Tls, TlsOptions, Trust};
use shelly_sim::{Fault, FleetPlan, Quirk, Timing};
use shelly_types::Credentials;
use wifi_control::{Happening, Operation};

use super::site::{HOME, KEY, Site, new_device, plan};

/// A model of each dialect and generation.
const MODELS: [&str; 4] = ["SHSW-25", "SNSW-001X16EU", "S3SW-002P16EU", "S4SW-001P16EU"];

async fn run(site: &Site, task: &Provision) -> Outcome {
    let agent = site.agent();
    agent.provision(TaskId::new("t"), 1, task, &Stop::default(), &|_| {}).await.unwrap()
}

fn failure(outcome: Outcome) -> Failure {
    match outcome {
        Outcome::Failed(failure) => failure,
        Outcome::Done(done) => panic!("{done:?}"),
    }
}

/// W21, W22, W23, L1, L5: a new device of every generation comes into the network, and is found there by its address.
#[tokio::test]
async fn w21_w23_l5_devices_of_all_generations_come_into_the_network() {
    for model in MODELS {
        let site = Site::with(new_device(model)).await;
        let seen = Mutex::new(Vec::new());
        let progress = |progress: Progress| seen.lock().unwrap().push(progress.step);
        let agent = site.agent();
        let id = TaskId::new("t");
        let outcome = agent.provision(id.clone(), 1, &site.task(KEY), &Stop::default(), &progress).await.unwrap();
        assert!(matches!(outcome, Outcome::Done(_)), "{model}: {outcome:?}");
        site.holds(&outcome, model);
        let mut steps = seen.into_inner().unwrap();
        steps.dedup();
        let way = [
            Step::Accepted,
            Step::Preparing,
            Step::Joining,
            Step::Identifying,
            Step::Writing,
            Step::Leaving,
            Step::Finding,
        ];
        assert_eq!(steps, way, "{model}");
        // Gen1 gets its station only; what needs a clock comes later, in the network.
        let is_gen1 = site.device.handle.generation().is_gen1();
        assert_eq!(site.device.handle.name().as_deref(), (!is_gen1).then_some("hall"), "{model}");
        let written: Vec<String> = site.device.handle.writes().iter().map(|write| write.target.clone()).collect();
        assert_eq!(written.iter().any(|target| target.eq_ignore_ascii_case("sys.settime")), !is_gen1, "{written:?}");
        // The same task once more is not done once more.
        let writes = site.device.handle.writes().len();
        let again = agent.provision(id, 1, &site.task(KEY), &Stop::default(), &|_| {}).await.unwrap();
        assert_eq!((again, site.device.handle.writes().len()), (outcome, writes), "{model}");
    }
}

/// L6, W24: with a wrong key, a wrong name, or out of range of the network, the device is back in its access point.
#[tokio::test]
async fn w24_l6_what_does_not_come_into_the_network_goes_back() {
    for model in MODELS {
        for case in ["wrong key", "wrong name", "out of range"] {
            let site = Site::with(new_device(model)).await;
            let mut task = site.task(if case == "wrong key" { "incorrect horse" } else { KEY });
            if case == "wrong name" {
                task.network.ssid = "home-oit".parse().unwrap();
            }
            if case != "wrong name" || !model.starts_with("SHSW") {
                site.device.set_range(false);
            }
            let outcome = run(&site, &task).await;
            site.holds(&outcome, &format!("{model}, {case}"));
            let failure = failure(outcome);
            assert_eq!(
                (failure.kind, failure.place),
                (FailureKind::Network, DevicePlace::AccessPoint),
                "{model}, {case}"
            );
            assert!(failure.text.contains(task.network.ssid.as_str()), "{failure}");
            assert_ne!(site.device.handle.name().as_deref(), Some("hall"), "{model}: its name is back too");
        }
    }
}

/// A device that tells an address and is not there, as in a guest network, is taken back as well.
#[tokio::test]
async fn l5_what_a_device_says_of_itself_is_no_success() {
    let site = Site::with(new_device("SNSW-001X16EU")).await;
    // It says that it got an address; the key is wrong all the same.
    let outcome = run(&site, &site.task("incorrect horse")).await;
    site.holds(&outcome, "told");
    assert_eq!(failure(outcome).kind, FailureKind::NotFound);
}

/// L4: whoever answers and is another one is left untouched.
#[tokio::test]
async fn l4_the_wrong_device_is_left_untouched() {
    for model in MODELS {
        let site = Site::with(new_device(model)).await;
        let task = Provision { expected: Some("B12346".parse().unwrap()), ..site.task(KEY) };
        let outcome = run(&site, &task).await;
        site.holds(&outcome, model);
        let failure = failure(outcome);
        assert_eq!((failure.kind, failure.place), (FailureKind::WrongDevice, DevicePlace::Untouched), "{model}");
        assert_eq!(site.device.handle.writes(), [], "{model}");
    }
}

/// Nothing is there, nothing is left behind.
#[tokio::test]
async fn l6_no_access_point_leaves_the_host_as_it_was() {
    let site = Site::with(new_device("SNSW-001X16EU")).await;
    site.device.set_power(false);
    let outcome = run(&site, &site.task(KEY)).await;
    site.holds(&outcome, "off");
    let failure = failure(outcome);
    assert_eq!(
        (failure.kind, failure.place, failure.step),
        (FailureKind::NoAccessPoint, DevicePlace::Untouched, Step::Preparing)
    );
}

/// The access point goes away before each operation of the radio: the host always comes back, and so does the device.
#[tokio::test]
async fn l6_the_access_point_may_vanish_at_any_time() {
    for model in ["SHSW-25", "SNSW-001X16EU"] {
        for operation in [Operation::Scan, Operation::Join, Operation::Check, Operation::Restore] {
            let site = Site::with(new_device(model)).await;
            site.wifi.script(operation, 1, Happening::Vanishes(site.device.ssid()));
            let outcome = run(&site, &site.task(KEY)).await;
            site.holds(&outcome, &format!("{model}, {operation:?}"));
        }
    }
}

/// The radio fails, or the host loses its place, before each operation.
#[tokio::test]
async fn l6_the_radio_may_fail_at_any_time() {
    for model in ["SHSW-25", "SNSW-001X16EU"] {
        for happening in [Happening::Fails, Happening::Reboot] {
            let operations =
                [Operation::Remember, Operation::Scan, Operation::Join, Operation::Check, Operation::Restore];
            for operation in operations {
                let site = Site::with(new_device(model)).await;
                site.wifi.script(operation, 1, happening.clone());
                let outcome = run(&site, &site.task(KEY)).await;
                site.holds(&outcome, &format!("{model}, {operation:?}, {happening:?}"));
            }
        }
    }
}

/// A device that loses its power once it was written to answers nowhere; the host comes back, and the outcome says so.
#[tokio::test]
async fn l6_a_device_without_power_is_said_to_be_nowhere() {
    let site = Site::with(new_device("SNSW-001X16EU")).await;
    site.device.set_range(false);
    let device = site.device.clone();
    let progress = move |progress: Progress| {
        if progress.step == Step::RollingBack {
            device.set_power(false);
        }
    };
    let agent = site.agent();
    let task = site.task("incorrect horse");
    let outcome = agent.provision(TaskId::new("t"), 1, &task, &Stop::default(), &progress).await.unwrap();
    assert!(site.wifi.is_home());
    let failure = failure(outcome);
    assert_eq!((failure.place, failure.is_host_restored), (DevicePlace::Unknown, true));
}

/// The network of the host may be away for a while; when it stays away, that is said, and tried again later.
#[tokio::test]
async fn l6_a_host_that_cannot_come_back_says_so_and_tries_again() {
    let site = Site::with(new_device("SNSW-001X16EU")).await;
    let wifi = site.wifi.clone();
    let progress = move |progress: Progress| {
        if progress.step == Step::Identifying {
            wifi.home_in_range(false);
        }
    };
    let agent = site.agent();
    let id = TaskId::new("t");
    let outcome = agent.provision(id, 1, &site.task(KEY), &Stop::default(), &progress).await.unwrap();
    let failure = failure(outcome);
    assert_eq!((failure.is_host_restored, failure.kind), (false, FailureKind::Radio));
    assert!(!agent.restore().await.unwrap());
    drop(agent);
    site.wifi.home_in_range(true);
    // The next life of the agent brings it back.
    site.agent().recover(&|_| {}).await.unwrap();
    assert!(site.wifi.is_home());
    assert!(site.agent().journal().with(|journal| journal.tasks().away().next().is_none()));
}

/// Called off at each step: nothing is left behind.
#[tokio::test]
async fn l3_a_task_is_called_off_at_any_step() {
    for model in ["SHSW-25", "SNSW-001X16EU"] {
        for at in [Step::Preparing, Step::Joining, Step::Identifying, Step::Writing, Step::Leaving, Step::Finding] {
            let site = Site::with(new_device(model)).await;
            let stop = Stop::default();
            let caller = stop.clone();
            let progress = move |progress: Progress| {
                if progress.step == at {
                    caller.call(FailureKind::Cancelled, "no more");
                }
            };
            let agent = site.agent();
            let outcome = agent.provision(TaskId::new("t"), 1, &site.task(KEY), &stop, &progress).await.unwrap();
            site.holds(&outcome, &format!("{model}, {at}"));
            if let Outcome::Failed(failure) = outcome {
                assert_eq!(failure.kind, FailureKind::Cancelled, "{model}, {at}");
            }
        }
    }
}

/// D7: the countdown of the setup window is told, and nothing is begun that cannot end in time.
#[tokio::test]
async fn d7_the_setup_window_is_counted_down() {
    let site = Site::with(new_device("S3SW-002P16EU").with_quirk(Quirk::SetupWindow)).await;
    let left = Mutex::new(None);
    let progress = |progress: Progress| {
        if progress.window_left.is_some() {
            *left.lock().unwrap() = progress.window_left;
        }
    };
    let agent = site.agent();
    let outcome = agent.provision(TaskId::new("t"), 1, &site.task(KEY), &Stop::default(), &progress).await.unwrap();
    site.holds(&outcome, "window");
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
    let left = left.into_inner().unwrap().unwrap();
    assert!(left <= Duration::from_mins(15) && left > Duration::from_mins(14), "{left:?}");

    let short = Timing { setup_window: Duration::from_millis(900), ..Timing::default() };
    let plan = FleetPlan::new(vec![new_device("S3SW-002P16EU").with_quirk(Quirk::SetupWindow)]).with_timing(short);
    let site = Site::of(plan, None).await;
    let outcome = run(&site, &site.task(KEY)).await;
    assert!(site.wifi.is_home());
    let failure = failure(outcome);
    assert_eq!((failure.kind, failure.place), (FailureKind::WindowClosed, DevicePlace::Untouched));
    assert!(failure.text.contains("off and on"), "{failure}");
}

/// Access points with a key, devices with a password.
#[tokio::test]
async fn w21_keys_and_passwords_are_used_or_asked_for() {
    let device = || new_device("SNSW-001X16EU").with_password("hunter22");
    let site = Site::of(plan(device()), Some("shelly key")).await;
    let task = Provision { credentials: Some(Credentials::new("admin", "hunter22")), ..site.task(KEY) };
    let outcome = run(&site, &task).await;
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
    site.holds(&outcome, "protected");

    for (case, kind) in [
        ("no key", FailureKind::AccessPointKey),
        ("wrong key", FailureKind::AccessPointKey),
        ("no password", FailureKind::DevicePassword),
        ("wrong password", FailureKind::DevicePassword),
    ] {
        let site = Site::of(plan(device()), Some("shelly key")).await;
        let mut task = Provision { credentials: Some(Credentials::new("admin", "hunter22")), ..site.task(KEY) };
        match case {
            "no key" => task.access_point_key = None,
            "wrong key" => task.access_point_key = Some(Secret::from("another key")),
            "no password" => task.credentials = None,
            _ => task.credentials = Some(Credentials::new("admin", "letmein")),
        }
        let outcome = run(&site, &task).await;
        site.holds(&outcome, case);
        assert_eq!(failure(outcome).kind, kind, "{case}");
    }
}

/// A device that speaks only TLS is provisioned when its authority is trusted; else the way out is told.
#[tokio::test]
async fn d7_devices_that_speak_only_tls_are_provisioned() {
    let mut site = Site::with(new_device("S4SW-001P16EU").with_quirk(Quirk::TlsOnly)).await;
    let outcome = run(&site, &site.task(KEY)).await;
    site.holds(&outcome, "untrusted");
    let failure = failure(outcome);
    assert!(failure.kind == FailureKind::Device && failure.text.contains("--device-ca"), "{failure}");

    let authority = site.fleet.ca_pem().unwrap().to_owned();
    site.tls = Some(Tls::new(&TlsOptions::new(Trust::Authority(authority))).unwrap());
    let agent = site.agent();
    let outcome = agent.provision(TaskId::new("u"), 1, &site.task(KEY), &Stop::default(), &|_| {}).await.unwrap();
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
    site.holds(&outcome, "trusted");
}

/// Both networks and a fixed address are written as wished.
#[tokio::test]
async fn w22_two_networks_and_a_fixed_address() {
    for model in ["SHSW-25", "SNSW-001X16EU"] {
        let site = Site::with(new_device(model)).await;
        let address = Addressing::Static {
            ip: "10.0.0.7".parse().unwrap(),
            netmask: "255.255.255.0".parse().unwrap(),
            gateway: Some("10.0.0.1".parse().unwrap()),
            nameserver: None,
        };
        let fallback = Some(Network { ssid: "spare".parse().unwrap(), key: None });
        let task = Provision { fallback, address, ..site.task(KEY) };
        let outcome = run(&site, &task).await;
        assert!(matches!(outcome, Outcome::Done(_)), "{model}: {outcome:?}");
        let config = site.device.handle.config_json();
        let (first, second) = if model.starts_with("SHSW") {
            (&config["wifi_sta"], &config["wifi_sta1"])
        } else {
            (&config["wifi"]["sta"], &config["wifi"]["sta1"])
        };
        assert_eq!(
            (&first["ssid"], &first["ip"], &first["gw"]),
            (&json!(HOME), &json!("10.0.0.7"), &json!("10.0.0.1")),
            "{model}"
        );
        // Gen1 would leave its access point for the second before it has the first.
        assert_eq!(second["ssid"] == "spare", !model.starts_with("SHSW"), "{model}");
    }
}

/// Gen1 devices often leave without an answer; a device that ignores what is written is not believed.
#[tokio::test]
async fn w22_a_lost_answer_is_no_failure_and_an_answer_is_no_proof() {
    let site = Site::with(new_device("SHSW-25").with_quirk(Quirk::LostStationAnswer)).await;
    let outcome = run(&site, &site.task(KEY)).await;
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");

    let site = Site::with(new_device("SNSW-001X16EU")).await;
    site.device.handle.inject(Fault::IgnoreField { path: "wifi.sta.ssid".to_owned() });
    let outcome = run(&site, &site.task(KEY)).await;
    site.holds(&outcome, "ignored");
    let failure = failure(outcome);
    assert!(failure.kind == FailureKind::Device && failure.text.contains("ignores"), "{failure}");
}
