//! Why a call brought no result.

use std::{io, time::Duration};

use shelly_http::Endpoint;

use crate::{
    channel::{Closed, NotCarried},
    components::shelly::IncompleteInfo,
    digest::ChallengeError,
};

/// Why a call brought no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No answer came.
    #[error("call {method} of {endpoint}")]
    Http {
        /// Who was asked.
        endpoint: Endpoint,
        /// For what.
        method: String,
        /// Cause.
        #[source]
        source: shelly_http::Error,
    },
    /// The connection was there and sent the request, and no answer came in time.
    #[error("no answer from {endpoint} to {method} within {} ms", limit.as_millis())]
    NoAnswer {
        /// Who was asked.
        endpoint: Endpoint,
        /// For what.
        method: String,
        /// Time allowed.
        limit: Duration,
    },
    /// The connection that carries calls ended before the answer came.
    #[error("the connection with {endpoint} ended before {method} was answered")]
    Ended {
        /// Who was asked.
        endpoint: Endpoint,
        /// For what.
        method: String,
        /// Whether the request may have reached the device.
        sent: bool,
        /// Why it ended.
        #[source]
        source: Closed,
    },
    /// The request is longer than the way to the device carries; it was not sent.
    #[error("{method} for {endpoint} has {length} bytes, more than the {limit} that fit")]
    TooLong {
        /// Who was to be asked.
        endpoint: Endpoint,
        /// For what.
        method: String,
        /// Bytes of the frame.
        length: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// A datagram could not be sent.
    #[error("send {method} to {endpoint} as a datagram")]
    Datagram {
        /// Who was to be asked.
        endpoint: Endpoint,
        /// For what.
        method: String,
        /// Cause.
        #[source]
        source: io::Error,
    },
    /// What carries frames to the device did not bring this one there, or no answer back.
    #[error("send {method} to {endpoint}")]
    NotCarried {
        /// Who was to be asked.
        endpoint: Endpoint,
        /// For what.
        method: String,
        /// Cause.
        #[source]
        source: NotCarried,
    },
    /// The broker did not take the request, or cannot be reached.
    #[cfg(feature = "mqtt")]
    #[error("send {method} to {prefix} over the broker {endpoint}")]
    Broker {
        /// The broker.
        endpoint: Endpoint,
        /// Topic prefix of the device.
        prefix: String,
        /// For what.
        method: String,
        /// Cause.
        #[source]
        source: Box<shelly_mqtt::Error>,
    },
    /// Whoever called in is not who it said it was.
    #[error("{endpoint} called in as {claimed}, and says {found} when it is asked")]
    OtherDevice {
        /// Who called in.
        endpoint: Endpoint,
        /// Device id in its first frame.
        claimed: String,
        /// Device id in its answer.
        found: String,
    },
    /// The device wants a password: none was given, or another one.
    #[error("{endpoint} does not let us call {method}: {}", if *credentials_given { "wrong password" } else { "it wants a password" })]
    Unauthorized {
        /// Who was asked.
        endpoint: Endpoint,
        /// For what.
        method: String,
        /// Whether a password was tried.
        credentials_given: bool,
    },
    /// Too many wrong passwords or too many challenges; the device answers nobody for a while.
    #[error("{endpoint} refuses every login for a while, so {method} was not called")]
    LockedOut {
        /// Who was asked.
        endpoint: Endpoint,
        /// For what.
        method: String,
        /// How long, where the device says so.
        retry_after: Option<Duration>,
    },
    /// The challenge cannot be answered.
    #[error("{endpoint} asks for an unknown kind of login for {method}")]
    Challenge {
        /// Who was asked.
        endpoint: Endpoint,
        /// For what.
        method: String,
        /// Cause.
        #[source]
        source: ChallengeError,
    },
    /// The device has a server certificate and speaks only TLS.
    #[error("{endpoint} takes {method} only over TLS, at {location}")]
    TlsRequired {
        /// Who was asked.
        endpoint: Endpoint,
        /// For what.
        method: String,
        /// Where it sent us.
        location: String,
    },
    /// The device answered with an error.
    #[error("{endpoint} refuses {method}: {message} ({code})")]
    Rpc {
        /// Who was asked.
        endpoint: Endpoint,
        /// For what.
        method: String,
        /// Code of protocol 5: 404 when there is no such method.
        code: i64,
        /// Text in free form.
        message: String,
    },
    /// An HTTP error without an RPC error in it.
    #[error("{endpoint} answers {method} with HTTP status {status}: {begins_with:?}")]
    Status {
        /// Who was asked.
        endpoint: Endpoint,
        /// For what.
        method: String,
        /// HTTP status.
        status: u16,
        /// Begin of the body.
        begins_with: String,
    },
    /// The answer is not JSON; a web page of something else, perhaps.
    #[error("{endpoint} answers {method} with something else than JSON: {begins_with:?}")]
    NotJson {
        /// Who was asked.
        endpoint: Endpoint,
        /// For what.
        method: String,
        /// Begin of the body.
        begins_with: String,
    },
    /// The answer ends in the middle of its JSON.
    #[error("answer of {endpoint} to {method} ends after {length} bytes in the middle")]
    Truncated {
        /// Who was asked.
        endpoint: Endpoint,
        /// For what.
        method: String,
        /// Length in bytes.
        length: usize,
    },
    /// The answer belongs to another request.
    #[error("{endpoint} answers request {received} instead of {expected} ({method})")]
    OtherRequest {
        /// Who was asked.
        endpoint: Endpoint,
        /// For what.
        method: String,
        /// Number of the request.
        expected: u64,
        /// Number in the answer.
        received: String,
    },
    /// The answer is JSON of a shape that was not expected.
    #[error("answer of {endpoint} to {method} is not {expected}: {begins_with:?}")]
    Unexpected {
        /// Who was asked.
        endpoint: Endpoint,
        /// For what.
        method: String,
        /// What was expected.
        expected: &'static str,
        /// Begin of the answer.
        begins_with: String,
    },
    /// The device does not say who it is, or speaks the dialect of Gen1.
    #[error("{method} of {endpoint} does not identify a device of Gen2 or later")]
    NotGen2 {
        /// Who was asked.
        endpoint: Endpoint,
        /// For what.
        method: String,
        /// Cause.
        #[source]
        source: IncompleteInfo,
    },
}

impl Error {
    /// Who was asked.
    pub fn endpoint(&self) -> &Endpoint {
        match self {
            Self::Http { endpoint, .. }
            | Self::NoAnswer { endpoint, .. }
            | Self::Ended { endpoint, .. }
            | Self::TooLong { endpoint, .. }
            | Self::Datagram { endpoint, .. }
            | Self::NotCarried { endpoint, .. }
            | Self::OtherDevice { endpoint, .. }
            | Self::Unauthorized { endpoint, .. }
            | Self::LockedOut { endpoint, .. }
            | Self::Challenge { endpoint, .. }
            | Self::TlsRequired { endpoint, .. }
            | Self::Rpc { endpoint, .. }
            | Self::Status { endpoint, .. }
            | Self::NotJson { endpoint, .. }
            | Self::Truncated { endpoint, .. }
            | Self::OtherRequest { endpoint, .. }
            | Self::Unexpected { endpoint, .. }
            | Self::NotGen2 { endpoint, .. } => endpoint,
            #[cfg(feature = "mqtt")]
            Self::Broker { endpoint, .. } => endpoint,
        }
    }

    /// Whether the device could not be spoken to at all, or stopped in the middle; later it may work.
    pub fn is_unreachable(&self) -> bool {
        match self {
            Self::Http { source, .. } => source.is_unreachable(),
            Self::NoAnswer { .. } | Self::Ended { .. } | Self::Datagram { .. } | Self::NotCarried { .. } => true,
            #[cfg(feature = "mqtt")]
            Self::Broker { .. } => true,
            _ => false,
        }
    }

    /// Whether the device may have acted although no answer came. A write is never repeated blindly then.
    pub fn may_have_arrived(&self) -> bool {
        match self {
            Self::Http { source, .. } => source.may_have_arrived(),
            Self::Ended { sent, .. } => *sent,
            Self::NotCarried { source, .. } => source.sent,
            Self::NoAnswer { .. } | Self::NotJson { .. } | Self::Truncated { .. } | Self::OtherRequest { .. } => true,
            _ => false,
        }
    }

    /// Whether the device has no such method: older firmware, or another model.
    pub fn is_no_such_method(&self) -> bool {
        matches!(self, Self::Rpc { code: 404, .. })
    }
}
