//! Asks callers for the password: digest in the HTTP header or in the frame (gen2 protocol 4).

use std::sync::atomic::Ordering;

use http::Method;
use serde_json::{Map, Value, json};

use crate::{
    device::Device,
    digest::{self, Answer, FRAME_HA2, Rules, Verdict},
    gen2::RpcError,
    quirk::Quirk,
    state::State,
};

/// What a caller proves its knowledge with, and the hash of the request.
pub(crate) type Proof = (Answer, String);

/// Why a caller is turned away.
#[derive(Debug)]
pub(crate) enum Denied {
    /// Too many attempts; try again after this many seconds.
    Locked(u64),
    /// Prove it with this nonce.
    Challenge { nonce: String, stale: bool },
}

pub(crate) fn rules(device: &Device) -> Rules {
    let modern = device.spec.since(2, 0, 0) || device.has(Quirk::ModernNonces) || device.has(Quirk::FullNonceTable);
    let modern = modern && !device.has(Quirk::TextNc);
    let life = if modern { device.timing.nonce_life_2 } else { device.timing.nonce_life_1 };
    Rules { modern, life, lockout: device.timing.lockout }
}

/// Checks a caller.
pub(crate) fn authorise(device: &Device, state: &mut State, proof: Option<Proof>) -> Result<(), Denied> {
    let Some(login) = state.login.clone() else { return Ok(()) };
    let (now, rules) = (device.clock.now(), rules(device));
    if let Some(seconds) = state.nonces.locked(now) {
        return Err(locked(device, seconds));
    }
    let (mut stale, was_tried) = (false, proof.is_some());
    if let Some((answer, ha2)) = proof
        && answer.username == *login.user
        && answer.realm == *device.id
    {
        match state.nonces.check(rules, &login.secret, &ha2, &answer, now) {
            Verdict::Granted => return Ok(()),
            Verdict::Denied { stale: old } => stale = old,
        }
    }
    if !stale && was_tried {
        device.tally.wrong_passwords.fetch_add(1, Ordering::Relaxed);
    }
    if !stale {
        device.tally.auth_failures.fetch_add(1, Ordering::Relaxed);
    }
    if let Some(seconds) = state.nonces.locked(now) {
        return Err(locked(device, seconds));
    }
    let unix = state.clock.unix();
    match state.nonces.challenge(rules, unix, &mut state.rng, now) {
        Some(nonce) => Err(Denied::Challenge { nonce, stale }),
        None => Err(locked(device, rules.lockout.as_secs())),
    }
}

fn locked(device: &Device, seconds: u64) -> Denied {
    device.tally.auth_failures.fetch_add(1, Ordering::Relaxed);
    device.tally.lockouts.fetch_add(1, Ordering::Relaxed);
    Denied::Locked(seconds.max(1))
}

/// The proof in an `Authorization` header.
pub(crate) fn header_proof(header: &str, method: &Method, target: &str) -> Option<Proof> {
    let (answer, uri) = digest::read_header(header)?;
    (uri == target).then(|| (answer, digest::sha256(&format!("{method}:{uri}"))))
}

/// The proof in a frame.
pub(crate) fn frame_proof(frame: &Map<String, Value>) -> Option<Proof> {
    let auth = frame.get("auth")?.as_object()?;
    // Numbers count as the text they were sent as.
    let text = |name: &str| match auth.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None if name == "nc" => "1".to_owned(),
        None => String::new(),
    };
    let answer = Answer {
        username: text("username"),
        realm: text("realm"),
        nonce: text("nonce"),
        nc: text("nc"),
        cnonce: text("cnonce"),
        response: text("response"),
    };
    Some((answer, FRAME_HA2.to_owned()))
}

/// The value of `WWW-Authenticate`.
pub(crate) fn header_challenge(device: &Device, nonce: &str, stale: bool) -> String {
    let hint = if stale { ", stale=true" } else { "" };
    format!(r#"Digest qop="auth", realm="{}", nonce="{nonce}", algorithm=SHA-256{hint}"#, device.id)
}

/// The error in a frame: the challenge is text in its message.
pub(crate) fn frame_challenge(device: &Device, nonce: &str, stale: bool) -> RpcError {
    let mut asked = json!({"auth_type": "digest", "realm": &*device.id, "algorithm": "SHA-256", "nonce": nonce});
    if !rules(device).modern {
        asked["nonce"] = json!(nonce.parse::<u64>().unwrap_or_default());
        asked["nc"] = if device.has(Quirk::TextNc) { json!("1") } else { json!(1) };
    }
    if stale {
        asked["stale"] = json!(true);
    }
    RpcError::new(401, asked.to_string())
}

/// The error while a lock-out is on.
pub(crate) fn too_many() -> RpcError {
    RpcError::new(429, "Too many authentication attempts")
}
