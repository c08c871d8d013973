//! Judges the certificate of a device.

use std::sync::OnceLock;

use rustls::{
    CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_cert_signed_by_trust_anchor, verify_server_name,
    },
    crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::ParsedCertificate,
};

use super::Fingerprint;

/// Whose signatures count.
#[derive(Debug)]
pub(super) enum Roots {
    /// Nobody's: the fingerprint says it all.
    Unasked,
    /// Those of these authorities.
    Known(RootCertStore),
    /// Those of the authorities that the operating system trusts. They are read when the first certificate is judged, since
    /// most programs never meet one, and it takes longer than all else at their start.
    System(OnceLock<RootCertStore>),
}

impl Roots {
    fn store(&self) -> Option<&RootCertStore> {
        match self {
            Self::Unasked => None,
            Self::Known(store) => Some(store),
            Self::System(store) => Some(store.get_or_init(|| {
                let mut roots = RootCertStore::empty();
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
                roots
            })),
        }
    }
}

/// What a certificate must fulfil. That its owner has the key is always checked.
#[derive(Debug)]
pub(super) struct Verifier {
    pub(super) roots: Roots,
    /// Fingerprints it must have.
    pub(super) pins: [Option<Fingerprint>; 2],
    /// Whether it must hold the address when no name is known.
    pub(super) check_addresses: bool,
    pub(super) algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let fingerprint = Fingerprint::of(end_entity);
        if self.pins.iter().flatten().any(|pinned| *pinned != fingerprint) {
            return Err(CertificateError::ApplicationVerificationFailure.into());
        }
        if let Some(roots) = self.roots.store() {
            let certificate = ParsedCertificate::try_from(end_entity)?;
            let algorithms = self.algorithms.all;
            verify_server_cert_signed_by_trust_anchor(&certificate, roots, intermediates, now, algorithms)?;
            if self.check_addresses || matches!(server_name, ServerName::DnsName(_)) {
                verify_server_name(&certificate, server_name)?;
            }
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
