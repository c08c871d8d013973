//! Dials the WebSocket server a device is configured for (gen2 protocol 3.4).

use std::{sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use rand::RngExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{handshake::derive_accept_key, protocol::Role},
};

use crate::{
    air::Ear,
    device::Device,
    gen2::{
        self,
        frames::{self, Session, Way},
    },
    json, life,
    link::{back_off, dial::Dial, until_up},
    socket::{Line, config, talk},
    wire::Wire,
};

/// Longest answer to a handshake, in bytes.
const HEAD: usize = 4096;
/// How long the answer to the handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// What the device calls the peer of this socket.
const PEER: &str = "ws";

/// Keeps the socket open as long as the device is up, with a longer wait after each failure.
pub(crate) async fn run(device: Arc<Device>, dial: Dial) {
    let mut tries = 0;
    loop {
        let mut ear = device.listen();
        until_up(&device, &mut ear).await;
        let cut = device.cut.notified();
        tokio::select! {
            () = cut => {}
            done = once(&device, &dial) => if done {
                tries = 0;
            },
        }
        device.change(|state| state.dialled = false);
        back_off(&device, &mut tries).await;
    }
}

/// Dials and talks until the end; false when no WebSocket came about.
async fn once(device: &Arc<Device>, dial: &Dial) -> bool {
    let Some(mut stream) = dial.open(device).await else { return false };
    let Ok(Some(rest)) = timeout(HANDSHAKE, handshake(device, dial, &mut stream)).await else { return false };
    let socket = WebSocketStream::from_partially_read(stream, rest, Role::Client, Some(config())).await;
    let ear = device.listen();
    let hello = hello(device);
    device.change(|state| state.dialled = true);
    let session = Session::named(PEER);
    Box::pin(talk_first(device, socket, ear, session, hello)).await;
    true
}

async fn talk_first(device: &Arc<Device>, socket: WebSocketStream<Wire>, ear: Ear, session: Session, hello: String) {
    let mut line = Line::new(device, socket, Way::WsOut, session);
    if line.send(hello).await.is_ok() {
        talk(line, ear).await;
    }
}

/// The first frame: the whole status. Wall Displays call it `NotifyStatus`.
fn hello(device: &Device) -> String {
    let mut state = device.state();
    let ts = life::timestamp(&state);
    let status = gen2::status_text(device, &mut state);
    drop(state);
    let mut params = json::object([("ts", ts)]);
    if let serde_json::Value::Object(members) = json::parse(&status) {
        params.extend(members);
    }
    let method = if device.spec.quirks.wall_display { "NotifyStatus" } else { "NotifyFullStatus" };
    frames::notification(device, Some(PEER), method, &serde_json::Value::Object(params).to_string())
}

/// Asks for a WebSocket; answers with what was read beyond the answer. None when the server does not want.
async fn handshake(device: &Device, dial: &Dial, stream: &mut Wire) -> Option<Vec<u8>> {
    let key = STANDARD.encode(std::array::from_fn::<u8, 16, _>(|_| device.state().rng.random()));
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: {}:{}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: json-rpc\r\nUser-Agent: {}\r\n\r\n",
        dial.target, dial.host, dial.port, device.id
    );
    stream.write_all(request.as_bytes()).await.ok()?;
    stream.flush().await.ok()?;
    let mut head = Vec::with_capacity(512);
    let end = loop {
        if let Some(at) = head.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
        if head.len() >= HEAD || stream.read_buf(&mut head).await.ok()? == 0 {
            return None;
        }
    };
    let text = String::from_utf8_lossy(&head[..end]).into_owned();
    let accepted = text.lines().next()?.split(' ').nth(1)? == "101";
    let expected = derive_accept_key(key.as_bytes());
    let agreed = text
        .lines()
        .filter_map(|line| line.split_once(':'))
        .any(|(name, value)| name.eq_ignore_ascii_case("sec-websocket-accept") && value.trim() == expected);
    (accepted && agreed).then(|| head.split_off(end + 4))
}
