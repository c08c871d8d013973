//! Puts values over the readings of sensors, of the add-on, of the radiator valve, and of what supplies them.

use serde_json::{Value as Json, json};
use shelly_gen1::reading::{Component, Meaning, Quantity as Q, Value};
use shelly_types::{
    ComponentKey, ComponentStatus,
    status::{BatteryStatus, HumidityStatus, TemperatureStatus},
};

use super::{
    channel,
    known::{Known, celsius, put as set},
};

/// Sensors of the add-on are numbered from here, as in a polled status.
const ADD_ON: u32 = 100;

pub(super) fn put(known: &mut Known, meaning: Meaning, value: &Value) {
    let id = meaning.component.number().unwrap_or_default();
    let other = |kind: &str, member: &str| Some((ComponentKey::instance(kind, 0), member.to_owned()));
    let place = match meaning.quantity {
        Q::Temperature => return temperature(known, id, celsius(meaning, value)),
        Q::Humidity => return humidity(known, place(known, id), value.as_number()),
        Q::ExternalInput => {
            if let Some(on) = value.as_flag() {
                known.change(&ComponentKey::instance("input", ADD_ON + u32::from(id)), |reading| {
                    channel::input(reading, on)
                });
            }
            return;
        }
        Q::Battery => {
            let percent = value.as_number().filter(|percent| *percent >= 0.0);
            return battery(known, |battery| set(&mut battery.percent, percent));
        }
        Q::Charger => {
            let Some(charges) = value.as_flag() else { return };
            return battery(known, |battery| set(&mut battery.external_power, Some(charges)));
        }
        Q::Voltage if matches!(meaning.component, Component::Adc(_)) => {
            Some((ComponentKey::instance("voltmeter", ADD_ON + u32::from(id)), "voltage".to_owned()))
        }
        Q::Flood => other("flood", "alarm"),
        Q::Smoke => other("smoke", "alarm"),
        Q::Illuminance => other("illuminance", "lux"),
        Q::Illumination => other("illuminance", "illumination"),
        Q::GasAlarm => other("gas", "alarm_state"),
        Q::GasConcentration => other("gas", "ppm"),
        Q::GasOperation => other("gas", "sensor_state"),
        Q::SelfTest => other("gas", "self_test_state"),
        Q::Motion => other("motion", "motion"),
        Q::MotionActive => other("motion", "active"),
        Q::Vibration if known.has("contact") => other("contact", "vibration"),
        Q::Vibration => other("motion", "vibration"),
        Q::Open => other("contact", "state"),
        Q::Tilt => other("contact", "tilt"),
        Q::ValvePosition => other("thermostat", "pos"),
        Q::BoostMinutes => other("thermostat", "boost_minutes"),
        Q::TargetTemperature if !matches!(value, Value::Missing) => {
            let degrees = celsius(meaning, value);
            return member(known, &ComponentKey::instance("thermostat", 0), "/target_t/value", &json!(degrees));
        }
        _ => None,
    };
    if let Some((key, name)) = place
        && let Some(value) = sent(meaning.quantity, value)
    {
        member(known, &key, &format!("/{name}"), &value);
    }
}

/// A value in the words of a polled status.
fn sent(quantity: Q, value: &Value) -> Option<Json> {
    Some(match (quantity, value) {
        (_, Value::Missing) => return None,
        (Q::Open, Value::Flag(is_open)) => json!(if *is_open { "open" } else { "close" }),
        (_, Value::Flag(is_set)) => json!(is_set),
        (_, Value::Number(number)) => number_as_sent(*number),
        (_, Value::Word(word)) => json!(word),
        (_, Value::Words(words)) => json!(words),
    })
}

/// Devices write whole numbers without a point.
fn number_as_sent(number: f64) -> Json {
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and small")]
    if number.fract() == 0.0 && number.abs() < 1e15 { json!(number as i64) } else { json!(number) }
}

/// The number of a sensor: those of a device that measures the room come first, those of an add-on later.
fn place(known: &Known, id: u8) -> u32 {
    let is_add_on = ["switch", "cover", "light"].iter().any(|kind| known.has(kind)) && !known.has("devicepower");
    if is_add_on { ADD_ON + u32::from(id) } else { u32::from(id) }
}

fn temperature(known: &mut Known, id: u8, celsius: Option<f64>) {
    let key = ComponentKey::instance("temperature", place(known, id));
    put_temperature(known, &key, celsius);
    let valve = ComponentKey::instance("thermostat", u32::from(id));
    if known.get(&valve).is_some() {
        member(known, &valve, "/tmp/value", &json!(celsius));
    }
}

pub(super) fn put_temperature(known: &mut Known, key: &ComponentKey, celsius: Option<f64>) {
    known.change(key, |reading| {
        let ComponentStatus::Temperature(status) = reading else {
            let wanted = TemperatureStatus { celsius, ..TemperatureStatus::default() };
            return celsius.is_some() && set(reading, ComponentStatus::Temperature(wanted));
        };
        super::known::put(&mut status.celsius, celsius)
    });
}

pub(super) fn humidity(known: &mut Known, id: u32, percent: Option<f64>) {
    known.change(&ComponentKey::instance("humidity", id), |reading| {
        let ComponentStatus::Humidity(status) = reading else {
            let wanted = HumidityStatus { percent, ..HumidityStatus::default() };
            return percent.is_some() && set(reading, ComponentStatus::Humidity(wanted));
        };
        super::known::put(&mut status.percent, percent)
    });
}

pub(super) fn battery(known: &mut Known, change: impl FnOnce(&mut BatteryStatus) -> bool) {
    known.change(&ComponentKey::instance("devicepower", 0), |reading| {
        if !matches!(reading, ComponentStatus::Battery(_)) {
            *reading = ComponentStatus::Battery(Box::default());
        }
        let ComponentStatus::Battery(battery) = reading else { return false };
        change(battery)
    });
}

/// Sets a member of a reading in the vendor's words, at a path with slashes; objects on the way come to be.
pub(super) fn member(known: &mut Known, key: &ComponentKey, path: &str, value: &Json) {
    known.change(key, |reading| {
        let ComponentStatus::Other(whole) = reading else { return false };
        let mut place = whole;
        for name in path.split('/').filter(|name| !name.is_empty()) {
            if !place.is_object() {
                *place = json!({});
            }
            place = &mut place[name];
        }
        if shelly_types::wire::same(place, value) {
            return false;
        }
        *place = value.clone();
        true
    });
}
