//! A description of its own of what Gen1 firmware does with a write, to test the driver's against.

use serde_json::{Value, json};

use crate::family::{Request, Write};

/// Parameters of `/settings` whose place has another name.
const RENAMED: &[(&str, &str)] = &[
    ("ap_roaming_enabled", "ap_roaming.enabled"),
    ("ap_roaming_threshold", "ap_roaming.threshold"),
    ("coiot_enable", "coiot.enabled"),
    ("coiot_update_period", "coiot.update_period"),
    ("coiot_peer", "coiot.peer"),
    ("sntp_server", "sntp.server"),
    ("longpush_duration_ms_min", "longpush_duration_ms.min"),
    ("longpush_duration_ms_max", "longpush_duration_ms.max"),
    ("multipush_time_between_pushes_ms_max", "multipush_time_between_pushes_ms.max"),
    ("ext_sensors_temperature_unit", "ext_sensors.temperature_unit"),
    ("sleep_mode_period", "sleep_mode.period"),
    ("temperature_units", "sensors.temperature_unit"),
    ("temperature_threshold", "sensors.temperature_threshold"),
    ("humidity_threshold", "sensors.humidity_threshold"),
    ("motion_duration", "sensors.motion_duration"),
    ("motion_led", "sensors.motion_led"),
    ("motion_enable", "motion.enabled"),
    ("motion_sensitivity", "motion.sensitivity"),
    ("motion_blind_time_minutes", "motion.blind_time_minutes"),
    ("motion_pulse_count", "motion.pulse_count"),
    ("motion_operating_mode", "motion.operating_mode"),
    ("display_brightness", "display.brightness"),
    ("display_flipped", "display.flipped"),
    ("floor_heating", "thermostats.0.ext_t.floor_heating"),
];

/// Lists by the word in the path.
const LISTS: &[(&str, &str)] = &[
    ("relay", "relays"),
    ("power", "relays"),
    ("roller", "rollers"),
    ("light", "lights"),
    ("input", "inputs"),
    ("emeter", "emeters"),
    ("favorites", "favorites"),
    ("thermostats", "thermostats"),
    ("ext_temperature", "ext_temperature"),
    ("ext_humidity", "ext_humidity"),
    ("ext_switch", "ext_switch"),
    ("adc", "adcs"),
];

/// Where a parameter ends up.
fn place(document: &Value, path: &str, parameter: &str) -> String {
    let words: Vec<&str> = path.trim_start_matches("/settings").split('/').filter(|word| !word.is_empty()).collect();
    match *words.as_slice() {
        [] => root(document, parameter),
        ["sta" | "sta1"] => {
            let name = match parameter {
                "netmask" => "mask",
                "gateway" => "gw",
                other => other,
            };
            format!("wifi_{}.{name}", words[0])
        }
        ["ap"] => format!("wifi_ap.{parameter}"),
        [block] => format!("{block}.{parameter}"),
        ["power", id] if document.get("power").is_some() => {
            assert_eq!(id, "0");
            "power".to_owned()
        }
        [word, ref rest @ ..] => {
            let list = LISTS.iter().find(|(known, _)| *known == word).unwrap_or_else(|| panic!("{path}")).1;
            let name = match (word, parameter) {
                ("roller", "btn_type") => "button_type",
                ("thermostats", "target_t") => "target_t.value",
                ("thermostats", "target_t_enabled") => "target_t.enabled",
                ("thermostats", "t_auto_enabled") => "t_auto.enabled",
                ("thermostats", "ext_t_enabled") => "ext_t.enabled",
                (_, other) => other,
            };
            format!("{list}.{}.{name}", rest.join("."))
        }
    }
}

fn root(document: &Value, parameter: &str) -> String {
    if parameter == "coiot_execute_enable" {
        let within = document.pointer("/coiot/execute_enable").is_some();
        return if within { "coiot.execute_enable" } else { "coiot_execute_enable" }.to_owned();
    }
    if let Some((_, place)) = RENAMED.iter().find(|(known, _)| *known == parameter) {
        return (*place).to_owned();
    }
    match parameter.strip_prefix("mqtt_") {
        Some(field) => format!("mqtt.{field}"),
        None => parameter.to_owned(),
    }
}

fn pointer(place: &str) -> String {
    format!("/{}", place.replace('.', "/"))
}

/// Changes a value beyond recognition.
fn spoil(value: &Value) -> Value {
    match value {
        Value::Bool(on) => json!(!on),
        Value::Number(number) => json!(u8::from(number.as_f64() == Some(0.0))),
        Value::Null => json!("spoilt"),
        Value::String(text) => json!(format!("{text}~")),
        Value::Array(_) => json!(["spoilt"]),
        Value::Object(_) => json!({}),
    }
}

/// Stores a text in the type the place has, as firmware does.
fn store(text: &str, like: &Value) -> Value {
    let truth = text == "1" || text == "true";
    match like {
        Value::Bool(_) => json!(truth),
        Value::Number(_) if text == "true" || text == "false" => json!(u8::from(truth)),
        Value::Number(_) => json!(text.parse::<f64>().expect("a number")),
        Value::Null if text.is_empty() => Value::Null,
        Value::Null | Value::String(_) => json!(text),
        Value::Array(_) => text.split(',').filter(|item| !item.is_empty()).map(Value::from).collect(),
        Value::Object(_) => panic!("{text} for an object"),
    }
}

/// A device with the settings of a document.
pub(super) struct Device {
    original: Value,
    now: Value,
}

impl Device {
    pub(super) fn new(document: &Value) -> Self {
        Self { original: document.clone(), now: document.clone() }
    }

    pub(super) fn document(&self) -> &Value {
        &self.now
    }

    /// Spoils every place that these requests write.
    pub(super) fn spoil(&mut self, writes: &[Write]) {
        self.each(writes, |_, original| spoil(original));
    }

    /// Does what these requests say.
    pub(super) fn write(&mut self, writes: &[Write]) {
        self.each(writes, store);
    }

    fn each(&mut self, writes: &[Write], change: impl Fn(&str, &Value) -> Value) {
        for write in writes {
            let Request::Gen1 { path, parameters } = &write.request else { panic!("a request of another family") };
            for (name, text) in parameters {
                let place = pointer(&place(&self.original, path, name));
                let original = self.original.pointer(&place).unwrap_or_else(|| panic!("{path}?{name}: no {place}"));
                let value = change(text, original);
                *self.now.pointer_mut(&place).expect("place") = value;
            }
        }
    }
}
