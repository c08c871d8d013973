//! Devices that nobody scanned for: heard by mDNS, CoIoT and behind range extenders; and addresses that two have.

use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};

use api_types::{
    ErrorCode,
    devices::{CommandRequest, DeviceState, SwitchAction},
    discovery::{SightingSource, SightingView},
    events::EventQuery,
    jobs::UnitState,
};
use serde_json::json;
use shelly_sim::{Coiot, FleetPlan, Mdns, SimFleet, SimHandle};
use shelly_types::Mac;

use crate::{
    database::Database,
    manager::Manager,
    on_each_database,
    support::{adopt, eventually, model, of_device, on_device, only, plan_and_apply, scan, start, targets, wish},
};

const ON: CommandRequest = CommandRequest::Switch { id: 0, action: SwitchAction::On };

on_each_database! {
    a_device_is_found_by_mdns_alone
    a_gen1_device_is_found_by_coiot_alone
    devices_behind_a_range_extender_are_followed
    nothing_is_written_where_two_devices_are
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

async fn inbox(manager: &Manager, mac: Mac) -> Option<SightingView> {
    manager.client().inbox().await.unwrap().into_iter().find(|found| found.mac == mac)
}

fn sources(found: &SightingView) -> Vec<SightingSource> {
    let mut sources: Vec<_> = found.sources.iter().map(|seen| seen.source).collect();
    sources.sort_by_key(|source| format!("{source:?}"));
    sources
}

/// Runs a command that prints all of `words`.
async fn prints(manager: &Manager, args: &[&str], words: &[&str]) {
    let printed = manager.cli(args).await.ends_with(0);
    for word in words {
        assert!(printed.out.contains(word), "`{word}` is missing: {}", printed.out);
    }
}

async fn kinds(manager: &Manager, handle: &SimHandle) -> Vec<String> {
    let query = EventQuery { mac: Some(handle.mac()), ..EventQuery::default() };
    manager.client().events(&query).await.unwrap().into_iter().map(|event| event.kind).collect()
}

/// B1, B5: no scan finds the devices, and yet they wait in the inbox; a scan adds itself to what saw them.
async fn a_device_is_found_by_mdns_alone(database: Database) {
    let mdns = Mdns { port: free_port(), ..Mdns::default() };
    let devices = vec![model("SNSW-001X16EU", 1), model("SHSW-1", 2)];
    let fleet = SimFleet::start(FleetPlan::new(devices).with_mdns(mdns)).await.unwrap();
    let manager = Manager::with(database, &["--mdns", &format!("127.0.0.1:{}", mdns.port)]).await;
    for handle in fleet.devices() {
        let found = eventually("a device that announces itself", async || inbox(&manager, handle.mac()).await).await;
        assert_eq!(
            (found.address.clone(), sources(&found)),
            (handle.endpoint().to_string(), vec![SightingSource::Mdns])
        );
    }
    let plus = &fleet.devices()[0];
    scan(&manager, targets(&fleet.devices()[..1]), false).await;
    let found = inbox(&manager, plus.mac()).await.unwrap();
    assert_eq!(sources(&found), [SightingSource::Mdns, SightingSource::Scan], "one sighting");
    prints(&manager, &["discover", "inbox"], &["mDNS", "scan"]).await;
    prints(&manager, &["discover", "sources"], &["mDNS", "running"]).await;
    manager.cli(&["discover", "adopt", &plus.mac().to_string()]).await.ends_with(0);
    assert_eq!(manager.client().device_command(plus.mac(), &ON).await.unwrap().device.state, DeviceState::Online);
    fleet.shutdown().await;
}

/// B1, B5: a Gen1 device that only sends reports is adopted without anybody's doing.
async fn a_gen1_device_is_found_by_coiot_alone(database: Database) {
    // Reports say where a device is only by their sender, and the port is the usual one.
    let network = if matches!(database, Database::Sqlite) { "127.77.1.0/30" } else { "127.77.2.0/30" };
    let own = SocketAddrV4::new(Ipv4Addr::LOCALHOST, free_port());
    let plan = FleetPlan::new(vec![model("SHSW-PM", 1)]).on_subnet(network.parse().unwrap(), 80);
    let plan = plan.with_coiot(Coiot { port: 0, group: own, ..Coiot::default() });
    let fleet = match SimFleet::start(plan).await {
        Ok(fleet) => fleet,
        Err(error) => return println!("skipped: port 80 cannot be had: {error}"),
    };
    let manager = Manager::with(database, &["--coiot", &own.to_string(), "--auto-adopt"]).await;
    let device = &fleet.devices()[0];
    let found = eventually("a device that reports", async || manager.client().device(device.mac()).await.ok()).await;
    assert_eq!(found.device.address, device.endpoint().to_string());
    prints(&manager, &["discover", "sources"], &["CoIoT", "running"]).await;
    fleet.shutdown().await;
}

/// C1, C2, C3: what is behind a range extender is adopted, of any generation, and followed to another port.
async fn devices_behind_a_range_extender_are_followed(database: Database) {
    let host = model("SNSW-001X16EU", 1);
    let extender = host.mac();
    let behind = [model("SHSW-25", 2).behind(extender), model("S4SW-001X16EU", 3).behind(extender)];
    let (mut fleet, handles) = start([vec![host], behind.into()].concat()).await;
    let manager = Manager::with(database, &["--auto-adopt", "--poll-interval", "1"]).await;
    adopt(&manager, &handles[..1]).await;
    for handle in &handles[1..] {
        let device = async || manager.client().device(handle.mac()).await.ok();
        let device = eventually("a device behind a range extender", device).await;
        assert_eq!(device.device.address, handle.endpoint().to_string());
    }
    for handle in &handles[1..] {
        let moved = fleet.change_port(handle.mac()).unwrap().to_string();
        eventually("a device at its new port", async || {
            let device = manager.client().device(handle.mac()).await.unwrap().device;
            (device.address == moved && device.state == DeviceState::Online).then_some(())
        })
        .await;
        assert!(kinds(&manager, handle).await.contains(&"device_moved".to_owned()));
    }
    fleet.shutdown().await;
}

/// B7: two devices at one address raise an alarm and are not written to, until a person says who is there, or one of them
/// is found elsewhere.
async fn nothing_is_written_where_two_devices_are(database: Database) {
    let manager = Manager::on(database).await;
    let (mut fleet, handles) = start(vec![model("SNSW-001X16EU", 1), model("SHSW-1", 2)]).await;
    let [ours, other] = [&handles[0], &handles[1]];
    adopt(&manager, &handles[..1]).await;
    let here = targets(&handles[..1]);
    assert!(fleet.swap(ours.mac(), other.mac()));
    scan(&manager, here.clone(), false).await;

    let client = manager.client();
    let device = eventually("the alarm", async || {
        let device = client.device(ours.mac()).await.unwrap().device;
        device.address_conflict.is_some().then_some(device)
    })
    .await;
    let reason = device.address_conflict.unwrap();
    assert!(reason.contains(&here[0]) && reason.contains(&other.mac().to_string()), "{reason}");
    assert!(kinds(&manager, ours).await.contains(&"address_conflict_found".to_owned()));
    let error = client.device_command(ours.mac(), &ON).await.unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::AddressConflict), "{error}");
    manager.cli(&["devices", "on", &ours.mac().to_string()]).await.complains(5, &[&other.mac().to_string()]);
    prints(&manager, &["devices", "show", &ours.mac().to_string()], &[&reason]).await;
    wish(&manager, of_device(ours), &[("switch:0.name", json!("Lamp"))]).await;
    let plan = client.job_create(&only(ours).into()).await.unwrap();
    assert_eq!(plan.devices[0].state, UnitState::Blocked, "{plan:?}");
    manager.cli(&["discover", "adopt", &other.mac().to_string()]).await.ends_with(0);
    let error = client.device_command(other.mac(), &ON).await.unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::AddressConflict), "{error}");
    assert_eq!((ours.counters().writes, other.counters().writes), (0, 0));

    manager.cli(&["devices", "move", &other.mac().to_string(), &here[0]]).await.ends_with(0);
    client.device_command(other.mac(), &ON).await.unwrap();
    let error = client.device_command(ours.mac(), &ON).await.unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::AddressConflict), "{error}");
    assert_eq!((ours.counters().writes, other.counters().writes), (0, 1));

    scan(&manager, targets(&handles[..1]), false).await;
    eventually("the end of the alarm", async || {
        let device = client.device(ours.mac()).await.unwrap().device;
        let is_settled = kinds(&manager, ours).await.contains(&"address_conflict_settled".to_owned());
        (device.address_conflict.is_none() && is_settled).then_some(())
    })
    .await;
    assert_eq!(client.device_command(ours.mac(), &ON).await.unwrap().device.state, DeviceState::Online);
    assert_eq!(plan_and_apply(&manager, &only(ours)).await.job.units.verified, 1);
    assert_eq!(on_device(ours, "switch:0.name"), "Lamp");
    fleet.shutdown().await;
}
