//! Reads what a caller asks for, and answers it: with a WebSocket, or with plain HTTP.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_tungstenite::tungstenite::{
    Error as SocketError,
    error::ProtocolError,
    handshake::{
        machine::TryParse,
        server::{Request, create_response, write_response},
    },
    http::{HeaderValue, StatusCode, header},
};

use super::{Upgrade, upgrade::words};

/// Longest head that is read. Those of devices have some hundred bytes.
const MAX_HEAD_BYTES: usize = 8 * 1024;

/// Room for the head of a device.
const USUAL_HEAD_BYTES: usize = 512;

/// The protocol that devices ask for (protocol 3.4).
const SUBPROTOCOL: &str = "json-rpc";

/// Why no WebSocket came about.
#[derive(Debug)]
pub(super) enum Refused {
    /// The caller was answered with this status.
    Status(StatusCode),
    /// It does not speak HTTP, or left.
    Broken(SocketError),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Broken(error.into())
    }
}

/// Answers the upgrade, if `admit` lets the caller in. Says what was read beyond the head.
pub(super) async fn handshake<S>(stream: &mut S, admit: impl FnOnce(&Upgrade<'_>) -> bool) -> Result<Vec<u8>, Refused>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (request, rest) = match head::<Request, S>(stream).await {
        Ok(head) => head,
        Err(SocketError::Protocol(ProtocolError::WrongHttpMethod | ProtocolError::WrongHttpVersion)) => {
            return refuse(stream, StatusCode::UPGRADE_REQUIRED).await;
        }
        Err(error) => {
            if !matches!(error, SocketError::Io(_) | SocketError::Protocol(ProtocolError::HandshakeIncomplete)) {
                refuse::<_, ()>(stream, StatusCode::BAD_REQUEST).await.ok();
            }
            return Err(Refused::Broken(error));
        }
    };
    let Ok(mut response) = create_response(&request) else {
        return refuse(stream, StatusCode::UPGRADE_REQUIRED).await;
    };
    let path_and_query = request.uri().path_and_query().map_or("/", |path| path.as_str());
    if !admit(&Upgrade { path_and_query, headers: request.headers() }) {
        return refuse(stream, StatusCode::FORBIDDEN).await;
    }
    if words(request.headers(), &header::SEC_WEBSOCKET_PROTOCOL).any(|name| name == SUBPROTOCOL) {
        response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
    }
    let mut answer = Vec::new();
    write_response(&mut answer, &response).map_err(Refused::Broken)?;
    stream.write_all(&answer).await?;
    stream.flush().await?;
    Ok(rest)
}

/// Reads the head of a request or an answer, and what comes with it.
pub(super) async fn head<T, S>(stream: &mut S) -> Result<(T, Vec<u8>), SocketError>
where
    T: TryParse,
    S: AsyncRead + Unpin,
{
    let mut buffer = Vec::with_capacity(USUAL_HEAD_BYTES);
    loop {
        if let Some((length, head)) = T::try_parse(&buffer)? {
            return Ok((head, buffer.split_off(length)));
        }
        if buffer.len() > MAX_HEAD_BYTES {
            return Err(SocketError::AttackAttempt);
        }
        if stream.read_buf(&mut buffer).await? == 0 {
            return Err(ProtocolError::HandshakeIncomplete.into());
        }
    }
}

/// Says in plain HTTP that there is no WebSocket, and ends the connection.
async fn refuse<S, T>(stream: &mut S, status: StatusCode) -> Result<T, Refused>
where
    S: AsyncWrite + Unpin,
{
    let upgrade = if status == StatusCode::UPGRADE_REQUIRED { "Upgrade: websocket\r\n" } else { "" };
    let body = "Only Shelly devices are served here, over WebSockets.\n";
    let answer = format!(
        "HTTP/1.1 {status}\r\n{upgrade}Content-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await?;
    Err(Refused::Status(status))
}
