//! Says whom to trust, and makes encrypted connections on that ground.

mod fingerprint;
mod verifier;

use std::{
    fmt, io,
    sync::{Arc, OnceLock},
};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem, pem::PemObject},
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

use self::verifier::{Roots, Verifier};

pub use self::fingerprint::{Fingerprint, ParseFingerprintError};

/// What encrypted connections need: whom to trust, and who we are. Cheap to clone.
///
/// Devices are reached by address, while their certificates hold names. So a name in the endpoint is checked always, an
/// address only where it is the last thing that tells devices apart: with the roots of the system, and with
/// [`TlsOptions::server_name`]. With a private authority its signature is enough for an address, and who answers is
/// confirmed by the hardware address afterwards.
///
/// ```
/// # use shelly_http::{Tls, TlsOptions, Trust};
/// let fingerprint = "46:ed:c3:68:90:46:d5:3a:45:3f:b3:10:4a:b8:0d:ca:ec:65:8b:26:60:ea:16:29:dd:7e:86:79:90:64:87:16";
/// let tls = Tls::new(&TlsOptions::new(Trust::Fingerprint(fingerprint.parse()?)))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Tls {
    config: Arc<ClientConfig>,
    server_name: Option<ServerName<'static>>,
}

/// Who may have signed the certificate of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trust {
    /// The authorities that the operating system trusts.
    System,
    /// The authorities in this PEM text, and nobody else.
    Authority(String),
    /// Nobody: the certificate is the one with this fingerprint, whatever name and time are in it.
    Fingerprint(Fingerprint),
}

/// A certificate of ours for devices that want one.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The certificate and those between it and its authority, PEM.
    pub chain_pem: String,
    /// Its private key, PEM (PKCS #8, PKCS #1 or SEC 1). Not printed.
    pub key_pem: String,
}

/// How encrypted connections are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsOptions {
    /// Who may have signed.
    pub trust: Trust,
    /// The certificate must also have this fingerprint.
    pub pinned: Option<Fingerprint>,
    /// Who we are.
    pub client: Option<ClientCertificate>,
    /// The name or address that the certificate must hold, instead of the host of the endpoint.
    pub server_name: Option<String>,
}

/// The material for TLS cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The text is not PEM.
    #[error("{part} is not PEM")]
    NotPem {
        /// Which text.
        part: &'static str,
        /// Cause.
        #[source]
        source: pem::Error,
    },
    /// There is no certificate in it.
    #[error("{part} holds no certificate")]
    Empty {
        /// Which text.
        part: &'static str,
    },
    /// A certificate or key is broken, or they do not belong together.
    #[error("{part} cannot be used")]
    Unusable {
        /// Which text.
        part: &'static str,
        /// Cause.
        #[source]
        source: rustls::Error,
    },
    /// The name that a certificate must hold is no name.
    #[error("`{name}` is neither a host name nor an address")]
    NotAName {
        /// The name.
        name: String,
    },
}

const AUTHORITY: &str = "the private authority";
const CLIENT: &str = "the client certificate";
const CLIENT_KEY: &str = "the key of the client certificate";

impl TlsOptions {
    /// Trusts `trust` and shows no certificate.
    pub fn new(trust: Trust) -> Self {
        Self { trust, pinned: None, client: None, server_name: None }
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCertificate").field("chain_pem", &self.chain_pem).finish_non_exhaustive()
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("server_name", &self.server_name).finish_non_exhaustive()
    }
}

impl Tls {
    /// Reads the material. What [`Trust::System`] means is read with the first connection.
    ///
    /// # Errors
    /// When a text is not what it should be.
    pub fn new(options: &TlsOptions) -> Result<Self, TlsError> {
        let server_name = options.server_name.as_deref().map(parse_name).transpose()?;
        let provider = Arc::new(ring::default_provider());
        let verifier = Verifier {
            roots: roots(&options.trust)?,
            pins: [options.pinned, pin(&options.trust)],
            check_addresses: options.trust == Trust::System || server_name.is_some(),
            algorithms: provider.signature_verification_algorithms,
        };
        let unusable = |part| move |source| TlsError::Unusable { part, source };
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(unusable("the cryptography"))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let config = match &options.client {
            None => config.with_no_client_auth(),
            Some(client) => {
                let chain = certificates(CLIENT, &client.chain_pem)?;
                let key = PrivateKeyDer::from_pem_slice(client.key_pem.as_bytes())
                    .map_err(|source| TlsError::NotPem { part: CLIENT_KEY, source })?;
                config.with_client_auth_cert(chain, key).map_err(unusable(CLIENT))?
            }
        };
        Ok(Self { config: Arc::new(config), server_name })
    }

    /// The same trust for other clients of rustls, such as one of MQTT. The server name is not part of it.
    pub fn client_config(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.config)
    }

    /// Encrypts a connection to `host`.
    pub(crate) async fn encrypt(&self, host: &str, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let name = match &self.server_name {
            Some(name) => name.clone(),
            // The zone of a link-local address is no part of the name.
            None => parse_name(host.split('%').next().unwrap_or(host)).map_err(io::Error::other)?,
        };
        TlsConnector::from(Arc::clone(&self.config)).connect(name, stream).await
    }
}

fn parse_name(name: &str) -> Result<ServerName<'static>, TlsError> {
    ServerName::try_from(name.to_owned()).map_err(|_| TlsError::NotAName { name: name.to_owned() })
}

fn pin(trust: &Trust) -> Option<Fingerprint> {
    match trust {
        Trust::Fingerprint(fingerprint) => Some(*fingerprint),
        Trust::System | Trust::Authority(_) => None,
    }
}

/// Whose signatures count.
fn roots(trust: &Trust) -> Result<Roots, TlsError> {
    match trust {
        Trust::Fingerprint(_) => Ok(Roots::Unasked),
        Trust::System => Ok(Roots::System(OnceLock::new())),
        Trust::Authority(text) => {
            let mut roots = RootCertStore::empty();
            for certificate in certificates(AUTHORITY, text)? {
                roots.add(certificate).map_err(|source| TlsError::Unusable { part: AUTHORITY, source })?;
            }
            Ok(Roots::Known(roots))
        }
    }
}

fn certificates(part: &'static str, text: &str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
    let certificates = read.map_err(|source| TlsError::NotPem { part, source })?;
    if certificates.is_empty() { Err(TlsError::Empty { part }) } else { Ok(certificates) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unusable_material_is_named() {
        let refused = |options: TlsOptions| Tls::new(&options).unwrap_err().to_string();
        let nothing = TlsOptions::new(Trust::Authority("nothing".to_owned()));
        assert_eq!(refused(nothing), "the private authority holds no certificate");
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let broken = TlsOptions::new(Trust::Authority(broken.to_owned()));
        assert_eq!(refused(broken), "the private authority cannot be used");
        let pinned = || TlsOptions::new(Trust::Fingerprint(Fingerprint::of(b"a")));
        let named = TlsOptions { server_name: Some("a b".to_owned()), ..pinned() };
        assert_eq!(refused(named), "`a b` is neither a host name nor an address");
        assert!(Tls::new(&pinned()).is_ok());
    }

    #[test]
    fn a_key_is_not_printed() {
        let client = ClientCertificate { chain_pem: "open".to_owned(), key_pem: "hidden".to_owned() };
        assert!(!format!("{client:?}").contains("hidden"));
    }
}
