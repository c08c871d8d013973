//! The bare limit: opens a connection, sends one request, parses the answer into a plain JSON value, and nothing else.

use std::net::SocketAddr;

use anyhow::{Result, bail};
use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;

/// What is asked of a device.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// A path.
    Get(&'static str),
    /// A method of Gen2 and later.
    Call(&'static str, Value),
}

impl Ask {
    /// The method without parameters.
    pub fn call(method: &'static str) -> Self {
        Self::Call(method, Value::Null)
    }

    fn request(&self, address: SocketAddr) -> Result<Request<Full<Bytes>>> {
        let request = Request::builder().header(header::HOST, address.to_string()).header(header::CONNECTION, "close");
        Ok(match self {
            Self::Get(path) => request.uri(*path).body(Full::default())?,
            Self::Call(method, params) => {
                let mut frame = json!({ "id": 1, "src": "bench", "method": method });
                if !params.is_null() {
                    frame["params"] = params.clone();
                }
                let request = request.method("POST").uri("/rpc").header(header::CONTENT_TYPE, "application/json");
                request.body(Full::from(serde_json::to_vec(&frame)?))?
            }
        })
    }
}

/// Asks over a connection of its own, as real devices force.
pub async fn exchange(address: SocketAddr, ask: &Ask) -> Result<Value> {
    exchange_over(TcpStream::connect(address).await?, address, ask).await
}

/// Asks over an open connection.
pub async fn exchange_over(stream: TcpStream, address: SocketAddr, ask: &Ask) -> Result<Value> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let answer = async {
        let response = sender.send_request(ask.request(address)?).await?;
        if !response.status().is_success() {
            bail!("{address} answers with status {}", response.status());
        }
        let body = response.into_body().collect().await?.to_bytes();
        drop(sender);
        Ok(serde_json::from_slice(&body)?)
    };
    let (_, answer) = tokio::join!(connection, answer);
    answer
}
