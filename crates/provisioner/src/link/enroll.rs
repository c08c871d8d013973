//! Trades a one-time code for a certificate, with the one manager that is meant.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use agent_proto::{
    SERVER_NAME,
    v1::{EnrollRequest, enrollment_client::EnrollmentClient},
};
use chrono::{DateTime, Utc};
use rustls::{
    ClientConfig, DigitallySignedStruct, Error as TlsError, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use secrets::Secret;
use shelly_http::Fingerprint;
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::TlsConnector;
use tonic::transport::{Certificate, ClientTlsConfig};

use super::credentials::{Credentials, CredentialsError, endpoint, pem, request};

/// How long each part may take.
const LIMIT: Duration = Duration::from_secs(20);

/// Why this host could not be enrolled. The code was not sent unless the manager itself refused it.
#[derive(Debug, thiserror::Error)]
pub enum EnrollError {
    /// The manager cannot be reached.
    #[error("reach the manager at {manager}")]
    Unreachable {
        /// Where.
        manager: String,
        /// Cause.
        #[source]
        source: io::Error,
    },
    /// Somebody else answers there.
    #[error(
        "{manager} shows another authority than the one with the fingerprint {fingerprint}: it is not the manager that is \
         meant, or the fingerprint is mistyped; the code was not sent"
    )]
    OtherAuthority {
        /// Where.
        manager: String,
        /// What was expected.
        fingerprint: String,
    },
    /// The text is no fingerprint.
    #[error("a fingerprint has 64 hex digits")]
    Fingerprint,
    /// The connection failed.
    #[error("speak to the manager at {manager}")]
    Transport {
        /// Where.
        manager: String,
        /// Cause.
        #[source]
        source: tonic::transport::Error,
    },
    /// The manager refused.
    #[error("the manager refused: {0}")]
    Refused(String),
    /// Keys and files.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
}

/// Who wants to be enrolled.
#[derive(Debug, Clone)]
pub struct Applicant {
    /// Where the manager listens for agents: `manager.lan:8283`.
    pub manager: String,
    /// SHA-256 of the certificate of the manager's authority, hex.
    pub fingerprint: String,
    /// How the agent would like to be called.
    pub name: String,
    /// Version of the program.
    pub version: String,
}

/// Trades a code for credentials. The code is sent to nobody but the manager whose authority has the fingerprint.
///
/// # Errors
/// Why there are none.
pub async fn enroll(who: &Applicant, code: &Secret<String>, now: DateTime<Utc>) -> Result<Credentials, EnrollError> {
    let Applicant { manager, fingerprint, name, version } = who;
    let authority = authority_of(manager, fingerprint).await?;
    let (key, csr_der) = request()?;
    let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem(&authority))).domain_name(SERVER_NAME);
    let transport = |source| EnrollError::Transport { manager: manager.clone(), source };
    let channel = endpoint(manager).and_then(|endpoint| endpoint.tls_config(tls)).map_err(transport)?;
    let channel = channel.connect().await.map_err(transport)?;
    let wish = EnrollRequest { code: code.expose().clone(), csr_der, name: name.clone(), version: version.clone() };
    let asked = timeout(LIMIT, EnrollmentClient::new(channel).enroll(wish)).await;
    let answer = asked.map_err(|_| EnrollError::Refused("it does not answer".to_owned()))?;
    let answer = answer.map_err(|status| EnrollError::Refused(status.message().to_owned()))?.into_inner();
    if answer.ca_certificate_der != authority {
        let (manager, fingerprint) = (manager.clone(), fingerprint.clone());
        return Err(EnrollError::OtherAuthority { manager, fingerprint });
    }
    Ok(Credentials::new(manager, &key, &answer, now))
}

/// The certificate with this fingerprint among those that the manager shows. Nothing is sent.
async fn authority_of(manager: &str, fingerprint: &str) -> Result<Vec<u8>, EnrollError> {
    let meant: Fingerprint = fingerprint.replace(' ', "").parse().map_err(|_| EnrollError::Fingerprint)?;
    let unreachable = |source| EnrollError::Unreachable { manager: manager.to_owned(), source };
    let shown = Arc::new(Shown { chain: Mutex::default(), provider: Arc::new(ring::default_provider()) });
    let config = ClientConfig::builder_with_provider(Arc::clone(&shown.provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| unreachable(io::Error::other(error)))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&shown) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    let connect = async {
        let stream = TcpStream::connect(manager).await?;
        let name = ServerName::try_from(SERVER_NAME).map_err(io::Error::other)?;
        // It is only looked at; the connection over which something is said trusts this authority and no other.
        TlsConnector::from(Arc::new(config)).connect(name, stream).await.map(drop)
    };
    let connected = timeout(LIMIT, connect).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
    connected.map_err(unreachable)?;
    let chain = shown.chain.lock().unwrap_or_else(PoisonError::into_inner);
    chain
        .iter()
        .find(|certificate| Fingerprint::of(certificate) == meant)
        .cloned()
        .ok_or_else(|| EnrollError::OtherAuthority { manager: manager.to_owned(), fingerprint: fingerprint.to_owned() })
}

/// Keeps what the other side shows.
#[derive(Debug)]
struct Shown {
    chain: Mutex<Vec<Vec<u8>>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Shown {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        let chain = std::iter::once(end_entity).chain(intermediates).map(|certificate| certificate.to_vec()).collect();
        *self.chain.lock().unwrap_or_else(PoisonError::into_inner) = chain;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
