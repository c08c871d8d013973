//! Sorts what a device answers to a frame.

use std::time::Duration;

use serde_json::Value;
use shelly_http::Endpoint;

use crate::{Error, digest::Challenge, frame::Failure};

/// What a device answers.
#[derive(Debug)]
pub(super) enum Reply {
    /// The result of the method.
    Result(Value),
    /// It wants an authorisation.
    Challenge(Challenge),
}

/// Who was asked for what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) endpoint: &'a Endpoint,
    pub(super) method: &'a str,
}

impl Place<'_> {
    /// Sorts the outcome of an answer frame. `retry_after` is what the transport knows about a lock-out.
    pub(super) fn outcome(
        self,
        outcome: Result<Value, Failure>,
        retry_after: Option<Duration>,
    ) -> Result<Reply, Error> {
        match outcome {
            Ok(result) => Ok(Reply::Result(result)),
            Err(failure) if failure.code == 401 => self.challenge(Challenge::from_frame(&failure.message)),
            Err(failure) if failure.code == 429 => Err(self.locked_out(retry_after)),
            Err(failure) => Err(self.refused(failure)),
        }
    }

    pub(super) fn challenge(self, challenge: Result<Challenge, crate::digest::ChallengeError>) -> Result<Reply, Error> {
        challenge.map(Reply::Challenge).map_err(|source| Error::Challenge {
            endpoint: self.endpoint.clone(),
            method: self.method.to_owned(),
            source,
        })
    }

    pub(super) fn locked_out(self, retry_after: Option<Duration>) -> Error {
        Error::LockedOut { endpoint: self.endpoint.clone(), method: self.method.to_owned(), retry_after }
    }

    pub(super) fn refused(self, failure: Failure) -> Error {
        Error::Rpc {
            endpoint: self.endpoint.clone(),
            method: self.method.to_owned(),
            code: failure.code,
            message: failure.message,
        }
    }

    pub(super) fn unauthorized(self, credentials_given: bool) -> Error {
        Error::Unauthorized { endpoint: self.endpoint.clone(), method: self.method.to_owned(), credentials_given }
    }

    pub(super) fn no_answer(self, limit: Duration) -> Error {
        Error::NoAnswer { endpoint: self.endpoint.clone(), method: self.method.to_owned(), limit }
    }
}

/// The number in the `id` of an answer, which comes back as such or as text.
pub(super) fn number(id: &Value) -> Option<u64> {
    match id {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}
