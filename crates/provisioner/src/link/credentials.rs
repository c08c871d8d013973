//! What an enrolled agent has: its key, its certificate, and the one authority that it trusts.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use agent_proto::{
    SERVER_NAME,
    v1::{EnrollResponse, RenewRequest, agent_client::AgentClient},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use rcgen::{CertificateParams, KeyPair};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};

use super::Dial;
use crate::Clock;

/// Name of the file in the folder of the state.
const FILE: &str = "agent.json";
/// How long opening a connection may take.
const CONNECT: std::time::Duration = std::time::Duration::from_secs(15);
/// How often a quiet connection is proven.
const KEEP_ALIVE: std::time::Duration = std::time::Duration::from_secs(20);

/// What an enrolled agent has. The key is printed nowhere.
#[derive(Clone, Serialize, Deserialize)]
pub struct Credentials {
    /// Where the manager listens for agents.
    pub manager: String,
    /// The agent's id.
    pub agent_id: String,
    /// Its certificate, PEM.
    certificate_pem: String,
    /// Its private key, PEM.
    key_pem: String,
    /// The manager's authority, PEM.
    authority_pem: String,
    /// When it is time for another certificate.
    renew_at: DateTime<Utc>,
}

/// Why the credentials cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// The file cannot be read or written.
    #[error("{attempt} {}", path.display())]
    File {
        /// What was attempted.
        attempt: &'static str,
        /// Where.
        path: PathBuf,
        /// Cause.
        #[source]
        source: io::Error,
    },
    /// The file is not what it should be.
    #[error("{} does not hold the credentials of an agent; enrol it anew", path.display())]
    Content {
        /// Where.
        path: PathBuf,
        /// Cause.
        #[source]
        source: serde_json::Error,
    },
    /// A key or a request for a certificate could not be made.
    #[error("make a key and a request for a certificate")]
    Request(#[source] rcgen::Error),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("manager", &self.manager)
            .field("agent_id", &self.agent_id)
            .finish_non_exhaustive()
    }
}

/// A new key, and the request for its certificate.
pub(super) fn request() -> Result<(KeyPair, Vec<u8>), CredentialsError> {
    let key = KeyPair::generate().map_err(CredentialsError::Request)?;
    let params = CertificateParams::default();
    let request = params.serialize_request(&key).map_err(CredentialsError::Request)?;
    Ok((key, request.der().to_vec()))
}

impl Credentials {
    pub(super) fn new(manager: &str, key: &KeyPair, answer: &EnrollResponse, now: DateTime<Utc>) -> Self {
        let renew_after = i64::try_from(answer.renew_after_s).unwrap_or(i64::MAX).min(10 * 365 * 86_400);
        Self {
            manager: manager.to_owned(),
            agent_id: answer.agent_id.clone(),
            certificate_pem: pem(&answer.certificate_der),
            key_pem: key.serialize_pem(),
            authority_pem: pem(&answer.ca_certificate_der),
            renew_at: now + TimeDelta::seconds(renew_after),
        }
    }

    /// The credentials in the folder of the state, when this host is enrolled.
    ///
    /// # Errors
    /// When the file cannot be read, or is not what it should be.
    pub fn load(folder: &Path) -> Result<Option<Self>, CredentialsError> {
        let path = folder.join(FILE);
        match fs::read(&path) {
            Ok(text) => {
                serde_json::from_slice(&text).map(Some).map_err(|source| CredentialsError::Content { path, source })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(CredentialsError::File { attempt: "read", path, source }),
        }
    }

    /// Puts them into the folder of the state, readable for their owner only, at once or not at all.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, folder: &Path) -> Result<(), CredentialsError> {
        let path = folder.join(FILE);
        let beside = folder.join(format!("{FILE}.new"));
        let write = || -> io::Result<()> {
            let mut options = fs::OpenOptions::new();
            options.write(true).create(true).truncate(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&beside)?;
            io::Write::write_all(&mut file, &serde_json::to_vec_pretty(self)?)?;
            file.sync_all()?;
            fs::rename(&beside, &path)
        };
        write().map_err(|source| CredentialsError::File { attempt: "write", path: path.clone(), source })
    }

    async fn channel(&self) -> Result<Channel, tonic::transport::Error> {
        let tls = ClientTlsConfig::new()
            .ca_certificate(Certificate::from_pem(&self.authority_pem))
            .identity(Identity::from_pem(&self.certificate_pem, &self.key_pem))
            .domain_name(SERVER_NAME);
        endpoint(&self.manager)?.tls_config(tls)?.connect().await
    }
}

/// The manager's address, with what keeps a connection honest.
pub(super) fn endpoint(manager: &str) -> Result<Endpoint, tonic::transport::Error> {
    Ok(Endpoint::from_shared(format!("https://{manager}"))?
        .connect_timeout(CONNECT)
        .http2_keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(CONNECT)
        .keep_alive_while_idle(true))
}

/// A certificate as text.
pub(super) fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = (0..text.len()).step_by(64).filter_map(|at| text.get(at..text.len().min(at + 64))).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

/// Dials the manager with the certificate of this agent, and renews it in time.
pub struct Enrolled {
    folder: PathBuf,
    credentials: Mutex<Credentials>,
    clock: std::sync::Arc<dyn Clock>,
}

impl Enrolled {
    /// With these credentials, which are kept in the folder of the state.
    pub fn new(credentials: Credentials, folder: PathBuf, clock: std::sync::Arc<dyn Clock>) -> Self {
        Self { folder, credentials: Mutex::new(credentials), clock }
    }

    async fn renewed(&self, channel: &Channel, credentials: &Credentials) -> Result<Credentials, String> {
        let (key, csr_der) = request().map_err(|error| crate::provision::chain(&error))?;
        let mut client = AgentClient::new(channel.clone());
        let asked = tokio::time::timeout(CONNECT, client.renew(RenewRequest { csr_der })).await;
        let answer = asked.map_err(|_| "the manager does not answer".to_owned())?;
        let answer = answer.map_err(|status| status.message().to_owned())?.into_inner();
        let new = Credentials::new(&credentials.manager, &key, &answer, self.clock.now());
        if new.authority_pem != credentials.authority_pem {
            return Err("the answer names another authority".to_owned());
        }
        new.save(&self.folder).map_err(|error| crate::provision::chain(&error))?;
        Ok(new)
    }
}

impl Dial for Enrolled {
    async fn dial(&self) -> Result<Channel, tonic::transport::Error> {
        let credentials = self.credentials.lock().await.clone();
        credentials.channel().await
    }

    async fn renew(&self, channel: &Channel) {
        let mut credentials = self.credentials.lock().await;
        let now = self.clock.now();
        if now < credentials.renew_at {
            return;
        }
        match self.renewed(channel, &credentials).await {
            Ok(new) => *credentials = new,
            Err(text) => {
                tracing::warn!("the certificate was not renewed: {text}");
                credentials.renew_at = now + TimeDelta::minutes(10);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_kept_and_not_printed() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Credentials::load(folder.path()).unwrap().is_none());
        let (key, csr) = request().unwrap();
        assert!(!csr.is_empty());
        let answer = EnrollResponse { agent_id: "a".to_owned(), renew_after_s: u64::MAX, ..EnrollResponse::default() };
        let credentials = Credentials::new("manager:1", &key, &answer, DateTime::UNIX_EPOCH);
        credentials.save(folder.path()).unwrap();
        let read = Credentials::load(folder.path()).unwrap().unwrap();
        assert_eq!((read.agent_id.as_str(), read.key_pem.as_str()), ("a", key.serialize_pem().as_str()));
        assert!(!format!("{read:?}").contains("PRIVATE"));
        let mode =
            std::os::unix::fs::PermissionsExt::mode(&fs::metadata(folder.path().join(FILE)).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
        fs::write(folder.path().join(FILE), "{").unwrap();
        assert!(Credentials::load(folder.path()).is_err());
    }
}
