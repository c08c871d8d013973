//! Why an exchange brought no answer.

use std::{error::Error as StdError, io, time::Duration};

use crate::Endpoint;

/// Why an exchange brought no answer. An answer with an error status is not one of these.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The host name has no address.
    #[error("no address found for the name of {endpoint}")]
    NameNotFound {
        /// Who was asked.
        endpoint: Endpoint,
        /// Cause.
        #[source]
        source: io::Error,
    },
    /// Something is there, and nothing listens on the port.
    #[error("connection refused by {endpoint}")]
    Refused {
        /// Who was asked.
        endpoint: Endpoint,
        /// Cause.
        #[source]
        source: io::Error,
    },
    /// No way leads to the address.
    #[error("no route to {endpoint}")]
    Unreachable {
        /// Who was asked.
        endpoint: Endpoint,
        /// Cause.
        #[source]
        source: io::Error,
    },
    /// Nobody took the connection in time: the device is off, asleep, or elsewhere.
    #[error("no connection to {endpoint} within {} ms", limit.as_millis())]
    ConnectTimeout {
        /// Who was asked.
        endpoint: Endpoint,
        /// Time allowed.
        limit: Duration,
    },
    /// The connection stood, and the answer was not complete in time.
    #[error("no complete answer from {endpoint} within {} ms", limit.as_millis())]
    Timeout {
        /// Who was asked.
        endpoint: Endpoint,
        /// Time allowed.
        limit: Duration,
    },
    /// The body is longer than allowed.
    #[error("answer of {endpoint} is longer than {limit} bytes")]
    TooLarge {
        /// Who was asked.
        endpoint: Endpoint,
        /// Bytes allowed.
        limit: usize,
    },
    /// The connection ended before the answer was complete.
    #[error("connection closed by {endpoint} after {received} bytes of the body")]
    Closed {
        /// Who was asked.
        endpoint: Endpoint,
        /// Bytes of the body that had come.
        received: usize,
        /// Cause.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// What listens there does not speak HTTP.
    #[error("answer of {endpoint} is not HTTP")]
    NotHttp {
        /// Who was asked.
        endpoint: Endpoint,
        /// Cause.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The encrypted connection did not come about, or was ended by the device over a matter of trust.
    #[error("no TLS with {endpoint}: {failure}")]
    Tls {
        /// Who was asked.
        endpoint: Endpoint,
        /// What was wrong.
        failure: TlsFailure,
        /// Cause.
        #[source]
        source: io::Error,
    },
    /// The endpoint wants TLS, and nobody said whom to trust.
    #[error("{endpoint} wants TLS, and no trust is set up for it")]
    TlsNotSetUp {
        /// Who was to be asked.
        endpoint: Endpoint,
    },
    /// Whoever was to carry it there did not. Nothing reached the device.
    #[error("nothing was carried to {endpoint}: {why}")]
    NotCarried {
        /// Who was to be asked.
        endpoint: Endpoint,
        /// Why, in words.
        why: String,
    },
    /// The request cannot be written as HTTP.
    #[error("request to {endpoint} has an invalid {part}")]
    InvalidRequest {
        /// Who was to be asked.
        endpoint: Endpoint,
        /// Which part.
        part: &'static str,
        /// Cause, when it is more than a character that does not belong there.
        #[source]
        source: Option<http::Error>,
    },
}

/// What was wrong with an encrypted connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlsFailure {
    /// Nobody we trust has signed its certificate.
    #[error("its certificate is not signed by an authority we trust")]
    UnknownAuthority,
    /// Its certificate is past its end.
    #[error("its certificate has expired")]
    Expired,
    /// Its certificate begins later; perhaps our clock is wrong.
    #[error("its certificate is not valid yet")]
    NotYetValid,
    /// Its certificate is for somebody else.
    #[error("its certificate is for another name")]
    OtherName,
    /// It is not the certificate that was pinned.
    #[error("its certificate is not the pinned one")]
    OtherFingerprint,
    /// Its certificate is broken, or of a kind that we do not check.
    #[error("its certificate cannot be checked")]
    BadCertificate,
    /// The device wants a certificate of ours, and got none or one that it does not trust.
    #[error("it wants a certificate of ours that it trusts")]
    ClientCertificate,
    /// What listens there does not speak TLS, or nothing that both understand.
    #[error("the handshake failed")]
    Handshake,
}

impl Error {
    /// Who was asked.
    pub fn endpoint(&self) -> &Endpoint {
        match self {
            Self::NameNotFound { endpoint, .. }
            | Self::Refused { endpoint, .. }
            | Self::Unreachable { endpoint, .. }
            | Self::ConnectTimeout { endpoint, .. }
            | Self::Timeout { endpoint, .. }
            | Self::TooLarge { endpoint, .. }
            | Self::Closed { endpoint, .. }
            | Self::NotHttp { endpoint, .. }
            | Self::Tls { endpoint, .. }
            | Self::TlsNotSetUp { endpoint }
            | Self::NotCarried { endpoint, .. }
            | Self::InvalidRequest { endpoint, .. } => endpoint,
        }
    }

    /// Whether the device could not be spoken to at all, or stopped in the middle; later it may work.
    pub fn is_unreachable(&self) -> bool {
        match self {
            Self::NameNotFound { .. }
            | Self::Refused { .. }
            | Self::Unreachable { .. }
            | Self::ConnectTimeout { .. }
            | Self::Timeout { .. }
            | Self::NotCarried { .. }
            | Self::Closed { .. } => true,
            Self::TooLarge { .. }
            | Self::NotHttp { .. }
            | Self::Tls { .. }
            | Self::TlsNotSetUp { .. }
            | Self::InvalidRequest { .. } => false,
        }
    }

    /// Whether the device may have acted on the request although no answer came. A write is never repeated blindly then.
    pub fn may_have_arrived(&self) -> bool {
        match self {
            Self::Timeout { .. } | Self::TooLarge { .. } | Self::Closed { .. } | Self::NotHttp { .. } => true,
            Self::NameNotFound { .. }
            | Self::Refused { .. }
            | Self::Unreachable { .. }
            | Self::ConnectTimeout { .. }
            | Self::Tls { .. }
            | Self::TlsNotSetUp { .. }
            | Self::NotCarried { .. }
            | Self::InvalidRequest { .. } => false,
        }
    }

    /// Sorts a failure to connect.
    pub(crate) fn connect(endpoint: &Endpoint, limit: Duration, source: io::Error) -> Self {
        let endpoint = endpoint.clone();
        match source.kind() {
            io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset => Self::Refused { endpoint, source },
            io::ErrorKind::TimedOut => Self::ConnectTimeout { endpoint, limit },
            _ => Self::Unreachable { endpoint, source },
        }
    }

    /// Sorts a failure on a standing connection.
    pub(crate) fn talk(endpoint: &Endpoint, received: usize, source: hyper::Error) -> Self {
        let endpoint = endpoint.clone();
        if source.is_parse() {
            return Self::NotHttp { endpoint, source: source.into() };
        }
        // With TLS 1.3 a device judges our certificate only after the handshake.
        match tls_cause(&source).and_then(TlsFailure::of_alert) {
            Some(failure) => Self::Tls { endpoint, failure, source: io::Error::other(source) },
            None => Self::Closed { endpoint, received, source: source.into() },
        }
    }

    /// Sorts a failure of the handshake.
    pub(crate) fn handshake(endpoint: &Endpoint, source: io::Error) -> Self {
        let endpoint = endpoint.clone();
        match tls_cause(&source) {
            Some(cause) => Self::Tls { endpoint, failure: TlsFailure::of(cause), source },
            None => Self::Closed { endpoint, received: 0, source: source.into() },
        }
    }
}

/// What TLS says, however deep it is wrapped.
fn tls_cause<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(cause) = error.downcast_ref() {
            return Some(cause);
        }
        // The source of an `io::Error` is the source of what it holds, so what it holds is looked at here.
        let held = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = held.map(|held| held as &(dyn StdError + 'static)).or_else(|| error.source());
    }
    None
}

impl TlsFailure {
    fn of(cause: &rustls::Error) -> Self {
        use rustls::{CertificateError as C, Error as E};
        match cause {
            E::InvalidCertificate(C::UnknownIssuer | C::BadSignature) => Self::UnknownAuthority,
            E::InvalidCertificate(C::Expired | C::ExpiredContext { .. }) => Self::Expired,
            E::InvalidCertificate(C::NotValidYet | C::NotValidYetContext { .. }) => Self::NotYetValid,
            E::InvalidCertificate(C::NotValidForName | C::NotValidForNameContext { .. }) => Self::OtherName,
            E::InvalidCertificate(C::ApplicationVerificationFailure) => Self::OtherFingerprint,
            E::InvalidCertificate(_) => Self::BadCertificate,
            other => Self::of_alert(other).unwrap_or(Self::Handshake),
        }
    }

    /// What the other side complains about, if it is a matter of trust.
    fn of_alert(cause: &rustls::Error) -> Option<Self> {
        use rustls::AlertDescription as A;
        let rustls::Error::AlertReceived(alert) = cause else { return None };
        match alert {
            A::CertificateRequired
            | A::BadCertificate
            | A::UnknownCA
            | A::UnsupportedCertificate
            | A::CertificateUnknown
            | A::CertificateExpired
            | A::CertificateRevoked
            | A::AccessDenied => Some(Self::ClientCertificate),
            _ => None,
        }
    }
}
