//! Answers as a Gen2, Gen3 or Gen4 device does: RPC over HTTP, digest authentication.

mod auth;
mod backup;
pub(crate) mod config;
mod control;
pub(crate) mod dynamic;
mod extra;
mod files;
pub(crate) mod first;
pub(crate) mod frames;
mod kinds;
pub(crate) mod lists;
mod methods;
pub(crate) mod notify;
mod rules;
mod shelly;
mod status;
mod virtuals;

use std::borrow::Cow;

use http::Method;
use serde_json::{Map, Value, json};

use crate::{
    device::Device,
    exchange::{Call, Reply},
    form::Params,
    json,
    state::State,
};
use auth::Denied;
use frames::{Way, envelope};

pub(crate) use shelly::info;
pub(crate) use status::{of_component as status_of, text as status_text};

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

    pub(crate) fn to_value(&self) -> Value {
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
    if !frames::is_open(&request.method)
        && let Err(reply) = authorise(device, &mut state, call, request.frame.as_ref())
    {
        return reply;
    }
    let (outcome, wrote) = frames::run(device, &mut state, Way::Http, &request.method, &request.params);
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

/// Checks credentials, in the header or in the frame; the error is the answer to send.
fn authorise(device: &Device, state: &mut State, call: &Call, frame: Option<&Map<String, Value>>) -> Result<(), Reply> {
    let proof = match &call.authorization {
        Some(header) => auth::header_proof(header, &call.method, &call.target),
        None => frame.and_then(auth::frame_proof),
    };
    let denied = match auth::authorise(device, state, proof) {
        Ok(()) => return Ok(()),
        Err(denied) => denied,
    };
    Err(match denied {
        Denied::Locked(seconds) => {
            let mut reply = Reply::json(429, auth::too_many().to_value().to_string());
            reply.retry_after_s = Some(seconds);
            reply
        }
        Denied::Challenge { nonce, stale } => {
            let body = frame.map(|frame| envelope(device, frame, Err(auth::frame_challenge(device, &nonce, stale))));
            let mut reply = Reply::json(401, body.unwrap_or_default());
            reply.challenge = Some(auth::header_challenge(device, &nonce, stale));
            reply
        }
    })
}
