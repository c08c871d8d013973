//! Puts the documents that Gen1 devices publish over MQTT over what is known.

use serde_json::json;
use shelly_gen1::{
    Status,
    mqtt::SensorDocument,
    scalar::{Flag, Numbered},
    settings::{Mode, TemperatureUnit},
    status::{ExtHumidity, ExtTemperature, Light},
};
use shelly_types::{ComponentKey, ComponentStatus, wire::Field};

use super::{
    known::{Known, put},
    sensor,
};

/// Number of the first sensor of the add-on, as in a polled status.
const ADD_ON: u32 = 100;

/// The status document: every component in it is as it says.
pub(super) fn whole(known: &mut Known, status: &Status, mode: Option<&str>) {
    let mode = mode.map(|mode| Mode::from(mode.to_owned()));
    for (key, reading) in crate::gen1::status(status, mode.as_ref()).components {
        known.replace(&key, reading);
    }
}

/// A light. Its meter and the faults that the device as a whole tells stay as they are known.
pub(super) fn light(known: &mut Known, id: u8, light: &Light) {
    let mut lights = vec![Light::default(); usize::from(id)];
    lights.push(light.clone());
    let status = Status { lights: Field::Value(lights), ..Status::default() };
    let key = ComponentKey::instance("light", u32::from(id));
    let mut read = crate::gen1::status(&status, None).components;
    let Some(ComponentStatus::Light(mut reading)) = read.remove(&key) else { return };
    if let Some(ComponentStatus::Light(before)) = known.get(&key) {
        let power_w = reading.meter.power_w.or(before.meter.power_w);
        reading.meter = before.meter.clone();
        reading.meter.power_w = power_w;
        for fault in &before.errors {
            if fault != "overpower" && !reading.errors.contains(fault) {
                reading.errors.push(fault.clone());
            }
        }
    }
    known.replace(&key, ComponentStatus::Light(reading));
}

/// The one document of a motion sensor or a radiator valve.
pub(super) fn sensor(known: &mut Known, told: &SensorDocument) {
    let flag = |field: &Field<Flag>| field.copied().map(Flag::is_on);
    let one = |kind: &str| ComponentKey::instance(kind, 0);
    let flags =
        [("/motion", flag(&told.motion)), ("/vibration", flag(&told.vibration)), ("/active", flag(&told.active))];
    for (path, value) in flags {
        if let Some(value) = value {
            sensor::member(known, &one("motion"), path, &json!(value));
        }
    }
    if let Some(lux) = told.lux.copied() {
        sensor::member(known, &one("illuminance"), "/lux", &json!(lux));
    }
    if let Some(position) = told.pos.copied() {
        sensor::member(known, &one("thermostat"), "/pos", &json!(position));
    }
    if let Some(degrees) = told.target_t.get().and_then(|target| target.value.copied()) {
        sensor::member(known, &one("thermostat"), "/target_t/value", &json!(degrees));
    }
    if let Some(thermometer) = told.tmp.get() {
        let is_fahrenheit = thermometer.units.get() == Some(&TemperatureUnit::Fahrenheit);
        let celsius = |value: f64| if is_fahrenheit { (value - 32.0) * 5.0 / 9.0 } else { value };
        let is_valid = flag(&thermometer.is_valid) != Some(false);
        let celsius = thermometer.value.copied().map(celsius).filter(|celsius| is_valid && *celsius < 999.0);
        sensor::put_temperature(known, &one("temperature"), celsius);
    }
    if let Some(percent) = told.battery.copied() {
        sensor::battery(known, |battery| put(&mut battery.percent, Some(percent).filter(|percent| *percent >= 0.0)));
    }
}

/// The thermometers of the add-on.
pub(super) fn temperatures(known: &mut Known, list: &Numbered<ExtTemperature>) {
    for (number, thermometer) in list.iter() {
        let celsius = thermometer.celsius.copied().filter(|celsius| *celsius < 999.0);
        sensor::put_temperature(known, &ComponentKey::instance("temperature", ADD_ON + number), celsius);
    }
}

/// The hygrometers of the add-on.
pub(super) fn humidities(known: &mut Known, list: &Numbered<ExtHumidity>) {
    for (number, hygrometer) in list.iter() {
        let percent = hygrometer.humidity.copied().filter(|percent| *percent < 999.0);
        sensor::humidity(known, ADD_ON + number, percent);
    }
}
