//! Why a WebSocket has ended.

use std::time::Duration;

use tokio_tungstenite::tungstenite::{Error as SocketError, error::CapacityError, protocol::CloseFrame};

/// Why a WebSocket has ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Closed {
    /// We ended it.
    #[error("we closed it")]
    ByUs,
    /// The device said good-bye.
    #[error("the device closed it with code {code}: {reason:?}")]
    ByDevice {
        /// Code of RFC 6455, 7.4: 1000 is a good-bye, 1001 going away, 1005 means that there was none.
        code: u16,
        /// Text in free form.
        reason: String,
    },
    /// Nothing was heard of the device, not even an answer to a ping.
    #[error("nothing was heard of the device for {} s", silence.as_secs())]
    Silent {
        /// For how long.
        silence: Duration,
    },
    /// The device did not take what we wrote.
    #[error("the device took nothing for {} s", limit.as_secs())]
    Stuck {
        /// For how long.
        limit: Duration,
    },
    /// A frame of the device was longer than allowed.
    #[error("a frame of {length} bytes is longer than the {limit} allowed")]
    TooLong {
        /// Bytes of the frame.
        length: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// The connection broke: power, network, or something that is no WebSocket.
    #[error("it broke: {why}")]
    Broken {
        /// What the network says.
        why: String,
    },
}

impl Closed {
    /// From the frame with which a device says good-bye.
    pub(super) fn by_device(frame: Option<CloseFrame>) -> Self {
        match frame {
            Some(frame) => Self::ByDevice { code: frame.code.into(), reason: frame.reason.chars().take(120).collect() },
            None => Self::ByDevice { code: 1005, reason: String::new() },
        }
    }

    pub(super) fn broken(error: &SocketError) -> Self {
        match error {
            SocketError::Capacity(CapacityError::MessageTooLong { size, max_size }) => {
                Self::TooLong { length: *size, limit: *max_size }
            }
            other => Self::Broken { why: other.to_string().chars().take(200).collect() },
        }
    }
}
