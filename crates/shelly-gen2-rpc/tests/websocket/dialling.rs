//! Opening a WebSocket to all kinds of peers, in the clear and over TLS (D6).

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use serde_json::json;
use shelly_gen2_rpc::{Channel, Error, HttpChannel, WebSocketChannel, WebSocketOptions, channel::ChannelKind};
use shelly_http::{Endpoint, Tls, TlsOptions, Trust};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::accept_async;

use super::Peer;

/// Answers each connection with a fixed text.
async fn answering(text: String) -> Endpoint {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::from(listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let text = text.clone();
            tokio::spawn(async move {
                if stream.read(&mut [0; 2048]).await.is_ok_and(|count| count > 0) {
                    let _ = stream.write_all(text.as_bytes()).await;
                }
            });
        }
    });
    endpoint
}

/// A device over TLS: a WebSocket that echoes, or one HTTP answer, and the trust that it needs.
async fn encrypted(websocket: bool) -> (Endpoint, Tls) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["shelly.local".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::tls("127.0.0.1", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                if websocket {
                    Peer(accept_async(stream).await.unwrap()).echo().await;
                } else if stream.read(&mut [0; 2048]).await.is_ok_and(|count| count > 0) {
                    let body = r#"{"id":1,"src":"a","result":{"over":"tls"}}"#;
                    let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
                    let _ = stream.write_all(answer.as_bytes()).await;
                    let _ = stream.shutdown().await;
                }
            });
        }
    });
    (endpoint, Tls::new(&TlsOptions::new(Trust::Authority(authority.pem()))).unwrap())
}

/// A device in the clear that sends everybody to `target`.
async fn redirecting(target: &Endpoint) -> Endpoint {
    let location = format!("https://shelly.local:{}/rpc", target.port());
    answering(format!("HTTP/1.1 307 Temporary Redirect\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n")).await
}

#[tokio::test]
async fn peers_that_open_no_websocket_are_told_apart() {
    type Check = fn(&Error) -> bool;
    let cases: [(&str, Check); 4] = [
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", |error| {
            matches!(error, Error::Status { status: 404, .. })
        }),
        (
            "HTTP/1.1 307 Temporary Redirect\r\nLocation: https://a/rpc\r\nContent-Length: 0\r\n\r\n",
            |error| matches!(error, Error::TlsRequired { location, .. } if location == "https://a/rpc"),
        ),
        ("garbage\r\n\r\n", |error| matches!(error, Error::Http { source: shelly_http::Error::NotHttp { .. }, .. })),
        ("", |error| error.is_unreachable()),
    ];
    for (answer, check) in cases {
        let endpoint = answering(answer.to_owned()).await;
        let error = WebSocketChannel::dial(&endpoint, &WebSocketOptions::default(), None).await.unwrap_err();
        assert!(check(&error), "{answer:?}: {error:?}");
        assert_eq!(error.endpoint(), &endpoint);
    }
}

#[tokio::test]
async fn a_websocket_over_tls_carries_calls() {
    let (endpoint, tls) = encrypted(true).await;
    let channel = WebSocketChannel::dial(&endpoint, &WebSocketOptions::default(), Some(&tls)).await.unwrap();
    assert_eq!(channel.call("Test.Echo", Some(json!("tls"))).await.unwrap(), json!("tls"));

    let error = WebSocketChannel::dial(&endpoint, &WebSocketOptions::default(), None).await.unwrap_err();
    assert!(matches!(error, Error::Http { source: shelly_http::Error::TlsNotSetUp { .. }, .. }), "{error:?}");
}

#[tokio::test]
async fn a_websocket_follows_a_device_to_tls() {
    let (endpoint, tls) = encrypted(true).await;
    let plain = redirecting(&endpoint).await;
    let channel = WebSocketChannel::dial(&plain, &WebSocketOptions::default(), Some(&tls)).await.unwrap();
    assert_eq!(channel.endpoint(), &endpoint);
    assert_eq!(channel.call("Test.Echo", Some(json!(1))).await.unwrap(), json!(1));
}

#[tokio::test]
async fn http_follows_a_device_to_tls_only_with_trust() {
    let (endpoint, tls) = encrypted(false).await;
    let plain = redirecting(&endpoint).await;
    let channel = HttpChannel::new(plain.clone());
    let error = channel.call("Test.Echo", None).await.unwrap_err();
    assert!(matches!(error, Error::TlsRequired { .. }), "{error:?}");
    assert_eq!(channel.kind(), ChannelKind::Http);

    let channel = HttpChannel::new(plain).with_tls(Some(tls));
    assert_eq!(channel.call("Test.Echo", None).await.unwrap(), json!({"over": "tls"}));
    assert_eq!((channel.kind(), channel.endpoint()), (ChannelKind::Https, &endpoint));
}
