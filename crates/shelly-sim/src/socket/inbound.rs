//! Takes WebSockets on `ws://device/rpc` (gen2 protocol 3.3).

use std::sync::{Arc, Mutex, PoisonError};

use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use hyper::{
    body::Incoming,
    upgrade::{OnUpgrade, Parts, Upgraded},
};
use hyper_util::rt::TokioIo;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{handshake::derive_accept_key, protocol::Role},
};

use crate::{
    device::Device,
    exchange::Payload,
    gen2::frames::{Session, Way},
    socket::{Line, config, talk},
    wire::Wire,
};

/// The place where a request that asked for a WebSocket leaves its connection.
#[derive(Debug, Default)]
pub(crate) struct Wish(Mutex<Option<OnUpgrade>>);

impl Wish {
    /// The connection of a request that asked for a WebSocket.
    pub(crate) fn take(&self) -> Option<OnUpgrade> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Whether a request asks for a WebSocket on `/rpc`.
pub(crate) fn asks(request: &Request<Incoming>) -> bool {
    let says = |headers: &HeaderMap, name, word: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.split(',').any(|part| part.trim().eq_ignore_ascii_case(word)))
    };
    request.method() == Method::GET
        && matches!(request.uri().path(), "/rpc" | "/rpc/")
        && says(request.headers(), header::CONNECTION, "upgrade")
        && says(request.headers(), header::UPGRADE, "websocket")
}

/// Answers the request and remembers its connection. None when the request is not a whole handshake.
pub(crate) fn accept(mut request: Request<Incoming>, wish: &Wish) -> Option<Response<Payload>> {
    let key = request.headers().get(header::SEC_WEBSOCKET_KEY)?.as_bytes();
    let mut response = Response::builder()
        .status(StatusCode::SWITCHING_PROTOCOLS)
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_ACCEPT, derive_accept_key(key));
    if let Some(protocol) = request.headers().get(header::SEC_WEBSOCKET_PROTOCOL) {
        response = response.header(header::SEC_WEBSOCKET_PROTOCOL, protocol);
    }
    let upgrade = hyper::upgrade::on(&mut request);
    *wish.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(upgrade);
    response.body(Payload::empty()).ok()
}

/// Serves a connection that became a WebSocket.
pub(crate) async fn serve(device: Arc<Device>, upgrade: OnUpgrade) {
    let Ok(upgraded) = upgrade.await else { return };
    let Some((wire, read)) = unwrap(upgraded) else { return };
    let socket = if read.is_empty() {
        WebSocketStream::from_raw_socket(wire, Role::Server, Some(config())).await
    } else {
        WebSocketStream::from_partially_read(wire, read, Role::Server, Some(config())).await
    };
    let ear = device.listen();
    talk(Line::new(&device, socket, Way::WsIn, Session::default()), ear).await;
}

/// The connection without the buffers of the HTTP server.
fn unwrap(upgraded: Upgraded) -> Option<(Wire, Vec<u8>)> {
    let Parts { io, read_buf, .. } = upgraded.downcast::<TokioIo<Wire>>().ok()?;
    Some((io.into_inner(), read_buf.to_vec()))
}
