//! Devices that send and answer on loopback: multicast and unicast are heard, questions are repeated, floods are counted
//! (A5, C7).

use std::{
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    time::Duration,
};

use serde_json::json;
use shelly_gen1::coiot::{
    Body, Code, Description, DeviceTag, Error, Kind, Listener, ListenerConfig, Packet, Resource, Serial, Status,
    Timing, ask, describe,
};
use shelly_types::wire::Wire;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::{net::UdpSocket, task::JoinHandle};

const LOOPBACK: Ipv4Addr = Ipv4Addr::LOCALHOST;

fn status(serial: u16) -> Packet {
    let status = Status::from_json(json!({"G": [[0, 1101, 1], [0, 9103, serial]]})).expect("a status");
    Packet { device: DeviceTag::parse("SHSW-1#C45BBE6A1122#2"), serial: Some(Serial(serial)), ..Packet::status(status) }
}

fn listener(bind: Ipv4Addr, capacity: usize) -> Listener {
    let config = ListenerConfig {
        bind: SocketAddrV4::new(bind, 0),
        interfaces: vec![LOOPBACK],
        capacity,
        ..ListenerConfig::default()
    };
    Listener::open(&config).expect("a free port")
}

async fn sender() -> UdpSocket {
    UdpSocket::bind((LOOPBACK, 0)).await.expect("a free port")
}

#[tokio::test]
async fn unicast_is_heard() {
    let mut listener = listener(LOOPBACK, 8);
    let device = sender().await;
    device.send_to(&status(3).encode(), listener.address()).await.unwrap();
    let heard = listener.next().await.unwrap();
    assert_eq!(heard.from, device.local_addr().unwrap());
    assert_eq!(heard.packet, status(3));
    assert_eq!(heard.bytes, status(3).encode());
}

#[tokio::test]
async fn multicast_is_heard() {
    let mut listener = listener(Ipv4Addr::UNSPECIFIED, 8);
    assert!(listener.not_joined().is_empty(), "{:?}", listener.not_joined());
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP)).unwrap();
    socket.set_multicast_if_v4(&LOOPBACK).unwrap();
    let group = SocketAddr::from((shelly_gen1::coiot::GROUP, listener.address().port()));
    socket.send_to(&status(4).encode(), &group.into()).unwrap();
    assert_eq!(listener.next().await.unwrap().packet, status(4));
}

#[tokio::test]
async fn an_interface_that_is_not_there_is_named() {
    let nowhere = Ipv4Addr::new(198, 51, 100, 7);
    let config =
        ListenerConfig { bind: SocketAddrV4::new(LOOPBACK, 0), interfaces: vec![nowhere], ..ListenerConfig::default() };
    let listener = Listener::open(&config).unwrap();
    assert_eq!(listener.not_joined().iter().map(|(interface, _)| *interface).collect::<Vec<_>>(), [nowhere]);
    let taken = ListenerConfig { bind: SocketAddrV4::new(nowhere, 0), ..config };
    assert!(matches!(Listener::open(&taken), Err(Error::Bind { .. })));
}

/// What nobody takes is dropped, what is no datagram is counted, and memory stays bounded.
#[tokio::test]
async fn a_flood_is_counted() {
    let mut listener = listener(LOOPBACK, 2);
    let device = sender().await;
    for serial in 0..5 {
        device.send_to(&status(serial).encode(), listener.address()).await.unwrap();
        device.send_to(b"GET / HTTP/1.1", listener.address()).await.unwrap();
    }
    while listener.counts().received < 10 {
        tokio::task::yield_now().await;
    }
    let counts = listener.counts();
    assert_eq!((counts.unreadable, counts.dropped), (5, 3));
    for serial in 0..2 {
        assert_eq!(listener.next().await.unwrap().packet.serial, Some(Serial(serial)));
    }
}

#[tokio::test]
async fn a_confirmable_status_is_acknowledged() {
    let mut listener = listener(LOOPBACK, 2);
    let device = sender().await;
    let sent = Packet { kind: Kind::Confirmable, message_id: 77, ..status(1) };
    device.send_to(&sent.encode(), listener.address()).await.unwrap();
    assert_eq!(listener.next().await.unwrap().packet, sent);
    let mut buffer = [0; 64];
    let (length, _) = device.recv_from(&mut buffer).await.unwrap();
    assert_eq!(buffer[..length], [0x60, 0, 0, 77]);
}

/// A device that answers every question after it ignored some, or refuses all.
struct Device {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Device {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Clone, Copy)]
enum Habit {
    Ignores(usize),
    Refuses,
}

async fn device(habit: Habit) -> Device {
    let socket = sender().await;
    let address = socket.local_addr().expect("an address");
    let task = tokio::spawn(async move {
        let mut buffer = [0; 512];
        let mut seen = 0;
        while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
            let question = Packet::decode(&buffer[..length]).expect("a question");
            let Body::Get(resource) = question.body else { continue };
            seen += 1;
            let answer = match habit {
                Habit::Ignores(count) if seen <= count => continue,
                Habit::Ignores(_) => {
                    Packet { device: DeviceTag::parse("SHSW-1#6A1122#2"), ..question.answer(told(resource)) }
                }
                Habit::Refuses => {
                    let nothing = Body::Other { options: Vec::new(), payload: Vec::new() };
                    Packet { code: Code(132), ..question.answer(nothing) }
                }
            };
            socket.send_to(&answer.encode(), from).await.expect("sent");
        }
    });
    Device { address, task }
}

fn told(resource: Resource) -> Body {
    match resource {
        Resource::Description => {
            let json = json!({"blk": [{"I": 1, "D": "relay_0"}], "sen": [{"I": 1101, "D": "output", "L": 1}]});
            Body::Description(Description::from_json(json).expect("a description"))
        }
        Resource::Status => Body::Status(Status::from_json(json!({"G": [[0, 1101, 0]]})).expect("a status")),
    }
}

const QUICK: Timing = Timing { first_wait: Duration::from_millis(30), attempts: 6 };

#[tokio::test]
async fn a_question_is_repeated_until_it_is_answered() {
    let device = device(Habit::Ignores(2)).await;
    let told = describe(device.address, QUICK).await.unwrap();
    assert_eq!(told.device.unwrap().id, "6A1122");
    assert_eq!(told.description.sensors.get().map(Vec::len), Some(1));
    assert_eq!(told.status.samples.len(), 1);
}

#[tokio::test]
async fn silence_and_refusal_are_told_apart() {
    let silent = device(Habit::Ignores(usize::MAX)).await;
    let quick = Timing { first_wait: Duration::from_millis(5), attempts: 2 };
    let error = ask(silent.address, Resource::Status, quick).await.unwrap_err();
    assert!(matches!(error, Error::Silent { waited, .. } if waited == Duration::from_millis(15)), "{error}");
    let refusing = device(Habit::Refuses).await;
    let error = ask(refusing.address, Resource::Status, QUICK).await.unwrap_err();
    assert!(matches!(error, Error::Refused { code: Code(132), .. }), "{error}");
    assert!(error.to_string().contains("/cit/s with code 4.04"), "{error}");
}

#[tokio::test]
async fn a_closed_port_is_silence() {
    let closed = sender().await.local_addr().unwrap();
    let quick = Timing { first_wait: Duration::from_millis(5), attempts: 2 };
    let error = ask(closed, Resource::Status, quick).await.unwrap_err();
    assert!(matches!(error, Error::Silent { .. }), "{error}");
}
