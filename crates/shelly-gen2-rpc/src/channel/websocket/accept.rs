//! Takes in a device that opened a WebSocket to us, and finds out who it is (protocol 3.4).

use std::sync::Arc;

use serde_json::Value;
use shelly_http::Endpoint;
use shelly_types::{Mac, wire::Wire};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{http::HeaderMap, protocol::Role},
};

use super::{
    super::{Channel, ChannelKind, Notifications, WHO},
    Closed, WebSocketChannel, WebSocketOptions,
    handshake::{Refused, handshake},
    link::Link,
};
use crate::{DeviceInfo, Error};

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
/// The handshake takes no more than the whole time of the limits in the options, and its head no more than 8 KiB. Who
/// wants no WebSocket is answered in plain HTTP.
///
/// # Errors
/// When the handshake fails or is refused, and as for [`accept_upgraded`].
pub async fn accept<S>(
    mut stream: S,
    peer: Endpoint,
    options: &WebSocketOptions,
    admit: impl FnOnce(&Upgrade<'_>) -> bool,
) -> Result<Arrival, Error>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    match timeout(options.limits.total, handshake(&mut stream, admit)).await {
        Ok(Ok(rest)) => {
            let config = Some(options.config());
            let socket = WebSocketStream::from_partially_read(stream, rest, Role::Server, config).await;
            welcome(socket, peer, options).await
        }
        Ok(Err(why)) => Err(refused(peer, why)),
        Err(_) => {
            let source = shelly_http::Error::Timeout { endpoint: peer.clone(), limit: options.limits.total };
            Err(Error::Http { endpoint: peer, method: OPEN.to_owned(), source })
        }
    }
}

/// Says why no WebSocket came about.
fn refused(peer: Endpoint, refused: Refused) -> Error {
    match refused {
        Refused::Status(status) => {
            let (status, begins_with) = (status.as_u16(), String::new());
            Error::Status { endpoint: peer, method: OPEN.to_owned(), status, begins_with }
        }
        Refused::Broken(source) => {
            let source = shelly_http::Error::NotHttp { endpoint: peer.clone(), source: source.into() };
            Error::Http { endpoint: peer, method: OPEN.to_owned(), source }
        }
    }
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
