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
            | Self::Closed { .. } => true,
            Self::TooLarge { .. } | Self::NotHttp { .. } | Self::InvalidRequest { .. } => false,
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
            Self::NotHttp { endpoint, source: source.into() }
        } else {
            Self::Closed { endpoint, received, source: source.into() }
        }
    }
}
