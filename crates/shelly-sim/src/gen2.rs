//! Answers as a Gen2, Gen3 or Gen4 device does: RPC over HTTP, digest authentication.

pub(crate) mod config;
mod control;
pub(crate) mod dynamic;
pub(crate) mod first;
pub(crate) mod lists;
mod methods;
mod rules;
mod shelly;
mod status;

use std::{borrow::Cow, sync::atomic::Ordering};

use http::Method;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use crate::{
    device::{Device, State, unix_time},
    digest::{self, Answer, FRAME_HA2, Rules, Verdict},
    exchange::{Call, Reply},
    form::Params,
    json,
};

pub(crate) use status::text as status_text;

/// Most HTTP connections at once; further ones are closed.
pub(crate) const CONNECTIONS: u32 = 6;
/// Most bytes of a request body.
const MAX_BODY: usize = 8192;

/// An error of a method: code and free text.
#[derive(Debug)]
pub(crate) struct RpcError {
    code: i64,
    message: String,
}

impl RpcError {
    fn new(code: i64, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    fn argument(name: &str) -> Self {
        Self::new(-103, format!("Invalid argument '{name}'!"))
    }

    fn missing(name: &str) -> Self {
        Self::new(-103, format!("Missing required argument '{name}'!"))
    }

    fn no_such_id(id: &Value) -> Self {
        Self::new(-105, format!("Argument 'id', value {id} not found!"))
    }

    fn no_handler(method: &str) -> Self {
        Self::new(404, format!("No handler for {method}"))
    }

    fn http_status(&self) -> u16 {
        if self.code == 404 { 404 } else { 500 }
    }

    fn to_value(&self) -> Value {
        json!({"code": self.code, "message": self.message})
    }
}

/// A result: text that is JSON already where a stored document is served as it is.
pub(crate) type Outcome = Result<String, RpcError>;

/// Whether the configuration wants MQTT.
pub(crate) fn mqtt_wanted(state: &State) -> bool {
    let root = json::parse(&state.config);
    json::truth(&root, "mqtt.enable") && json::text(&root, "mqtt.server").is_some()
}

/// The text of `Shelly.GetConfig`.
pub(crate) fn config_text(state: &State) -> String {
    state.config.to_string()
}

/// One request, whichever way it came.
struct Request<'a> {
    frame: Option<Map<String, Value>>,
    method: Cow<'a, str>,
    params: Value,
}

/// Answers one request.
pub(crate) fn answer(device: &Device, call: &Call) -> Reply {
    let mut state = device.state();
    if call.path == "/shelly" {
        return Reply::json(200, shelly::info(device, &state));
    }
    if call.path == "/" {
        return match authorise(device, &mut state, call, None) {
            Ok(()) => Reply::new_page(),
            Err(reply) => reply,
        };
    }
    let request = match read(call) {
        Ok(request) => request,
        Err(reply) => return reply,
    };
    let open = request.method.eq_ignore_ascii_case("Shelly.GetDeviceInfo");
    if !open && let Err(reply) = authorise(device, &mut state, call, request.frame.as_ref()) {
        return reply;
    }
    let outcome = methods::call(device, &mut state, &request.method, &request.params);
    let wrote = outcome.is_ok() && methods::writes(&request.method);
    if wrote {
        device.record(&mut state, &request.method, request.params.clone());
    }
    let reply = match (request.frame, outcome) {
        (Some(frame), outcome) => Reply::json(200, envelope(device, &frame, outcome)),
        (None, Ok(text)) => Reply::json(200, text),
        (None, Err(error)) => Reply::json(error.http_status(), error.to_value().to_string()),
    };
    if wrote { reply.written() } else { reply }
}

impl Reply {
    fn new_page() -> Self {
        let mut page = Self::text(200, "<!DOCTYPE html><title>Shelly</title>");
        page.content_type = "text/html";
        page
    }
}

/// Reads method and parameters from a frame, from a body or from a query.
fn read(call: &Call) -> Result<Request<'_>, Reply> {
    let failed = |code: i64, message: &str| {
        Reply::json(if code == 404 { 404 } else { 500 }, json!({"code": code, "message": message}).to_string())
    };
    let Some(rest) = call.path.strip_prefix("/rpc") else { return Err(Reply::text(404, "Not Found")) };
    if call.body.len() > MAX_BODY {
        return Err(failed(-108, "Request body too large"));
    }
    let method = rest.trim_matches('/');
    if call.method == Method::POST {
        let body = match serde_json::from_slice(&call.body) {
            Ok(Value::Object(body)) => body,
            _ if call.body.is_empty() && !method.is_empty() => Map::new(),
            _ => return Err(failed(-103, "Bad JSON")),
        };
        if !method.is_empty() {
            return Ok(Request { frame: None, method: method.into(), params: Value::Object(body) });
        }
        let Some(Value::String(method)) = body.get("method").cloned() else {
            return Err(failed(-103, "Missing method"));
        };
        let params = body.get("params").cloned().unwrap_or_else(|| json!({}));
        return Ok(Request { frame: Some(body), method: method.into(), params });
    }
    if method.is_empty() {
        return Err(failed(404, "No handler for "));
    }
    let mut pairs = Params::default();
    pairs.read(&call.query);
    // Bare words are texts; numbers, truth values, null and objects are read as JSON.
    let typed = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| json!(text));
    let params = pairs.iter().map(|(name, text)| (name.to_owned(), typed(text))).collect();
    Ok(Request { frame: None, method: method.into(), params: Value::Object(params) })
}

/// A response frame. The result is spliced in as text, so a stored document is not parsed to be served.
fn envelope(device: &Device, frame: &Map<String, Value>, outcome: Outcome) -> String {
    let null = Value::Null;
    let id = frame.get("id").unwrap_or(&null);
    let src = json!(&*device.id);
    let dst = frame.get("src").map(|dst| format!(r#","dst":{dst}"#)).unwrap_or_default();
    match outcome {
        Ok(result) => format!(r#"{{"id":{id},"src":{src}{dst},"result":{result}}}"#),
        Err(error) => format!(r#"{{"id":{id},"src":{src}{dst},"error":{}}}"#, error.to_value()),
    }
}

fn digest_rules(device: &Device) -> Rules {
    let modern = device.spec.since(2, 0, 0);
    let life = if modern { device.timing.nonce_life_2 } else { device.timing.nonce_life_1 };
    Rules { modern, life, lockout: device.timing.lockout }
}

/// Checks credentials, in the header or in the frame; the error is the answer to send.
fn authorise(device: &Device, state: &mut State, call: &Call, frame: Option<&Map<String, Value>>) -> Result<(), Reply> {
    let Some(login) = state.login.clone() else { return Ok(()) };
    let (now, rules) = (Instant::now(), digest_rules(device));
    if let Some(seconds) = state.nonces.locked(now) {
        return Err(locked(device, seconds));
    }
    let given = credentials(call, frame);
    let mut stale = false;
    if let Some((answer, ha2)) = given
        && answer.username == *login.user
        && answer.realm == *device.id
    {
        match state.nonces.check(rules, &login.secret, &ha2, &answer, now) {
            Verdict::Granted => return Ok(()),
            Verdict::Denied { stale: old } => stale = old,
        }
    }
    if !stale {
        device.tally.auth_failures.fetch_add(1, Ordering::Relaxed);
    }
    if let Some(seconds) = state.nonces.locked(now) {
        return Err(locked(device, seconds));
    }
    let Some(nonce) = state.nonces.challenge(rules, unix_time(), &mut state.rng, now) else {
        return Err(locked(device, rules.lockout.as_secs()));
    };
    Err(challenge(device, rules, &nonce, stale, frame))
}

/// What the caller proves its knowledge with, and the hash of the request.
fn credentials(call: &Call, frame: Option<&Map<String, Value>>) -> Option<(Answer, String)> {
    if let Some(header) = &call.authorization {
        let (answer, uri) = digest::read_header(header)?;
        return (uri == call.target).then(|| (answer, digest::sha256(&format!("{}:{uri}", call.method))));
    }
    let auth = frame?.get("auth")?.as_object()?;
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

fn challenge(device: &Device, rules: Rules, nonce: &str, stale: bool, frame: Option<&Map<String, Value>>) -> Reply {
    let id = &device.id;
    let hint = if stale { ", stale=true" } else { "" };
    let header = format!(r#"Digest qop="auth", realm="{id}", nonce="{nonce}", algorithm=SHA-256{hint}"#);
    let mut reply = match frame {
        None => Reply::json(401, ""),
        Some(frame) => {
            let mut asked = json!({"auth_type": "digest", "realm": &**id, "algorithm": "SHA-256", "nonce": nonce});
            if !rules.modern {
                asked["nonce"] = json!(nonce.parse::<u64>().unwrap_or_default());
                asked["nc"] = json!(1);
            }
            let error = RpcError::new(401, asked.to_string());
            Reply::json(401, envelope(device, frame, Err(error)))
        }
    };
    reply.challenge = Some(header);
    reply
}

fn locked(device: &Device, seconds: u64) -> Reply {
    device.tally.auth_failures.fetch_add(1, Ordering::Relaxed);
    let error = json!({"code": 429, "message": "Too many authentication attempts"});
    let mut reply = Reply::json(429, error.to_string());
    reply.retry_after_s = Some(seconds.max(1));
    reply
}
