//! Why a request to a Gen1 device failed.

use shelly_http::Endpoint;

/// Why a request to a Gen1 device failed. No text holds parameters, which may be passwords.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No answer came.
    #[error("ask {endpoint} for {path}")]
    Http {
        /// Who was asked.
        endpoint: Endpoint,
        /// For what, without parameters.
        path: String,
        /// Cause.
        #[source]
        source: shelly_http::Error,
    },
    /// The login is on, and the credentials are missing or wrong.
    #[error(
        "{endpoint} {} for {path}",
        if *credentials_given { "refused the user name or password" } else { "asks for a password" }
    )]
    Unauthorized {
        /// Who was asked.
        endpoint: Endpoint,
        /// For what.
        path: String,
        /// Whether credentials were sent.
        credentials_given: bool,
    },
    /// The device said no, in a short text.
    #[error("{endpoint} refused {path}: {text} (HTTP {status})")]
    Refused {
        /// Who was asked.
        endpoint: Endpoint,
        /// For what.
        path: String,
        /// HTTP status.
        status: u16,
        /// The device's words, shortened.
        text: String,
    },
    /// The answer is a web page or empty: no Shelly device, or something between that answers in its place.
    #[error("answer of {endpoint} to {path} is not JSON but begins with `{begins_with}`")]
    NotJson {
        /// Who was asked.
        endpoint: Endpoint,
        /// For what.
        path: String,
        /// The first characters.
        begins_with: String,
    },
    /// The answer ends in the middle.
    #[error("answer of {endpoint} to {path} is cut off")]
    Truncated {
        /// Who was asked.
        endpoint: Endpoint,
        /// For what.
        path: String,
        /// Cause.
        #[source]
        source: serde_json::Error,
    },
    /// The answer begins as JSON and is not.
    #[error("answer of {endpoint} to {path} is broken JSON")]
    Garbled {
        /// Who was asked.
        endpoint: Endpoint,
        /// For what.
        path: String,
        /// Cause.
        #[source]
        source: serde_json::Error,
    },
    /// The answer is JSON of another kind than asked for.
    #[error("answer of {endpoint} to {path} is not an object")]
    NotAnObject {
        /// Who was asked.
        endpoint: Endpoint,
        /// For what.
        path: String,
    },
    /// What answers is not a Gen1 device.
    #[error("{endpoint} is not a Gen1 device")]
    NotGen1 {
        /// Who was asked.
        endpoint: Endpoint,
    },
}

impl Error {
    /// Who was asked.
    pub fn endpoint(&self) -> &Endpoint {
        match self {
            Self::Http { endpoint, .. }
            | Self::Unauthorized { endpoint, .. }
            | Self::Refused { endpoint, .. }
            | Self::NotJson { endpoint, .. }
            | Self::Truncated { endpoint, .. }
            | Self::Garbled { endpoint, .. }
            | Self::NotAnObject { endpoint, .. }
            | Self::NotGen1 { endpoint } => endpoint,
        }
    }

    /// Whether no complete answer came; later it may work.
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::Http { source, .. } if source.is_unreachable())
    }

    /// Whether the device may have acted on the request although no answer came.
    pub fn may_have_arrived(&self) -> bool {
        match self {
            Self::Http { source, .. } => source.may_have_arrived(),
            Self::NotJson { .. } | Self::Truncated { .. } | Self::Garbled { .. } | Self::NotAnObject { .. } => true,
            Self::Unauthorized { .. } | Self::Refused { .. } | Self::NotGen1 { .. } => false,
        }
    }
}
