//! Takes in a device that opened a WebSocket to us, and finds out who it is (protocol 3.4).

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use serde_json::Value;
use shelly_http::Endpoint;
use shelly_types::{Mac, wire::Wire};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async_with_config,
    tungstenite::{
        Error as SocketError,
        handshake::server::{Request as HandshakeRequest, Response as HandshakeResponse},
        http::{HeaderMap, HeaderValue, StatusCode, header},
        protocol::Role,
    },
};

use super::{
    super::{Channel, ChannelKind, Notifications, WHO},
    Closed, WebSocketChannel, WebSocketOptions,
    link::Link,
};
use crate::{DeviceInfo, Error};

/// Longest head of a request that is read. Those of devices have some hundred bytes.
const MAX_HEAD_BYTES: usize = 8 * 1024;

/// The protocol that devices ask for (protocol 3.4).
const SUBPROTOCOL: &str = "json-rpc";

/// What is told in errors as the method of opening.
const OPEN: &str = "WebSocket handshake";

/// A device that called in.
#[derive(Debug)]
#[non_exhaustive]
pub struct Arrival {
    /// The way back to it, over the same connection.
    pub channel: WebSocketChannel,
    /// What it tells, from its first frame on, which is `NotifyFullStatus` as a rule.
    pub notifications: Notifications,
    /// Who it is: what it claimed in its first frame, confirmed by its own answer.
    pub info: DeviceInfo,
    /// Its hardware address.
    pub mac: Mac,
}

/// What a device asks for before the WebSocket is open.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Upgrade<'a> {
    /// Path and query of the address that it was told to call, where a token may stand.
    pub path_and_query: &'a str,
    /// Headers.
    pub headers: &'a HeaderMap,
}

/// Takes over a connection on which somebody else has answered the HTTP upgrade, and asks the device who it is.
///
/// `peer` is where the device calls from, for errors and as [`Channel::endpoint`]. The answer to the upgrade should name
/// the subprotocol `json-rpc` when the device asked for it.
///
/// # Errors
/// When the device does not say who it is in time, or says two different things; the connection is closed then.
pub async fn accept_upgraded<S>(stream: S, peer: Endpoint, options: &WebSocketOptions) -> Result<Arrival, Error>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    welcome(WebSocketStream::from_raw_socket(stream, Role::Server, Some(options.config())).await, peer, options).await
}

/// Answers the HTTP upgrade itself, if `admit` lets the device in, and asks the device who it is.
///
/// The handshake takes no more than the whole time of the limits in the options, and its head no more than 8 KiB.
///
/// # Errors
/// When the handshake fails or is refused, and as for [`accept_upgraded`].
pub async fn accept<S>(
    stream: S,
    peer: Endpoint,
    options: &WebSocketOptions,
    admit: impl FnOnce(&Upgrade<'_>) -> bool + Unpin,
) -> Result<Arrival, Error>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    #[expect(clippy::result_large_err, reason = "the handshake wants a whole answer as the error")]
    let answer = move |request: &HandshakeRequest, mut response: HandshakeResponse| {
        let path_and_query = request.uri().path_and_query().map_or("/", |path| path.as_str());
        if !admit(&Upgrade { path_and_query, headers: request.headers() }) {
            let mut refusal = tokio_tungstenite::tungstenite::http::Response::new(None);
            *refusal.status_mut() = StatusCode::FORBIDDEN;
            return Err(refusal);
        }
        if asks_for_json_rpc(request.headers()) {
            response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
        }
        Ok(response)
    };
    let stream = LimitedHead { stream, left: Some(MAX_HEAD_BYTES) };
    let handshake = accept_hdr_async_with_config(stream, answer, Some(options.config()));
    match timeout(options.limits.total, handshake).await {
        Ok(Ok(mut socket)) => {
            socket.get_mut().left = None;
            welcome(socket, peer, options).await
        }
        Ok(Err(source)) => Err(refused(peer, source)),
        Err(_) => {
            let source = shelly_http::Error::Timeout { endpoint: peer.clone(), limit: options.limits.total };
            Err(Error::Http { endpoint: peer, method: OPEN.to_owned(), source })
        }
    }
}

fn asks_for_json_rpc(headers: &HeaderMap) -> bool {
    let asked = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
    asked.flat_map(|value| value.split(',')).any(|name| name.trim() == SUBPROTOCOL)
}

fn refused(peer: Endpoint, source: SocketError) -> Error {
    if let SocketError::Http(response) = &source {
        let (status, begins_with) = (response.status().as_u16(), String::new());
        return Error::Status { endpoint: peer, method: OPEN.to_owned(), status, begins_with };
    }
    let source = shelly_http::Error::NotHttp { endpoint: peer.clone(), source: source.into() };
    Error::Http { endpoint: peer, method: OPEN.to_owned(), source }
}

/// Waits for the first frame and has its sender confirm who it is.
async fn welcome<S>(socket: WebSocketStream<S>, peer: Endpoint, options: &WebSocketOptions) -> Result<Arrival, Error>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let link = Arc::new(Link::new(peer, options));
    let notifications = Notifications::new(Arc::clone(&link.news));
    let channel = WebSocketChannel::start(socket, link, ChannelKind::OutboundWebSocket, options);
    // A device that tells nothing first is asked all the same.
    let first = channel.link.wait(|link| {
        let spoken: Option<Result<(), Closed>> = link.device.get().map(|_| Ok(()));
        spoken.or_else(|| link.closed.get().cloned().map(Err))
    });
    if let Ok(Err(source)) = timeout(options.answer, first).await {
        let endpoint = Channel::endpoint(&channel).clone();
        return Err(Error::Ended { endpoint, method: WHO.to_owned(), sent: false, source });
    }
    let claimed = channel.device().map(str::to_owned);
    let (info, mac) = confirmed(Channel::endpoint(&channel), claimed.as_deref(), channel.who().await?)?;
    Ok(Arrival { channel, notifications, info, mac })
}

/// Reads who the device is, and compares it with what it claimed.
fn confirmed(endpoint: &Endpoint, claimed: Option<&str>, answer: Value) -> Result<(DeviceInfo, Mac), Error> {
    let not_gen2 = |source| Error::NotGen2 { endpoint: endpoint.clone(), method: WHO.to_owned(), source };
    let info = DeviceInfo::from_json(answer).map_err(|other| Error::Unexpected {
        endpoint: endpoint.clone(),
        method: WHO.to_owned(),
        expected: "an object",
        begins_with: other.to_string().chars().take(80).collect(),
    })?;
    let mac = info.identity().map_err(not_gen2)?.mac;
    let found = info.id.get().map_or("", String::as_str);
    // Wall Displays write their id in mixed case (protocol 6).
    let same = claimed.is_none_or(|claimed| claimed.eq_ignore_ascii_case(found));
    let fits = found.rsplit('-').next().is_some_and(|end| mac.ends_with(end));
    if same && fits {
        Ok((info, mac))
    } else {
        let claimed = claimed.unwrap_or_default().chars().take(80).collect();
        let found = format!("{found} ({mac})").chars().take(100).collect();
        Err(Error::OtherDevice { endpoint: endpoint.clone(), claimed, found })
    }
}

/// A stream that breaks when the head of a request is too long.
#[derive(Debug)]
struct LimitedHead<S> {
    stream: S,
    /// Bytes that may still be read; no limit any more when none.
    left: Option<usize>,
}

impl<S: AsyncRead + Unpin> AsyncRead for LimitedHead<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if let Some(left) = &mut self.left {
            match left.checked_sub(buffer.filled().len() - before) {
                Some(rest) => *left = rest,
                None => return Poll::Ready(Err(io::Error::other("the head of the request is too long"))),
            }
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for LimitedHead<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
