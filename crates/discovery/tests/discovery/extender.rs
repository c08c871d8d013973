//! Devices behind a simulated range extender are reached and followed (C1, C2, C3).

use chrono::Utc;
use discovery::{
    Merger,
    extender::{Change, Extender},
};
use shelly_gen1::Client as Gen1Client;
use shelly_gen2_rpc::{Client, HttpChannel};
use shelly_sim::{FleetPlan, SimDevice, SimFleet};

use crate::mac;

#[tokio::test]
async fn c1_c2_c3_clients_of_a_range_extender_are_found_and_followed() {
    let host = SimDevice::of_model("SNSW-001X16EU", mac(1)).unwrap();
    let (gen1, gen3) =
        (SimDevice::of_model("SHSW-25", mac(2)).unwrap(), SimDevice::of_model("S4SW-001X16EU", mac(3)).unwrap());
    let plan = FleetPlan::new(vec![host, gen1.behind(mac(1)), gen3.behind(mac(1))]);
    let mut fleet = SimFleet::start(plan).await.unwrap();
    let at = fleet.devices()[0].endpoint();
    let client = Client::new(HttpChannel::new(at.into()));
    let mut extender = Extender::new(mac(1), at.ip().to_string());
    let mut merger = Merger::default();

    let answer = client.wifi_ap_clients().await.unwrap();
    assert_eq!(extender.follow(&answer).len(), 2);
    for seen in extender.seen(&answer, Utc::now()) {
        assert!(merger.add(seen));
    }
    let found = merger.sighting(mac(2)).unwrap().about;
    assert_eq!(found.extender, Some(mac(1)));
    let identity = Gen1Client::new(found.address.unwrap()).identity().await.unwrap();
    assert_eq!(identity.mac, mac(2), "the Gen1 client answers there");

    let moved = fleet.change_port(mac(3)).unwrap();
    let answer = client.wifi_ap_clients().await.unwrap();
    assert!(matches!(&extender.follow(&answer)[..], [Change::Moved { mac: who, .. }] if *who == mac(3)));
    for seen in extender.seen(&answer, Utc::now()) {
        assert!(merger.add(seen));
    }
    let found = merger.sighting(mac(3)).unwrap().about;
    assert_eq!(found.address, Some(moved.into()));
    let info = Client::new(HttpChannel::new(found.address.unwrap())).identity().await.unwrap();
    assert_eq!(info.mac, mac(3));
    fleet.shutdown().await;
}
