//! Why something with a device did not work, and what that means for the next attempt.

use std::time::Duration;

use shelly_http::Endpoint;
use shelly_types::Mac;
pub use sync_engine::ErrorClass as Class;

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
        "{endpoint} is left alone for another {} s, because it {}",
        left.as_secs().max(1),
        if *locked_out { "refuses every login" } else { "did not answer again and again" }
    )]
    LeftAlone {
        /// Who would have been asked.
        endpoint: Endpoint,
        /// For how long still.
        left: Duration,
        /// It locked us out, as against not answering.
        locked_out: bool,
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

    /// What kind of trouble it is.
    pub fn class(&self) -> Class {
        match self {
            Self::Http { source, .. } => http(source),
            Self::Gen1 { source, .. } => gen1(source),
            Self::Rpc { source, .. } => rpc(source),
            Self::NotShelly { .. } => Class::Garbled,
            Self::WrongDevice { .. } => Class::WrongDevice,
            Self::Unsupported { .. } | Self::TlsOnly { .. } => Class::Unsupported,
            Self::LeftAlone { locked_out: true, .. } => Class::LockedOut,
            Self::LeftAlone { locked_out: false, .. } | Self::DidNotReturn { .. } => Class::Unreachable,
        }
    }

    /// What the device said about trying again, when it locked us out.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Rpc { source, .. } => match **source {
                shelly_gen2_rpc::Error::LockedOut { retry_after, .. } => retry_after,
                _ => None,
            },
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

fn http(error: &shelly_http::Error) -> Class {
    use shelly_http::Error as E;
    match error {
        E::TooLarge { .. } | E::NotHttp { .. } | E::InvalidRequest { .. } => Class::Garbled,
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
        E::TlsRequired { .. } | E::Rpc { code: 404 | -105, .. } => Class::Unsupported,
        E::Rpc { .. } | E::Status { status: 400..500, .. } => Class::Refused,
        E::Truncated { .. } => Class::Interrupted,
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
