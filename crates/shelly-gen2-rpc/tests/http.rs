//! How the client behaves towards devices that are protected, slow, broken or something else.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail")]

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use shelly_gen2_rpc::{Client, Error, HttpChannel, Include, digest};
use shelly_http::{Endpoint, Limits};
use shelly_types::{ComponentKey, Credentials, wire::Wire};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

const REALM: &str = "shellyplus1-aabbccddeeff";
const PASSWORD: &str = "correct horse";

/// One request as a device sees it.
#[derive(Debug, Clone)]
struct Asked {
    line: String,
    authorization: Option<String>,
    frame: Value,
}

impl Asked {
    /// A parameter of the `Authorization` header.
    fn parameter(&self, name: &str) -> Option<&str> {
        let after = self.authorization.as_ref()?.split_once(&format!("{name}="))?.1;
        Some(after.trim_start_matches('"').split(['"', ',']).next()?.trim())
    }

    /// Whether the authorisation is right for `nonce`.
    fn knows(&self, password: &str, nonce: &str) -> bool {
        let ha1 = digest::ha1("admin", REALM, password);
        let part = |name| self.parameter(name).unwrap_or_default();
        let once = digest::Use {
            challenge: &digest::Challenge::from_header(&challenge(nonce, "")).unwrap(),
            ha1: &ha1,
            user: "admin",
            count: u32::from_str_radix(part("nc"), 16).unwrap_or_default(),
            cnonce: part("cnonce"),
        };
        self.authorization.as_deref() == Some(digest::header(&once, "POST", "/rpc").as_str())
    }

    fn method(&self) -> &str {
        self.frame["method"].as_str().unwrap_or_default()
    }

    fn result(&self, result: impl Into<Value>) -> String {
        ok(&json!({ "id": self.frame["id"], "src": REALM, "result": result.into() }).to_string())
    }
}

fn challenge(nonce: &str, more: &str) -> String {
    format!("Digest qop=\"auth\", realm=\"{REALM}\", nonce=\"{nonce}\", algorithm=SHA-256{more}")
}

fn http(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

fn ok(body: &str) -> String {
    http("200 OK", "Content-Type: application/json\r\n", body)
}

fn wants(nonce: &str, more: &str) -> String {
    http("401 Unauthorized", &format!("WWW-Authenticate: {}\r\n", challenge(nonce, more)), "")
}

/// A device that answers each request with what `answer` says, and remembers what it was asked.
struct Device {
    endpoint: Endpoint,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Device {
    async fn start(answer: impl Fn(usize, &Asked) -> Option<String> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = Endpoint::from(listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (seen, answer) = (Arc::clone(&asked), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                tokio::spawn(async move {
                    let Some(request) = read_request(&mut stream).await else { return };
                    let number = {
                        let mut seen = seen.lock().unwrap();
                        seen.push(request.clone());
                        seen.len()
                    };
                    match answer(number, &request) {
                        Some(text) => drop(stream.write_all(text.as_bytes()).await),
                        None => std::future::pending().await,
                    }
                });
            }
        });
        Self { endpoint, asked }
    }

    fn client(&self, password: Option<&str>) -> Client<HttpChannel> {
        let limits = Limits { total: Duration::from_secs(5), ..Limits::default() };
        let credentials = password.map(|password| Credentials::new("admin", password));
        Client::new(HttpChannel::new(self.endpoint.clone()).with_credentials(credentials).with_limits(limits))
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

async fn read_request(stream: &mut tokio::net::TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let read = stream.read(&mut chunk).await.ok()?;
        bytes.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let header = |name: &str| {
                head.lines().find_map(|line| {
                    let (key, value) = line.split_once(':')?;
                    key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
                })
            };
            let length: usize = header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
            if body.len() >= length {
                return Some(Asked {
                    line: head.lines().next()?.to_owned(),
                    authorization: header("authorization"),
                    frame: serde_json::from_str(body).unwrap_or_default(),
                });
            }
        }
        if read == 0 {
            return None;
        }
    }
}

/// A11, A12: the nonce, with `=` in it, is used again with a rising count.
#[tokio::test]
async fn one_nonce_serves_many_calls() {
    let device = Device::start(|_, asked| {
        Some(if asked.knows(PASSWORD, "AAA+/=") { asked.result(json!({})) } else { wants("AAA+/=", "") })
    })
    .await;
    let client = device.client(Some(PASSWORD));
    for _ in 0..4 {
        client.status().await.unwrap();
    }
    let counts: Vec<Option<String>> =
        device.asked().iter().map(|asked| asked.parameter("nc").map(str::to_owned)).collect();
    let text = |count: &str| Some(count.to_owned());
    assert_eq!(counts, [None, text("00000001"), text("00000002"), text("00000003"), text("00000004")]);
}

/// A12: no challenge is taken that is not needed.
#[tokio::test]
async fn calls_at_the_same_time_share_one_challenge() {
    let device = Device::start(|_, asked| {
        Some(if asked.knows(PASSWORD, "once") { asked.result(json!({})) } else { wants("once", "") })
    })
    .await;
    let client = device.client(Some(PASSWORD));
    let (a, b, c, d) = tokio::join!(client.status(), client.config(), client.status(), client.config());
    assert!(a.is_ok() && b.is_ok() && c.is_ok() && d.is_ok());
    let asked = device.asked();
    assert_eq!(asked.iter().filter(|asked| asked.authorization.is_none()).count(), 1);
    let mut counts: Vec<&str> = asked.iter().filter_map(|asked| asked.parameter("nc")).collect();
    counts.sort_unstable();
    assert_eq!(counts, ["00000001", "00000002", "00000003", "00000004"]);
}

/// A12: `stale=true` is no wrong password.
#[tokio::test]
async fn a_stale_nonce_is_replaced_once() {
    let device = Device::start(|number, asked| {
        Some(match number {
            1 => wants("old", ""),
            2 if asked.knows(PASSWORD, "old") => asked.result(json!({})),
            3 if asked.knows(PASSWORD, "old") => wants("new", ", stale=true"),
            4 if asked.knows(PASSWORD, "new") && asked.parameter("nc") == Some("00000001") => asked.result(json!({})),
            _ => http("500 Internal Server Error", "", "unexpected"),
        })
    })
    .await;
    let client = device.client(Some(PASSWORD));
    client.status().await.unwrap();
    client.status().await.unwrap();
    assert_eq!(device.asked().len(), 4);
}

/// A11, A13: a wrong password is not hammered on.
#[tokio::test]
async fn a_wrong_password_is_tried_once() {
    let device = Device::start(|number, _| Some(wants(&format!("n{number}"), ""))).await;
    let error = device.client(Some("wrong")).status().await.unwrap_err();
    assert!(matches!(error, Error::Unauthorized { credentials_given: true, .. }), "{error}");
    assert_eq!(device.asked().len(), 2);
}

#[tokio::test]
async fn a_device_that_calls_everything_stale_is_left_alone() {
    let device = Device::start(|number, _| Some(wants(&format!("n{number}"), ", stale=true"))).await;
    let error = device.client(Some(PASSWORD)).status().await.unwrap_err();
    assert!(matches!(error, Error::Unauthorized { .. }), "{error}");
    assert_eq!(device.asked().len(), 3);
}

#[tokio::test]
async fn without_a_password_nothing_is_tried() {
    let device = Device::start(|_, _| Some(wants("n", ""))).await;
    let error = device.client(None).status().await.unwrap_err();
    assert!(matches!(error, Error::Unauthorized { credentials_given: false, .. }), "{error}");
    assert_eq!(device.asked().len(), 1);
}

#[tokio::test]
async fn an_open_device_is_asked_once_per_call() {
    let device = Device::start(|_, asked| Some(asked.result(json!({})))).await;
    let client = device.client(Some(PASSWORD));
    client.status().await.unwrap();
    client.status().await.unwrap();
    assert!(device.asked().iter().all(|asked| asked.authorization.is_none()));
    assert_eq!(device.asked().len(), 2);
}

#[tokio::test]
async fn a_challenge_in_the_frame_is_answered_in_the_frame() {
    let device = Device::start(|_, asked| {
        Some(if asked.frame["auth"]["nonce"] == json!(1_625_038_762) {
            asked.result(json!({}))
        } else {
            let text =
                json!({"auth_type": "digest", "nonce": 1_625_038_762, "nc": 1, "realm": REALM, "algorithm": "SHA-256"});
            let error = json!({"code": 401, "message": text.to_string()});
            ok(&json!({ "id": asked.frame["id"], "error": error }).to_string())
        })
    })
    .await;
    device.client(Some(PASSWORD)).status().await.unwrap();
    let auth = &device.asked()[1].frame["auth"];
    assert_eq!((auth["username"].as_str(), auth["nc"].as_u64()), (Some("admin"), Some(1)));
}

/// A13: a lock-out is told apart from a wrong password.
#[tokio::test]
async fn a_lock_out_is_told() {
    let device = Device::start(|_, _| Some(http("429 Too Many Requests", "Retry-After: 60\r\n", ""))).await;
    let error = device.client(Some(PASSWORD)).status().await.unwrap_err();
    let Error::LockedOut { retry_after, .. } = error else { panic!("{error}") };
    assert_eq!(retry_after, Some(Duration::from_mins(1)));
    assert_eq!(device.asked().len(), 1);
}

#[tokio::test]
async fn an_rpc_error_keeps_its_code() {
    for head in ["404 Not Found", "200 OK", "500 Internal Server Error"] {
        let device = Device::start(move |_, asked| {
            let error = json!({"code": 404, "message": "No handler for Spoon.Bend"});
            Some(http(head, "", &json!({ "id": asked.frame["id"], "error": error }).to_string()))
        })
        .await;
        let error = device.client(None).call("Spoon.Bend", None).await.unwrap_err();
        assert!(error.is_no_such_method(), "{error}");
        assert!(error.to_string().contains("Spoon.Bend"), "{error}");
    }
}

#[tokio::test]
async fn broken_answers_are_told_apart() {
    type Check = fn(&Error) -> bool;
    let cases: [(&str, String, Check); 6] = [
        (
            "web page",
            ok("<!doctype html><html>"),
            |error| matches!(error, Error::NotJson { begins_with, .. } if begins_with.starts_with("<!doctype")),
        ),
        ("cut JSON", ok(r#"{"id":1,"result":{"switch:0":{"outp"#), |error| {
            matches!(error, Error::Truncated { length: 35, .. })
        }),
        ("other id", ok(r#"{"id":99,"result":{}}"#), |error| matches!(error, Error::OtherRequest { .. })),
        ("other shape", ok("[]"), |error| matches!(error, Error::Unexpected { .. })),
        ("gateway", http("502 Bad Gateway", "", "<html>"), |error| matches!(error, Error::Status { status: 502, .. })),
        ("TLS", http("307 Temporary Redirect", "Location: https://10.0.0.1/rpc\r\n", ""), |error| {
            matches!(error, Error::TlsRequired { .. })
        }),
    ];
    for (name, answer, check) in cases {
        let device = Device::start(move |_, _| Some(answer.clone())).await;
        let error = device.client(None).status().await.unwrap_err();
        assert!(check(&error), "{name}: {error:?}");
        assert_eq!(error.endpoint(), &device.endpoint);
    }
}

#[tokio::test]
async fn a_read_that_broke_is_repeated_once_and_a_write_never() {
    let cut = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"id\":1".to_owned();
    let device =
        Device::start(move |number, asked| Some(if number == 1 { cut.clone() } else { asked.result(json!({})) })).await;
    device.client(None).status().await.unwrap();
    assert_eq!(device.asked().len(), 2);

    let device = Device::start(|_, _| Some(String::new())).await;
    let client = device.client(None);
    assert!(matches!(client.switch_set(0, true).await, Err(Error::Http { .. })));
    assert_eq!(device.asked().len(), 1);
    assert!(matches!(client.status().await, Err(Error::Http { .. })));
    assert_eq!(device.asked().len(), 3);
}

#[tokio::test]
async fn silence_ends_at_the_deadline() {
    let device = Device::start(|_, _| None).await;
    let limits = Limits { total: Duration::from_millis(200), ..Limits::default() };
    let client = Client::new(HttpChannel::new(device.endpoint.clone()).with_limits(limits));
    let error = client.status().await.unwrap_err();
    assert!(matches!(error, Error::Http { source: shelly_http::Error::Timeout { .. }, .. }), "{error:?}");
    assert_eq!(device.asked().len(), 1);
}

/// A2: dynamic components are found although the device counts wrongly.
#[tokio::test]
async fn all_pages_are_read() {
    let device = Device::start(|_, asked| {
        let keys = ["switch:0", "boolean:200", "number:201", "bthomedevice:200", "bthomesensor:201"];
        let offset = usize::try_from(asked.frame["params"]["offset"].as_u64().unwrap()).unwrap();
        let page: Vec<Value> = keys
            .iter()
            .skip(offset)
            .take(2)
            .map(|key| json!({"key": key, "config": {"id": 0}, "status": {}}))
            .collect();
        Some(asked.result(json!({"components": page, "cfg_rev": 1, "offset": offset, "total": 2})))
    })
    .await;
    let all = device.client(None).all_components(Include::ALL).await.unwrap();
    let keys: Vec<&str> = all.iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!(keys, ["switch:0", "boolean:200", "number:201", "bthomedevice:200", "bthomesensor:201"]);
    assert_eq!(device.asked().len(), 4);
    assert_eq!(device.asked()[0].frame["params"]["include"], json!(["status", "config", "attrs"]));
}

#[tokio::test]
async fn identity_is_asked_without_credentials() {
    let info = json!({"name": null, "id": REALM, "mac": "AABBCCDDEEFF", "model": "SNSW-001X16EU", "gen": 2,
        "fw_id": "20241011-114455/1.4.4-g6d2a586", "ver": "1.4.4", "app": "Plus1", "auth_en": true, "auth_domain": REALM});
    let device = Device::start(move |_, _| Some(ok(&info.to_string()))).await;
    let identity = device.client(Some(PASSWORD)).identity().await.unwrap();
    assert_eq!((identity.model.code(), identity.auth_required), ("SNSW-001X16EU", true));
    let asked = device.asked();
    assert_eq!((asked[0].line.as_str(), &asked[0].authorization), ("GET /shelly HTTP/1.1", &None));

    let gen1 = Device::start(|_, _| Some(ok(r#"{"type":"SHSW-1","mac":"AABBCCDDEEFF","auth":false}"#))).await;
    assert!(matches!(gen1.client(None).identity().await, Err(Error::NotGen2 { .. })));
}

#[tokio::test]
async fn settings_are_written_per_component() {
    let device = Device::start(|_, asked| {
        let answer = if asked.method() == "Shelly.Reboot" { Value::Null } else { json!({"restart_required": true}) };
        Some(asked.result(answer))
    })
    .await;
    let client = device.client(None);
    let switch: ComponentKey = "switch:1".parse().unwrap();
    assert!(client.set_config(&switch, json!({"name": null})).await.unwrap());
    let wifi: ComponentKey = "wifi".parse().unwrap();
    assert!(client.set_config(&wifi, json!({"sta": {"enable": true}})).await.unwrap());
    client.cover_go_to(0, 40.0).await.unwrap();
    client.reboot().await.unwrap();
    let asked = device.asked();
    assert_eq!(
        (asked[0].method(), &asked[0].frame["params"]),
        ("Switch.SetConfig", &json!({"id": 1, "config": {"name": null}}))
    );
    assert_eq!(
        (asked[1].method(), &asked[1].frame["params"]),
        ("WiFi.SetConfig", &json!({"config": {"sta": {"enable": true}}}))
    );
    assert_eq!((asked[2].method(), &asked[2].frame["params"]), ("Cover.GoToPosition", &json!({"id": 0, "pos": 40})));
}

#[tokio::test]
async fn what_a_device_says_is_not_lost_on_the_way() {
    let sent = json!({"switch:0": {"id": 0, "output": true, "novelty": [1, 2]}, "spoon": {"bent": true}});
    let answer = sent.clone();
    let device = Device::start(move |_, asked| Some(asked.result(answer.clone()))).await;
    assert_eq!(device.client(None).status().await.unwrap().to_json(), sent);
}

/// A14: never more than three calls at a time, however many are wanted.
#[tokio::test]
async fn calls_wait_for_their_turn() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::from(listener.local_addr().unwrap());
    let (open, peak) = (Arc::clone(&now), Arc::clone(&most));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (open, peak) = (Arc::clone(&open), Arc::clone(&peak));
            tokio::spawn(async move {
                peak.fetch_max(open.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                let asked = read_request(&mut stream).await.unwrap();
                for _ in 0..20 {
                    tokio::task::yield_now().await;
                }
                open.fetch_sub(1, Ordering::SeqCst);
                drop(stream.write_all(asked.result(json!({})).as_bytes()).await);
            });
        }
    });
    let client = Client::new(HttpChannel::new(endpoint));
    let calls = (0..12).map(|_| client.status());
    for answer in futures::future::join_all(calls).await {
        answer.unwrap();
    }
    assert!((2..=3).contains(&most.load(Ordering::SeqCst)), "{most:?}");
}
