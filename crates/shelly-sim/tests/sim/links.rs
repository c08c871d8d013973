//! Ways a device speaks on by itself: outbound WebSocket (A4, M5), UDP, TLS (D6).

use std::{net::SocketAddr, sync::Arc, time::Duration};

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use shelly_sim::{Fault, FleetPlan, Quirk, SimDevice, SimFleet, SimHandle};
use shelly_types::Mac;
use tokio::{
    net::{TcpListener, TcpStream, UdpSocket},
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async, client_async,
    tungstenite::{
        Message,
        handshake::server::{Request, Response},
    },
};

use crate::client::{rpc, send};

fn device(model: &str, number: u8) -> SimDevice {
    SimDevice::of_model(model, Mac::new([0xA8, 0x03, 0x2A, 0, 10, number])).expect("a model of the catalogue")
}

async fn start(device: SimDevice) -> (SimFleet, SimHandle) {
    let fleet = SimFleet::start(FleetPlan::new(vec![device])).await.expect("a free port");
    let handle = fleet.devices()[0].clone();
    (fleet, handle)
}

/// Takes a device that dials and answers the handshake as the vendor's server does.
async fn take(listener: &TcpListener) -> WebSocketStream<TcpStream> {
    let (stream, _) = timeout(Duration::from_secs(10), listener.accept()).await.expect("in time").expect("a device");
    #[expect(clippy::result_large_err, reason = "the signature is that of the library")]
    let agree = |request: &Request, mut response: Response| {
        assert_eq!(request.headers()["sec-websocket-protocol"], "json-rpc");
        assert_eq!(request.uri().path(), "/api/shelly/ws");
        response.headers_mut().insert("sec-websocket-protocol", "json-rpc".parse().expect("a value"));
        Ok(response)
    };
    accept_hdr_async(stream, agree).await.expect("a WebSocket")
}

async fn frame(socket: &mut WebSocketStream<TcpStream>) -> Option<Value> {
    loop {
        match timeout(Duration::from_secs(10), socket.next()).await.expect("in time")?.ok()? {
            Message::Text(text) => return Some(serde_json::from_str(text.as_str()).expect("JSON")),
            Message::Close(_) => return None,
            _ => {}
        }
    }
}

/// A4: the device dials after the restart, says everything, answers without a password, tells changes, dials again.
#[tokio::test]
async fn devices_dial_the_manager() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let (_fleet, plug) = start(device("SNPL-00112EU", 1).with_password("secret")).await;
    plug.set_password(None);
    let server = format!("ws://{}/api/shelly/ws", listener.local_addr().expect("an address"));
    let config = json!({"config": {"enable": true, "server": server}});
    assert_eq!(rpc(plug.endpoint(), "WS.SetConfig", config).await, json!({"restart_required": true}));
    plug.set_password(Some("secret"));
    assert_eq!(plug.status_json()["ws"]["connected"], false);
    plug.power_cycle();
    let mut socket = take(&listener).await;
    let hello = frame(&mut socket).await.expect("a frame");
    assert_eq!((&hello["src"], &hello["method"]), (&json!(plug.id()), &json!("NotifyFullStatus")));
    assert!(hello["params"]["sys"]["mac"].is_string() && hello["params"]["ts"].is_number());
    let call = json!({"id": 5, "src": "manager", "method": "Switch.Set", "params": {"id": 0, "on": true}});
    socket.send(Message::text(call.to_string())).await.expect("an open socket");
    let (mut answered, mut told) = (false, false);
    while !(answered && told) {
        let next = frame(&mut socket).await.expect("a frame");
        answered |= next["id"] == 5 && next["result"]["was_on"] == false;
        told |= next["method"] == "NotifyStatus" && next["params"]["switch:0"]["source"] == "WS_out";
    }
    assert_eq!(plug.status_json()["ws"]["connected"], true);
    drop(socket);
    let mut socket = take(&listener).await;
    assert_eq!(frame(&mut socket).await.expect("a frame")["method"], "NotifyFullStatus");
    plug.power_cycle();
    while frame(&mut socket).await.is_some() {}
    take(&listener).await;
}

/// A4: a server that refuses is tried again and again.
#[tokio::test]
async fn a_refused_device_tries_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let server = format!("ws://{}/api/shelly/ws", listener.local_addr().expect("an address"));
    let plug =
        device("SNPL-00112EU", 1).with_setting("ws.enable", json!(true)).with_setting("ws.server", json!(server));
    let _fleet = start(plug).await;
    for _ in 0..3 {
        let (stream, _) =
            timeout(Duration::from_secs(10), listener.accept()).await.expect("in time").expect("a device");
        drop(stream);
    }
    take(&listener).await;
}

/// A4: a device behind a router takes no connections, and its own stay.
#[tokio::test]
async fn a_device_without_a_way_in_dials() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let server = format!("ws://{}/api/shelly/ws", listener.local_addr().expect("an address"));
    let plug =
        device("SNPL-00112EU", 1).with_setting("ws.enable", json!(true)).with_setting("ws.server", json!(server));
    let (_fleet, plug) = start(plug).await;
    let mut socket = take(&listener).await;
    assert_eq!(frame(&mut socket).await.expect("a frame")["method"], "NotifyFullStatus");
    plug.inject(Fault::NoWayIn);
    while plug.is_up() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(TcpStream::connect(plug.endpoint()).await.is_err());
    assert!(plug.set_output(&"switch:0".parse().expect("a key"), true));
    while frame(&mut socket).await.expect("an open socket")["params"]["switch:0"]["output"] != true {}
    plug.heal(&Fault::NoWayIn);
    plug.until_up().await;
    assert!(TcpStream::connect(plug.endpoint()).await.is_ok());
}

/// M5: a sleeper with an outbound WebSocket reports each time it wakes.
#[tokio::test]
async fn sleepers_dial_when_they_wake() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let server = format!("ws://{}/api/shelly/ws", listener.local_addr().expect("an address"));
    let sleeper = device("SNSN-0013A", 2)
        .with_setting("ws.enable", json!(true))
        .with_setting("ws.server", json!(server))
        .with_fault(Fault::Asleep { wakes: None });
    let (_fleet, sleeper) = start(sleeper).await;
    for _ in 0..2 {
        sleeper.wake(Duration::from_millis(500));
        let mut socket = take(&listener).await;
        let hello = frame(&mut socket).await.expect("a frame");
        assert!(hello["params"]["temperature:0"]["tC"].is_number());
        while frame(&mut socket).await.is_some() {}
    }
}

/// RPC over UDP: a frame a datagram; the port takes a restart, the target for notifications works at once.
#[tokio::test]
async fn frames_travel_by_udp() {
    let peer = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
    let port = UdpSocket::bind("127.0.0.1:0").await.expect("a free port").local_addr().expect("an address").port();
    let (_fleet, plug) = start(device("SNPL-00112EU", 1)).await;
    let to = peer.local_addr().expect("an address").to_string();
    let config = json!({"config": {"rpc_udp": {"dst_addr": to, "listen_port": port}}});
    assert_eq!(rpc(plug.endpoint(), "Sys.SetConfig", config).await, json!({"restart_required": true}));
    plug.power_cycle();
    plug.until_up().await;
    let ask = json!({"id": 3, "src": "udp-tester", "method": "Switch.Toggle", "params": {"id": 0}}).to_string();
    let place = SocketAddr::from(([127, 0, 0, 1], port));
    let (mut answered, mut told) = (false, false);
    let mut buffer = vec![0; 4096];
    while !(answered && told) {
        if !answered {
            peer.send_to(ask.as_bytes(), place).await.expect("sent");
        }
        let Ok(received) = timeout(Duration::from_millis(300), peer.recv(&mut buffer)).await else { continue };
        let next: Value = serde_json::from_slice(&buffer[..received.expect("a datagram")]).expect("JSON");
        answered |= next["id"] == 3 && next["dst"] == "udp-tester";
        told |= next["method"] == "NotifyStatus" && next["params"]["switch:0"]["source"] == "RPC";
    }
}

fn connector(ca: &str) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca.as_bytes()).expect("a certificate")).expect("an authority");
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

/// D6: plain HTTP is redirected; with the authority of the fleet TLS and WebSockets over it work.
#[tokio::test]
async fn a_device_with_a_certificate_wants_tls() {
    let (fleet, plug) = start(device("SPSW-004PE16EU", 1).with_quirk(Quirk::TlsOnly)).await;
    let to = plug.endpoint();
    let plain = send(to, "GET", "/rpc/Shelly.GetStatus?x=1", "", "").await.expect("an answer");
    assert_eq!(plain.status, 307);
    assert_eq!(plain.header("location"), Some(&*format!("https://{to}/rpc/Shelly.GetStatus?x=1")));
    let connector = connector(fleet.ca_pem().expect("an authority"));
    let name = ServerName::try_from(to.ip().to_string()).expect("a name");
    let stream = TcpStream::connect(to).await.expect("a device");
    let stream = connector.connect(name.clone(), stream).await.expect("TLS");
    let (mut socket, _) = client_async(format!("wss://{to}/rpc"), stream).await.expect("a WebSocket");
    let ask = json!({"id": 1, "src": "tester", "method": "Shelly.GetDeviceInfo"});
    socket.send(Message::text(ask.to_string())).await.expect("an open socket");
    let answer = socket.next().await.expect("an answer").expect("an open socket");
    let answer: Value = serde_json::from_str(answer.to_text().expect("text")).expect("JSON");
    assert_eq!(answer["result"]["enhanced_security"], true);
    assert_eq!(plug.config_json()["sys"]["device"]["enhanced_security"], true);
    let other = SimFleet::start(FleetPlan::new(vec![device("SNPL-00112EU", 9).with_quirk(Quirk::TlsOnly)])).await;
    let other = other.expect("a free port");
    let stream = TcpStream::connect(other.devices()[0].endpoint()).await.expect("a device");
    assert!(connector.connect(name, stream).await.is_err(), "each fleet has its own authority");
}

/// D6: a certificate that was uploaded serves after the next start.
#[tokio::test]
async fn uploaded_certificates_serve() {
    let (_fleet, plug) = start(device("SPSW-004PE16EU", 1)).await;
    let to = plug.endpoint();
    let key = rcgen::KeyPair::generate().expect("a key");
    let params = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("names");
    let pem = params.self_signed(&key).expect("a certificate").pem();
    let (first, rest) = pem.split_at(100);
    let put = |data: &str, append: bool| json!({"data": data, "append": append});
    assert_eq!(rpc(to, "Shelly.PutHTTPServerCert", put(first, false)).await["len"], 100);
    assert_eq!(rpc(to, "Shelly.PutHTTPServerCert", put(rest, true)).await["len"], pem.len());
    rpc(to, "Shelly.PutHTTPServerKey", put(&key.serialize_pem(), false)).await;
    assert_eq!(send(to, "GET", "/shelly", "", "").await.expect("an answer").status, 200);
    plug.power_cycle();
    plug.until_up().await;
    assert_eq!(send(to, "GET", "/shelly", "", "").await.expect("an answer").status, 307);
}
