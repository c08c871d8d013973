//! Devices that call in (A4).

use std::time::Duration;

use serde_json::{Value, json};
use shelly_gen2_rpc::{
    Channel, Client, Error, WebSocketOptions,
    channel::{Arrival, ChannelKind, News, Upgrade, accept, accept_upgraded},
};
use shelly_http::{Endpoint, Limits};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{client::IntoClientRequest, http::HeaderValue, protocol::Role},
};

use super::{ID, Peer};

fn peer_address() -> Endpoint {
    Endpoint::new("10.0.0.7", 49152)
}

fn info(id: &str) -> Value {
    json!({"name": null, "id": id, "mac": "A8032AB12345", "model": "SNSW-001P16EU", "gen": 2,
        "fw_id": "20241011-114455/1.4.4-g6d2a586", "ver": "1.4.4", "app": "Plus1PM", "auth_en": true, "auth_domain": id})
}

/// For devices that never answer.
fn quick() -> WebSocketOptions {
    let limits = Limits { total: Duration::from_millis(200), ..Limits::default() };
    WebSocketOptions { limits, answer: Duration::from_millis(200), ..WebSocketOptions::default() }
}

/// Calls in as `claimed`, and answers as `id`.
async fn call_in(mut peer: Peer<DuplexStream>, claimed: &str, method: &str, id: &str) {
    peer.send(json!({"src": claimed, "dst": "ws", "method": method, "params": {"ts": 1.5, "sys": {"uptime": 9}}}))
        .await;
    while let Some(request) = peer.next().await {
        let result = if request["method"] == "Shelly.GetDeviceInfo" { info(id) } else { request["params"].clone() };
        peer.answer(&request, result).await;
    }
}

async fn upgraded(claimed: &'static str, method: &'static str, id: &'static str) -> Result<Arrival, Error> {
    let (ours, theirs) = duplex(4096);
    let theirs = Peer(WebSocketStream::from_raw_socket(theirs, Role::Client, None).await);
    tokio::spawn(call_in(theirs, claimed, method, id));
    accept_upgraded(ours, peer_address(), &WebSocketOptions::default()).await
}

#[tokio::test]
async fn a_device_calls_in_and_is_called_back() {
    let mut arrival = upgraded(ID, "NotifyFullStatus", ID).await.unwrap();
    assert_eq!((arrival.mac.to_string().as_str(), arrival.channel.device()), ("A8032AB12345", Some(ID)));
    let Some(News::Notification(first)) = arrival.notifications.next().await else { panic!() };
    assert_eq!((first.method.as_str(), &first.params["sys"]), ("NotifyFullStatus", &json!({"uptime": 9})));
    assert_eq!(arrival.channel.kind(), ChannelKind::OutboundWebSocket);
    assert_eq!(arrival.channel.endpoint(), &peer_address());
    let client = Client::new(arrival.channel);
    assert_eq!(client.call("Test.Echo", Some(json!([1]))).await.unwrap(), json!([1]));
}

/// Wall Displays begin with a change, and write their id in mixed case.
#[tokio::test]
async fn a_wall_display_calls_in() {
    const DISPLAY: &str = "ShellyWallDisplay-A8032AB12345";
    let arrival = upgraded("shellywalldisplay-a8032ab12345", "NotifyStatus", DISPLAY).await.unwrap();
    assert_eq!(arrival.info.id.get().map(String::as_str), Some(DISPLAY));
}

#[tokio::test]
async fn a_device_that_is_somebody_else_is_turned_away() {
    let error = upgraded("shellyplus1pm-000000000000", "NotifyFullStatus", ID).await.unwrap_err();
    assert!(matches!(error, Error::OtherDevice { .. }), "{error:?}");
    let other = "shellyplus1pm-000000000000";
    let error = upgraded(other, "NotifyFullStatus", other).await.unwrap_err();
    assert!(matches!(error, Error::OtherDevice { .. }), "{error:?}");
}

#[tokio::test]
async fn a_caller_that_says_nothing_is_turned_away() {
    let (ours, theirs) = duplex(4096);
    let error = accept_upgraded(ours, peer_address(), &quick()).await.unwrap_err();
    assert!(matches!(error, Error::NoAnswer { .. }), "{error:?}");
    drop(theirs);

    let (ours, theirs) = duplex(4096);
    drop(theirs);
    let error = accept_upgraded(ours, peer_address(), &quick()).await.unwrap_err();
    assert!(matches!(error, Error::Ended { .. }), "{error:?}");
}

/// A device that tells nothing by itself is asked all the same.
#[tokio::test]
async fn a_quiet_device_is_asked() {
    let (ours, theirs) = duplex(4096);
    let mut theirs = Peer(WebSocketStream::from_raw_socket(theirs, Role::Client, None).await);
    tokio::spawn(async move {
        while let Some(request) = theirs.next().await {
            theirs.answer(&request, info(ID)).await;
        }
    });
    let arrival = accept_upgraded(ours, peer_address(), &quick()).await.unwrap();
    assert_eq!(arrival.mac.to_string(), "A8032AB12345");
}

fn knows_token(upgrade: &Upgrade<'_>) -> bool {
    upgrade.path_and_query == "/ws?token=right" && upgrade.headers.contains_key("host")
}

async fn handshake(path: &str) -> (Result<Arrival, Error>, Option<String>) {
    let (ours, theirs) = duplex(4096);
    let mut request = format!("ws://manager{path}").into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("json-rpc"));
    let device = async {
        let (socket, response) = client_async(request, theirs).await.ok()?;
        tokio::spawn(call_in(Peer(socket), ID, "NotifyFullStatus", ID));
        Some(response.headers()["sec-websocket-protocol"].to_str().unwrap().to_owned())
    };
    let options = WebSocketOptions::default();
    tokio::join!(accept(ours, peer_address(), &options, knows_token), device)
}

#[tokio::test]
async fn the_handshake_admits_and_refuses() {
    let (arrival, protocol) = handshake("/ws?token=right").await;
    assert_eq!((arrival.unwrap().mac.to_string().as_str(), protocol.as_deref()), ("A8032AB12345", Some("json-rpc")));
    let (arrival, _) = handshake("/ws?token=wrong").await;
    let error = arrival.unwrap_err();
    assert!(matches!(error, Error::Status { status: 403, .. }), "{error:?}");
}

#[tokio::test]
async fn a_handshake_is_bounded() {
    let (ours, mut theirs) = duplex(64 * 1024);
    let head = format!("GET / HTTP/1.1\r\nHost: a\r\nX-Long: {}\r\n", "x".repeat(20_000));
    theirs.write_all(head.as_bytes()).await.unwrap();
    let error = accept(ours, peer_address(), &quick(), knows_token).await.unwrap_err();
    assert!(matches!(error, Error::Http { source: shelly_http::Error::NotHttp { .. }, .. }), "{error:?}");

    let (ours, mut theirs) = duplex(4096);
    let error = accept(ours, peer_address(), &quick(), knows_token).await.unwrap_err();
    assert!(matches!(error, Error::Http { source: shelly_http::Error::Timeout { .. }, .. }), "{error:?}");
    assert_eq!(theirs.read(&mut [0; 16]).await.unwrap(), 0);
}

/// Who wants no WebSocket is told so in plain HTTP.
#[tokio::test]
async fn others_are_answered_in_plain_http() {
    for (head, status, begin) in [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", Some(426), "HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\n"),
        ("POST / HTTP/1.1\r\nHost: a\r\n\r\n", Some(426), "HTTP/1.1 426 Upgrade Required\r\n"),
        ("\u{16}\u{3}\u{1} no HTTP\r\n\r\n", None, "HTTP/1.1 400 Bad Request\r\n"),
    ] {
        let (ours, mut theirs) = duplex(4096);
        theirs.write_all(head.as_bytes()).await.unwrap();
        let error = accept(ours, peer_address(), &quick(), knows_token).await.unwrap_err();
        match status {
            Some(code) => assert!(matches!(error, Error::Status { status, .. } if status == code), "{error:?}"),
            None => assert!(matches!(error, Error::Http { .. }), "{error:?}"),
        }
        let mut answer = String::new();
        theirs.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with(begin) && answer.contains("Connection: close\r\n"), "{answer}");
    }
}

/// Ending a connection ends it for everybody who holds it.
#[tokio::test]
async fn a_connection_is_ended_at_once() {
    let arrival = upgraded(ID, "NotifyFullStatus", ID).await.unwrap();
    let channel = std::sync::Arc::new(arrival.channel);
    let other = std::sync::Arc::clone(&channel);
    channel.abort();
    assert!(other.is_closed().is_some());
    let error = other.call("Test.Echo", None).await.unwrap_err();
    assert!(matches!(error, Error::Ended { .. }), "{error:?}");
}
