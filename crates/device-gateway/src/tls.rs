//! Puts TLS on the connections of devices that dial `wss://`.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio::{io::AsyncWriteExt, net::TcpStream};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, InconsistentKeys, ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem, pem::PemObject},
    },
    server::TlsStream,
};

/// First byte of a connection over TLS (RFC 8446, 5.1).
const HANDSHAKE: u8 = 0x16;

/// What is told to whoever speaks in the clear.
const NOT_PLAIN: &[u8] = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 39\r\n\
    Connection: close\r\n\r\nDevices dial this port with wss:// only";

/// The certificate that devices see when they dial. Clones are the same.
#[derive(Clone)]
pub struct DeviceTls(TlsAcceptor);

impl fmt::Debug for DeviceTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceTls")
    }
}

/// A certificate and its key cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file cannot be read.
    #[error("read {file}")]
    Read {
        /// The file.
        file: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The file holds no certificate.
    #[error("{file} holds no certificate: it must be PEM, with `BEGIN CERTIFICATE`, the own certificate first")]
    NoCertificate {
        /// The file.
        file: PathBuf,
    },
    /// The file holds no key that can be read.
    #[error("{file} holds no private key: it must be PEM, not encrypted, with `BEGIN PRIVATE KEY` or one of its kinds")]
    NoKey {
        /// The file.
        file: PathBuf,
    },
    /// The key is of another certificate.
    #[error("the private key in {key} does not belong to the certificate in {certificate}")]
    Mismatch {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
    },
    /// TLS cannot be served with them.
    #[error("serve TLS with the certificate in {certificate} and the private key in {key}")]
    Unusable {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
        /// Why not.
        #[source]
        source: rustls::Error,
    },
}

impl DeviceTls {
    /// Reads the certificate, with those between it and its authority behind it, and its private key, both PEM.
    ///
    /// # Errors
    /// When a file cannot be read, holds something else, or the two do not belong together.
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let read = |file: &Path| std::fs::read(file).map_err(|source| TlsError::Read { file: file.to_owned(), source });
        let chain: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(&read(certificate)?).collect();
        let chain = chain.ok().filter(|chain| !chain.is_empty());
        let chain = chain.ok_or_else(|| TlsError::NoCertificate { file: certificate.to_owned() })?;
        let secret = PrivateKeyDer::from_pem_slice(&read(key)?);
        let secret = secret.map_err(|_| TlsError::NoKey { file: key.to_owned() })?;
        let (certificate, key) = (certificate.to_owned(), key.to_owned());
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, secret));
        match config {
            Ok(config) => Ok(Self(TlsAcceptor::from(Arc::new(config)))),
            Err(rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
                Err(TlsError::Mismatch { certificate, key })
            }
            Err(source) => Err(TlsError::Unusable { certificate, key, source }),
        }
    }

    /// The connection as it is spoken on; one in the clear is answered with a word and ended.
    pub(crate) async fn accept(&self, mut stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let mut first = [0];
        if stream.peek(&mut first).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if first != [HANDSHAKE] {
            let _ = stream.write_all(NOT_PLAIN).await;
            let _ = stream.shutdown().await;
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it speaks in the clear: it must dial wss://"));
        }
        self.0.accept(stream).await
    }
}
