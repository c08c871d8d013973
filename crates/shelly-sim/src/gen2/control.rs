//! Moves outputs: switches, covers, lights.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{
    gen2::{Outcome, RpcError, dynamic, extra},
    json,
    output::{Motion, Output, OutputKind},
    state::State,
};

const NULL: &str = "null";

/// Who moves an output, and when.
#[derive(Clone, Copy)]
struct By {
    source: &'static str,
    now: Instant,
}

/// Carries out a control method of the component `key`; none when the kind has no such method.
pub(crate) fn call(state: &mut State, kind: &str, method: &str, key: &str, params: &Value) -> Option<Outcome> {
    if let Some(outcome) = extra::call(state, kind, method, key, params) {
        return Some(outcome);
    }
    if dynamic::is_dynamic(kind) {
        return (method == "set").then(|| set_value(state, key, params));
    }
    let output_kind = OutputKind::of(kind)?;
    let id = params.get("id").cloned().unwrap_or(json!(0));
    let number = id.as_u64().and_then(|id| u32::try_from(id).ok()).unwrap_or(u32::MAX);
    let known = match output_kind {
        OutputKind::Cover => {
            matches!(method, "open" | "close" | "stop" | "gotoposition" | "calibrate" | "resetcounters")
        }
        _ => matches!(method, "set" | "toggle" | "resetcounters"),
    };
    if !known {
        return None;
    }
    let by = By { source: state.source, now: state.clock.now() };
    let Some(output) = state.output(kind, number) else { return Some(Err(RpcError::no_such_id(&id))) };
    let outcome = match method {
        "resetcounters" => {
            let total = output.energy_ws / 3600.0;
            output.energy_ws = 0.0;
            Ok(json!({"aenergy": {"total": json::decimal(total, 3)}}).to_string())
        }
        _ if output_kind == OutputKind::Cover => cover(output, method, params, by),
        _ => set(output, method, params, by),
    };
    if let Some(played) = state.played.as_mut().filter(|_| outcome.is_ok()) {
        played.untouched = false;
    }
    Some(outcome)
}

fn set_value(state: &mut State, key: &str, params: &Value) -> Outcome {
    let value = params.get("value").ok_or_else(|| RpcError::missing("value"))?;
    let old = dynamic::status(state, key).ok_or_else(|| RpcError::no_such_id(&json!(key)))?;
    let fits = old["value"].is_null() || std::mem::discriminant(&old["value"]) == std::mem::discriminant(value);
    if !fits || old.get("value").is_none() {
        return Err(RpcError::argument("value"));
    }
    dynamic::set_value(state, key, json::like(&old["value"], value.clone()), state.clock.unix());
    Ok(NULL.into())
}

fn set(output: &mut Output, method: &str, params: &Value, by: By) -> Outcome {
    let was_on = output.on;
    let light = output.kind != OutputKind::Switch;
    if light {
        shade(output, params, by)?;
    }
    let on = match (method, params.get("on")) {
        ("toggle", _) => Some(!was_on),
        (_, Some(Value::Bool(on))) => Some(*on),
        (_, Some(_)) => return Err(RpcError::argument("on")),
        (_, None) if light => None,
        (_, None) => return Err(RpcError::missing("on")),
    };
    let after = match params.get("toggle_after") {
        None | Some(Value::Null) => None,
        Some(value) => Some(value.as_f64().filter(|s| *s >= 0.0).ok_or_else(|| RpcError::argument("toggle_after"))?),
    };
    if let Some(on) = on {
        output.switch(on, by.source, after.filter(|seconds| *seconds > 0.0), by.now);
    }
    if light { Ok(NULL.into()) } else { Ok(json!({"was_on": was_on}).to_string()) }
}

fn shade(output: &mut Output, params: &Value, by: By) -> Result<(), RpcError> {
    let mut next = output.clone();
    let byte = |value: &Value, name: &str, most: u8| -> Result<u8, RpcError> {
        let number = value.as_f64().filter(|number| (0.0..=f64::from(most)).contains(number));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was checked")]
        number.map(|number| number.round() as u8).ok_or_else(|| RpcError::argument(name))
    };
    if let Some(value) = params.get("brightness") {
        next.brightness = byte(value, "brightness", 100)?;
    }
    if let Some(value) = params.get("white").filter(|_| output.kind == OutputKind::Rgbw) {
        next.white = byte(value, "white", 255)?;
    }
    if let Some(value) =
        params.get("rgb").filter(|_| matches!(output.kind, OutputKind::Rgb | OutputKind::Rgbw | OutputKind::Rgbcct))
    {
        let parts = value.as_array().filter(|parts| parts.len() == 3).ok_or_else(|| RpcError::argument("rgb"))?;
        for (place, part) in next.rgb.iter_mut().zip(parts) {
            *place = byte(part, "rgb", 255)?;
        }
    }
    if let Some(value) = params.get("ct").filter(|_| matches!(output.kind, OutputKind::Cct | OutputKind::Rgbcct)) {
        let kelvin = value.as_u64().filter(|kelvin| (2700..=6500).contains(kelvin));
        next.ct = kelvin.and_then(|kelvin| u16::try_from(kelvin).ok()).ok_or_else(|| RpcError::argument("ct"))?;
    }
    next.touched = true;
    next.source = by.source;
    *output = next;
    Ok(())
}

fn cover(output: &mut Output, method: &str, params: &Value, by: By) -> Outcome {
    let By { source, now } = by;
    match method {
        "open" => output.go(100.0, source, now),
        "close" => output.go(0.0, source, now),
        "stop" => output.stop(source, now),
        "calibrate" => {
            output.go(100.0, source, now);
            output.last_motion = Some(Motion::Opening);
        }
        _ => {
            let target = match (params.get("pos"), params.get("rel")) {
                (Some(pos), _) => pos.as_f64(),
                (None, Some(rel)) => rel.as_f64().map(|rel| (output.position + rel).clamp(0.0, 100.0)),
                (None, None) => return Err(RpcError::missing("pos")),
            };
            let target = target.filter(|target| (0.0..=100.0).contains(target));
            output.go(target.ok_or_else(|| RpcError::argument("pos"))?, source, now);
        }
    }
    if let Some(seconds) = params.get("duration").and_then(Value::as_f64).filter(|seconds| *seconds > 0.0) {
        output.timer = Duration::try_from_secs_f64(seconds).ok().map(|length| (now, length));
    }
    Ok(NULL.into())
}
