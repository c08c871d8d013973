//! Puts TLS on connections: devices with a certificate, and devices that dial `wss://` (gen2 protocol 3.2, 3.4).

use std::{net::IpAddr, sync::Arc, time::Duration};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{
    TlsAcceptor, TlsConnector,
    rustls::{
        ClientConfig, DigitallySignedStruct, RootCertStore, ServerConfig, SignatureScheme,
        client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
        pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject},
    },
};

use crate::{device::Device, wire::Wire};

/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// First byte of a TLS connection.
const CLIENT_HELLO: u8 = 0x16;

/// A certificate cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("make a certificate for the simulated fleet")]
pub struct CertificateError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl CertificateError {
    fn new(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self(Box::new(error))
    }
}

/// The authority that signs the certificates of a fleet.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Authority")
    }
}

impl Authority {
    /// A new one.
    pub(crate) fn new() -> Result<Self, CertificateError> {
        let mut params = CertificateParams::new(Vec::new()).map_err(CertificateError::new)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name.push(DnType::CommonName, "Simulated Shelly fleet");
        let key = KeyPair::generate().map_err(CertificateError::new)?;
        let pem = params.self_signed(&key).map_err(CertificateError::new)?.pem();
        Ok(Self { issuer: Issuer::new(params, key), pem })
    }

    /// Its own certificate, which whoever trusts the fleet needs.
    pub(crate) fn pem(&self) -> &str {
        &self.pem
    }

    /// What a device with this id and address serves TLS with.
    pub(crate) fn acceptor(&self, id: &str, ip: IpAddr) -> Result<TlsAcceptor, CertificateError> {
        let names = vec![format!("{}.local", id.to_lowercase()), ip.to_string()];
        let mut params = CertificateParams::new(names).map_err(CertificateError::new)?;
        params.distinguished_name.push(DnType::CommonName, id);
        let key = KeyPair::generate().map_err(CertificateError::new)?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(CertificateError::new)?;
        let key = PrivateKeyDer::try_from(key.serialize_der())
            .map_err(|text| CertificateError::new(std::io::Error::new(std::io::ErrorKind::InvalidData, text)))?;
        acceptor(vec![certificate.der().clone()], key)
    }
}

/// What serves TLS with an uploaded certificate and key; none when they are not good for it.
pub(crate) fn uploaded(certificate: &str, key: &str) -> Option<TlsAcceptor> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(certificate.as_bytes()).collect::<Result<_, _>>().ok()?;
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).ok()?;
    acceptor(chain, key).ok()
}

fn acceptor(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<TlsAcceptor, CertificateError> {
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(CertificateError::new)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(CertificateError::new)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// The connection as the device serves it; none when TLS does not come about. A device with a certificate takes both
/// kinds on its port and redirects what is plain.
pub(crate) async fn wrap(device: &Arc<Device>, stream: TcpStream) -> Option<Wire> {
    let Some(acceptor) = device.acceptor() else { return Some(Wire::Plain(stream)) };
    let mut first = [0];
    let peeked = timeout(HANDSHAKE, stream.peek(&mut first)).await.ok()?.ok()?;
    if peeked == 0 {
        return None;
    }
    if first != [CLIENT_HELLO] {
        return Some(Wire::Plain(stream));
    }
    let stream = timeout(HANDSHAKE, acceptor.accept(stream)).await.ok()?.ok()?;
    Some(Wire::Tls(Box::new(stream.into())))
}

/// Whom a device that dials trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Everyone (`"*"`).
    Everyone,
    /// These authorities, as PEM.
    Authorities(String),
}

/// What dials TLS; none when the authorities cannot be read.
pub(crate) fn connector(trust: &Trust) -> Option<TlsConnector> {
    client(trust).map(TlsConnector::from)
}

/// The same for a client of MQTT.
pub(crate) fn client(trust: &Trust) -> Option<Arc<ClientConfig>> {
    let provider = Arc::new(ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions().ok()?;
    let config = match trust {
        Trust::Everyone => {
            builder.dangerous().with_custom_certificate_verifier(Arc::new(Trusting(provider))).with_no_client_auth()
        }
        Trust::Authorities(pem) => {
            let mut roots = RootCertStore::empty();
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                roots.add(certificate.ok()?).ok()?;
            }
            builder.with_root_certificates(roots).with_no_client_auth()
        }
    };
    Some(Arc::new(config))
}

/// Takes every certificate, as a device told to use `"*"` does.
#[derive(Debug)]
struct Trusting(Arc<CryptoProvider>);

impl ServerCertVerifier for Trusting {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, tokio_rustls::rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, tokio_rustls::rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, tokio_rustls::rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
