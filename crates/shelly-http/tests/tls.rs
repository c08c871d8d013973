//! Whom an encrypted exchange believes, and how it says so when it does not (D5, D6).

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::{
    RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    server::WebPkiClientVerifier,
};
use shelly_http::{
    ClientCertificate, Endpoint, Error, Fingerprint, Limits, Request, Tls, TlsFailure, TlsOptions, Trust, exchange,
    exchange_with,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("key")).expect("authority")
}

/// A certificate with its key.
struct Issued {
    certificate: rcgen::Certificate,
    key: KeyPair,
}

fn issue(authority: &Authority, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Issued {
    let mut params = CertificateParams::new(vec![name.to_owned()]).expect("name");
    change(&mut params);
    let key = KeyPair::generate().expect("key");
    Issued { certificate: params.signed_by(&key, authority).expect("signature"), key }
}

/// A device that answers every exchange with an empty object, and wants a certificate of `clients` if there are any.
async fn device(issued: &Issued, clients: Option<&Authority>) -> Endpoint {
    let provider = Arc::new(ring::default_provider());
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
    let config = config.expect("versions");
    let config = match clients {
        None => config.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.der().clone()).expect("authority");
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            config.with_client_cert_verifier(verifier.expect("verifier"))
        }
    };
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(issued.key.serialize_der()));
    let config = config.with_single_cert(vec![issued.certificate.der().clone()], key).expect("certificate");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    let port = listener.local_addr().expect("address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut part = [0; 1024];
                if stream.read(&mut part).await.is_ok_and(|count| count > 0) {
                    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
                    drop(stream.write_all(answer).await);
                    drop(stream.shutdown().await);
                }
            });
        }
    });
    Endpoint::tls("127.0.0.1", port)
}

async fn ask(endpoint: &Endpoint, options: &TlsOptions) -> Result<u16, Error> {
    let tls = Tls::new(options).expect("material");
    let answer = exchange_with(endpoint, &Request::get("/shelly"), &Limits::default(), Some(&tls)).await?;
    assert_eq!(&answer.body[..], b"{}");
    Ok(answer.status)
}

fn trusting(authority: &Authority) -> TlsOptions {
    TlsOptions::new(Trust::Authority(authority.pem()))
}

/// What was wrong with TLS.
fn failure(answer: Result<u16, Error>) -> TlsFailure {
    match answer {
        Err(Error::Tls { failure, .. }) => failure,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_private_authority_is_enough_for_an_address() {
    let authority = authority();
    let endpoint = device(&issue(&authority, "shellyplus1-aabbccddeeff.local", |_| {}), None).await;
    assert_eq!(ask(&endpoint, &trusting(&authority)).await.unwrap(), 200);
}

#[tokio::test]
async fn another_authority_is_named() {
    let authority = authority();
    let endpoint = device(&issue(&authority, "localhost", |_| {}), None).await;
    let error = ask(&endpoint, &trusting(&self::authority())).await.unwrap_err();
    let text = format!("no TLS with {endpoint}: its certificate is not signed by an authority we trust");
    assert_eq!(error.to_string(), text);
    assert!(!error.may_have_arrived());
}

#[tokio::test]
async fn time_counts() {
    let authority = authority();
    let old = issue(&authority, "localhost", |params| {
        (params.not_before, params.not_after) = (date_time_ymd(2019, 1, 1), date_time_ymd(2020, 1, 1));
    });
    let endpoint = device(&old, None).await;
    assert_eq!(failure(ask(&endpoint, &trusting(&authority)).await), TlsFailure::Expired);
    let early = issue(&authority, "localhost", |params| {
        (params.not_before, params.not_after) = (date_time_ymd(3000, 1, 1), date_time_ymd(3001, 1, 1));
    });
    let endpoint = device(&early, None).await;
    assert_eq!(failure(ask(&endpoint, &trusting(&authority)).await), TlsFailure::NotYetValid);
}

#[tokio::test]
async fn names_count() {
    let authority = authority();
    let address = device(&issue(&authority, "shelly.example", |_| {}), None).await;
    let name = Endpoint::tls("localhost", address.port());
    assert_eq!(failure(ask(&name, &trusting(&authority)).await), TlsFailure::OtherName);
    let named = |name: &str| TlsOptions { server_name: Some(name.to_owned()), ..trusting(&authority) };
    assert_eq!(ask(&address, &named("shelly.example")).await.unwrap(), 200);
    assert_eq!(failure(ask(&address, &named("other.example")).await), TlsFailure::OtherName);
    assert_eq!(failure(ask(&address, &named("127.0.0.1")).await), TlsFailure::OtherName);
}

#[tokio::test]
async fn a_pinned_certificate_is_the_only_one() {
    let authority = authority();
    let issued = issue(&authority, "localhost", |_| {});
    let endpoint = device(&issued, None).await;
    let (mine, other) = (Fingerprint::of(issued.certificate.der()), Fingerprint::of(b"other"));
    assert_eq!(ask(&endpoint, &TlsOptions::new(Trust::Fingerprint(mine))).await.unwrap(), 200);
    let wrong = ask(&endpoint, &TlsOptions::new(Trust::Fingerprint(other))).await;
    assert_eq!(failure(wrong), TlsFailure::OtherFingerprint);
    let pinned = TlsOptions { pinned: Some(other), ..trusting(&authority) };
    assert_eq!(failure(ask(&endpoint, &pinned).await), TlsFailure::OtherFingerprint);
    let both = TlsOptions { pinned: Some(mine), ..TlsOptions::new(Trust::Authority(self::authority().pem())) };
    assert_eq!(failure(ask(&endpoint, &both).await), TlsFailure::UnknownAuthority);
}

#[tokio::test]
async fn a_device_may_want_our_certificate() {
    let authority = authority();
    let endpoint = device(&issue(&authority, "localhost", |_| {}), Some(&authority)).await;
    assert_eq!(failure(ask(&endpoint, &trusting(&authority)).await), TlsFailure::ClientCertificate);
    let ours = issue(&authority, "manager", |_| {});
    let client = ClientCertificate { chain_pem: ours.certificate.pem(), key_pem: ours.key.serialize_pem() };
    let options = TlsOptions { client: Some(client), ..trusting(&authority) };
    assert_eq!(ask(&endpoint, &options).await.unwrap(), 200);
}

#[tokio::test]
async fn what_is_missing_is_said() {
    let authority = authority();
    let endpoint = device(&issue(&authority, "localhost", |_| {}), None).await;
    let error = exchange(&endpoint, &Request::get("/"), &Limits::default()).await.unwrap_err();
    assert!(matches!(error, Error::TlsNotSetUp { .. }), "{error:?}");

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let plain = Endpoint::tls("127.0.0.1", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await);
        drop(stream.read(&mut [0; 1024]).await);
    });
    assert_eq!(failure(ask(&plain, &trusting(&authority)).await), TlsFailure::Handshake);
}
