//! Speaks HTTP by hand, so that no client of the product can hide an error of the simulator.

use std::net::SocketAddr;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Status code.
    pub(crate) status: u16,
    /// Head, in lower case only where names are compared.
    pub(crate) head: String,
    /// Body as far as it came.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// Whether all the announced body came.
    pub(crate) fn is_whole(&self) -> bool {
        self.header("content-length").is_some_and(|length| length == self.body.len().to_string())
    }
}

/// Sends one request on one connection; an error when the device closes without an answer.
pub(crate) async fn send(
    to: SocketAddr,
    method: &str,
    target: &str,
    headers: &str,
    body: &str,
) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(to).await?;
    let length = body.len();
    let request =
        format!("{method} {target} HTTP/1.1\r\nHost: {to}\r\nContent-Length: {length}\r\n{headers}\r\n{body}");
    stream.write_all(request.as_bytes()).await?;
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).await;
    let Some(split) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Err(end.err().unwrap_or_else(|| std::io::ErrorKind::UnexpectedEof.into()));
    };
    let head = String::from_utf8_lossy(&bytes[..split]).into_owned();
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    Ok(Answer { status, head, body: bytes.split_off(split + 4) })
}

/// A plain read.
pub(crate) async fn get(to: SocketAddr, target: &str) -> Answer {
    send(to, "GET", target, "", "").await.expect("an answer")
}

/// A read with Basic credentials.
pub(crate) async fn get_basic(to: SocketAddr, target: &str, password: &str) -> Answer {
    let credentials = STANDARD.encode(format!("admin:{password}"));
    send(to, "GET", target, &format!("Authorization: Basic {credentials}\r\n"), "").await.expect("an answer")
}

/// A frame to `/rpc`; the whole answer.
pub(crate) async fn frame(to: SocketAddr, frame: &Value) -> Answer {
    send(to, "POST", "/rpc", "Content-Type: application/json\r\n", &frame.to_string()).await.expect("an answer")
}

/// Calls a method and returns its result; panics on an error.
pub(crate) async fn rpc(to: SocketAddr, method: &str, params: Value) -> Value {
    let answer = frame(to, &json!({"id": 7, "method": method, "params": params})).await.json();
    assert_eq!(answer["id"], 7);
    assert!(answer.get("error").is_none(), "{method}: {answer}");
    answer["result"].clone()
}

/// Calls a method and returns the code of its error.
pub(crate) async fn rpc_error(to: SocketAddr, method: &str, params: Value) -> i64 {
    let answer = frame(to, &json!({"id": 7, "method": method, "params": params})).await.json();
    answer["error"]["code"].as_i64().unwrap_or_else(|| panic!("{method} should fail: {answer}"))
}

/// Hex of SHA-256.
pub(crate) fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// An `Authorization` header for digest authentication.
pub(crate) fn digest(realm: &str, password: &str, nonce: &str, nc: &str, method: &str, uri: &str) -> String {
    let ha1 = sha256(&format!("admin:{realm}:{password}"));
    let ha2 = sha256(&format!("{method}:{uri}"));
    let response = sha256(&format!("{ha1}:{nonce}:{nc}:c0ffee:auth:{ha2}"));
    format!(
        "Authorization: Digest username=\"admin\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", \
         cnonce=\"c0ffee\", nc={nc}, qop=auth, response=\"{response}\", algorithm=SHA-256\r\n"
    )
}

/// The nonce of a challenge.
pub(crate) fn nonce(answer: &Answer) -> String {
    let header = answer.header("www-authenticate").expect("a challenge");
    header.split("nonce=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a nonce").to_owned()
}
