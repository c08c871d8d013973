//! Opens a WebSocket to a device.

use std::sync::Arc;

use shelly_http::{Endpoint, Security, Stream, Tls, connect};
use tokio::time::{Instant, timeout_at};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error as SocketError,
        error::ProtocolError,
        http::{Response, header},
        protocol::Role,
    },
};

use super::{ChannelKind, WebSocketChannel, WebSocketOptions, link::Link, upgrade::upgrade};
use crate::Error;

/// Where frames go (protocol 3.3), for errors.
const OPEN: &str = "GET /rpc";

impl WebSocketChannel {
    /// Opens `ws://device/rpc`, or `wss` for an endpoint over TLS, within the limits of the options.
    ///
    /// A device that speaks only TLS is followed to it when `tls` is given; the host stays.
    ///
    /// # Errors
    /// [`Error::Http`] when there is no connection or no WebSocket on it, [`Error::TlsRequired`] when the device wants
    /// TLS and `tls` is none, [`Error::Status`] when it refuses.
    pub async fn dial(endpoint: &Endpoint, options: &WebSocketOptions, tls: Option<&Tls>) -> Result<Self, Error> {
        let (socket, endpoint) = match open(endpoint, options, tls).await {
            Ok(socket) => (socket, endpoint.clone()),
            Err(error) => {
                let target = followed(endpoint, &error).filter(|_| tls.is_some()).ok_or(error)?;
                (open(&target, options, tls).await?, target)
            }
        };
        let link = Arc::new(Link::new(endpoint, options));
        Ok(Self::start(socket, link, ChannelKind::WebSocket, options))
    }
}

/// Where a device that speaks only TLS sends us.
fn followed(endpoint: &Endpoint, error: &Error) -> Option<Endpoint> {
    match error {
        Error::TlsRequired { location, .. } if endpoint.security() == Security::Plain => endpoint.redirected(location),
        _ => None,
    }
}

async fn open(
    endpoint: &Endpoint,
    options: &WebSocketOptions,
    tls: Option<&Tls>,
) -> Result<WebSocketStream<Stream>, Error> {
    let failed = |source| Error::Http { endpoint: endpoint.clone(), method: OPEN.to_owned(), source };
    let deadline = Instant::now() + options.limits.total;
    let mut stream = connect(endpoint, &options.limits, tls).await.map_err(failed)?;
    let scheme = match endpoint.security() {
        Security::Plain => "ws",
        Security::Tls => "wss",
    };
    let url = format!("{scheme}://{}/rpc", without_zone(&endpoint.authority()));
    match timeout_at(deadline, upgrade(&mut stream, &url)).await {
        Ok(Ok(rest)) => {
            Ok(WebSocketStream::from_partially_read(stream, rest, Role::Client, Some(options.config())).await)
        }
        Ok(Err(SocketError::Http(response))) => Err(refused(endpoint, &response)),
        Ok(Err(SocketError::Io(source))) => Err(failed(closed(endpoint, source))),
        Ok(Err(source @ SocketError::Protocol(ProtocolError::HandshakeIncomplete))) => {
            Err(failed(closed(endpoint, source)))
        }
        Ok(Err(source)) => {
            Err(failed(shelly_http::Error::NotHttp { endpoint: endpoint.clone(), source: source.into() }))
        }
        Err(_) => Err(failed(shelly_http::Error::Timeout { endpoint: endpoint.clone(), limit: options.limits.total })),
    }
}

fn closed(endpoint: &Endpoint, source: impl std::error::Error + Send + Sync + 'static) -> shelly_http::Error {
    shelly_http::Error::Closed { endpoint: endpoint.clone(), received: 0, source: source.into() }
}

/// The zone of a link-local address has no place in a URL.
fn without_zone(authority: &str) -> String {
    match (authority.find('%'), authority.find(']')) {
        (Some(from), Some(to)) if from < to => format!("{}{}", &authority[..from], &authority[to..]),
        _ => authority.to_owned(),
    }
}

/// The device answered, and did not open a WebSocket.
fn refused(endpoint: &Endpoint, response: &Response<Option<Vec<u8>>>) -> Error {
    let status = response.status().as_u16();
    let location = response.headers().get(header::LOCATION).and_then(|location| location.to_str().ok());
    match location {
        Some(location) if response.status().is_redirection() && location.starts_with("https:") => Error::TlsRequired {
            endpoint: endpoint.clone(),
            method: OPEN.to_owned(),
            location: location.chars().take(200).collect(),
        },
        _ => Error::Status {
            endpoint: endpoint.clone(),
            method: OPEN.to_owned(),
            status,
            begins_with: String::from_utf8_lossy(response.body().as_deref().unwrap_or_default())
                .chars()
                .take(80)
                .collect(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::without_zone;

    #[test]
    fn a_zone_is_left_out() {
        assert_eq!(without_zone("[fe80::1%eth0]:81"), "[fe80::1]:81");
        assert_eq!(without_zone("10.0.0.7"), "10.0.0.7");
    }
}
