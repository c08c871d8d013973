//! Why a datagram is not `CoIoT`, and why a socket or a question failed.

use std::{io, net::SocketAddr, time::Duration};

use super::Resource;

/// Why bytes are not a `CoIoT` datagram.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The datagram ends before its header, an option or a token does.
    #[error("datagram ends within its {part}")]
    Short {
        /// What is cut off.
        part: &'static str,
    },
    /// The first two bits are not those of CoAP version 1.
    #[error("datagram is of CoAP version {version}")]
    Version {
        /// Version it claims.
        version: u8,
    },
    /// The token is longer than 8 bytes.
    #[error("token of {length} bytes is longer than 8")]
    Token {
        /// Length it claims.
        length: u8,
    },
    /// A reserved nibble, or an option number beyond 65535.
    #[error("option is malformed")]
    Option,
    /// More options than any device sends.
    #[error("more than {limit} options")]
    TooManyOptions {
        /// The limit.
        limit: usize,
    },
    /// A datagram that should carry status or description has no JSON, also after repair of missing commas.
    #[error("payload is not JSON")]
    Payload {
        /// Cause.
        #[source]
        source: serde_json::Error,
    },
}

/// Why a socket or a question failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The socket could not be opened.
    #[error("listen on {address}")]
    Bind {
        /// Where.
        address: SocketAddr,
        /// Cause.
        #[source]
        source: io::Error,
    },
    /// A question could not be sent.
    #[error("ask {peer} for {resource}")]
    Send {
        /// Who was asked.
        peer: SocketAddr,
        /// For what.
        resource: Resource,
        /// Cause.
        #[source]
        source: io::Error,
    },
    /// No answer came, also after repetition.
    #[error("{peer} did not answer to {resource} within {waited:?}")]
    Silent {
        /// Who was asked.
        peer: SocketAddr,
        /// For what.
        resource: Resource,
        /// How long was waited in all.
        waited: Duration,
    },
    /// The device answered that it does not have this.
    #[error("{peer} refused {resource} with code {code}")]
    Refused {
        /// Who was asked.
        peer: SocketAddr,
        /// For what.
        resource: Resource,
        /// CoAP code of the answer.
        code: super::Code,
    },
    /// The answer cannot be read.
    #[error("read answer of {peer} to {resource}")]
    Decode {
        /// Who was asked.
        peer: SocketAddr,
        /// For what.
        resource: Resource,
        /// Cause.
        #[source]
        source: DecodeError,
    },
}
