//! Asks who answers at an address. Needs no password on any generation.

use serde_json::Value;
use shelly_gen1::Shelly;
use shelly_gen2_rpc::components::shelly::DeviceInfo;
use shelly_http::{Endpoint, Limits, Request, Response, Security, Tls, exchange, exchange_over, exchange_with};
use shelly_types::{Identity, wire::Wire};
use tokio::net::TcpStream;

use crate::Error;

/// More than any `/shelly` answer.
const LONGEST_ANSWER: usize = 64 * 1024;

/// Who answered, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Who.
    pub identity: Identity,
    /// Where it was reached: where it was asked, or where it sent us, over TLS.
    pub endpoint: Endpoint,
}

/// Asks the device at `endpoint` who it is, in both dialects at once: `GET /shelly`.
///
/// # Errors
/// [`Error::TlsOnly`] when the device sends us to TLS, for which [`probe_with`] is; else why no answer came.
pub async fn probe(endpoint: &Endpoint, limits: &Limits) -> Result<Identity, Error> {
    understood(endpoint, exchange(endpoint, &Request::get("/shelly"), &short(limits)).await)
}

/// The same, with whom to trust when the device speaks TLS (D6). A device that sends us there is followed, to the same
/// host.
///
/// # Errors
/// Why no answer came, or none of a device.
pub async fn probe_with(endpoint: &Endpoint, limits: &Limits, tls: Option<&Tls>) -> Result<Found, Error> {
    let (limits, question) = (short(limits), Request::get("/shelly"));
    let answer = exchange_with(endpoint, &question, &limits, tls).await;
    let target = answer.as_ref().ok().filter(|_| tls.is_some() && endpoint.security() == Security::Plain);
    let target = target.and_then(|response| endpoint.redirected(response.tls_redirect()?));
    let (endpoint, answer) = match target {
        Some(target) => {
            let answer = exchange_with(&target, &question, &limits, tls).await;
            (target, answer)
        }
        None => (endpoint.clone(), answer),
    };
    Ok(Found { identity: understood(&endpoint, answer)?, endpoint })
}

/// The same over a connection that is open already.
pub async fn probe_over(stream: TcpStream, endpoint: &Endpoint, limits: &Limits) -> Result<Identity, Error> {
    understood(endpoint, exchange_over(stream, endpoint, &Request::get("/shelly"), &short(limits)).await)
}

fn short(limits: &Limits) -> Limits {
    Limits { max_body_bytes: limits.max_body_bytes.min(LONGEST_ANSWER), ..limits.clone() }
}

fn understood(endpoint: &Endpoint, answer: Result<Response, shelly_http::Error>) -> Result<Identity, Error> {
    let response = answer.map_err(|source| Error::http("ask who is there", source))?;
    if !response.is_success() {
        return Err(refused(endpoint, &response));
    }
    let not_shelly = |why: String| Error::NotShelly { endpoint: endpoint.clone(), why };
    let answer: Value = serde_json::from_slice(&response.body)
        .map_err(|_| not_shelly(format!("its answer is not JSON; it begins with `{}`", beginning(&response.body))))?;
    identify(answer).ok_or_else(|| not_shelly("its answer names no hardware address and model".to_owned()))
}

/// The identity in an answer of `/shelly`.
pub(crate) fn identify(answer: Value) -> Option<Identity> {
    if answer.get("gen").is_some() {
        DeviceInfo::from_json(answer).ok()?.identity().ok()
    } else {
        Shelly::from_json(answer).ok()?.identity()
    }
}

fn refused(endpoint: &Endpoint, response: &Response) -> Error {
    if response.tls_redirect().is_some() {
        return Error::TlsOnly { endpoint: endpoint.clone() };
    }
    Error::NotShelly { endpoint: endpoint.clone(), why: format!("it answers with HTTP status {}", response.status) }
}

/// The first characters of a body, on one line.
fn beginning(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(240)]);
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(60).collect()
}
