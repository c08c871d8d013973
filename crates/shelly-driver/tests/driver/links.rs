//! A4, A6, D6, I16: one device over every channel, and the hardware address confirmed on each.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use shelly_driver::{
    Class, Command, Device, Error, Link, Links, Live, Manners, Options, Rest, Rules, SwitchAction, Urgency, probe_with,
};
use shelly_gen2_rpc::{
    Channel, ChannelKind, HttpChannel, WebSocketChannel, WebSocketOptions,
    channel::{MqttLink, MqttOptions, accept},
};
use shelly_http::{Limits, Tls, TlsOptions, Trust};
use shelly_mqtt::{Address, Broker};
use shelly_sim::{Fault, FleetPlan, Quirk, SimFleet, SimHandle};
use shelly_types::ComponentKey;
use test_broker::{ANYBODY, Mosquitto};
use tokio::net::TcpListener;

use crate::support::{connect, endpoint, mac, model, options, start};

const PLUG: &str = "SNPL-00112EU";
const OTHER: &str = "SNSW-001X16EU";
const ON: Command = Command::Switch { id: 0, action: SwitchAction::On };
const TOGGLE: Command = Command::Switch { id: 0, action: SwitchAction::Toggle };

fn is_on(handle: &SimHandle) -> bool {
    handle.output(&ComponentKey::instance("switch", 0)).unwrap()
}

async fn dial(handle: &SimHandle) -> Arc<WebSocketChannel> {
    Arc::new(WebSocketChannel::dial(&endpoint(handle), &WebSocketOptions::default(), None).await.unwrap())
}

/// A4: an attached WebSocket comes before HTTP, and HTTP comes back when it ends.
#[tokio::test]
async fn a_websocket_comes_before_http() {
    let (fleet, handle) = start(model(PLUG)).await;
    let device = connect(&handle).await.unwrap();
    device.command(&ON).await.unwrap();
    assert_eq!(device.carried_by(), ChannelKind::Http);

    let socket = dial(&handle).await;
    device.attach(Link::WebSocket(Arc::clone(&socket))).unwrap();
    let connections = handle.counters().connections;
    device.command(&TOGGLE).await.unwrap();
    device.status().await.unwrap();
    assert_eq!(device.carried_by(), ChannelKind::WebSocket);
    assert!(!is_on(&handle));
    assert_eq!(handle.counters().connections, connections, "nothing more was opened");

    socket.close().await;
    device.command(&ON).await.unwrap();
    assert_eq!(device.carried_by(), ChannelKind::Http);
    assert!(is_on(&handle));
    fleet.shutdown().await;
}

/// A14: what is at the end of an attached connection says who it is before anything else is sent there.
#[tokio::test]
async fn the_wrong_device_gets_nothing_over_a_connection() {
    let fleet = SimFleet::start(FleetPlan::new(vec![model(PLUG), model(OTHER)])).await.unwrap();
    let [right, wrong] = [PLUG, OTHER].map(|code| fleet.device(mac(code)).unwrap().clone());
    let device = connect(&right).await.unwrap();
    device.command(&ON).await.unwrap();
    device.attach(Link::WebSocket(dial(&wrong).await)).unwrap();
    let error = device.command(&TOGGLE).await.unwrap_err();
    assert_eq!(error.class(), Class::WrongDevice, "{}", error.chain());
    assert_eq!((wrong.counters().writes, is_on(&wrong)), (0, false));
    device.command(&TOGGLE).await.unwrap();
    assert!(!is_on(&right), "the connection was let go and HTTP used");

    let link = Link::WebSocket(dial(&wrong).await);
    let error = Device::over(link, right.mac(), options()).await.unwrap_err();
    assert_eq!(error.class(), Class::WrongDevice);
    fleet.shutdown().await;
}

/// A4, M5: a device that calls in from behind a router needs no HTTP, is gone with its connection and back with the next.
#[tokio::test]
async fn a_device_that_calls_in_needs_no_address() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = format!("ws://{}/api", listener.local_addr().unwrap());
    let plug = model(PLUG).with_setting("ws.enable", json!(true)).with_setting("ws.server", json!(server));
    let (fleet, handle) = start(plug).await;
    let arrival = || async {
        let (stream, peer) = listener.accept().await.unwrap();
        accept(stream, peer.into(), &WebSocketOptions::default(), |_| true).await.unwrap()
    };
    let first = arrival().await;
    assert_eq!(first.mac, handle.mac());
    let mut device = Device::over(first.channel.into(), first.mac, options()).await.unwrap();
    device.command(&ON).await.unwrap();
    assert_eq!(device.carried_by(), ChannelKind::OutboundWebSocket);
    assert!(!device.read().await.unwrap().configuration.observed.settings.is_empty());

    let links = device.links().unwrap();
    let returns = async {
        loop {
            links.attach(arrival().await.channel.into());
        }
    };
    tokio::select! {
        restarted = sync_engine::Target::restart_and_wait(&mut device) => restarted.unwrap(),
        () = returns => {}
    }
    device.command(&TOGGLE).await.unwrap();
    assert_eq!(device.carried_by(), ChannelKind::OutboundWebSocket);
    links.detach();
    assert_eq!(device.status().await.unwrap_err().class(), Class::Unreachable);
    fleet.shutdown().await;
}

/// A4: a device that is followed over the connection it opened is taken up there with one question, and over HTTP when
/// the follower has closed it.
#[tokio::test]
async fn a_conversation_begins_on_the_open_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = format!("ws://{}/token?x=1", listener.local_addr().unwrap());
    let plug = model(PLUG).with_setting("ws.enable", json!(true)).with_setting("ws.server", json!(server));
    let (fleet, handle) = start(plug).await;
    let (stream, peer) = listener.accept().await.unwrap();
    let is_asked = |path: &str| path == "/token?x=1";
    let arrived = Live::accept(stream, peer.into(), &options(), is_asked).await.unwrap();
    assert_eq!((arrived.identity().mac, arrived.peer()), (handle.mac(), &peer.into()));
    let asked = handle.counters().requests;
    let mut live = arrived.follow().await.unwrap();
    assert!(live.take_status().is_some());
    assert_eq!(handle.counters().requests, asked, "its first word is its whole status");

    let links = Links::default();
    links.attach(live.link());
    let with_links = || Options { links: Some(links.clone()), ..options() };
    let device = Device::connect(endpoint(&handle), Some(handle.mac()), None, with_links()).await.unwrap();
    assert_eq!((handle.counters().requests, handle.counters().connections), (asked + 1, 0));
    device.command(&ON).await.unwrap();
    assert_eq!((device.carried_by(), handle.counters().connections), (ChannelKind::OutboundWebSocket, 0));
    assert_eq!(device.endpoint(), &endpoint(&handle));

    drop(live);
    device.command(&TOGGLE).await.unwrap();
    assert_eq!(device.carried_by(), ChannelKind::Http);
    let again = Device::connect(endpoint(&handle), Some(handle.mac()), None, with_links()).await.unwrap();
    assert_eq!(again.carried_by(), ChannelKind::Http);
    assert!(!is_on(&handle));
    fleet.shutdown().await;
}

/// A6: the same over a broker.
#[tokio::test]
async fn a_broker_carries_everything() {
    let Some(mosquitto) = Mosquitto::start(ANYBODY, &[]).await else { return };
    let place = mosquitto.place();
    let plug = model(PLUG).with_setting("mqtt.enable", json!(true)).with_setting("mqtt.server", json!(place));
    let (fleet, handle) = start(plug.with_setting("mqtt.rpc_ntf", json!(true))).await;
    let broker = Broker::connect(&shelly_mqtt::Options::new(Address::plain("127.0.0.1", mosquitto.port()))).unwrap();
    let options_of_calls = MqttOptions { answer: Duration::from_millis(500), ..MqttOptions::default() };
    let link = MqttLink::new(broker, options_of_calls).unwrap();
    let channel = Arc::new(link.channel(handle.id()).unwrap());
    while channel.who().await.is_err() {}
    let device = Device::over(Link::Mqtt(Arc::clone(&channel)), handle.mac(), options()).await.unwrap();
    device.command(&ON).await.unwrap();
    assert!(is_on(&handle));
    assert_eq!(device.carried_by(), ChannelKind::Mqtt);

    let device = connect(&handle).await.unwrap();
    device.attach(Link::Mqtt(channel)).unwrap();
    device.command(&TOGGLE).await.unwrap();
    assert_eq!(device.carried_by(), ChannelKind::Mqtt);
    fleet.shutdown().await;
}

/// D6: a device that speaks only TLS is found, read and commanded, and it is known where.
#[tokio::test]
async fn a_device_that_speaks_only_tls_is_followed() {
    let (fleet, handle) = start(model(PLUG).with_quirk(Quirk::TlsOnly)).await;
    let plain = Device::connect(endpoint(&handle), None, None, options()).await.unwrap_err();
    assert!(matches!(plain, Error::TlsOnly { .. }), "{}", plain.chain());
    let trust = Trust::Authority(fleet.ca_pem().unwrap().to_owned());
    let tls = Some(Tls::new(&TlsOptions::new(trust)).unwrap());
    let found = probe_with(&endpoint(&handle), &Limits::default(), tls.as_ref()).await.unwrap();
    assert_eq!(found.endpoint.to_string(), format!("https://{}", handle.endpoint()));

    let device =
        Device::connect(endpoint(&handle), Some(handle.mac()), None, Options { tls, ..options() }).await.unwrap();
    device.command(&ON).await.unwrap();
    device.read().await.unwrap();
    assert_eq!((device.endpoint(), device.carried_by()), (&found.endpoint, ChannelKind::Https));

    let stranger = Tls::new(&TlsOptions::new(Trust::System)).ok();
    let error = probe_with(&found.endpoint, &Limits::default(), stranger.as_ref()).await.unwrap_err();
    assert_eq!(error.class(), Class::Unsupported, "{}", error.chain());
    fleet.shutdown().await;
}

/// C1: a person's command waits for one request of the background at most.
#[tokio::test]
async fn a_person_goes_first() {
    for code in ["SHSW-1", PLUG] {
        let (fleet, handle) = start(model(code)).await;
        let device = connect(&handle).await.unwrap();
        device.command(&ON).await.unwrap();
        let delay = Duration::from_millis(60);
        handle.inject(Fault::Latency { delay, jitter: Duration::ZERO });
        let polls = futures::future::join_all((0..12).map(|_| device.status()));
        let command = async {
            tokio::task::yield_now().await;
            device.command(&TOGGLE).await.unwrap();
            handle.counters().requests
        };
        let before = handle.counters();
        let (polled, at) = tokio::join!(polls, command);
        assert!(polled.iter().all(Result::is_ok));
        // What was on its way, then the command; to later generations as many again beside it.
        let (width, most) = if code == PLUG { (3, 8) } else { (1, 2) };
        assert!(at - before.requests <= most, "{code}: {} requests", at - before.requests);
        assert!(handle.counters().max_parallel <= width, "{code}: {:?}", handle.counters());
        fleet.shutdown().await;
    }
}

/// C4: while a device updates itself the background leaves it alone, and a person may ask.
#[tokio::test]
async fn an_update_is_left_in_peace() {
    let (fleet, handle) = start(model(PLUG)).await;
    let manners = Manners::new(Rules::default());
    let device = Device::connect(endpoint(&handle), None, None, Options { manners, ..options() }).await.unwrap();
    device.manners().update_began(tokio::time::Instant::now());
    let error = device.status().await.unwrap_err();
    assert!(matches!(error, Error::LeftAlone { why: Rest::Updating, .. }), "{}", error.chain());
    assert!(error.retry_after().unwrap() > Duration::from_secs(140));
    device.status_for(Urgency::Person).await.unwrap();
    fleet.shutdown().await;
}

/// W12: a call over HTTP of the client crate and one of the driver are the same.
#[tokio::test]
async fn a_plain_client_sees_the_same() {
    let (fleet, handle) = start(model(PLUG)).await;
    let device = connect(&handle).await.unwrap();
    device.command(&ON).await.unwrap();
    let status = HttpChannel::new(endpoint(&handle)).call("Switch.GetStatus", Some(json!({"id": 0}))).await.unwrap();
    assert_eq!(status["output"], true);
    fleet.shutdown().await;
}
