//! Logging in with frames (A11, A12, A13).

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use shelly_gen2_rpc::{Channel, Error, WebSocketChannel, WebSocketOptions, digest};
use shelly_http::Endpoint;
use shelly_types::Credentials;

use super::{ID, device};

const PASSWORD: &str = "correct horse";

fn protected(password: &str) -> WebSocketOptions {
    let credentials = Some(Credentials::new("admin", password));
    WebSocketOptions { credentials, ..WebSocketOptions::default() }
}

fn challenge(nonce: &Value, nc: &Value) -> Value {
    json!({"auth_type": "digest", "nonce": nonce, "nc": nc, "realm": ID, "algorithm": "SHA-256"})
}

/// Whether a frame answers a challenge.
fn knows(request: &Value, nonce: &Value) -> bool {
    let auth = &request["auth"];
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let ha1 = digest::ha1("admin", ID, PASSWORD);
    let ha2 = "6370ec69915103833b5222b368555393393f098bfbfbb59f47e0590af135f062";
    let response = digest::response(&ha1, &text(nonce), &text(&auth["nc"]), &text(&auth["cnonce"]), ha2);
    auth["nonce"] == *nonce && auth["response"] == json!(response)
}

/// A device that lets nonces live for `uses` calls, and remembers what it was asked.
async fn guarded(uses: u64, stale: bool, nonce: fn(u64) -> Value, nc: Value) -> (Endpoint, Arc<Mutex<Vec<Value>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    let endpoint = device(move |mut peer| {
        let (seen, nc) = (Arc::clone(&seen), nc.clone());
        async move {
            let (mut given, mut used) = (0, 0);
            while let Some(request) = peer.next().await {
                seen.lock().unwrap().push(request.clone());
                if given > 0 && used < uses && knows(&request, &nonce(given)) {
                    used += 1;
                    peer.answer(&request, "in").await;
                    continue;
                }
                let mut challenge = challenge(&nonce(given + 1), &nc);
                if stale && request["auth"].is_object() {
                    challenge["stale"] = json!(true);
                }
                (given, used) = (given + 1, 0);
                peer.refuse(&request, 401, challenge.to_string()).await;
            }
        }
    })
    .await;
    (endpoint, asked)
}

fn counts(asked: &Mutex<Vec<Value>>) -> Vec<Value> {
    asked.lock().unwrap().iter().map(|request| request["auth"]["nc"].clone()).collect()
}

#[tokio::test]
async fn one_nonce_serves_many_calls() {
    let (endpoint, asked) = guarded(100, true, |number| json!(1_625_038_000 + number), json!(1)).await;
    let channel = WebSocketChannel::dial(&endpoint, &protected(PASSWORD), None).await.unwrap();
    let calls = (0..4).map(|_| channel.call("Shelly.GetStatus", None));
    assert!(futures::future::join_all(calls).await.iter().all(Result::is_ok));
    assert_eq!(counts(&asked), [Value::Null, json!(1), json!(2), json!(3), json!(4)]);
}

#[tokio::test]
async fn a_stale_nonce_is_replaced_once() {
    let (endpoint, asked) = guarded(2, true, |number| json!(format!("n+/{number}==")), Value::Null).await;
    let channel = WebSocketChannel::dial(&endpoint, &protected(PASSWORD), None).await.unwrap();
    for _ in 0..3 {
        channel.call("Shelly.GetStatus", None).await.unwrap();
    }
    assert_eq!(counts(&asked), [Value::Null, json!(1), json!(2), json!(3), json!(1)]);
}

#[tokio::test]
async fn a_wrong_password_is_tried_once() {
    let (endpoint, asked) = guarded(2, false, |number| json!(number), json!(1)).await;
    let channel = WebSocketChannel::dial(&endpoint, &protected("wrong"), None).await.unwrap();
    let error = channel.call("Shelly.GetStatus", None).await.unwrap_err();
    assert!(matches!(error, Error::Unauthorized { credentials_given: true, .. }), "{error}");
    assert_eq!(asked.lock().unwrap().len(), 2);

    let channel = WebSocketChannel::dial(&endpoint, &WebSocketOptions::default(), None).await.unwrap();
    let error = channel.call("Shelly.GetStatus", None).await.unwrap_err();
    assert!(matches!(error, Error::Unauthorized { credentials_given: false, .. }), "{error}");
}

/// Wall Displays write the count as text, and get it so.
#[tokio::test]
async fn a_count_is_answered_in_its_own_type() {
    let (endpoint, asked) = guarded(9, true, |number| json!(number), json!("1")).await;
    let channel = WebSocketChannel::dial(&endpoint, &protected(PASSWORD), None).await.unwrap();
    channel.call("Shelly.GetStatus", None).await.unwrap();
    channel.call("Shelly.GetStatus", None).await.unwrap();
    assert_eq!(counts(&asked), [Value::Null, json!("00000001"), json!("00000002")]);
}

/// Who a device is, everybody may ask; the answer does not mean that everything is open.
#[tokio::test]
async fn the_open_question_teaches_nothing() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    let endpoint = device(move |mut peer| {
        let seen = Arc::clone(&seen);
        async move {
            let nonce = json!("once");
            while let Some(request) = peer.next().await {
                seen.lock().unwrap().push(request.clone());
                if request["method"] == "Shelly.GetDeviceInfo" || knows(&request, &nonce) {
                    peer.answer(&request, json!({"id": ID})).await;
                } else {
                    peer.refuse(&request, 401, challenge(&nonce, &Value::Null).to_string()).await;
                }
            }
        }
    })
    .await;
    let channel = WebSocketChannel::dial(&endpoint, &protected(PASSWORD), None).await.unwrap();
    channel.who().await.unwrap();
    channel.call("Shelly.GetDeviceInfo", None).await.unwrap();
    let calls = (0..3).map(|_| channel.call("Shelly.GetStatus", None));
    assert!(futures::future::join_all(calls).await.iter().all(Result::is_ok));
    assert_eq!(counts(&asked), [Value::Null, Value::Null, Value::Null, json!(1), json!(2), json!(3)]);
}

#[tokio::test]
async fn a_lock_out_is_told() {
    let endpoint = device(async |mut peer| {
        while let Some(request) = peer.next().await {
            peer.refuse(&request, 429, "Too many requests").await;
        }
    })
    .await;
    let channel = WebSocketChannel::dial(&endpoint, &protected(PASSWORD), None).await.unwrap();
    let error = channel.call("Shelly.GetStatus", None).await.unwrap_err();
    assert!(matches!(error, Error::LockedOut { retry_after: None, .. }), "{error}");
}
