//! Why something with a device did not work, and what that means for the next attempt.

use std::time::Duration;

use shelly_http::{Endpoint, TlsFailure};
use shelly_types::Mac;
pub use sync_engine::ErrorClass as Class;

use crate::Rest;

/// Why something with a device did not work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There was no answer, or half of one.
    #[error("{attempt} at {endpoint}")]
    Http {
        /// What was attempted: `read settings`.
        attempt: String,
        /// Who was asked.
        endpoint: Endpoint,
        /// Cause.
        #[source]
        source: Box<shelly_http::Error>,
    },
    /// A Gen1 device said no, or was not understood.
    #[error("{attempt} at {endpoint}")]
    Gen1 {
        /// What was attempted.
        attempt: String,
        /// Who was asked.
        endpoint: Endpoint,
        /// Cause.
        #[source]
        source: Box<shelly_gen1::Error>,
    },
    /// A device of Gen2 or later said no, or was not understood.
    #[error("{attempt} at {endpoint}")]
    Rpc {
        /// What was attempted.
        attempt: String,
        /// Who was asked.
        endpoint: Endpoint,
        /// Cause.
        #[source]
        source: Box<shelly_gen2_rpc::Error>,
    },
    /// A text that is moved in pieces, such as the code of a script, did not arrive whole.
    #[error("{attempt} at {endpoint}")]
    Transfer {
        /// What was attempted.
        attempt: String,
        /// Who was asked.
        endpoint: Endpoint,
        /// Cause.
        #[source]
        source: Box<shelly_gen2_rpc::TransferError>,
    },
    /// Whatever answers there, it is no Shelly device that can be managed.
    #[error("{endpoint} is not a Shelly device: {why}")]
    NotShelly {
        /// Who was asked.
        endpoint: Endpoint,
        /// What it answered.
        why: String,
    },
    /// Another device has the address now. Nothing was written.
    #[error("{endpoint} is device {found}, not {expected}")]
    WrongDevice {
        /// Who was asked.
        endpoint: Endpoint,
        /// The device that should be there.
        expected: Mac,
        /// The device that is there.
        found: Mac,
    },
    /// The device cannot do this.
    #[error("device {device} cannot {what}")]
    Unsupported {
        /// The device.
        device: Mac,
        /// What was wanted: `set switch:0.in_mode to cycle`.
        what: String,
    },
    /// The device speaks only TLS, as after `sys.device.enhanced_security`.
    #[error("{endpoint} can be reached only over TLS")]
    TlsOnly {
        /// Who was asked.
        endpoint: Endpoint,
    },
    /// The device is left alone for a while. Nothing was sent.
    #[error(
        "{endpoint} is left alone for another {} s, because it {why}",
        left.as_secs().max(1)
    )]
    LeftAlone {
        /// Who would have been asked.
        endpoint: Endpoint,
        /// For how long still.
        left: Duration,
        /// Why.
        why: Rest,
    },
    /// The device did not restart, or did not come back.
    #[error("{endpoint} did not restart or did not come back within {} s", waited.as_secs())]
    DidNotReturn {
        /// Who was asked.
        endpoint: Endpoint,
        /// How long it was waited for.
        waited: Duration,
    },
}

impl Error {
    /// There was no answer, or half of one.
    pub(crate) fn http(attempt: impl Into<String>, source: shelly_http::Error) -> Self {
        let endpoint = source.endpoint().clone();
        Self::Http { attempt: attempt.into(), endpoint, source: Box::new(source) }
    }

    /// A device of Gen2 or later did not do as it was asked.
    pub(crate) fn rpc(attempt: &str, source: shelly_gen2_rpc::Error) -> Self {
        let endpoint = source.endpoint().clone();
        Self::Rpc { attempt: attempt.to_owned(), endpoint, source: Box::new(source) }
    }

    /// Something that travels in pieces did not arrive whole.
    pub(crate) fn transfer(attempt: &str, source: shelly_gen2_rpc::TransferError) -> Self {
        let endpoint = source.endpoint().clone();
        Self::Transfer { attempt: attempt.to_owned(), endpoint, source: Box::new(source) }
    }

    /// What kind of trouble it is.
    pub fn class(&self) -> Class {
        match self {
            Self::Http { source, .. } => http(source),
            Self::Gen1 { source, .. } => gen1(source),
            Self::Rpc { source, .. } => rpc(source),
            Self::Transfer { source, .. } => source.call().map_or(Class::Garbled, rpc),
            Self::NotShelly { .. } => Class::Garbled,
            Self::WrongDevice { .. } => Class::WrongDevice,
            Self::Unsupported { .. } | Self::TlsOnly { .. } => Class::Unsupported,
            Self::LeftAlone { why: Rest::LockedOut, .. } => Class::LockedOut,
            Self::LeftAlone { .. } | Self::DidNotReturn { .. } => Class::Unreachable,
        }
    }

    /// Whether the device could not be spoken to, or stopped in the middle; later it may work.
    pub fn is_unreachable(&self) -> bool {
        matches!(self.class(), Class::Unreachable | Class::Interrupted)
    }

    /// Whether it is about whom to trust over TLS: the device speaks TLS, and we do not trust its certificate or trust
    /// nobody at all. Asking again changes nothing, a setting of ours does.
    pub fn is_about_trust(&self) -> bool {
        use shelly_http::Error as E;
        let of_http = |error: &E| match error {
            E::Tls { failure, .. } => *failure != TlsFailure::Handshake,
            E::TlsNotSetUp { .. } => true,
            _ => false,
        };
        match self {
            Self::TlsOnly { .. } => true,
            Self::Http { source, .. } => of_http(source),
            Self::Gen1 { source, .. } => {
                matches!(&**source, shelly_gen1::Error::Http { source, .. } if of_http(source))
            }
            Self::Rpc { source, .. } => match &**source {
                shelly_gen2_rpc::Error::Http { source, .. } => of_http(source),
                shelly_gen2_rpc::Error::TlsRequired { .. } => true,
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether naming the authority that signed the device's certificate would help.
    pub fn lacks_authority(&self) -> bool {
        let cause = match self {
            Self::Http { source, .. } => Some(&**source),
            Self::Gen1 { source, .. } => match &**source {
                shelly_gen1::Error::Http { source, .. } => Some(source),
                _ => None,
            },
            Self::Rpc { source, .. } => match &**source {
                shelly_gen2_rpc::Error::Http { source, .. } => Some(source),
                _ => None,
            },
            _ => None,
        };
        let is_known = |error: &shelly_http::Error| match error {
            shelly_http::Error::Tls { failure, .. } => *failure != TlsFailure::UnknownAuthority,
            _ => false,
        };
        self.is_about_trust() && !cause.is_some_and(is_known)
    }

    /// Whether nothing was asked because the device updates its firmware. It says nothing about reaching the device.
    pub fn is_left_to_update(&self) -> bool {
        matches!(self, Self::LeftAlone { why: Rest::Updating, .. })
    }

    /// Whether the device may have acted although no answer came. A write is never repeated blindly then.
    pub fn may_have_arrived(&self) -> bool {
        match self {
            Self::Http { source, .. } => source.may_have_arrived(),
            Self::Rpc { source, .. } => source.may_have_arrived(),
            Self::Gen1 { source, .. } => match &**source {
                shelly_gen1::Error::Http { source, .. } => source.may_have_arrived(),
                shelly_gen1::Error::Unauthorized { .. } | shelly_gen1::Error::Refused { .. } => false,
                _ => true,
            },
            // A part of it may be there.
            Self::Transfer { .. } | Self::DidNotReturn { .. } => true,
            Self::NotShelly { .. }
            | Self::WrongDevice { .. }
            | Self::Unsupported { .. }
            | Self::TlsOnly { .. }
            | Self::LeftAlone { .. } => false,
        }
    }

    /// How long to wait before the next attempt, where that is known: the device named a time, or is left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::LeftAlone { left, .. } => Some(*left),
            Self::Rpc { source, .. } => locked_for(source),
            Self::Transfer { source, .. } => source.call().and_then(locked_for),
            _ => None,
        }
    }

    /// The error and its causes in one line.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}

fn locked_for(error: &shelly_gen2_rpc::Error) -> Option<Duration> {
    match error {
        shelly_gen2_rpc::Error::LockedOut { retry_after, .. } => *retry_after,
        _ => None,
    }
}

fn http(error: &shelly_http::Error) -> Class {
    use shelly_http::Error as E;
    match error {
        E::TooLarge { .. } | E::NotHttp { .. } | E::InvalidRequest { .. } => Class::Garbled,
        E::Tls { failure: TlsFailure::Handshake, .. } => Class::Unreachable,
        // Whom to trust is our setting; asking again does not change it.
        E::Tls { .. } | E::TlsNotSetUp { .. } => Class::Unsupported,
        error if error.may_have_arrived() => Class::Interrupted,
        _ => Class::Unreachable,
    }
}

fn gen1(error: &shelly_gen1::Error) -> Class {
    use shelly_gen1::Error as E;
    match error {
        E::Http { source, .. } => http(source),
        E::Unauthorized { .. } => Class::Unauthorized,
        E::Refused { .. } => Class::Refused,
        E::Truncated { .. } => Class::Interrupted,
        // Answers that are not understood, and whatever may be added to the list.
        _ => Class::Garbled,
    }
}

fn rpc(error: &shelly_gen2_rpc::Error) -> Class {
    use shelly_gen2_rpc::Error as E;
    match error {
        E::Http { source, .. } => http(source),
        E::Unauthorized { .. } => Class::Unauthorized,
        E::LockedOut { .. } => Class::LockedOut,
        // No such method, or no such component: protocol.md 5.
        E::TlsRequired { .. } | E::TooLong { .. } | E::Rpc { code: 404 | -105, .. } => Class::Unsupported,
        E::Rpc { .. } | E::Status { status: 400..500, .. } => Class::Refused,
        E::Truncated { .. } => Class::Interrupted,
        E::OtherDevice { .. } => Class::WrongDevice,
        error if error.is_unreachable() && error.may_have_arrived() => Class::Interrupted,
        error if error.is_unreachable() => Class::Unreachable,
        // Answers that are not understood, and whatever may be added to the list.
        _ => Class::Garbled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_what_was_attempted_and_why_it_failed() {
        let endpoint = Endpoint::new("10.0.0.7", 80);
        let source = shelly_http::Error::Timeout { endpoint, limit: Duration::from_secs(10) };
        let error = Error::http("ask who is there", source);
        assert_eq!(error.class(), Class::Interrupted);
        assert_eq!(
            error.chain(),
            "ask who is there at 10.0.0.7:80: no complete answer from 10.0.0.7:80 within 10000 ms"
        );
    }
}
