//! Simulated Gen1 devices are found by what they send (B1).

use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};

use discovery::{Sources, SourcesOptions};
use shelly_gen1::coiot::{GROUP, ListenerConfig};
use shelly_sim::{Coiot, FleetPlan, Layout, SimDevice, SimFleet};
use shelly_types::{Generation, Model};

use crate::{clock, mac, sighting};

/// A port that is free at the moment.
fn free_port() -> u16 {
    UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[tokio::test]
async fn b1_gen1_devices_are_found_by_their_datagrams() {
    let group = SocketAddrV4::new(GROUP, free_port());
    let config = ListenerConfig {
        bind: SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, group.port()),
        interfaces: vec![Ipv4Addr::LOCALHOST],
        ..ListenerConfig::default()
    };
    let mut sources = Sources::start(&SourcesOptions { coiot: Some(config), ..SourcesOptions::default() }, clock());
    let devices =
        vec![SimDevice::of_model("SHSW-25", mac(1)).unwrap(), SimDevice::of_model("SHPLG-S", mac(2)).unwrap()];
    let layout = Layout::Subnet { network: "127.41.0.0/24".parse().unwrap(), port: 18_400 };
    let coiot = Coiot { port: free_port(), group, ..Coiot::default() };
    let fleet = SimFleet::start(FleetPlan::new(devices).with_layout(layout).with_coiot(coiot)).await.unwrap();
    let expected = [("SHSW-25", fleet.devices()[0].endpoint()), ("SHPLG-S", fleet.devices()[1].endpoint())];
    let first = sighting(&mut sources, mac(1)).await;
    assert_eq!((first.about.model, first.about.generation), (Some(Model::new(expected[0].0)), Some(Generation::GEN1)));
    assert_eq!(first.about.address.unwrap().host(), expected[0].1.ip().to_string());
    sources.stop().await;
    fleet.shutdown().await;
}
