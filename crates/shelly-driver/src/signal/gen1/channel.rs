//! Puts values over the readings of relays, rollers, lights, inputs and meters.

use shelly_gen1::reading::{Meaning, Quantity as Q, Value};
use shelly_types::{ComponentStatus, status::MeterReading};

use super::known::{measure, put};

/// Makes the reading one of this kind, if it is not known yet.
macro_rules! of_kind {
    ($reading:expr, $variant:ident) => {{
        if !matches!($reading, ComponentStatus::$variant(_)) {
            *$reading = ComponentStatus::$variant(<_>::default());
        }
        let ComponentStatus::$variant(status) = $reading else { return false };
        status
    }};
}

pub(super) fn relay(reading: &mut ComponentStatus, meaning: Meaning, value: &Value) -> bool {
    let status = of_kind!(reading, Switch);
    match (meaning.quantity, value) {
        (Q::Output, Value::Flag(on)) => switched(&mut status.output, &mut status.source, *on),
        // Over MQTT the word for an output that went off because of it.
        (Q::Output, Value::Word(word)) if word == "overpower" => {
            let is_other = switched(&mut status.output, &mut status.source, false);
            with_fault(&mut status.errors, "overpower", true) || is_other
        }
        (Q::Overpower, Value::Flag(is_there)) => with_fault(&mut status.errors, "overpower", *is_there),
        _ => measure(&mut status.meter, meaning, value),
    }
}

pub(super) fn roller(reading: &mut ComponentStatus, meaning: Meaning, value: &Value) -> bool {
    let status = of_kind!(reading, Cover);
    match (meaning.quantity, value) {
        (Q::Movement, Value::Word(word)) => {
            let state = match word.as_str() {
                "open" => "opening",
                "close" => "closing",
                _ => at_rest(status.position_percent),
            };
            let is_other = status.state.as_deref() != Some(state);
            if is_other {
                status.state = Some(state.to_owned());
                status.source = None;
            }
            is_other
        }
        (Q::Position, _) => {
            let position = value.as_number().filter(|position| (0.0..=100.0).contains(position));
            let rests = matches!(status.state.as_deref(), Some("open" | "closed" | "stopped"));
            let state = rests.then(|| at_rest(position).to_owned());
            let is_other = put(&mut status.position_percent, position);
            state.is_some_and(|state| put(&mut status.state, Some(state))) || is_other
        }
        (Q::StopReason, Value::Word(word)) => {
            let mut is_other = false;
            for (reason, fault) in
                [("obstacle", "obstruction"), ("safety_switch", "safety_switch"), ("overpower", "overpower")]
            {
                is_other |= with_fault(&mut status.errors, fault, word == reason);
            }
            is_other
        }
        _ => measure(&mut status.meter, meaning, value),
    }
}

fn at_rest(position: Option<f64>) -> &'static str {
    match position {
        Some(0.0) => "closed",
        Some(100.0) => "open",
        _ => "stopped",
    }
}

pub(super) fn light(reading: &mut ComponentStatus, meaning: Meaning, value: &Value, mode: Option<&str>) -> bool {
    let status = of_kind!(reading, Light);
    let is_color = mode.map_or(status.rgb.is_some(), |mode| mode == "color");
    match (meaning.quantity, value) {
        (Q::Output, Value::Flag(on)) => switched(&mut status.output, &mut status.source, *on),
        (Q::Brightness, _) => !is_color && put(&mut status.brightness_percent, value.as_number()),
        (Q::Gain, _) => is_color && put(&mut status.brightness_percent, value.as_number()),
        (Q::ColorTemperature, _) => !is_color && put(&mut status.color_temperature_k, kelvin(value)),
        (Q::White, _) => is_color && put(&mut status.white, byte(value)),
        (color @ (Q::Red | Q::Green | Q::Blue), _) => {
            let Some(level) = byte(value).filter(|_| is_color) else { return false };
            let mut rgb = status.rgb.unwrap_or_default();
            let place = match color {
                Q::Red => 0,
                Q::Green => 1,
                _ => 2,
            };
            rgb[place] = level;
            put(&mut status.rgb, Some(rgb))
        }
        (Q::Overpower, Value::Flag(is_there)) => with_fault(&mut status.errors, "overpower", *is_there),
        (Q::LoadError, Value::Flag(is_there)) => with_fault(&mut status.errors, "unsupported_load", *is_there),
        _ => measure(&mut status.meter, meaning, value),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be within the range")]
fn byte(value: &Value) -> Option<u8> {
    value.as_number().filter(|number| (0.0..=255.0).contains(number)).map(|number| number as u8)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be within the range")]
fn kelvin(value: &Value) -> Option<u32> {
    value.as_number().filter(|number| (0.0..=100_000.0).contains(number)).map(|number| number as u32)
}

pub(super) fn input(reading: &mut ComponentStatus, on: bool) -> bool {
    let status = of_kind!(reading, Input);
    put(&mut status.on, Some(on))
}

pub(super) fn energy_meter(reading: &mut ComponentStatus, meaning: Meaning, value: &Value) -> bool {
    let meter = of_kind!(reading, Meter);
    measure(meter, meaning, value)
}

/// The meter of an output.
pub(super) fn meter(reading: &mut ComponentStatus) -> Option<&mut MeterReading> {
    match reading {
        ComponentStatus::Switch(status) => Some(&mut status.meter),
        ComponentStatus::Cover(status) => Some(&mut status.meter),
        ComponentStatus::Light(status) => Some(&mut status.meter),
        _ => None,
    }
}

/// Temperature inside, which a relay shows too.
pub(super) fn temperature(reading: &mut ComponentStatus, celsius: Option<f64>) -> bool {
    match reading {
        ComponentStatus::Switch(status) => put(&mut status.temperature_c, celsius),
        _ => false,
    }
}

/// A fault of an output comes or goes.
pub(super) fn fault(reading: &mut ComponentStatus, word: &str, is_there: bool) -> bool {
    match reading {
        ComponentStatus::Switch(status) => with_fault(&mut status.errors, word, is_there),
        ComponentStatus::Cover(status) => with_fault(&mut status.errors, word, is_there),
        ComponentStatus::Light(status) => with_fault(&mut status.errors, word, is_there),
        _ => false,
    }
}

/// The output is so now. Who switched it is not told, so it is unknown after a change.
fn switched(output: &mut Option<bool>, source: &mut Option<String>, on: bool) -> bool {
    let is_other = put(output, Some(on));
    if is_other {
        *source = None;
    }
    is_other
}

fn with_fault(errors: &mut Vec<String>, word: &str, is_there: bool) -> bool {
    match (errors.iter().position(|error| error == word), is_there) {
        (None, true) => errors.push(word.to_owned()),
        (Some(at), false) => drop(errors.remove(at)),
        _ => return false,
    }
    true
}
