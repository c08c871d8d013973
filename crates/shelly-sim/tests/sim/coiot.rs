//! CoIoT of Gen1 devices: questions, pushes by multicast and unicast, serials, sleepers (A5).

use std::{
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    time::Duration,
};

use serde_json::{Value, json};
use shelly_sim::{Coiot, Fault, FleetPlan, Layout, Push, Quirk, SimDevice, SimFleet, SimHandle};
use shelly_types::Mac;
use tokio::net::UdpSocket;

use crate::client::get;

fn mac(number: u8) -> Mac {
    Mac::new([0x34, 0x94, 0x54, 0, 0, number])
}

fn device(model: &str, number: u8) -> SimDevice {
    SimDevice::of_model(model, mac(number)).expect("a model of the catalogue")
}

/// A packet as it came: code, device, validity, serial and payload.
#[derive(Debug)]
struct Packet {
    code: u8,
    device: String,
    validity: u16,
    serial: u16,
    payload: Value,
    from: SocketAddr,
}

impl Packet {
    fn value(&self, id: u64) -> Value {
        let items = self.payload["G"].as_array().expect("a status");
        items.iter().find(|item| item[1] == id).map(|item| item[2].clone()).unwrap_or_default()
    }
}

fn read(bytes: &[u8], from: SocketAddr) -> Packet {
    let (mut at, mut number, mut options) = (4, 0, Vec::new());
    while bytes[at] != 0xff {
        let (mut delta, mut length) = (usize::from(bytes[at] >> 4), usize::from(bytes[at] & 15));
        at += 1;
        for part in [&mut delta, &mut length] {
            match *part {
                13 => {
                    *part = usize::from(bytes[at]) + 13;
                    at += 1;
                }
                14 => {
                    *part = usize::from(u16::from_be_bytes([bytes[at], bytes[at + 1]])) + 269;
                    at += 2;
                }
                _ => {}
            }
        }
        number += delta;
        options.push((number, bytes[at..at + length].to_vec()));
        at += length;
    }
    let option = |wanted| options.iter().find(|(number, _)| *number == wanted).expect("the option").1.clone();
    let short = |wanted| u16::from_be_bytes(option(wanted).try_into().expect("two bytes"));
    Packet {
        code: bytes[1],
        device: String::from_utf8(option(3332)).expect("text"),
        validity: short(3412),
        serial: short(3420),
        payload: serde_json::from_slice(&bytes[at + 1..]).expect("JSON"),
        from,
    }
}

struct Peer(UdpSocket);

impl Peer {
    async fn new() -> Self {
        Self(UdpSocket::bind("127.0.0.1:0").await.expect("a free port"))
    }

    fn address(&self) -> SocketAddr {
        self.0.local_addr().expect("an address")
    }

    async fn next(&self) -> Packet {
        let mut buffer = [0; 2048];
        let wait = tokio::time::timeout(Duration::from_secs(10), self.0.recv_from(&mut buffer));
        let (length, from) = wait.await.expect("in time").expect("a packet");
        read(&buffer[..length], from)
    }

    async fn until(&self, holds: impl Fn(&Packet) -> bool) -> Packet {
        loop {
            let packet = self.next().await;
            if holds(&packet) {
                return packet;
            }
        }
    }

    async fn ask(&self, to: SocketAddr, path: u8) -> Packet {
        let request = [&b"\x50\x01\x00\x0a\xb3cit\x01"[..], &[path], b"\xff\x00"].concat();
        self.0.send_to(&request, to).await.expect("sent");
        self.next().await
    }
}

async fn start(devices: Vec<SimDevice>, third: u8, group_port: u16) -> SimFleet {
    let coiot = Coiot {
        port: group_port + 1000,
        group: SocketAddrV4::new(Ipv4Addr::new(224, 0, 1, 187), group_port),
        ..Coiot::default()
    };
    let network = format!("127.32.{third}.0/24").parse().expect("a network");
    let plan = FleetPlan::new(devices).with_layout(Layout::Subnet { network, port: 18_300 }).with_coiot(coiot);
    SimFleet::start(plan).await.expect("the loopback network is free")
}

fn port(device: &SimHandle, port: u16) -> SocketAddr {
    SocketAddr::new(device.endpoint().ip(), port)
}

/// A5: a device describes itself and answers; the description comes over HTTP too.
#[tokio::test]
async fn devices_answer_questions() {
    let fleet = start(vec![device("SHSW-25", 1).with_profile("roller"), device("SHIX3-1", 2)], 1, 15_683).await;
    let peer = Peer::new().await;
    let (roller, buttons) = (&fleet.devices()[0], &fleet.devices()[1]);
    let description = peer.ask(port(roller, 16_683), b'd').await;
    assert_eq!((description.code, description.device.as_str()), (69, "SHSW-25#349454000001#2"));
    assert!(description.payload["blk"].to_string().contains(r#""roller_0""#));
    assert_eq!(description.payload, get(roller.endpoint(), "/cit/d").await.json());
    let status = peer.ask(port(roller, 16_683), b's').await;
    assert_eq!((status.value(1102), status.value(9101)), (json!("stop"), json!("roller")));
    assert_eq!((status.validity, status.from.ip()), (380, roller.endpoint().ip()));
    let again = peer.ask(port(roller, 16_683), b's').await;
    assert_eq!(again.serial, status.serial, "the serial stays while nothing changes");
    buttons.push(1, Push::Double);
    let pushed = peer.ask(port(buttons, 16_683), b's').await;
    assert_eq!((pushed.value(2202), pushed.value(2203)), (json!("SS"), json!(1)));
}

/// A5: a change is pushed at once, to the unicast peer or to the group; the peer takes effect with the next start.
#[tokio::test]
async fn changes_are_pushed() {
    let peer = Peer::new().await;
    let told = device("SHSW-1", 1).with_setting("coiot.peer", json!(peer.address().to_string()));
    let fleet =
        start(vec![told, device("SHPLG-S", 2), device("SHSW-1", 3).with_quirk(Quirk::NoMulticast)], 2, 15_684).await;
    let (relay, plug) = (&fleet.devices()[0], &fleet.devices()[1]);
    let first = peer.next().await;
    assert_eq!((first.code, first.value(1101)), (30, json!(0)));
    get(relay.endpoint(), "/relay/0?turn=on").await;
    let pushed = peer.until(|packet| packet.value(1101) == 1).await;
    assert_ne!(pushed.serial, first.serial);
    let group = member(15_684);
    get(plug.endpoint(), "/relay/0?turn=on").await;
    let pushed = group.until(|packet| packet.value(1101) == 1).await;
    assert_eq!((pushed.device.as_str(), pushed.from.ip()), ("SHPLG-S#349454000002#2", plug.endpoint().ip()));
    let settings = format!("/settings/advanced?coiot_peer={}", peer.address());
    get(plug.endpoint(), &settings).await;
    get(plug.endpoint(), "/relay/0?turn=off").await;
    group.until(|packet| packet.value(1101) == 0).await;
    plug.power_cycle();
    let moved = peer.until(|packet| packet.device.starts_with("SHPLG-S")).await;
    assert_eq!(moved.from.ip(), plug.endpoint().ip());
}

fn member(port: u16) -> Peer {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None).expect("a socket");
    socket.set_reuse_address(true).expect("an option");
    socket.set_nonblocking(true).expect("an option");
    socket.bind(&SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)).into()).expect("the port");
    socket.join_multicast_v4(&Ipv4Addr::new(224, 0, 1, 187), &Ipv4Addr::LOCALHOST).expect("the group");
    Peer(UdpSocket::from_std(socket.into()).expect("a socket"))
}

/// A5: old firmware speaks version 1.
#[tokio::test]
async fn old_firmware_has_other_ids() {
    let old = device("SHSW-1", 1).with_firmware("20200309-104554/v1.6.0@43056d58");
    let fleet = start(vec![old], 3, 15_685).await;
    let status = Peer::new().await.ask(port(&fleet.devices()[0], 16_685), b's').await;
    assert_eq!((status.device.as_str(), status.value(112)), ("SHSW-1#349454000001#1", json!(0)));
}

/// A5, M1: a sleeper pushes when it wakes and is silent otherwise.
#[tokio::test]
async fn sleepers_push_when_they_wake() {
    let peer = Peer::new().await;
    let sleeper = device("SHHT-1", 1)
        .with_setting("coiot.peer", json!(peer.address().to_string()))
        .with_fault(Fault::Asleep { wakes: None })
        .with_quirk(Quirk::FrozenSerial);
    let fleet = start(vec![sleeper], 4, 15_686).await;
    let mut serials = Vec::new();
    for _ in 0..2 {
        fleet.devices()[0].wake(Duration::from_millis(200));
        let packet = peer.next().await;
        assert_eq!((packet.value(3103).is_number(), packet.validity % 2), (true, 1));
        serials.push(packet.serial);
        while fleet.devices()[0].is_up() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    assert_eq!(serials[0], serials[1]);
}
