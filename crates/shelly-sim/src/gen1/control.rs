//! Moves outputs on `/relay`, `/roller`, `/light`, `/color` and `/white`.

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{
    device::Device,
    form::Params,
    gen1::{Refusal, status},
    json,
    output::{Output, OutputKind},
    state::State,
};

/// Carries out a command and answers with the state of the output.
pub(crate) fn command(
    device: &Device,
    state: &mut State,
    kind: &str,
    id: u32,
    params: &Params,
) -> Result<Value, Refusal> {
    let settings = json::parse(&state.config);
    let at = state
        .outputs
        .iter()
        .position(|output| output.id == id && fits(kind, output.kind))
        .ok_or_else(|| missing(kind, state))?;
    if !params.is_empty() {
        let body = params.iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
        device.record(state, &format!("/{kind}/{id}"), Value::Object(body));
        if let Some(played) = &mut state.played {
            played.untouched = false;
        }
    }
    let now = state.clock.now();
    let output = &mut state.outputs[at];
    if output.kind == OutputKind::Cover {
        let calibrated = json::truth(&settings, &format!("rollers.{id}.positioning"));
        roller(output, params, calibrated, now)?;
    } else {
        shade(output, params)?;
        switch(output, params, now)?;
    }
    Ok(status::output_status(device, &state.outputs[at], &settings, now))
}

fn fits(word: &str, kind: OutputKind) -> bool {
    match word {
        "relay" => kind == OutputKind::Switch,
        "roller" => kind == OutputKind::Cover,
        "color" => kind == OutputKind::Rgbw,
        "white" => matches!(kind, OutputKind::Light | OutputKind::Cct),
        _ => matches!(kind, OutputKind::Light | OutputKind::Cct | OutputKind::Rgbw),
    }
}

fn missing(kind: &str, state: &State) -> Refusal {
    let lit = state.outputs.iter().any(|output| fits("light", output.kind));
    match kind {
        "white" if lit => Refusal(400, "Device mode is not dimmer!".into()),
        "color" if lit => Refusal(400, "Device mode is not color!".into()),
        _ => Refusal::not_found(),
    }
}

fn switch(output: &mut Output, params: &Params, now: Instant) -> Result<(), Refusal> {
    let on = match params.get("turn") {
        None => return Ok(()),
        Some("on") => true,
        Some("off") => false,
        Some("toggle") => !output.on,
        Some(_) => return Err(Refusal::bad("turn")),
    };
    let timer = match params.get("timer") {
        None => None,
        Some(text) => Some(text.parse::<f64>().ok().filter(|s| *s >= 0.0).ok_or_else(|| Refusal::bad("timer"))?),
    };
    output.switch(on, "http", timer.filter(|seconds| *seconds > 0.0), now);
    Ok(())
}

fn shade(output: &mut Output, params: &Params) -> Result<(), Refusal> {
    for (name, text) in params.iter() {
        let whole = |most: u16| -> Result<u16, Refusal> {
            let value: i64 = text.parse().map_err(|_| Refusal::bad(name))?;
            u16::try_from(value.max(0)).map_or(Ok(most), |value| Ok(value.min(most)))
        };
        let byte = |most: u8| whole(most.into()).map(|value| u8::try_from(value).unwrap_or(most));
        match name {
            "brightness" if output.kind != OutputKind::Rgbw => output.brightness = byte(100)?,
            "gain" if output.kind == OutputKind::Rgbw => output.brightness = byte(100)?,
            "red" => output.rgb[0] = byte(255)?,
            "green" => output.rgb[1] = byte(255)?,
            "blue" => output.rgb[2] = byte(255)?,
            "white" => output.white = byte(if output.kind == OutputKind::Cct { 100 } else { 255 })?,
            "temp" => output.ct = whole(6500)?.max(2700),
            "effect" => output.effect = byte(3)?,
            _ => continue,
        }
        output.touched = true;
        output.source = "http";
    }
    Ok(())
}

fn roller(output: &mut Output, params: &Params, calibrated: bool, now: Instant) -> Result<(), Refusal> {
    let number = |name: &str| params.get(name).and_then(|text| text.parse::<f64>().ok());
    match params.get("go") {
        None => return Ok(()),
        Some("open") => output.go(100.0, "http", now),
        Some("close") => output.go(0.0, "http", now),
        Some("stop") => output.stop("http", now),
        Some("to_pos") if !calibrated => return Err(Refusal(400, "Not calibrated!".into())),
        Some("to_pos") => {
            let to = number("roller_pos").filter(|pos| (0.0..=100.0).contains(pos));
            output.go(to.ok_or_else(|| Refusal::bad("roller_pos"))?, "http", now);
        }
        Some(_) => return Err(Refusal::bad("go")),
    }
    if let Some(seconds) = number("duration").filter(|seconds| *seconds > 0.0) {
        output.timer = std::time::Duration::try_from_secs_f64(seconds).ok().map(|length| (now, length));
    }
    Ok(())
}
