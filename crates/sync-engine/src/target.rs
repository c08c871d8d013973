//! Describes a device that a plan can be applied to.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Observed, Step};

/// A device that can be read and written.
pub trait Target: Send {
    /// Reads the whole configuration. A device that is just restarting is waited for.
    fn observe(&mut self) -> impl Future<Output = Result<Observed, TargetError>> + Send;

    /// Writes the changes of one step, and nothing else.
    fn write(&mut self, step: &Step) -> impl Future<Output = Result<WriteAnswer, TargetError>> + Send;

    /// Restarts the device and returns when it answers again.
    fn restart_and_wait(&mut self) -> impl Future<Output = Result<(), TargetError>> + Send;
}

/// What a device answered to a write. It proves nothing: unknown parameters are ignored with the same answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WriteAnswer {
    /// What was written takes effect only after a restart.
    pub restart_required: bool,
}

/// Why a device could not be read, written or restarted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize, JsonSchema)]
#[error("{message}")]
pub struct TargetError {
    /// Which kind of trouble.
    pub class: ErrorClass,
    /// What was attempted and why it failed, with all its causes, for people.
    pub message: String,
}

/// Which kind of trouble there was with a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorClass {
    /// There was no connection, so nothing was sent.
    Unreachable,
    /// The request was sent, but no whole answer came; the device may have acted on it.
    Interrupted,
    /// The answer was not understood; the device may have acted on the request.
    Garbled,
    /// The device wants a password, or another one.
    Unauthorized,
    /// The device refuses to talk for a while.
    LockedOut,
    /// Another device answered at the address.
    WrongDevice,
    /// The device understood and said no.
    Refused,
    /// The device has no way to do this.
    Unsupported,
}

impl TargetError {
    /// An error of this class.
    pub fn new(class: ErrorClass, message: impl Into<String>) -> Self {
        Self { class, message: message.into() }
    }
}

impl ErrorClass {
    /// Whether only reading again can tell if a write was done.
    pub fn leaves_doubt(self) -> bool {
        match self {
            Self::Unreachable | Self::Interrupted | Self::Garbled => true,
            Self::Unauthorized | Self::LockedOut | Self::WrongDevice | Self::Refused | Self::Unsupported => false,
        }
    }

    /// Whether the device said no to this request only, and may say yes to the next one.
    pub fn is_refusal(self) -> bool {
        match self {
            Self::Refused | Self::Unsupported => true,
            Self::Unreachable
            | Self::Interrupted
            | Self::Garbled
            | Self::Unauthorized
            | Self::LockedOut
            | Self::WrongDevice => false,
        }
    }
}

impl fmt::Display for ErrorClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreachable => "unreachable",
            Self::Interrupted => "interrupted",
            Self::Garbled => "garbled",
            Self::Unauthorized => "unauthorized",
            Self::LockedOut => "locked out",
            Self::WrongDevice => "wrong device",
            Self::Refused => "refused",
            Self::Unsupported => "unsupported",
        })
    }
}
