//! Reads what a device answers over HTTP, and tells the ways in which it goes wrong.

use std::time::Duration;

use serde_json::Value;
use shelly_http::{Endpoint, Response, header};

use crate::{
    Error,
    digest::Challenge,
    frame::{Failure, Frame, NotAFrame, Request},
};

/// What a device answers.
#[derive(Debug)]
pub(super) enum Reply {
    /// The result of the method.
    Result(Value),
    /// It wants an authorisation.
    Challenge(Challenge),
}

/// Reads the answer to `request`.
pub(super) fn read(endpoint: &Endpoint, request: &Request, response: &Response) -> Result<Reply, Error> {
    let place = Place { endpoint, method: &request.method };
    place.refuse_redirects(response)?;
    match response.status {
        401 => return place.challenge(response),
        429 => return Err(place.locked_out(response)),
        _ => {}
    }
    let value = place.json(response)?;
    match Frame::from_json(value.clone()) {
        Ok(Frame::Answer(answer)) if is_same(&answer.id, request.id) => match answer.outcome {
            Ok(result) => Ok(Reply::Result(result)),
            Err(failure) if failure.code == 401 => {
                Challenge::from_frame(&failure.message).map(Reply::Challenge).map_err(|source| Error::Challenge {
                    endpoint: endpoint.clone(),
                    method: request.method.clone(),
                    source,
                })
            }
            Err(failure) if failure.code == 429 => Err(place.locked_out(response)),
            Err(failure) => Err(place.refused(failure)),
        },
        Ok(Frame::Answer(answer)) => Err(Error::OtherRequest {
            endpoint: endpoint.clone(),
            method: request.method.clone(),
            expected: request.id,
            received: answer.id.to_string().chars().take(64).collect(),
        }),
        Ok(Frame::Notification(_) | Frame::Request(_)) => Err(place.unexpected("an answer", response)),
        Err(NotAFrame::NotJson(_) | NotAFrame::OtherShape) => match Failure::from_json(&value) {
            Some(failure) => Err(place.refused(failure)),
            None if response.is_success() => Err(place.unexpected("an answer", response)),
            None => Err(place.status(response)),
        },
    }
}

/// Reads an answer that is no frame but the bare result.
pub(super) fn bare(endpoint: &Endpoint, method: &str, response: &Response) -> Result<Value, Error> {
    let place = Place { endpoint, method };
    place.refuse_redirects(response)?;
    if response.is_success() { place.json(response) } else { Err(place.status(response)) }
}

/// Numbers are given back as such, or as text.
fn is_same(received: &Value, expected: u64) -> bool {
    match received {
        Value::Number(number) => number.as_u64() == Some(expected),
        Value::String(text) => text.parse() == Ok(expected),
        _ => false,
    }
}

/// The begin of a body, for people.
fn excerpt(response: &Response) -> String {
    String::from_utf8_lossy(&response.body).chars().take(80).collect()
}

/// Who was asked for what.
struct Place<'a> {
    endpoint: &'a Endpoint,
    method: &'a str,
}

impl Place<'_> {
    fn json(&self, response: &Response) -> Result<Value, Error> {
        serde_json::from_slice(&response.body).map_err(|error| {
            if !response.is_success() {
                self.status(response)
            } else if error.is_eof() && !response.body.is_empty() {
                Error::Truncated {
                    endpoint: self.endpoint.clone(),
                    method: self.method.to_owned(),
                    length: response.body.len(),
                }
            } else {
                Error::NotJson {
                    endpoint: self.endpoint.clone(),
                    method: self.method.to_owned(),
                    begins_with: excerpt(response),
                }
            }
        })
    }

    /// A device with a certificate sends everybody to TLS (protocol 3.2); following would need to trust it first.
    fn refuse_redirects(&self, response: &Response) -> Result<(), Error> {
        if !matches!(response.status, 301 | 302 | 307 | 308) {
            return Ok(());
        }
        match response.headers.get(header::LOCATION).and_then(|location| location.to_str().ok()) {
            Some(location) if location.starts_with("https:") => Err(Error::TlsRequired {
                endpoint: self.endpoint.clone(),
                method: self.method.to_owned(),
                location: location.chars().take(200).collect(),
            }),
            _ => Err(self.status(response)),
        }
    }

    /// The challenge is in a header, or in the error of the frame.
    fn challenge(&self, response: &Response) -> Result<Reply, Error> {
        let header = response.headers.get(header::WWW_AUTHENTICATE).and_then(|value| value.to_str().ok());
        let challenge = if let Some(header) = header {
            Challenge::from_header(header)
        } else {
            let value: Value = serde_json::from_slice(&response.body).map_err(|_| self.status(response))?;
            let failure = value.get("error").and_then(Failure::from_json).ok_or_else(|| self.status(response))?;
            Challenge::from_frame(&failure.message)
        };
        challenge.map(Reply::Challenge).map_err(|source| Error::Challenge {
            endpoint: self.endpoint.clone(),
            method: self.method.to_owned(),
            source,
        })
    }

    fn locked_out(&self, response: &Response) -> Error {
        let seconds =
            response.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        Error::LockedOut {
            endpoint: self.endpoint.clone(),
            method: self.method.to_owned(),
            retry_after: seconds.map(Duration::from_secs),
        }
    }

    fn refused(&self, failure: Failure) -> Error {
        Error::Rpc {
            endpoint: self.endpoint.clone(),
            method: self.method.to_owned(),
            code: failure.code,
            message: failure.message,
        }
    }

    fn status(&self, response: &Response) -> Error {
        Error::Status {
            endpoint: self.endpoint.clone(),
            method: self.method.to_owned(),
            status: response.status,
            begins_with: excerpt(response),
        }
    }

    fn unexpected(&self, expected: &'static str, response: &Response) -> Error {
        Error::Unexpected {
            endpoint: self.endpoint.clone(),
            method: self.method.to_owned(),
            expected,
            begins_with: excerpt(response),
        }
    }
}
