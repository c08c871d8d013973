//! Answers RPC frames, whichever way they came: HTTP, WebSockets, MQTT, UDP.

use serde_json::{Map, Value, json};

use crate::{
    device::Device,
    gen2::{
        Outcome, RpcError,
        auth::{self, Denied},
        methods,
    },
    quirk::Quirk,
    state::State,
};

/// How a frame came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Http,
    WsIn,
    WsOut,
    Mqtt,
    Udp,
    Bluetooth,
    /// A schedule of the device itself.
    Loopback,
}

impl Way {
    /// The word for the source of a change.
    pub(crate) fn source(self) -> &'static str {
        match self {
            Self::Http => "HTTP_in",
            Self::WsIn => "WS_in",
            Self::WsOut => "WS_out",
            Self::Mqtt => "MQTT",
            Self::Udp | Self::Bluetooth => "RPC",
            Self::Loopback => "loopback",
        }
    }

    /// Whether the password is asked for; an outbound WebSocket and MQTT are trusted (gen2 protocol 4).
    fn asks_password(self) -> bool {
        !matches!(self, Self::WsOut | Self::Mqtt)
    }
}

/// What a device knows of the caller at the other end of a socket.
#[derive(Debug, Default)]
pub(crate) struct Session {
    /// Its name, which notifications go to; none before the first frame with a `src`.
    pub(crate) src: Option<Box<str>>,
    /// It proved the password once, which is enough before firmware 2.0.
    proven: bool,
}

impl Session {
    /// A caller the device knows from the start.
    pub(crate) fn named(src: &str) -> Self {
        Self { src: Some(src.into()), proven: false }
    }
}

/// The answer to a frame.
#[derive(Debug)]
pub(crate) struct Answered {
    /// The response frame.
    pub(crate) text: String,
    /// Whether a method changed something.
    pub(crate) wrote: bool,
}

/// Answers one frame; none for what is no request.
pub(crate) fn answer(device: &Device, session: &mut Session, way: Way, text: &str) -> Option<Answered> {
    let Ok(Value::Object(frame)) = serde_json::from_str(text) else {
        let error = RpcError::new(400, "Malformed request");
        let frame = Map::from_iter([("id".to_owned(), Value::Null)]);
        return Some(Answered { text: envelope(device, &frame, Err(error)), wrote: false });
    };
    let method = frame.get("method")?.as_str()?.to_owned();
    frame.get("id").filter(|id| id.is_number() || id.is_string())?;
    let src = frame.get("src").and_then(Value::as_str).filter(|src| !src.is_empty());
    if src.is_some() && session.src.as_deref() != src {
        session.src = src.map(Into::into);
    }
    let mut state = device.state();
    let open = session.proven || !way.asks_password() || is_open(&method);
    if !open {
        match auth::authorise(device, &mut state, auth::frame_proof(&frame)) {
            Ok(()) => session.proven = state.login.is_some() && !auth::rules(device).modern,
            Err(denied) => {
                let error = match denied {
                    Denied::Locked(_) => auth::too_many(),
                    Denied::Challenge { nonce, stale } => auth::frame_challenge(device, &nonce, stale),
                };
                return Some(Answered { text: envelope(device, &frame, Err(error)), wrote: false });
            }
        }
    }
    let null = json!({});
    let (outcome, wrote) = run(device, &mut state, way, &method, frame.get("params").unwrap_or(&null));
    if std::mem::take(&mut state.answer_lost) {
        return None;
    }
    drop(state);
    Some(Answered { text: envelope(device, &frame, outcome), wrote })
}

/// Whether a method needs no password.
pub(crate) fn is_open(method: &str) -> bool {
    method.eq_ignore_ascii_case("Shelly.GetDeviceInfo")
}

/// Carries out a method and notes a write.
pub(crate) fn run(device: &Device, state: &mut State, way: Way, method: &str, params: &Value) -> (Outcome, bool) {
    state.source = way.source();
    let outcome = methods::call(device, state, method, params);
    if outcome.is_ok() && device.has(Quirk::LostStationAnswer) && writes_station(method, params) {
        state.answer_lost = true;
    }
    let wrote = outcome.is_ok() && methods::writes(method);
    if wrote {
        device.record(state, method, params.clone());
    }
    (outcome, wrote)
}

fn writes_station(method: &str, params: &Value) -> bool {
    method.eq_ignore_ascii_case("wifi.setconfig") && params["config"].get("sta").is_some()
}

/// A response frame. The result is spliced in as text, so a stored document is not parsed to be served.
pub(crate) fn envelope(device: &Device, frame: &Map<String, Value>, outcome: Outcome) -> String {
    let null = Value::Null;
    let id = frame.get("id").unwrap_or(&null);
    let src = json!(&*device.id);
    let dst = frame.get("src").map(|dst| format!(r#","dst":{dst}"#)).unwrap_or_default();
    match outcome {
        Ok(result) => format!(r#"{{"id":{id},"src":{src}{dst},"result":{result}}}"#),
        Err(error) => format!(r#"{{"id":{id},"src":{src}{dst},"error":{}}}"#, error.to_value()),
    }
}

/// A notification frame for one listener.
pub(crate) fn notification(device: &Device, dst: Option<&str>, method: &str, params: &str) -> String {
    let src = json!(&*device.id);
    let dst = dst.map(|dst| format!(r#","dst":{}"#, json!(dst))).unwrap_or_default();
    format!(r#"{{"src":{src}{dst},"method":"{method}","params":{params}}}"#)
}
