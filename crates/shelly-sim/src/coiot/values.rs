//! Finds the values of a CoIoT status in the device's own documents.

use serde_json::{Value, json};

use crate::{coiot::table::Sensor, json};

/// The documents a status is made of.
pub(crate) struct Source<'a> {
    /// `/status`.
    pub(crate) status: &'a Value,
    /// Mode of the device; empty where there is only one.
    pub(crate) mode: &'a str,
}

/// The value of a sensor; none when the device has nothing to say of it.
pub(crate) fn value(source: &Source<'_>, sensor: &Sensor, block: &str) -> Option<Value> {
    let (kind, index) = block.split_once('_').unwrap_or((block, "0"));
    let (what, fahrenheit) = (&*sensor.1, sensor.3 == "F");
    let found = match kind {
        "relay" => relay(source, what, index),
        "roller" => roller(source, what, index),
        "light" => light(source, what, index),
        "input" => input(source, what, index),
        "emeter" | "meter" => meter(source, kind, what, index),
        "sensor" => own_sensor(source, what, index, fahrenheit),
        "adc" => at(source, &format!("adcs.{index}.voltage")),
        "valve" => at(source, &format!("valves.{index}.state")),
        _ => device(source, what, fahrenheit),
    };
    found.map(|value| match value {
        Value::Bool(yes) => json!(u8::from(yes)),
        other => other,
    })
}

fn at(source: &Source<'_>, path: &str) -> Option<Value> {
    json::at(source.status, path).filter(|value| !value.is_null()).cloned()
}

fn relay(source: &Source<'_>, what: &str, index: &str) -> Option<Value> {
    match what {
        "output" => at(source, &format!("relays.{index}.ison")),
        "power" => at(source, &format!("meters.{index}.power")),
        "energy" => at(source, &format!("meters.{index}.total")),
        "overpower" => Some(at(source, &format!("relays.{index}.overpower")).unwrap_or(json!(0))),
        "overpowerValue" => at(source, &format!("meters.{index}.overpower")),
        "totalWorkTime" => at(source, "total_work_time"),
        _ => input(source, what, index),
    }
}

fn input(source: &Source<'_>, what: &str, index: &str) -> Option<Value> {
    let name = match what {
        "input" => "input",
        "inputEvent" => "event",
        "inputEventCnt" => "event_cnt",
        _ => return None,
    };
    at(source, &format!("inputs.{index}.{name}"))
}

fn roller(source: &Source<'_>, what: &str, index: &str) -> Option<Value> {
    match what {
        "roller" => at(source, &format!("rollers.{index}.state")),
        "rollerPos" => at(source, &format!("rollers.{index}.current_pos")),
        "rollerPower" => at(source, &format!("rollers.{index}.power")),
        "rollerEnergy" => at(source, &format!("meters.{index}.total")),
        "rollerStopReason" => at(source, &format!("rollers.{index}.stop_reason")),
        _ => None,
    }
}

fn light(source: &Source<'_>, what: &str, index: &str) -> Option<Value> {
    let name = match what {
        "output" => "ison",
        "colorTemp" => "temp",
        "whiteLevel" => "white",
        "power" | "energy" => return relay(source, what, index),
        "overpower" | "loadError" | "overpowerValue" => return Some(json!(0)),
        "mode" => return Some(json!(source.mode)),
        same => same,
    };
    at(source, &format!("lights.{index}.{name}"))
}

fn meter(source: &Source<'_>, kind: &str, what: &str, index: &str) -> Option<Value> {
    let name = match what {
        "energy" => "total",
        "energyReturned" => "total_returned",
        "powerFactor" => "pf",
        same => same,
    };
    at(source, &format!("{kind}s.{index}.{name}"))
}

fn own_sensor(source: &Source<'_>, what: &str, index: &str, fahrenheit: bool) -> Option<Value> {
    let unit = if fahrenheit { "tF" } else { "tC" };
    match what {
        "extTemp" | "temp" => at(source, &format!("ext_temperature.{index}.{unit}"))
            .or_else(|| at(source, &format!("thermostats.0.tmp.{unit}")))
            .or_else(|| at(source, &format!("tmp.{unit}")).filter(|_| index == "0")),
        "targetTemp" => {
            let celsius = json::number(source.status, "thermostats.0.target_t.value")?;
            Some(json::decimal(if fahrenheit { celsius * 1.8 + 32.0 } else { celsius }, 1))
        }
        "humidity" => at(source, &format!("ext_humidity.{index}.hum")).or_else(|| at(source, "hum.value")),
        "sensorError" | "dwStateChanged" => Some(json!(0)),
        "dwIsOpened" => at(source, "sensor.state").map(|state| json!(u8::from(state == "open"))),
        "tilt" | "vibration" => at(source, &format!("accel.{what}")).or_else(|| at(source, &format!("sensor.{what}"))),
        "luminosity" => at(source, "lux.value"),
        "luminosityLevel" => at(source, "lux.illumination"),
        "sensorOp" => at(source, "gas_sensor.sensor_state"),
        "selfTest" => at(source, "gas_sensor.self_test_state"),
        "gas" => at(source, "gas_sensor.alarm_state"),
        "concentration" => at(source, "concentration.ppm"),
        "motion" | "timestamp" => at(source, &format!("sensor.{what}")),
        "motionActive" => at(source, "sensor.active"),
        "flood" | "smoke" => at(source, what),
        "extInput" => at(source, "ext_switch.0.input"),
        _ => input(source, what, index),
    }
}

fn device(source: &Source<'_>, what: &str, fahrenheit: bool) -> Option<Value> {
    match what {
        "cfgChanged" => at(source, "cfg_changed_cnt").or(Some(json!(0))),
        "deviceTemp" => at(source, if fahrenheit { "tmp.tF" } else { "tmp.tC" }),
        "overtemp" => at(source, "overtemperature"),
        "mode" if source.status.get("thermostats").is_some() => Some(json!(0)),
        "mode" => Some(json!(source.mode)),
        "voltage" => at(source, "voltage"),
        "battery" => at(source, "bat.value"),
        "charger" => at(source, "charger"),
        "wakeupEvent" => at(source, "act_reasons"),
        "valvePos" => at(source, "thermostats.0.pos"),
        "boostMinutes" => at(source, "thermostats.0.boost_minutes"),
        "overpower" | "sensorError" | "valveError" => Some(json!(0)),
        "status" => Some(json!(1)),
        _ => input(source, what, "0"),
    }
}
