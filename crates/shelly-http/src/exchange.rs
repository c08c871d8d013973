//! Opens a connection, sends one request, reads one bounded answer.

use std::{convert::Infallible, future::pending, net::IpAddr, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{HeaderValue, header};
use http_body_util::{BodyExt, Full};
use hyper::{body::Body, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time,
};

use crate::{Carrier, Endpoint, Error, Request, Response, Tls, stream};

/// How long an exchange may take, how much it may bring, and which way it may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Time to find the address and open the connection.
    pub connect: Duration,
    /// Time for everything, connecting included.
    pub total: Duration,
    /// Longest body, in bytes.
    pub max_body_bytes: usize,
    /// The only way it may go; none leaves that to the system.
    pub way_out: Option<WayOut>,
    /// Who carries exchanges to the device, because this machine does not reach it. No connection is opened from here then.
    pub carrier: Option<Carrier>,
}

/// The way that connections leave this machine.
///
/// An address such as that of a factory access point exists behind many interfaces. Bound to one of them, a connection
/// fails when the network there is gone, instead of reaching whoever has the address elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WayOut {
    /// Name of the interface, `wlan0`. It counts on Linux only.
    pub interface: Option<String>,
    /// Own address to speak from. When this machine has lost it, there is no connection.
    pub address: Option<IpAddr>,
}

impl Default for Limits {
    /// 3 s to connect, 10 s in all, 2 MiB, any way, by nobody else.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            total: Duration::from_secs(10),
            max_body_bytes: 2 * 1024 * 1024,
            way_out: None,
            carrier: None,
        }
    }
}

/// Headers of a device are a few hundred bytes; more than this is not a device.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// What a carrier may take longer than the exchange itself: the way to it and back.
const WAY_TO_CARRIER: Duration = Duration::from_secs(3);

/// Sends `request` to `endpoint` over a connection of its own and reads the answer within `limits`.
///
/// An endpoint over TLS needs [`exchange_with`]. Dropping the future closes the connection at once.
///
/// # Errors
/// Why no answer came. An answer with an error status, also a redirect, is a [`Response`].
pub async fn exchange(endpoint: &Endpoint, request: &Request<'_>, limits: &Limits) -> Result<Response, Error> {
    exchange_with(endpoint, request, limits, None).await
}

/// The same, with what TLS needs to know when the endpoint wants it. A carrier has its own measure of whom to trust.
///
/// # Errors
/// As for [`exchange`]; also [`Error::TlsNotSetUp`] when the endpoint wants TLS and `tls` is none.
pub async fn exchange_with(
    endpoint: &Endpoint,
    request: &Request<'_>,
    limits: &Limits,
    tls: Option<&Tls>,
) -> Result<Response, Error> {
    let message = encode(endpoint, request)?;
    if let Some(carrier) = &limits.carrier {
        let limit = limits.total + WAY_TO_CARRIER;
        let carried = time::timeout(limit, carrier.carry(endpoint, request, limits)).await;
        return carried.unwrap_or_else(|_| Err(Error::Timeout { endpoint: endpoint.clone(), limit }));
    }
    let deadline = time::Instant::now() + limits.total;
    let stream = stream::connect(endpoint, limits, tls).await?;
    until(deadline, endpoint, stream, message, limits).await
}

/// The same over a connection that is open already, such as one that a scan made, or one that is encrypted.
///
/// # Errors
/// As for [`exchange`].
pub async fn exchange_over<S>(
    stream: S,
    endpoint: &Endpoint,
    request: &Request<'_>,
    limits: &Limits,
) -> Result<Response, Error>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let message = encode(endpoint, request)?;
    until(time::Instant::now() + limits.total, endpoint, stream, message, limits).await
}

async fn until<S>(
    deadline: time::Instant,
    endpoint: &Endpoint,
    stream: S,
    message: http::Request<Full<Bytes>>,
    limits: &Limits,
) -> Result<Response, Error>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    match time::timeout_at(deadline, talk(endpoint, stream, message, limits.max_body_bytes)).await {
        Ok(answer) => answer,
        Err(_) => Err(Error::Timeout { endpoint: endpoint.clone(), limit: limits.total }),
    }
}

fn encode(endpoint: &Endpoint, request: &Request<'_>) -> Result<http::Request<Full<Bytes>>, Error> {
    let invalid = |part: &'static str| move |source| Error::InvalidRequest { endpoint: endpoint.clone(), part, source };
    // A space or a line break would end the path early and let the rest be read as something else.
    if !request.path_and_query.starts_with('/') || !request.path_and_query.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(invalid("path")(None));
    }
    let path: http::uri::PathAndQuery =
        request.path_and_query.parse().map_err(|source: http::uri::InvalidUri| invalid("path")(Some(source.into())))?;
    let mut message = http::Request::builder()
        .method(request.method.clone())
        .uri(path.as_str())
        .header(header::HOST, endpoint.authority())
        .header(header::CONNECTION, "close");
    if let Some(content_type) = request.content_type {
        message = message.header(header::CONTENT_TYPE, content_type);
    }
    for (name, value) in request.headers {
        let mut value = HeaderValue::from_str(value).map_err(|source| invalid("header")(Some(source.into())))?;
        value.set_sensitive(*name == header::AUTHORIZATION);
        message = message.header(name, value);
    }
    message.body(Full::new(request.body.clone().unwrap_or_default())).map_err(|source| invalid("head")(Some(source)))
}

async fn talk<S>(
    endpoint: &Endpoint,
    stream: S,
    message: http::Request<Full<Bytes>>,
    max_body_bytes: usize,
) -> Result<Response, Error>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let failed = |source| Error::talk(endpoint, 0, source);
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(MAX_HEAD_BYTES)
        .ignore_invalid_headers_in_responses(true)
        .allow_spaces_after_header_name_in_responses(true)
        .allow_obsolete_multiline_headers_in_responses(true)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(failed)?;
    // A failure of the connection also reaches the request or its body, so it is read there.
    let drive = async {
        drop(connection.await);
        pending::<Infallible>().await
    };
    let answer = async {
        let response = sender.send_request(message).await.map_err(failed)?;
        let (head, body) = response.into_parts();
        let body = read_body(endpoint, body, max_body_bytes).await?;
        Ok(Response { status: head.status.as_u16(), headers: head.headers, body })
    };
    tokio::select! {
        answer = answer => answer,
        never = drive => match never {},
    }
}

async fn read_body(endpoint: &Endpoint, mut body: hyper::body::Incoming, limit: usize) -> Result<Bytes, Error> {
    let too_large = || Error::TooLarge { endpoint: endpoint.clone(), limit };
    if body.size_hint().lower() > limit as u64 {
        return Err(too_large());
    }
    let mut read = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|source| Error::talk(endpoint, read.len(), source))?;
        if let Ok(data) = frame.into_data() {
            if read.len() + data.len() > limit {
                return Err(too_large());
            }
            read.extend_from_slice(&data);
        }
    }
    Ok(read.freeze())
}
