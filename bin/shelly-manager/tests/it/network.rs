//! Devices that move to another WiFi network: proven from the LAN, and back by themselves when that fails.

use std::{
    net::Ipv4Addr,
    sync::atomic::{AtomicU8, Ordering},
    time::Duration,
};

use api_types::{
    addresses::{AddressOf, Addresses, AssignAddressesRequest},
    config::ScopeView,
    jobs::{JobDetail, JobRequest, JobState, UnitState},
    networks::SetNetworkRequest,
};
use rollout::{Gate, Rollout};
use serde_json::json;
use shelly_sim::{FleetPlan, Pace, SimDevice, SimFleet, SimHandle, SimNetwork, Timing};
use sync_engine::Verdict;

use crate::{
    database::Database,
    manager::Manager,
    on_each_database,
    support::{adopt, all, ended, eventually, model, on_device, only, plan_and_apply, run_job, unit, wish},
};

on_each_database! {
    devices_move_and_are_proven_there
    a_wrong_key_loses_no_device
    without_a_way_back_nothing_is_moved
    a_killed_manager_goes_on_with_a_move
    a_killed_manager_goes_on_with_the_way_back
    static_addresses_are_checked_given_and_taken_back
    a_device_at_an_address_out_of_reach_comes_back
}

const PLUS_1: &str = "SNSW-001X16EU";
const SHELLY_1: &str = "SHSW-1";
const HOUSE: (&str, &str) = ("house-iot", "planted-house-key");
const NEW: (&str, &str) = ("new-net", "planted-new-key");
const PORT: u16 = 8087;

/// Networks of 127.0.0.0/8 that no other test uses.
static TAKEN: AtomicU8 = AtomicU8::new(0);

/// A building with two networks, and a manager that looks in both.
struct Building {
    manager: Manager,
    fleet: SimFleet,
    handles: Vec<SimHandle>,
    number: u8,
}

impl Building {
    async fn with(database: Database, devices: Vec<SimDevice>) -> Self {
        Self::at_pace(database, devices, Pace::default()).await
    }

    /// The same with another pace of the devices.
    async fn at_pace(database: Database, devices: Vec<SimDevice>, pace: Pace) -> Self {
        let number = 100 + TAKEN.fetch_add(1, Ordering::Relaxed);
        let (house, new) = (format!("127.{number}.0.0/24"), format!("127.{number}.1.0/24"));
        // The leases of the house are those that the devices begin with; it is half as large as the mask will say.
        let leases = format!("127.{number}.0.0/25");
        let networks = vec![
            SimNetwork::new(HOUSE.0, HOUSE.1).with_addresses(leases.parse().unwrap()),
            SimNetwork::new(NEW.0, NEW.1).with_addresses(new.parse().unwrap()),
        ];
        // Long enough to be noticed by who looks five times in a second.
        let timing = Timing { join: Duration::from_millis(600), ..Timing::default() };
        let plan = FleetPlan::new(devices).on_subnet(house.parse().unwrap(), PORT).with_networks(networks);
        let fleet = SimFleet::start(plan.with_timing(timing).with_pace(pace)).await.unwrap();
        let handles = fleet.devices().to_vec();
        let look = format!("{new}:{PORT}");
        let args = ["--move-limit", "10", "--discover", &look, "--discovery-interval", "86400"];
        let manager = Manager::with(database, &args).await;
        adopt(&manager, &handles).await;
        Self { manager, fleet, handles, number }
    }

    async fn knows_the_house(&self) {
        let request = SetNetworkRequest { ssid: HOUSE.0.to_owned(), key: Some(HOUSE.1.to_owned()) };
        self.manager.client().network_set(&request).await.unwrap();
    }

    async fn wishes_the_new_network(&self, key: &str) {
        let wishes =
            [("wifi.sta.ssid", json!(NEW.0)), ("wifi.sta.pass", json!(key)), ("sys.device.name", json!("Well"))];
        wish(&self.manager, ScopeView::Fleet, &wishes).await;
    }

    fn address(&self, end: u8) -> Ipv4Addr {
        Ipv4Addr::new(127, self.number, 0, end)
    }

    /// Addresses of the house.
    fn assigns(&self, addresses: Addresses) -> AssignAddressesRequest {
        AssignAddressesRequest {
            addresses,
            netmask: Some("255.255.255.0".parse().unwrap()),
            gateway: Some(self.address(126)),
            nameserver: None,
            job: JobRequest::default(),
        }
    }

    fn gives(&self, device: usize, end: u8) -> AssignAddressesRequest {
        let address = AddressOf { mac: self.handles[device].mac(), address: self.address(end) };
        self.assigns(Addresses::Given { addresses: vec![address] })
    }

    async fn end(self) {
        self.fleet.shutdown().await;
    }
}

fn states(job: &JobDetail) -> Vec<(UnitState, Option<&str>)> {
    job.devices.iter().map(|unit| (unit.state, unit.reason.as_deref())).collect()
}

fn first(handle: &SimHandle, field: &str) -> serde_json::Value {
    on_device(handle, &format!("{}.{field}", if handle.generation().is_gen1() { "wifi_sta" } else { "wifi.sta" }))
}

fn second(handle: &SimHandle, field: &str) -> serde_json::Value {
    on_device(handle, &format!("{}.{field}", if handle.generation().is_gen1() { "wifi_sta1" } else { "wifi.sta1" }))
}

fn name(handle: &SimHandle) -> serde_json::Value {
    on_device(handle, if handle.generation().is_gen1() { "name" } else { "sys.device.name" })
}

/// C10, C11: both families move to the new network, get another address there, are proven by their hardware address, and keep
/// the former network as their second one. The key that led there is learnt, so that the way back by undo works too.
async fn devices_move_and_are_proven_there(database: Database) {
    let building = Building::with(database, vec![model(PLUS_1, 1), model(SHELLY_1, 2)]).await;
    let (manager, handles) = (&building.manager, &building.handles);
    building.knows_the_house().await;
    building.wishes_the_new_network(NEW.1).await;
    let before: Vec<_> = handles.iter().map(SimHandle::endpoint).collect();
    let done = plan_and_apply(manager, &all()).await;
    assert_eq!((done.job.state, done.job.units.verified), (JobState::Done, 2), "{:?}", states(&done));
    for (handle, before) in handles.iter().zip(&before) {
        assert_eq!(handle.network().as_deref(), Some(NEW.0));
        assert_ne!(handle.endpoint(), *before);
        assert_eq!((first(handle, "ssid"), second(handle, "ssid")), (json!(NEW.0), json!(HOUSE.0)));
        assert_eq!(name(handle), "Well");
        let record = manager.client().device(handle.mac()).await.unwrap();
        assert_eq!(record.device.address, handle.endpoint().to_string());
        let report = unit(&done, handle).report.clone().unwrap();
        let of = |path: &str| report.verdicts.iter().find(|field| field.path.to_string() == path).unwrap();
        assert_eq!(of("wifi.sta.ssid").verdict, Verdict::Applied, "{report:?}");
        assert_eq!(of("wifi.sta.pass").verdict, Verdict::Unverifiable, "{report:?}");
    }
    let known: Vec<String> = manager.client().networks().await.unwrap().into_iter().map(|known| known.ssid).collect();
    assert_eq!(known, [HOUSE.0, NEW.0]);
    let again = manager.client().job_create(&all().into()).await.unwrap();
    assert_eq!(again.job.units.skipped, 2, "{:?}", states(&again));
    building.end().await;
}

/// C11: a wrong key for a hundred devices loses none of them and touches only those of the first ring, which are as they were.
async fn a_wrong_key_loses_no_device(database: Database) {
    const ALL: u8 = 100;
    const FIRST: usize = 4;
    let device = |number: u8| model(if number.is_multiple_of(2) { SHELLY_1 } else { PLUS_1 }, number).robust();
    let building = Building::with(database, (1..=ALL).map(device).collect()).await;
    let (manager, handles) = (&building.manager, &building.handles);
    building.knows_the_house().await;
    building.wishes_the_new_network("planted-wrong-key").await;
    let rings = vec![FIRST.to_string().parse().unwrap(), "rest".parse().unwrap()];
    let rollout = Rollout { rings, gate: Gate { most_failed_percent: 0, soak_s: 0 }, ..Rollout::default() };
    let before: Vec<_> = handles.iter().map(|handle| (name(handle), second(handle, "enable"))).collect();
    let done = run_job(manager, &JobRequest { rollout, ..JobRequest::default() }).await;
    assert_eq!(done.job.state, JobState::Stopped, "{:?}", states(&done));
    // The job ends with the first failure; those that were being moved are finished.
    let done = eventually("the devices that were begun", async || {
        let job = manager.client().job(done.job.id).await.unwrap();
        (job.job.units.running == 0).then_some(job)
    })
    .await;
    let units = done.job.units;
    assert_eq!((units.rolled_back, units.cancelled), (4, 96), "{:?}", states(&done));
    for (handle, (name_before, second_before)) in handles.iter().zip(&before) {
        handle.until_up().await;
        assert_eq!(handle.network().as_deref(), Some(HOUSE.0), "{}: lost", handle.mac());
        assert_eq!(first(handle, "ssid"), HOUSE.0);
        assert_eq!((&name(handle), &second(handle, "enable")), (name_before, second_before));
        let unit = unit(&done, handle);
        if unit.state == UnitState::RolledBack {
            let why = unit.reason.as_deref().unwrap();
            assert!(why.contains("did not appear in the network `new-net`"), "{why}");
        } else {
            assert_eq!(handle.writes().len(), 0, "{}", handle.mac());
        }
        assert!(manager.client().device_refresh(handle.mac()).await.is_ok());
    }
    building.end().await;
}

/// C11: a device whose way back is not known is not moved, and the job says before what is missing.
async fn without_a_way_back_nothing_is_moved(database: Database) {
    let building = Building::with(database, vec![model(PLUS_1, 1), model(SHELLY_1, 2)]).await;
    let manager = &building.manager;
    building.wishes_the_new_network(NEW.1).await;
    let job = manager.client().job_create(&all().into()).await.unwrap();
    assert_eq!(job.job.units.blocked, 2, "{:?}", states(&job));
    assert!(job.devices.iter().all(|unit| unit.reason.as_deref().unwrap().contains("key of the network `house-iot`")));
    assert!(building.handles.iter().all(|handle| handle.writes().is_empty()));
    // A wish for the second network says the key as well.
    let second =
        [("wifi.sta1.ssid", json!(HOUSE.0)), ("wifi.sta1.pass", json!(HOUSE.1)), ("wifi.sta1.enable", json!(true))];
    wish(manager, ScopeView::Fleet, &second).await;
    let done = plan_and_apply(manager, &all()).await;
    assert_eq!(done.job.units.verified, 2, "{:?}", states(&done));
    let printed = manager.cli_with(&["networks", "set", "other"], "a key of it").await.ends_with(0);
    assert!(printed.out.contains("other") && !printed.out.contains("a key of it"), "{}", printed.out);
    manager.cli(&["networks", "remove", "other"]).await.ends_with(0);
    assert!(manager.client().networks().await.unwrap().iter().all(|network| network.ssid != "other"));
    building.end().await;
}

/// Whether a device was told to go to the new network.
fn is_moving(handle: &SimHandle) -> bool {
    first(handle, "ssid") == NEW.0
}

/// C11, H2: a manager that is killed while a device moves finds it in the new network when it is back.
async fn a_killed_manager_goes_on_with_a_move(database: Database) {
    let mut building = Building::with(database, vec![model(PLUS_1, 1), model(SHELLY_1, 2)]).await;
    building.knows_the_house().await;
    building.wishes_the_new_network(NEW.1).await;
    let job = building.manager.client().job_create(&all().into()).await.unwrap();
    building.manager.client().job_start(job.job.id).await.unwrap();
    let (manager, handles) = (&mut building.manager, &building.handles);
    eventually("a device on its way", async || handles.iter().any(is_moving).then_some(())).await;
    manager.kill();
    manager.start().await;
    let done = ended(manager, job.job.id).await;
    assert_eq!((done.job.state, done.job.units.verified), (JobState::Done, 2), "{:?}", states(&done));
    for handle in handles {
        assert_eq!((handle.network().as_deref(), name(handle)), (Some(NEW.0), json!("Well")));
    }
    building.end().await;
}

/// C11, H2: a manager that is killed while a device moves to a wrong network has it as it was when it is back.
async fn a_killed_manager_goes_on_with_the_way_back(database: Database) {
    let mut building = Building::with(database, vec![model(PLUS_1, 1), model(SHELLY_1, 2)]).await;
    building.knows_the_house().await;
    building.wishes_the_new_network("planted-wrong-key").await;
    let before: Vec<_> = building.handles.iter().map(name).collect();
    let job = building.manager.client().job_create(&all().into()).await.unwrap();
    building.manager.client().job_start(job.job.id).await.unwrap();
    let (manager, handles) = (&mut building.manager, &building.handles);
    eventually("a device on its way", async || handles.iter().any(is_moving).then_some(())).await;
    manager.kill();
    manager.start().await;
    let done = ended(manager, job.job.id).await;
    assert_eq!(done.job.units.rolled_back, 2, "{:?}", states(&done));
    for (handle, before) in handles.iter().zip(before) {
        assert_eq!((handle.network().as_deref(), name(handle)), (Some(HOUSE.0), before));
        assert_eq!(first(handle, "ssid"), HOUSE.0);
    }
    building.end().await;
}

/// C12: addresses that make no sense are refused before anything is wished; those of a pool are given, one to each device of
/// both families, which is proven there; and leased ones are given back.
async fn static_addresses_are_checked_given_and_taken_back(database: Database) {
    let building = Building::with(database, vec![model(PLUS_1, 1), model(SHELLY_1, 2)]).await;
    let (manager, handles) = (&building.manager, &building.handles);
    let client = manager.client();
    let mut outside = building.gives(0, 20);
    outside.gateway = Some("10.0.0.1".parse().unwrap());
    let mut no_mask = building.gives(0, 20);
    no_mask.netmask = Some("255.0.255.0".parse().unwrap());
    let twice = |device: usize| AddressOf { mac: handles[device].mac(), address: building.address(20) };
    let wrong = [
        (outside, "not within the network"),
        (no_mask, "is no netmask"),
        (building.gives(0, 255), "broadcast"),
        (building.gives(0, 2), "is that of device"),
        (building.gives(0, 126), "is the gateway"),
        (building.assigns(Addresses::Given { addresses: vec![twice(0), twice(1)] }), "is given to"),
    ];
    for (request, why) in wrong {
        let refused = format!("{:?}", client.addresses_assign(&request).await.unwrap_err());
        assert!(refused.contains(why), "{refused}");
    }
    assert!(client.layers().await.unwrap().is_empty(), "nothing was wished");

    let pool = format!("{}-{}", building.address(20), building.address(29));
    let gateway = building.address(126).to_string();
    let args = ["devices", "address", "--pool", &pool, "--netmask", "255.255.255.0", "--gateway", &gateway, "--yes"];
    manager.cli(&args).await.ends_with(0);
    for (handle, end) in handles.iter().zip([20, 21]) {
        assert_eq!(handle.endpoint().ip(), building.address(end));
        let record = client.device(handle.mac()).await.unwrap();
        assert_eq!(record.device.address, handle.endpoint().to_string());
        client.device_refresh(handle.mac()).await.unwrap();
    }
    assert!(handles[0].config_json().to_string().contains("static"));
    let schedule = handles[0].writes().iter().filter(|write| write.target.starts_with("Schedule.")).count();
    assert_eq!(schedule, 2, "the way back was planned and taken away: {:?}", handles[0].writes());
    manager.cli(&["devices", "address", "--leased", "--yes"]).await.ends_with(0);
    assert_eq!(handles[0].endpoint().ip(), building.address(1));
    assert_eq!(handles[1].endpoint().ip(), building.address(2));

    // What was wished otherwise is looked at as well.
    let elsewhere = [
        ("wifi.sta.ipv4mode", json!("static")),
        ("wifi.sta.ip", json!("10.1.2.3")),
        ("wifi.sta.netmask", json!("255.255.255.0")),
        ("wifi.sta.gw", json!("10.1.2.1")),
    ];
    wish(manager, ScopeView::Device { mac: handles[1].mac() }, &elsewhere).await;
    let job = client.job_create(&only(&handles[1]).into()).await.unwrap();
    let held = unit(&job, &handles[1]);
    assert!(
        held.state == UnitState::Blocked && held.reason.as_deref().unwrap().contains("not in the network"),
        "{held:?}"
    );
    building.end().await;
}

/// C12: a device that cannot be reached at its new address goes back to its former one by itself, and the unit says so.
async fn a_device_at_an_address_out_of_reach_comes_back(database: Database) {
    // Five minutes of the device are some seconds here.
    let pace = Pace { speed: 60.0, ..Pace::default() };
    let building = Building::at_pace(database, vec![model(PLUS_1, 1)], pace).await;
    let client = building.manager.client();
    let job = client.addresses_assign(&building.gives(0, 200)).await.unwrap();
    client.job_start(job.job.id).await.unwrap();
    let done = ended(&building.manager, job.job.id).await;
    let handle = &building.handles[0];
    let unit = unit(&done, handle);
    assert_eq!(unit.state, UnitState::RolledBack, "{:?}", states(&done));
    assert!(unit.reason.as_deref().unwrap().contains("did not appear at"), "{unit:?}");
    assert_eq!((handle.endpoint().ip(), first(handle, "ipv4mode")), (building.address(1).into(), json!("dhcp")));
    client.device_refresh(handle.mac()).await.unwrap();
    building.end().await;
}
