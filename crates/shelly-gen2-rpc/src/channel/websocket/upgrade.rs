//! Asks a device for a WebSocket.

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio_tungstenite::tungstenite::{
    Error as SocketError,
    client::IntoClientRequest,
    error::ProtocolError,
    handshake::{
        client::{Response, generate_request},
        derive_accept_key,
    },
    http::{HeaderMap, HeaderName, StatusCode, header},
};

use super::handshake::head;

/// Asks for a WebSocket at this URL. Says what was read beyond the head of the answer.
///
/// The handshake of the library would leave a buffer of 4 KiB with the connection for as long as that lasts.
///
/// # Errors
/// [`SocketError::Http`] with the answer of a device that opens none.
pub(super) async fn upgrade<S>(stream: &mut S, url: &str) -> Result<Vec<u8>, SocketError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (request, key) = generate_request(url.into_client_request()?)?;
    stream.write_all(&request).await?;
    stream.flush().await?;
    let (mut response, rest) = head::<Response, S>(stream).await?;
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        *response.body_mut() = Some(rest);
        return Err(SocketError::Http(response.into()));
    }
    let headers = response.headers();
    let has = |name, wanted: &str| words(headers, name).any(|word| word.eq_ignore_ascii_case(wanted));
    if !has(&header::UPGRADE, "websocket") {
        return Err(ProtocolError::MissingUpgradeWebSocketHeader.into());
    }
    if !has(&header::CONNECTION, "upgrade") {
        return Err(ProtocolError::MissingConnectionUpgradeHeader.into());
    }
    let accepted = derive_accept_key(key.as_bytes());
    if headers.get(header::SEC_WEBSOCKET_ACCEPT).is_none_or(|told| told != accepted.as_str()) {
        return Err(ProtocolError::SecWebSocketAcceptKeyMismatch.into());
    }
    Ok(rest)
}

/// The words of a header that is a list.
pub(super) fn words<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let lists = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, duplex};

    use super::*;

    /// What comes of an answer, in which `KEY` stands for the right word.
    async fn answered(answer: &str) -> Result<Vec<u8>, SocketError> {
        let (mut ours, mut device) = duplex(4096);
        let serve = async {
            let mut request = [0; 1024];
            let read = device.read(&mut request).await.unwrap();
            let request = String::from_utf8_lossy(&request[..read]).into_owned();
            assert!(request.starts_with("GET /rpc HTTP/1.1\r\nHost: 10.0.0.7\r\n"), "{request}");
            let key = request.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Key: ")).unwrap();
            let answer = answer.replace("KEY", &derive_accept_key(key.as_bytes()));
            device.write_all(answer.as_bytes()).await.unwrap();
            drop(device);
        };
        tokio::join!(upgrade(&mut ours, "ws://10.0.0.7/rpc"), serve).0
    }

    #[tokio::test]
    async fn only_the_right_answer_opens_a_websocket() {
        let said = |upgrade: &str, connection: &str, key: &str| {
            format!(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: {upgrade}\r\nConnection: {connection}\r\n\
                 Sec-WebSocket-Accept: {key}\r\n\r\nrest"
            )
        };
        assert_eq!(answered(&said("WebSocket", "keep-alive, Upgrade", "KEY")).await.unwrap(), b"rest");
        let wrong = |error: SocketError| match error {
            SocketError::Protocol(error) => error,
            other => panic!("{other}"),
        };
        for (answer, expected) in [
            (said("h2c", "Upgrade", "KEY"), ProtocolError::MissingUpgradeWebSocketHeader),
            (said("websocket", "close", "KEY"), ProtocolError::MissingConnectionUpgradeHeader),
            (said("websocket", "Upgrade", "bm8="), ProtocolError::SecWebSocketAcceptKeyMismatch),
            ("HTTP/1.1 101 Swi".to_owned(), ProtocolError::HandshakeIncomplete),
        ] {
            assert_eq!(wrong(answered(&answer).await.unwrap_err()), expected, "{answer}");
        }
        let SocketError::Http(refusal) = answered("HTTP/1.1 404 Not Found\r\n\r\nno such").await.unwrap_err() else {
            panic!("a refusal is told");
        };
        assert_eq!((refusal.status(), refusal.body().as_deref()), (StatusCode::NOT_FOUND, Some(&b"no such"[..])));
        let endless = format!("HTTP/1.1 101 Switching Protocols\r\nX: {}", "x".repeat(3000));
        assert!(answered(&endless).await.is_err());
    }
}
