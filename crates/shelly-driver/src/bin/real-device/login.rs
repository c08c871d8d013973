//! Observes how a protected device asks for its password, without ever trying a wrong one.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;
use shelly_gen2_rpc::digest::{Challenge, Use, ha1, header as digest_header};
use shelly_http::{Endpoint, HeaderName, Limits, Request, Response, exchange, header};
use shelly_types::Credentials;

use crate::{
    args::Options,
    visit::{Outcome, Visit, chain},
};

/// Where frames go.
const PATH: &str = "/rpc";

/// A call that changes nothing and that no device answers without its password.
const CALL: &str = r#"{"id":1,"src":"real-device","method":"Sys.GetStatus"}"#;

/// How a Gen1 device asks.
pub(crate) async fn basic(visit: &mut Visit, endpoint: &Endpoint, limits: &Limits) {
    if !visit.identity.auth_required {
        return visit.observe("No password is set.");
    }
    let request = Request::get("/settings");
    let Some(answer) = visit.step("/settings without password", send(endpoint, &request, limits)).await else { return };
    keep(visit, "GET /settings HTTP/1.1", &answer);
    let scheme = challenge_text(&answer).split_whitespace().next().unwrap_or("nothing").to_owned();
    visit.observe(format!("Without password: HTTP status {}, it asks for {scheme}.", answer.status));
}

/// How a later device asks, and whether one nonce serves several calls.
pub(crate) async fn digest(visit: &mut Visit, options: &Options, credentials: Option<&Credentials>, limits: &Limits) {
    if !visit.identity.auth_required {
        return visit.observe("No password is set.");
    }
    let endpoint = &options.endpoint;
    let request = Request::post_json(PATH, CALL);
    let asking = send(endpoint, &request, limits);
    let Some(answer) = visit.step("Sys.GetStatus without password", asking).await else { return };
    keep(visit, "POST /rpc HTTP/1.1", &answer);
    let challenge = match Challenge::from_header(&challenge_text(&answer)) {
        Ok(challenge) => challenge,
        Err(error) => {
            let status = answer.status;
            return visit.observe(format!("Without password: HTTP status {status}, and no challenge: {error}."));
        }
    };
    let kind = if challenge.nonce.bytes().all(|byte| byte.is_ascii_digit()) { "a number" } else { "text" };
    visit.observe(format!(
        "Without password: HTTP status {}, a digest challenge whose nonce is {kind} of {} characters.",
        answer.status,
        challenge.nonce.len()
    ));
    if let Some(credentials) = credentials {
        reuse(visit, endpoint, credentials, &challenge, limits).await;
    }
}

/// Uses one nonce twice, with a rising count.
async fn reuse(
    visit: &mut Visit,
    endpoint: &Endpoint,
    credentials: &Credentials,
    challenge: &Challenge,
    limits: &Limits,
) {
    let ha1 = ha1(&credentials.user, &challenge.realm, credentials.expose_password());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let cnonce = format!("{:016x}", now.as_nanos() & u128::from(u64::MAX));
    for count in 1..=2 {
        let once = Use { challenge, ha1: &ha1, user: &credentials.user, count, cnonce: &cnonce };
        let headers: [(HeaderName, String); 1] = [(header::AUTHORIZATION, digest_header(&once, "POST", PATH))];
        let request = Request::post_json(PATH, CALL).with_headers(&headers);
        let what = format!("Sys.GetStatus with use {count} of a nonce");
        let Some(answer) = visit.step(what, send(endpoint, &request, limits)).await else { return };
        if !answer.is_success() {
            let status = answer.status;
            return visit.observe(format!("Use {count} of a nonce is refused with HTTP status {status}."));
        }
    }
    visit.observe("One nonce serves several calls.");
}

async fn send(endpoint: &Endpoint, request: &Request<'_>, limits: &Limits) -> Result<Response, Outcome> {
    exchange(endpoint, request, limits).await.map_err(|error| Outcome::Failed(chain(&error)))
}

fn challenge_text(answer: &Response) -> String {
    let value = answer.headers.get(header::WWW_AUTHENTICATE);
    value.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default()
}

/// Keeps the head of an answer as captures have it.
fn keep(visit: &mut Visit, request: &str, answer: &Response) {
    let line = |(name, value): (&HeaderName, _)| {
        let value: &[u8] = AsRef::as_ref(value);
        format!("{name}: {}", String::from_utf8_lossy(value))
    };
    let headers: Vec<String> = answer.headers.iter().map(line).collect();
    let status = format!("HTTP/1.1 {}", answer.status);
    let head = json!({ "request": request, "response_status": status, "response_headers": headers });
    visit.endpoints.insert("http_headers".to_owned(), head);
}
