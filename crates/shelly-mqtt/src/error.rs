//! Why something was not done with a broker.

use crate::Address;

/// Why something was not done with a broker.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no connection now. Nothing is kept for later: a command that arrives late does harm.
    #[error("no connection with {address}: {reason}")]
    NotConnected {
        /// The broker.
        address: Address,
        /// Why not.
        reason: String,
    },
    /// More waits to be sent than may.
    #[error("too much waits to be sent to {address}")]
    Busy {
        /// The broker.
        address: Address,
    },
    /// The message cannot be published: a topic with wildcards, or too long a message.
    #[error("a message for {topic:?} cannot be published at {address}")]
    Invalid {
        /// The broker.
        address: Address,
        /// The topic.
        topic: String,
    },
    /// The options cannot be used.
    #[error("the options for {address} cannot be used: {reason}")]
    Options {
        /// The broker.
        address: Address,
        /// Why not.
        reason: String,
    },
}
