//! Reads what a device answers over HTTP, and tells the ways in which it goes wrong.

use std::time::Duration;

use serde_json::Value;
use shelly_http::{Endpoint, Response, header};

use super::super::reply::{Place, Reply, number};
use crate::{
    Error,
    digest::Challenge,
    frame::{Failure, Frame, NotAFrame, Request},
};

/// Reads the answer to `request`.
pub(super) fn read(endpoint: &Endpoint, request: &Request, response: &Response) -> Result<Reply, Error> {
    let place = Place { endpoint, method: &request.method };
    place.refuse_redirects(response)?;
    match response.status {
        401 => return place.challenged(response),
        429 => return Err(place.locked_out(retry_after(response))),
        _ => {}
    }
    let value = place.json(response)?;
    let bare_failure = Failure::from_json(&value);
    match Frame::from_json(value) {
        Ok(Frame::Answer(answer)) if number(&answer.id) == Some(request.id) => {
            place.outcome(answer.outcome, retry_after(response))
        }
        Ok(Frame::Answer(answer)) => Err(Error::OtherRequest {
            endpoint: endpoint.clone(),
            method: request.method.clone(),
            expected: request.id,
            received: answer.id.to_string().chars().take(64).collect(),
        }),
        Ok(Frame::Notification(_) | Frame::Request(_)) => Err(place.unexpected("an answer", response)),
        Err(NotAFrame::NotJson(_) | NotAFrame::OtherShape) => match bare_failure {
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

/// How long a device wants to be left alone, where it says so in seconds.
fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// The begin of a body, for people.
fn excerpt(response: &Response) -> String {
    String::from_utf8_lossy(&response.body).chars().take(80).collect()
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
        match response.tls_redirect() {
            Some(location) => Err(Error::TlsRequired {
                endpoint: self.endpoint.clone(),
                method: self.method.to_owned(),
                location: location.chars().take(200).collect(),
            }),
            None if (300..400).contains(&response.status) => Err(self.status(response)),
            None => Ok(()),
        }
    }

    /// The challenge is in a header, or in the error of the frame.
    fn challenged(&self, response: &Response) -> Result<Reply, Error> {
        let header = response.headers.get(header::WWW_AUTHENTICATE).and_then(|value| value.to_str().ok());
        let challenge = if let Some(header) = header {
            Challenge::from_header(header)
        } else {
            let value: Value = serde_json::from_slice(&response.body).map_err(|_| self.status(response))?;
            let failure = value.get("error").and_then(Failure::from_json).ok_or_else(|| self.status(response))?;
            Challenge::from_frame(&failure.message)
        };
        self.challenge(challenge)
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
