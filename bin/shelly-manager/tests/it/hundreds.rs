//! Two hundred devices of all kinds, and a manager that is killed while it writes.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::TcpListener,
    time::Duration,
};

use api_types::{
    devices::{DeviceQuery, DriftSummary},
    discovery::DecideRequest,
    jobs::{JobState, UnitState},
};
use capability_config::SettingValue;
use serde_json::{Value, json};
use shelly_sim::{Fault, FleetPlan, SimDevice, SimFleet, SimHandle, catalogue};
use shelly_types::{Generation, Mac};
use sync_engine::Verdict;

use crate::{
    database::Database,
    manager::Manager,
    on_each_database,
    support::{ended, eventually, group, of_group, on_device, plan_and_apply, scan, unit, wish},
};

const DEVICES: usize = 200;
const GROUP: usize = 50;
const PASSWORD: &str = "correct horse";
const ZONE: &str = "Atlantic/Azores";

/// Members of the group with a part in the story.
const FLAKY: usize = 7;
const SLOW: std::ops::Range<usize> = 20..40;
const GONE: usize = 45;

on_each_database! {
    w8_a_killed_manager_ends_its_plan
}

/// A fleet with every model of the catalogue, every fourth device protected, each on an address of its own.
async fn fleet() -> (SimFleet, String) {
    let device = |index: usize| {
        let spec = &catalogue()[index % catalogue().len()];
        let mac = Mac::new([0xA8, 0x03, 0x2A, 0x20, 0, u8::try_from(index).unwrap()]);
        let device = SimDevice::new(spec, mac).named(format!("Device {index}"));
        if index % 4 == 3 { device.with_password(PASSWORD) } else { device }
    };
    let mut devices: Vec<SimDevice> = (0..DEVICES).map(device).collect();
    devices[FLAKY] = devices[FLAKY].clone().with_fault(Fault::Flaky { probability: 0.1 });
    // A network and a port of its own for each run, so that runs at the same time do not meet.
    let process = std::process::id();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let network = format!("127.{}.{}.0/24", 64 + process % 64, process / 64 % 256);
    let plan = FleetPlan::new(devices).on_subnet(network.parse().unwrap(), port);
    (SimFleet::start(plan).await.unwrap(), format!("{network}:{port}"))
}

fn zone(handle: &SimHandle) -> Value {
    on_device(handle, if handle.generation().is_gen1() { "timezone" } else { "sys.location.tz" })
}

/// V8, B2, B5, D2, A11: found by a scan, adopted from the inbox, protected ones with the second credential set.
async fn find_and_adopt(manager: &Manager, fleet: &SimFleet, network: String) {
    for (label, password) in [("old", "battery staple"), ("new", PASSWORD)] {
        manager.cli_with(&["credentials", "add", label], &format!("{password}\n")).await.ends_with(0);
    }
    let client = manager.client();
    let all = DEVICES as u64;
    // The flaky one may be missed once.
    eventually("all devices in the inbox", async || {
        let found = scan(manager, vec![network.clone()], false).await;
        assert!(found.probed >= 254 && found.adopted == 0, "{found:?}");
        (client.system().await.unwrap().fleet.inbox == all).then_some(())
    })
    .await;
    let inbox = client.inbox().await.unwrap();
    assert_eq!(inbox.iter().filter(|found| found.auth_required).count(), DEVICES / 4);
    eventually("all devices adopted", async || {
        let decided = client.inbox_adopt(&DecideRequest { devices: Vec::new(), all: true }).await.unwrap();
        let flaky = fleet.devices()[FLAKY].mac();
        assert!(decided.failed.iter().all(|failed| failed.mac == flaky), "{:?}", decided.failed);
        (client.system().await.unwrap().fleet.devices == all).then_some(())
    })
    .await;

    let devices = client.devices(&DeviceQuery { limit: Some(500), ..DeviceQuery::default() }).await.unwrap();
    let listed: BTreeMap<Mac, _> = devices.iter().map(|device| (device.mac, device)).collect();
    assert_eq!(listed.len(), DEVICES);
    for handle in fleet.devices() {
        let device = listed[&handle.mac()];
        assert_eq!(&device.model, handle.model());
        assert_eq!(device.address, handle.endpoint().to_string());
        assert_eq!(Some(&device.name), handle.name().as_ref());
    }
    let generations: BTreeSet<Generation> = devices.iter().map(|device| device.generation).collect();
    assert_eq!(generations, (1..=4).map(Generation).collect());
    for (index, handle) in fleet.devices().iter().enumerate().filter(|(_, handle)| handle.is_protected()) {
        assert!(handle.counters().auth_failures < 12, "device {index}: {:?}", handle.counters());
    }
}

/// W8, V8, F8, F9, F10, A16, H2: a plan for a group survives the death of the manager, and no device is written twice.
async fn w8_a_killed_manager_ends_its_plan(database: Database) {
    let (fleet, network) = fleet().await;
    let mut manager = Manager::on(database).await;
    find_and_adopt(&manager, &fleet, network).await;

    let members = &fleet.devices()[..GROUP];
    group(&manager, "azores", 0, members).await;
    wish(&manager, of_group("azores"), &[("sys.location.tz", json!(ZONE))]).await;
    members[FLAKY].heal_all();
    let selection = api_types::config::SelectionRequest { group: Some("azores".to_owned()), ..Default::default() };
    let plan = manager.client().job_create(&selection.clone().into()).await.unwrap();
    assert_eq!((plan.job.state, plan.devices.len()), (JobState::Proposed, GROUP));
    for member in members {
        let unit = unit(&plan, member);
        let changes: Vec<_> = unit.plan.as_ref().unwrap().changes().collect();
        assert_eq!((unit.state, changes.len()), (UnitState::Pending, 1), "{unit:?}");
        assert_eq!((changes[0].path.to_string(), changes[0].after.to_json()), ("sys.location.tz".into(), json!(ZONE)));
        let before = changes[0].before.as_ref().map(SettingValue::to_json).unwrap_or_default();
        assert_eq!(before, zone(member), "F9: before is what the device has");
    }
    assert_eq!(fleet.devices().iter().map(|handle| handle.counters().writes).sum::<u64>(), 0, "a plan writes nothing");

    let slow = Fault::Latency { delay: Duration::from_millis(600), jitter: Duration::from_millis(200) };
    members[SLOW].iter().for_each(|member| member.inject(slow.clone()));
    members[GONE].inject(Fault::Offline);
    manager.client().job_start(plan.job.id).await.unwrap();
    let halfway = eventually("some devices verified and some not", async || {
        let plan = manager.client().job(plan.job.id).await.unwrap();
        assert_eq!(plan.job.state, JobState::Running, "the plan was too fast: {:?}", plan.job.units);
        (plan.job.units.verified >= 10).then_some(plan)
    })
    .await;
    manager.kill();
    let open = halfway.job.units.pending + halfway.job.units.running;
    assert!(open >= 5, "{:?}", halfway.job.units);

    let verified: Vec<&SimHandle> =
        members.iter().filter(|member| unit(&halfway, member).state == UnitState::Verified).collect();
    let written_before: Vec<usize> = verified.iter().map(|member| member.writes().len()).collect();
    members[SLOW].iter().for_each(|member| member.heal(&slow));
    manager.start().await;
    let done = ended(&manager, plan.job.id).await;

    let states = done.job.units;
    assert_eq!((states.pending, states.running), (0, 0), "{states:?}");
    assert_eq!((states.verified, states.failed), (49, 1), "{:?}", reasons(&done));
    assert_eq!(done.job.state, JobState::Failed);
    let written_after: Vec<usize> = verified.iter().map(|member| member.writes().len()).collect();
    assert_eq!(written_after, written_before, "what was proven is not written again");
    for (index, member) in members.iter().enumerate() {
        let unit = unit(&done, member);
        if index == GONE {
            let reason = unit.reason.as_deref().unwrap_or_default();
            assert!(unit.state == UnitState::Failed && reason.contains(&member.endpoint().to_string()), "{unit:?}");
            assert_ne!(zone(member), json!(ZONE));
            continue;
        }
        assert_eq!(zone(member), json!(ZONE), "device {index}");
        assert_eq!(member.writes().len(), 1, "device {index} is written once: {:?}", member.writes());
        let verdicts = &unit.report.as_ref().unwrap().verdicts;
        assert!(verdicts.iter().all(|field| matches!(field.verdict, Verdict::Applied | Verdict::AlreadySo)));
    }
    let others = &fleet.devices()[GROUP..];
    assert!(others.iter().all(|other| other.counters().writes == 0), "only members are written");

    members[GONE].heal_all();
    let rest = eventually("the device that was gone", async || {
        let plan = plan_and_apply(&manager, &selection).await;
        (unit(&plan, &members[GONE]).state != UnitState::Blocked).then_some(plan)
    })
    .await;
    assert_eq!((rest.job.units.verified, rest.job.units.skipped), (1, 49), "{:?}", reasons(&rest));
    let empty = manager.client().job_create(&selection.clone().into()).await.unwrap();
    assert_eq!((empty.job.changes, empty.job.units.skipped), (0, 50), "a second plan is empty");
    let query = DeviceQuery { q: Some("group:azores".to_owned()), ..DeviceQuery::default() };
    let devices = manager.client().devices(&query).await.unwrap();
    assert!(devices.iter().all(|device| device.drift == DriftSummary::InSync));
    fleet.shutdown().await;
}

fn reasons(plan: &api_types::jobs::JobDetail) -> Vec<(UnitState, &str, &str)> {
    let odd = plan.devices.iter().filter(|unit| unit.reason.is_some());
    odd.map(|unit| (unit.state, unit.name.as_str(), unit.reason.as_deref().unwrap_or_default())).collect()
}
