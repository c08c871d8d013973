//! Thousands of authorised calls while nonces age (A11, A12, A13).
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail")]

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use shelly_gen2_rpc::{Channel, Error, HttpChannel, WebSocketChannel, WebSocketOptions, digest};
use shelly_http::Endpoint;
use shelly_types::Credentials;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

const REALM: &str = "shellypro3em-ec6260457d60";
const PASSWORD: &str = "correct horse";
/// Calls in each test of endurance.
const CALLS: usize = 10_000;
/// Uses of a nonce before it is stale.
const USES: u32 = 500;
/// Nonces that a device remembers; with more challenges open it lets nobody in.
const TABLE: usize = 8;

/// The memory of firmware 2: nonces age, counts rise, and too many challenges fill a table (device-facts 21).
#[derive(Debug, Default)]
struct Guard {
    /// Highest count of each nonce, and how often it was used.
    nonces: HashMap<String, (u32, u32)>,
    order: VecDeque<String>,
    made: usize,
    requests: usize,
    challenges: usize,
    wrong: usize,
    open: usize,
}

enum Verdict {
    In,
    Challenge { nonce: String, stale: bool },
    LockedOut,
}

impl Guard {
    /// Judges one request: the nonce, count and rightness of its authorisation, if it has one.
    fn judge(&mut self, authorisation: Option<(String, u32, bool)>) -> Verdict {
        self.requests += 1;
        let stale = match authorisation {
            None => false,
            Some((_, _, false)) => {
                self.wrong += 1;
                false
            }
            Some((nonce, count, true)) => match self.nonces.get_mut(&nonce) {
                // Calls at the same time may overtake each other, so a count need not be the highest.
                Some((highest, uses)) if *uses < USES && count + 16 > *highest => {
                    (*highest, *uses) = (count.max(*highest), *uses + 1);
                    self.open = 0;
                    return Verdict::In;
                }
                _ => true,
            },
        };
        self.challenges += 1;
        self.open += 1;
        if self.open > TABLE || self.wrong > 3 {
            return Verdict::LockedOut;
        }
        self.made += 1;
        let nonce = format!("AAAA{}+/==", self.made);
        self.nonces.insert(nonce.clone(), (0, 0));
        self.order.push_back(nonce.clone());
        if self.order.len() > TABLE {
            let oldest = self.order.pop_front().unwrap();
            self.nonces.remove(&oldest);
        }
        Verdict::Challenge { nonce, stale }
    }
}

fn is_right(nonce: &str, nc: &str, cnonce: &str, ha2: &str, response: &str) -> bool {
    digest::response(&digest::ha1("admin", REALM, PASSWORD), nonce, nc, cnonce, ha2) == response
}

/// A request as HTTP has it: its headers in lower case, and its frame.
async fn read_http(stream: &mut BufReader<TcpStream>) -> Option<(HashMap<String, String>, Value)> {
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(':') {
            Some((name, value)) => drop(headers.insert(name.to_ascii_lowercase(), value.trim().to_owned())),
            None if line.trim_end().is_empty() => break,
            None => {}
        }
    }
    let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
    stream.read_exact(&mut body).await.ok()?;
    Some((headers, serde_json::from_slice(&body).ok()?))
}

/// The parts of an `Authorization` header.
fn parts(header: &str) -> HashMap<&str, &str> {
    let header = header.strip_prefix("Digest ").unwrap_or_default();
    header
        .split(", ")
        .filter_map(|part| part.split_once('='))
        .map(|(name, value)| (name, value.trim_matches('"')))
        .collect()
}

async fn http_device(guard: Arc<Mutex<Guard>>) -> Endpoint {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::from(listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let guard = Arc::clone(&guard);
            tokio::spawn(async move {
                let mut stream = BufReader::new(stream);
                let Some((headers, frame)) = read_http(&mut stream).await else { return };
                let authorisation = headers.get("authorization").map(|header| {
                    let parts = parts(header);
                    let right = digest_of_post(&parts);
                    (parts["nonce"].to_owned(), u32::from_str_radix(parts["nc"], 16).unwrap(), right)
                });
                let verdict = guard.lock().unwrap().judge(authorisation);
                let body = json!({"id": frame["id"], "src": REALM, "result": {}}).to_string();
                let answer = match verdict {
                    Verdict::In => format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()),
                    Verdict::Challenge { nonce, stale } => format!(
                        "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest qop=\"auth\", realm=\"{REALM}\", \
                         nonce=\"{nonce}\", algorithm=SHA-256, stale={stale}\r\nContent-Length: 0\r\n\r\n"
                    ),
                    Verdict::LockedOut => {
                        "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n".to_owned()
                    }
                };
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    endpoint
}

/// Whether the header is right for `POST /rpc`.
fn digest_of_post(parts: &HashMap<&str, &str>) -> bool {
    let challenge = digest::Challenge::from_header(&format!(
        "Digest realm=\"{REALM}\", nonce=\"{}\", algorithm=SHA-256",
        parts["nonce"]
    ))
    .unwrap();
    let ha1 = digest::ha1("admin", REALM, PASSWORD);
    let count = u32::from_str_radix(parts["nc"], 16).unwrap();
    let once = digest::Use { challenge: &challenge, ha1: &ha1, user: "admin", count, cnonce: parts["cnonce"] };
    digest::header(&once, "POST", "/rpc").contains(&format!("response=\"{}\"", parts["response"]))
}

async fn websocket_device(guard: Arc<Mutex<Guard>>) -> Endpoint {
    use futures::{SinkExt, StreamExt};
    use tokio_tungstenite::tungstenite::Message;

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::from(listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
        while let Some(Ok(Message::Text(text))) = socket.next().await {
            let frame: Value = serde_json::from_str(text.as_str()).unwrap();
            let auth = &frame["auth"];
            let authorisation = auth["nonce"].as_str().map(|nonce| {
                let ha2 = "6370ec69915103833b5222b368555393393f098bfbfbb59f47e0590af135f062";
                let (nc, cnonce) = (auth["nc"].as_u64().unwrap(), auth["cnonce"].as_str().unwrap());
                let right = is_right(nonce, &nc.to_string(), cnonce, ha2, auth["response"].as_str().unwrap());
                (nonce.to_owned(), u32::try_from(nc).unwrap(), right)
            });
            let verdict = guard.lock().unwrap().judge(authorisation);
            let error = |code: i64, message: String| json!({"error": {"code": code, "message": message}});
            let mut answer = match verdict {
                Verdict::In => json!({"result": {}}),
                Verdict::Challenge { nonce, stale } => {
                    let challenge = json!({"auth_type": "digest", "nonce": nonce, "realm": REALM,
                        "algorithm": "SHA-256", "stale": stale});
                    error(401, challenge.to_string())
                }
                Verdict::LockedOut => error(429, "too many".to_owned()),
            };
            (answer["id"], answer["src"]) = (frame["id"].clone(), json!(REALM));
            if socket.send(Message::text(answer.to_string())).await.is_err() {
                return;
            }
        }
    });
    endpoint
}

/// Calls from three callers at the same time, and checks that they cost next to nothing extra.
async fn endure(channel: &impl Channel, guard: &Mutex<Guard>) {
    let caller = async |calls: usize| {
        for _ in 0..calls {
            channel.call("Shelly.GetStatus", None).await.unwrap();
        }
    };
    let share = CALLS / 4;
    tokio::join!(caller(share), caller(share), caller(share), caller(share));
    let guard = guard.lock().unwrap();
    assert_eq!(guard.wrong, 0);
    let extra = guard.requests - CALLS;
    assert!(extra * 100 < CALLS, "{extra} extra requests for {CALLS} calls");
    assert!(guard.challenges >= CALLS / USES as usize, "the nonces did not age: {}", guard.challenges);
}

#[tokio::test]
async fn ten_thousand_calls_over_http_cost_less_than_one_percent_more() {
    let guard = Arc::new(Mutex::new(Guard::default()));
    let endpoint = http_device(Arc::clone(&guard)).await;
    let channel = HttpChannel::new(endpoint).with_credentials(Some(Credentials::new("admin", PASSWORD)));
    endure(&channel, &guard).await;
}

#[tokio::test]
async fn ten_thousand_calls_over_a_websocket_cost_less_than_one_percent_more() {
    let guard = Arc::new(Mutex::new(Guard::default()));
    let endpoint = websocket_device(Arc::clone(&guard)).await;
    let credentials = Some(Credentials::new("admin", PASSWORD));
    let options = WebSocketOptions { credentials, ..WebSocketOptions::default() };
    let channel = WebSocketChannel::dial(&endpoint, &options, None).await.unwrap();
    endure(&channel, &guard).await;
}

/// A device that asked to be left alone for a minute is not asked; later callers hear how long is left.
#[tokio::test]
async fn a_lock_out_is_respected() {
    let guard = Arc::new(Mutex::new(Guard { open: TABLE, ..Guard::default() }));
    let endpoint = http_device(Arc::clone(&guard)).await;
    let channel = HttpChannel::new(endpoint).with_credentials(Some(Credentials::new("admin", PASSWORD)));
    for _ in 0..5 {
        let error = channel.call("Shelly.GetStatus", None).await.unwrap_err();
        let Error::LockedOut { retry_after: Some(left), .. } = error else { panic!("{error:?}") };
        assert!(left <= Duration::from_mins(1) && left > Duration::from_secs(30), "{left:?}");
    }
    assert_eq!(guard.lock().unwrap().requests, 1);
}

/// However many call with a wrong password at once, the device is tried once.
#[tokio::test]
async fn a_wrong_password_locks_nobody_out() {
    let guard = Arc::new(Mutex::new(Guard::default()));
    let endpoint = http_device(Arc::clone(&guard)).await;
    let channel = HttpChannel::new(endpoint).with_credentials(Some(Credentials::new("admin", "wrong")));
    let call = async || channel.call("Shelly.GetStatus", None).await.unwrap_err();
    let (a, b, c) = tokio::join!(call(), call(), call());
    for error in [a, b, c] {
        assert!(matches!(error, Error::Unauthorized { credentials_given: true, .. }), "{error:?}");
    }
    assert_eq!(guard.lock().unwrap().wrong, 1);
}
