//! How calls and notifications travel over a WebSocket, with devices that behave and devices that do not.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail")]

mod calls;
mod dialling;
mod ending;
mod login;
mod news;
mod outbound;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use shelly_gen2_rpc::{WebSocketChannel, WebSocketOptions};
use shelly_http::Endpoint;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
};
use tokio_tungstenite::{WebSocketStream, accept_async, tungstenite::Message};

const ID: &str = "shellyplus1pm-a8032ab12345";

/// The other end of a WebSocket.
struct Peer<S>(WebSocketStream<S>);

impl<S: AsyncRead + AsyncWrite + Unpin> Peer<S> {
    /// The next frame; none when the other side is gone.
    async fn next(&mut self) -> Option<Value> {
        loop {
            match self.0.next().await?.ok()? {
                Message::Text(text) => return serde_json::from_str(text.as_str()).ok(),
                Message::Close(_) => return None,
                _ => {}
            }
        }
    }

    async fn send(&mut self, frame: Value) {
        self.send_text(frame.to_string()).await;
    }

    async fn send_text(&mut self, text: String) {
        // The other side may be gone.
        let _ = self.0.send(Message::text(text)).await;
    }

    async fn answer(&mut self, request: &Value, result: impl Into<Value>) {
        let result = result.into();
        self.send(json!({"id": request["id"], "src": ID, "dst": request["src"], "result": result})).await;
    }

    async fn refuse(&mut self, request: &Value, code: i64, message: impl Into<String>) {
        let error = json!({"code": code, "message": message.into()});
        self.send(json!({"id": request["id"], "src": ID, "dst": request["src"], "error": error})).await;
    }

    async fn notify(&mut self, number: u64) {
        let params = json!({"ts": number, "switch:0": {"id": 0, "output": number.is_multiple_of(2)}});
        self.send(json!({"src": ID, "dst": "me", "method": "NotifyStatus", "params": params})).await;
    }

    /// Answers every request with its parameters until the other side is gone.
    async fn echo(mut self) {
        while let Some(request) = self.next().await {
            let params = request["params"].clone();
            self.answer(&request, params).await;
        }
    }
}

/// A device that does `act` with each WebSocket opened to it.
async fn device<F, A>(act: F) -> Endpoint
where
    F: Fn(Peer<TcpStream>) -> A + Send + Sync + 'static,
    A: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::from(listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(socket) = accept_async(stream).await {
                tokio::spawn(act(Peer(socket)));
            }
        }
    });
    endpoint
}

async fn dial(endpoint: &Endpoint) -> WebSocketChannel {
    WebSocketChannel::dial(endpoint, &WebSocketOptions::default(), None).await.unwrap()
}
