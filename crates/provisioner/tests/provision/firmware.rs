//! Firmware first, served by the agent at the access point of the device (I19).

use std::sync::Mutex;

use provisioner::{DevicePlace, Failure, FailureKind, Outcome, Progress, Step, Stop, TaskId};
use shelly_sim::{FleetPlan, Quirk, Timing};
use shelly_types::Firmware;

use super::site::{KEY, Site, new_device, plan};

/// A build that no model has in the simulator.
pub(crate) const NEWER: &str = "20261101-101112/9.8.7-g1234abcd";

async fn run(site: &Site) -> Outcome {
    site.agent().provision(TaskId::new("t"), 1, &site.task(KEY), &Stop::default(), &|_| {}).await.unwrap()
}

fn failure(outcome: Outcome) -> Failure {
    match outcome {
        Outcome::Failed(failure) => failure,
        Outcome::Done(done) => panic!("{done:?}"),
    }
}

fn updates(site: &Site) -> usize {
    let is_update = |target: &str| target == "/ota" || target.eq_ignore_ascii_case("shelly.update");
    site.device.handle.writes().iter().filter(|write| is_update(&write.target)).count()
}

/// I19: a new device fetches its firmware from the agent, comes back with it, and then comes into the network.
#[tokio::test]
async fn i19_devices_get_their_firmware_first() {
    for model in ["SHSW-25", "SNSW-001X16EU", "S3SW-002P16EU", "S4SW-001P16EU"] {
        let site = Site::with(new_device(model)).await.with_firmware(NEWER);
        let steps = Mutex::new(Vec::new());
        let progress = |progress: Progress| steps.lock().unwrap().push(progress.step);
        let agent = site.agent();
        let task = site.task(KEY);
        let outcome = agent.provision(TaskId::new("t"), 1, &task, &Stop::default(), &progress).await.unwrap();
        site.holds(&outcome, model);
        let Outcome::Done(done) = outcome else { panic!("{model}: {outcome:?}") };
        // The build stands in the file alone, so the device has read it.
        assert_eq!(site.device.handle.firmware(), Firmware::new(NEWER), "{model}");
        assert_eq!((done.device.firmware.as_str(), updates(&site)), (NEWER, 1), "{model}");
        let mut steps = steps.into_inner().unwrap();
        steps.dedup();
        let at = steps.iter().position(|step| *step == Step::Updating).unwrap();
        assert_eq!(
            (steps[at - 1], steps[at + 1], steps[at + 2]),
            (Step::Identifying, Step::Identifying, Step::Writing),
            "{model}"
        );
    }
}

/// An agent with firmware for some models gives it to those, and once.
#[tokio::test]
async fn i19_an_agent_with_firmware_gives_it_to_those_it_is_for() {
    for (of, is_updated) in [("SNSW-001X16EU", true), ("SHSW-25", false)] {
        let site = Site::with(new_device("SNSW-001X16EU")).await;
        let agent = site.agent().with_firmware(vec![site.image(of, NEWER, of)]);
        let task = site.task(KEY);
        let outcome = agent.provision(TaskId::new("t"), 1, &task, &Stop::default(), &|_| {}).await.unwrap();
        site.holds(&outcome, of);
        assert!(matches!(outcome, Outcome::Done(_)), "{of}: {outcome:?}");
        assert_eq!(site.device.handle.firmware() == Firmware::new(NEWER), is_updated, "{of}");
    }
    let site = Site::with(new_device("SHSW-25").with_firmware(NEWER)).await.with_firmware(NEWER);
    assert!(matches!(run(&site).await, Outcome::Done(_)));
    assert_eq!(updates(&site), 0, "it has it already");
}

/// A file for another model is not even offered.
#[tokio::test]
async fn i19_firmware_for_another_model_leaves_the_device_untouched() {
    let mut site = Site::with(new_device("SNSW-001X16EU")).await;
    site.firmware = Some(site.image("SHSW-25", NEWER, "SHSW-25"));
    let outcome = run(&site).await;
    site.holds(&outcome, "another model");
    let failure = failure(outcome);
    assert_eq!((failure.kind, failure.place), (FailureKind::Firmware, DevicePlace::Untouched));
    assert!(failure.text.contains("SHSW-25") && site.device.handle.writes().is_empty(), "{failure}");
}

/// Whatever goes wrong with an update, the device is at its access point with a firmware that runs, and the host is back.
#[tokio::test]
async fn i19_an_update_that_fails_leaves_the_device_in_its_access_point() {
    for model in ["SHSW-25", "SNSW-001X16EU"] {
        for quirk in [Quirk::UpdateDownloadFails, Quirk::UpdateWriteFails, Quirk::UpdateRollsBack] {
            let site = Site::with(new_device(model).with_quirk(quirk)).await.with_firmware(NEWER);
            let old = site.device.handle.firmware();
            let outcome = run(&site).await;
            site.holds(&outcome, &format!("{model}, {quirk}"));
            let failure = failure(outcome);
            assert_eq!(
                (failure.kind, failure.place, failure.step),
                (FailureKind::Firmware, DevicePlace::AccessPoint, Step::Updating),
                "{model}, {quirk}: {failure}"
            );
            assert_eq!(site.device.handle.firmware(), old, "{model}, {quirk}");
            assert!(failure.text.contains(old.id()), "{model}, {quirk}: {failure}");
        }
        // Said to be for this model, and not so: the device finds out.
        let mut site = Site::with(new_device(model)).await;
        site.firmware = Some(site.image("SHSW-1", NEWER, model));
        let outcome = run(&site).await;
        site.holds(&outcome, model);
        assert_eq!(failure(outcome).kind, FailureKind::Firmware, "{model}");
    }
}

/// The request to update often ends without an answer, which is no failure.
#[tokio::test]
async fn i19_an_update_may_begin_without_an_answer() {
    for model in ["SHSW-25", "SNSW-001X16EU"] {
        let site = Site::with(new_device(model).with_quirk(Quirk::UpdateIsSilent)).await.with_firmware(NEWER);
        let outcome = run(&site).await;
        site.holds(&outcome, model);
        assert!(matches!(outcome, Outcome::Done(_)), "{model}: {outcome:?}");
        assert_eq!(site.device.handle.firmware(), Firmware::new(NEWER), "{model}");
    }
}

/// A device that is disturbed by questions while it updates is not asked any.
#[tokio::test]
async fn i19_a_device_is_left_alone_while_it_updates() {
    let site = Site::with(new_device("SHSW-25").with_quirk(Quirk::PolledUpdateFails)).await.with_firmware(NEWER);
    let outcome = run(&site).await;
    site.holds(&outcome, "left alone");
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
}

/// A device that does not come back is said to be nowhere; the host is back all the same.
#[tokio::test]
async fn i19_a_device_that_does_not_come_back_is_said_to_be_nowhere() {
    let site = Site::with(new_device("SNSW-001X16EU")).await.with_firmware(NEWER);
    let device = site.device.clone();
    let watcher = tokio::spawn(async move {
        while !device.handle.is_updating() {
            tokio::task::yield_now().await;
        }
        device.set_power(false);
    });
    let outcome = run(&site).await;
    watcher.await.unwrap();
    assert!(site.wifi.is_home());
    let failure = failure(outcome);
    assert_eq!(
        (failure.kind, failure.place, failure.is_host_restored),
        (FailureKind::Firmware, DevicePlace::Unknown, true),
        "{failure}"
    );
}

/// Called off in the middle of an update, the device is at its access point.
#[tokio::test]
async fn i19_an_update_is_called_off() {
    let site = Site::with(new_device("SHSW-25")).await.with_firmware(NEWER);
    let stop = Stop::default();
    let (caller, device) = (stop.clone(), site.device.clone());
    let watcher = tokio::spawn(async move {
        while !device.handle.is_updating() {
            tokio::task::yield_now().await;
        }
        caller.call(FailureKind::Cancelled, "no more");
    });
    let outcome = site.agent().provision(TaskId::new("t"), 1, &site.task(KEY), &stop, &|_| {}).await.unwrap();
    watcher.await.unwrap();
    site.holds(&outcome, "called off");
    let failure = failure(outcome);
    assert_eq!((failure.kind, failure.place), (FailureKind::Cancelled, DevicePlace::AccessPoint), "{failure}");
}

/// D7: no update begins that the setup window may end before the device has its file.
#[tokio::test]
async fn i19_d7_an_update_needs_time_in_the_setup_window() {
    let setup_window = super::site::patience().window + std::time::Duration::from_millis(300);
    let timing = Timing { setup_window, ..plan(new_device("S3SW-002P16EU")).timing };
    let device = new_device("S3SW-002P16EU").with_quirk(Quirk::SetupWindow);
    let site = Site::of(FleetPlan::new(vec![device]).with_timing(timing), None).await.with_firmware(NEWER);
    let outcome = run(&site).await;
    assert!(site.wifi.is_home());
    let failure = failure(outcome);
    assert_eq!((failure.kind, failure.place), (FailureKind::WindowClosed, DevicePlace::Untouched), "{failure}");
    assert_eq!(updates(&site), 0);
}
