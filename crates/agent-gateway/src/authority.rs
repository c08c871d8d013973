//! The manager's own authority: signs the certificate of this port and those of agents.

use std::{
    fmt::{self, Write},
    sync::Arc,
};

use agent_proto::SERVER_NAME;
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use fleet::Fleet;
use fleet_model::{AgentId, AuthorityRecord};
use rand::Rng;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, SerialNumber,
};
use secrets::Secret;
use sha2::{Digest, Sha256};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, RootCertStore, ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, CertificateSigningRequestDer, PrivateKeyDer},
        server::{VerifierBuilderError, WebPkiClientVerifier},
    },
};

/// Years that the authority and the certificate of the port are good for.
const AUTHORITY_YEARS: i32 = 20;

/// The clock of a host that has just started may be far behind.
const VALID_FROM_YEAR: i32 = 2020;

/// Days that a certificate of an agent is good for.
const AGENT_DAYS: i64 = 90;

/// Days after which it should be renewed.
const RENEW_DAYS: u64 = 30;

const DAY_S: u64 = 24 * 60 * 60;

/// The authority, and what this port shows. Clones are the same.
#[derive(Clone)]
pub struct AgentTls {
    acceptor: TlsAcceptor,
    authority: Arc<Authority>,
}

struct Authority {
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
    fingerprint: String,
}

/// A certificate for an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// The certificate, DER.
    pub certificate: Vec<u8>,
    /// The authority's certificate, DER.
    pub authority: Vec<u8>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// Seconds after which it should be renewed.
    pub renew_after_s: u64,
}

/// The authority cannot be used, or a request for a certificate cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorityError {
    /// It cannot be read or kept.
    #[error("keep the authority of agents")]
    Keep(#[from] fleet::Error),
    /// A certificate cannot be made.
    #[error("make a certificate")]
    Make(#[from] rcgen::Error),
    /// What is kept is no certificate.
    #[error("the certificate of the authority that is kept is broken; restore the database from a copy")]
    Broken(#[from] base64::DecodeError),
    /// TLS cannot be served with it.
    #[error("serve TLS for agents")]
    Tls(#[from] rustls::Error),
    /// Agents cannot be checked with it.
    #[error("check the certificates of agents")]
    Verify(#[from] VerifierBuilderError),
}

impl AgentTls {
    /// The authority that is kept, made at the first time, and a new certificate of this port.
    ///
    /// # Errors
    /// When it cannot be read, kept or used.
    pub async fn of(fleet: &Fleet) -> Result<Self, AuthorityError> {
        let kept = if let Some(kept) = fleet.agent_authority().await? {
            kept
        } else {
            let (authority, key) = new_authority(fleet.time())?;
            fleet.agent_authority_keep(authority, key).await?
        };
        Self::new(kept.0, &kept.1, fleet.time())
    }

    fn new(record: AuthorityRecord, key: &Secret<String>, now: DateTime<Utc>) -> Result<Self, AuthorityError> {
        let certificate = CertificateDer::from(BASE64.decode(&record.certificate)?);
        let issuer = Issuer::from_ca_cert_der(&certificate, KeyPair::from_pem(key.expose())?)?;
        let port_key = KeyPair::generate()?;
        let mut params = CertificateParams::new(vec![SERVER_NAME.to_owned()])?;
        params.distinguished_name = named(SERVER_NAME);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        set_validity(&mut params, None, now.with_year(now.year() + AUTHORITY_YEARS - 1).unwrap_or(now));
        let port = params.signed_by(&port_key, &issuer)?;
        let mut roots = RootCertStore::empty();
        roots.add(certificate.clone())?;
        let provider = Arc::new(ring::default_provider());
        let agents = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
        let agents = agents.allow_unauthenticated().build()?;
        let chain = vec![port.der().clone(), certificate.clone()];
        let port_key =
            PrivateKeyDer::try_from(port_key.serialize_der()).map_err(|_| rcgen::Error::CouldNotParseKeyPair)?;
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .with_client_cert_verifier(agents)
            .with_single_cert(chain, port_key)?;
        config.alpn_protocols = vec![b"h2".to_vec()];
        let authority = Authority { certificate, issuer, fingerprint: record.fingerprint };
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), authority: Arc::new(authority) })
    }

    /// SHA-256 of the authority's certificate in DER, hex.
    pub fn fingerprint(&self) -> &str {
        &self.authority.fingerprint
    }

    /// When a certificate ends that is made at `now`.
    pub(crate) fn expiry(now: DateTime<Utc>) -> DateTime<Utc> {
        // Certificates are made to the day.
        let end = (now + TimeDelta::days(AGENT_DAYS + 1)).date_naive();
        end.and_time(chrono::NaiveTime::MIN).and_utc()
    }

    /// Signs what an agent asks for. Of its request only the key counts.
    ///
    /// # Errors
    /// When the request cannot be read, or is not signed with its own key.
    pub fn issue(&self, csr: &[u8], agent: AgentId, expires_at: DateTime<Utc>) -> Result<Issued, AuthorityError> {
        let mut request = CertificateSigningRequestParams::from_der(&CertificateSigningRequestDer::from(csr))?;
        request.params = CertificateParams::default();
        request.params.distinguished_name = named(&agent.to_string());
        request.params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        request.params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        let from = expires_at - TimeDelta::days(AGENT_DAYS + 2);
        set_validity(&mut request.params, Some(from), expires_at);
        let certificate = request.signed_by(&self.authority.issuer)?;
        Ok(Issued {
            certificate: certificate.der().to_vec(),
            authority: self.authority.certificate.to_vec(),
            expires_at,
            renew_after_s: RENEW_DAYS * DAY_S,
        })
    }

    pub(crate) fn acceptor(&self) -> &TlsAcceptor {
        &self.acceptor
    }
}

impl fmt::Debug for AgentTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgentTls").field("fingerprint", &self.authority.fingerprint).finish_non_exhaustive()
    }
}

fn new_authority(now: DateTime<Utc>) -> Result<(AuthorityRecord, Secret<String>), AuthorityError> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::default();
    params.distinguished_name = named("shelly-manager agents");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    set_validity(&mut params, None, now.with_year(now.year() + AUTHORITY_YEARS).unwrap_or(now));
    let certificate = params.self_signed(&key)?;
    let record = AuthorityRecord {
        certificate: BASE64.encode(certificate.der()),
        fingerprint: hex(&Sha256::digest(certificate.der())),
        created_at: now,
    };
    Ok((record, Secret::new(key.serialize_pem())))
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn named(name: &str) -> DistinguishedName {
    let mut named = DistinguishedName::new();
    named.push(DnType::CommonName, name);
    named
}

/// Serial number and validity, to the day.
fn set_validity(params: &mut CertificateParams, from: Option<DateTime<Utc>>, until: DateTime<Utc>) {
    let mut serial = [0; 16];
    rand::rng().fill_bytes(&mut serial);
    // A positive number.
    serial[0] &= 0x7F;
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    let day = |at: DateTime<Utc>| {
        let (month, day) = (u8::try_from(at.month()).unwrap_or(1), u8::try_from(at.day()).unwrap_or(1));
        rcgen::date_time_ymd(at.year(), month, day)
    };
    params.not_before = from.map_or_else(|| rcgen::date_time_ymd(VALID_FROM_YEAR, 1, 1), day);
    params.not_after = day(until);
}

/// The agent that a certificate is of; the certificate itself was checked by TLS.
pub(crate) fn subject(certificate: &[u8]) -> Option<AgentId> {
    let (_, certificate) = x509_parser::parse_x509_certificate(certificate).ok()?;
    certificate.subject().iter_common_name().next()?.as_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use fleet_model::{SequenceIds, TimeIds};

    use super::*;

    fn authority() -> AgentTls {
        let (record, key) = new_authority(Utc::now()).unwrap();
        AgentTls::new(record, &key, Utc::now()).unwrap()
    }

    fn csr(name: &str) -> Vec<u8> {
        let mut params = CertificateParams::new(vec![SERVER_NAME.to_owned()]).unwrap();
        params.distinguished_name = named(name);
        params.serialize_request(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn w17_a_certificate_is_for_the_agent_and_nothing_that_it_asks_for_besides() {
        let (tls, id) = (authority(), AgentId::new(&TimeIds));
        let now = Utc::now();
        let issued = tls.issue(&csr("somebody else"), id, AgentTls::expiry(now)).unwrap();
        assert_eq!(subject(&issued.certificate), Some(id));
        let (_, parsed) = x509_parser::parse_x509_certificate(&issued.certificate).unwrap();
        assert!(parsed.subject_alternative_name().unwrap().is_none(), "not the name of the manager");
        let usage = parsed.extended_key_usage().unwrap().unwrap().value;
        assert!(usage.client_auth && !usage.server_auth && !parsed.is_ca());
        let left = parsed.validity().not_after.timestamp() - now.timestamp();
        assert_eq!(left / 86_400, AGENT_DAYS);
        assert_eq!(parsed.validity().not_after.timestamp(), issued.expires_at.timestamp());
    }

    #[test]
    fn w17_noise_and_a_request_signed_by_another_key_get_no_certificate() {
        let (tls, id) = (authority(), AgentId::new(&SequenceIds::default()));
        assert!(tls.issue(b"noise", id, Utc::now()).is_err());
        let mut forged = csr("agent");
        let last = forged.len() - 1;
        forged[last] ^= 1;
        assert!(tls.issue(&forged, id, Utc::now()).is_err());
    }
}
