//! How calls and notifications travel in datagrams that get lost.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail")]

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use shelly_gen2_rpc::{
    Channel, Error,
    channel::{ChannelKind, News, UdpOptions, UdpPort},
};
use shelly_types::Credentials;
use tokio::net::UdpSocket;

const LOOPBACK: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// A device that answers the datagram of each number with what `answer` says, and remembers what it was asked.
async fn device(answer: impl Fn(usize, &Value) -> Vec<Value> + Send + 'static) -> (SocketAddr, Arc<Mutex<Vec<Value>>>) {
    let socket = UdpSocket::bind(LOOPBACK).await.unwrap();
    let address = socket.local_addr().unwrap();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    tokio::spawn(async move {
        let mut buffer = [0; 4096];
        while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
            let request: Value = serde_json::from_slice(&buffer[..length]).unwrap();
            let number = {
                let mut seen = seen.lock().unwrap();
                seen.push(request.clone());
                seen.len()
            };
            for frame in answer(number, &request) {
                socket.send_to(frame.to_string().as_bytes(), from).await.unwrap();
            }
        }
    });
    (address, asked)
}

fn result(request: &Value, result: impl Into<Value>) -> Value {
    json!({"id": request["id"], "src": "a", "dst": request["src"], "result": result.into()})
}

fn quick() -> UdpOptions {
    UdpOptions { answer: Duration::from_secs(1), repeat_after: Duration::from_millis(20), ..UdpOptions::default() }
}

async fn port() -> UdpPort {
    UdpPort::bind(LOOPBACK, quick()).await.unwrap()
}

#[tokio::test]
async fn one_socket_asks_many_devices() {
    let port = port().await;
    let mut channels = Vec::new();
    for name in ["one", "two", "three"] {
        let (address, _) = device(move |_, request| vec![result(request, name)]).await;
        channels.push(port.channel(address, None));
    }
    let answers = futures::future::join_all(channels.iter().map(|channel| channel.call("Sys.GetStatus", None))).await;
    let names: Vec<Value> = answers.into_iter().map(Result::unwrap).collect();
    assert_eq!(names, [json!("one"), json!("two"), json!("three")]);
    assert_eq!(channels[0].kind(), ChannelKind::Udp);
}

/// A lost read is asked again with the same number; a lost write is not.
#[tokio::test]
async fn only_reads_are_repeated() {
    let (address, asked) =
        device(|number, request| if number < 3 { Vec::new() } else { vec![result(request, number)] }).await;
    let port = port().await;
    let channel = port.channel(address, None);
    assert_eq!(channel.call("Switch.GetStatus", Some(json!({"id": 0}))).await.unwrap(), json!(3));
    let asked = asked.lock().unwrap().clone();
    assert!(asked.iter().all(|request| *request == asked[0]), "{asked:?}");

    let (address, asked) = device(|_, _| Vec::new()).await;
    let error = port.channel(address, None).call("Switch.Set", None).await.unwrap_err();
    assert!(matches!(error, Error::NoAnswer { .. }) && error.may_have_arrived(), "{error:?}");
    assert_eq!(asked.lock().unwrap().len(), 1);
}

/// Repeated and foreign answers, and what is no frame, disturb nobody.
#[tokio::test]
async fn stray_datagrams_disturb_nobody() {
    let (address, _) = device(|number, request| {
        let mut other = result(request, "other");
        other["id"] = json!(7);
        vec![other, json!([]), result(request, number), result(request, "again")]
    })
    .await;
    let port = port().await;
    let stranger = UdpSocket::bind(LOOPBACK).await.unwrap();
    stranger.send_to(b"\xff\x00{", port.local_address().unwrap()).await.unwrap();
    let channel = port.channel(address, None);
    assert_eq!(channel.call("Sys.GetStatus", None).await.unwrap(), json!(1));
    assert_eq!(channel.call("Sys.GetStatus", None).await.unwrap(), json!(2));
}

#[tokio::test]
async fn a_request_that_does_not_fit_is_not_sent() {
    let (address, asked) = device(|_, request| vec![result(request, Value::Null)]).await;
    let channel = port().await.channel(address, None);
    let error = channel.call("Script.PutCode", Some(json!({"code": "x".repeat(2000)}))).await.unwrap_err();
    assert!(matches!(error, Error::TooLong { limit: 1472, .. }) && !error.may_have_arrived(), "{error:?}");
    assert!(asked.lock().unwrap().is_empty());
}

/// A11: datagrams are authorised as frames are.
#[tokio::test]
async fn a_protected_device_is_answered() {
    let (address, asked) = device(|_, request| {
        if request["auth"]["nonce"] == json!("n==") {
            return vec![result(request, "in")];
        }
        let challenge = json!({"auth_type": "digest", "nonce": "n==", "realm": "a", "algorithm": "SHA-256"});
        let error = json!({"code": 401, "message": challenge.to_string()});
        vec![json!({"id": request["id"], "src": "a", "error": error})]
    })
    .await;
    let channel = port().await.channel(address, Some(Credentials::new("admin", "secret")));
    channel.call("Sys.GetStatus", None).await.unwrap();
    channel.call("Sys.GetStatus", None).await.unwrap();
    let counts: Vec<Value> = asked.lock().unwrap().iter().map(|request| request["auth"]["nc"].clone()).collect();
    assert_eq!(counts, [Value::Null, json!(1), json!(2)]);
}

#[tokio::test]
async fn notifications_are_heard_with_their_sender() {
    let options = UdpOptions { notifications: 2, ..quick() };
    let port = UdpPort::bind(LOOPBACK, options).await.unwrap();
    let mut news = port.listen().unwrap();
    let device = UdpSocket::bind(LOOPBACK).await.unwrap();
    let frame = json!({"src": "a", "dst": "udp", "method": "NotifyStatus", "params": {"ts": 1, "sys": {"uptime": 3}}});
    device.send_to(frame.to_string().as_bytes(), port.local_address().unwrap()).await.unwrap();
    let (from, told) = news.next().await.unwrap();
    assert_eq!(from, device.local_addr().unwrap());
    let News::Notification(told) = told else { panic!("{told:?}") };
    assert_eq!((told.src.as_deref(), &told.params["sys"]), (Some("a"), &json!({"uptime": 3})));
    drop(port);
    assert_eq!(news.next().await, None);
}
