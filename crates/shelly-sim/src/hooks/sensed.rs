//! Finds events in what a device measures, by comparison with what it measured before.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::{hooks::Happened, json};

/// What was measured when it last was an event, by component and field.
pub(super) type Seen = BTreeMap<String, Value>;

/// What makes a change an event.
#[derive(Clone, Copy)]
enum When {
    /// Any change.
    Changes,
    /// A change of at least this much, and of this many percent.
    Moves(f64, f64),
    /// A change of more than this setting of the component says, or this much.
    Exceeds(&'static str, f64),
    /// Becomes true; with false the event has the suffix `_off`.
    Flips,
}

use When::{Changes, Exceeds, Flips, Moves};

/// Kind, field, what makes it an event, the event, its attributes (reference/gen2/components.json, `webhook_events`).
/// Where no threshold is known, that of the nearest kind is taken.
const EVENTS: &[(&str, &str, When, &str, &[&str])] = &[
    ("boolean", "value", Changes, "change", &[]),
    ("number", "value", Changes, "change", &[]),
    ("text", "value", Changes, "change", &[]),
    ("enum", "value", Changes, "change", &[]),
    ("temperature", "tC", Exceeds("report_thr_C", 0.5), "change", &["tC", "tF"]),
    ("humidity", "rh", Exceeds("report_thr", 1.0), "change", &["rh"]),
    ("illuminance", "illumination", Changes, "change", &["lux", "illumination"]),
    ("smoke", "alarm", Flips, "alarm", &[]),
    ("flood", "alarm", Flips, "alarm", &[]),
    ("voltmeter", "voltage", Changes, "change", &[]),
    ("pilotwire", "mode", Changes, "mode_change", &[]),
    ("switch", "apower", Moves(1.0, 5.0), "active_power_change", &["apower"]),
    ("pm1", "apower", Moves(1.0, 5.0), "apower_change", &["apower"]),
    ("pm1", "voltage", Moves(1.0, 10.0), "voltage_change", &["voltage"]),
    ("pm1", "current", Moves(0.02, 5.0), "current_change", &["current"]),
    ("em1", "act_power", Moves(10.0, 5.0), "active_power_change", &["act_power"]),
    ("em1", "voltage", Moves(1.0, 5.0), "voltage_change", &["voltage"]),
    ("em1", "current", Moves(0.05, 5.0), "current_change", &["current"]),
    ("em", "total_act_power", Moves(100.0, 5.0), "total_active_power_change", &["total_active_power"]),
    ("em", "total_aprt_power", Moves(100.0, 5.0), "total_apparent_power_change", &["total_apparent_power"]),
    ("em", "total_current", Moves(3.0, 5.0), "total_current_change", &["total_current"]),
    ("em", "?_act_power", Moves(10.0, 5.0), "active_power_change", &["phase", "act_power"]),
    ("em", "?_voltage", Moves(1.0, 5.0), "voltage_change", &["phase", "voltage"]),
    ("em", "?_current", Moves(0.05, 5.0), "current_change", &["phase", "current"]),
];

/// Kinds that are measured each minute, the event, its attributes.
const EACH_MINUTE: &[(&str, &str, &[&str])] = &[
    ("temperature", "measurement", &["tC", "tF"]),
    ("humidity", "measurement", &["rh"]),
    ("switch", "active_power_measurement", &["apower"]),
];

/// Events that a component of this kind can have here, with their attributes.
pub(super) fn of_kind(kind: &str) -> impl Iterator<Item = (String, &'static [&'static str])> {
    let changes = EVENTS.iter().filter(move |(of, ..)| *of == kind).flat_map(move |(_, _, when, event, attrs)| {
        let off = matches!(when, Flips).then(|| (format!("{kind}.{event}_off"), *attrs));
        [Some((format!("{kind}.{event}"), *attrs)), off].into_iter().flatten()
    });
    let minute = EACH_MINUTE.iter().filter(move |(of, ..)| *of == kind);
    changes.chain(minute.map(move |(_, event, attrs)| (format!("{kind}.{event}"), *attrs)))
}

/// Events of a Gen2+ device. The first look only remembers.
pub(super) fn gen2(seen: &mut Seen, status: &Map<String, Value>, config: &Value, minute: bool) -> Vec<Happened> {
    let mut happened = Vec::new();
    for (key, component) in status {
        let Some((kind, id)) = key.split_once(':') else { continue };
        let Ok(id) = id.parse() else { continue };
        for (_, field, when, event, attrs) in EVENTS.iter().filter(|(of, ..)| *of == kind) {
            for (field, phase) in fields(field) {
                let Some(value) = component.get(&field).filter(|value| !value.is_null()) else { continue };
                let settings = config.get(key).unwrap_or(&Value::Null);
                let Some(is_on) = changed(seen, format!("{key}.{field}"), value, *when, settings) else { continue };
                let event = format!("{kind}.{event}{}", if is_on { "" } else { "_off" });
                happened.push(Happened { event, id, attrs: attributes(attrs, component, &field, phase) });
            }
        }
        for (_, event, attrs) in EACH_MINUTE.iter().filter(|(of, ..)| minute && *of == kind) {
            let attrs = attributes(attrs, component, "", None);
            if attrs.values().all(|value| !value.is_null()) {
                happened.push(Happened { event: format!("{kind}.{event}"), id, attrs });
            }
        }
    }
    happened
}

/// The field of each phase where `?` stands for one.
fn fields(field: &str) -> Vec<(String, Option<char>)> {
    match field.strip_prefix('?') {
        None => vec![(field.to_owned(), None)],
        Some(rest) => "abcn".chars().map(|phase| (format!("{phase}{rest}"), Some(phase))).collect(),
    }
}

/// Attributes have the names of fields; those that have not are named after the field that changed.
fn attributes(names: &[&str], component: &Value, field: &str, phase: Option<char>) -> Map<String, Value> {
    let value = |name: &str| match phase {
        Some(phase) if name == "phase" => json!(phase),
        Some(_) => component[field].clone(),
        None => component.get(name).or_else(|| component.get(field)).cloned().unwrap_or_default(),
    };
    names.iter().map(|name| ((*name).to_owned(), value(name))).collect()
}

/// Whether a value is an event, and remembers it if so; false is the end of an alarm.
fn changed(seen: &mut Seen, key: String, value: &Value, when: When, settings: &Value) -> Option<bool> {
    let Some(before) = seen.get(&key) else {
        seen.insert(key, value.clone());
        return None;
    };
    let moved = || Some((value.as_f64()? - before.as_f64()?).abs());
    let is_event = match when {
        Changes | Flips => !json::same(before, value),
        Moves(least, percent) => {
            let share = before.as_f64().unwrap_or(0.0).abs() * percent / 100.0;
            moved().is_some_and(|moved| moved >= least && moved >= share)
        }
        Exceeds(setting, usual) => {
            moved().is_some_and(|moved| moved > json::number(settings, setting).unwrap_or(usual))
        }
    };
    if !is_event {
        return None;
    }
    seen.insert(key, value.clone());
    Some(!matches!(when, Flips) || value != &Value::Bool(false))
}

/// Path in the status of Gen1, value as text, action it calls (reference/gen1/endpoints.json, `action_names`).
const WORDS: [(&str, &str, &str); 10] = [
    ("sensor.state", "open", "open_url"),
    ("sensor.state", "close", "close_url"),
    ("lux.illumination", "dark", "dark_url"),
    ("lux.illumination", "twilight", "twilight_url"),
    ("accel.vibration", "1", "vibration_url"),
    ("flood", "true", "flood_detected_url"),
    ("flood", "false", "flood_gone_url"),
    ("gas_sensor.alarm_state", "none", "alarm_off_url"),
    ("gas_sensor.alarm_state", "mild", "alarm_mild_url"),
    ("gas_sensor.alarm_state", "heavy", "alarm_heavy_url"),
];

/// Action, path of the value with `?` for its number, whether above the threshold (else below), key of the threshold.
const THRESHOLDS: [(&str, &str, bool, &str); 10] = [
    ("over_power_url", "emeters.?.power", true, "over_power_url_threshold"),
    ("under_power_url", "emeters.?.power", false, "under_power_url_threshold"),
    ("temp_over_url", "tmp.tC", true, "temp_over_value"),
    ("temp_under_url", "tmp.tC", false, "temp_under_value"),
    ("hum_over_url", "hum.value", true, "hum_over_value"),
    ("hum_under_url", "hum.value", false, "hum_under_value"),
    ("ext_temp_over_url", "ext_temperature.?.tC", true, "ext_temp_over_value"),
    ("ext_temp_under_url", "ext_temperature.?.tC", false, "ext_temp_under_value"),
    ("ext_hum_over_url", "ext_humidity.?.hum", true, "ext_hum_over_value"),
    ("ext_hum_under_url", "ext_humidity.?.hum", false, "ext_hum_under_value"),
];

/// Events of a Gen1 device, under the names of their actions. The first look only remembers.
pub(super) fn gen1(seen: &mut Seen, status: &Value, actions: &Value) -> Vec<Happened> {
    let mut happened = Vec::new();
    let mut is_new = BTreeMap::new();
    for (path, word, action) in WORDS {
        let Some(value) = json::at(status, path).filter(|value| !value.is_null()) else { continue };
        let is_news = *is_new
            .entry(path)
            .or_insert_with(|| changed(seen, path.to_owned(), value, Changes, &Value::Null).is_some());
        if is_news && value.as_str().map_or_else(|| value.to_string(), str::to_owned) == word {
            happened.push(Happened::of(action, 0));
        }
    }
    for (action, path, above, threshold) in THRESHOLDS {
        for entry in actions[action].as_array().into_iter().flatten() {
            let Some(id) = entry["index"].as_u64().and_then(|id| u32::try_from(id).ok()) else { continue };
            let value = json::number(status, &path.replace('?', &id.to_string()));
            let Some((value, limit)) = value.zip(json::number(entry, threshold)) else { continue };
            let is_beyond = if above { value > limit } else { value < limit };
            let key = format!("{action}.{id}");
            let now = if is_beyond { json!(value) } else { Value::Null };
            let before = seen.insert(key, now.clone());
            // Power calls once; a sensor calls with each new value unless it is told to wait until the value came back.
            let stem = action.trim_end_matches("_url");
            let again = entry.get(format!("{stem}_onetime")).is_some_and(|once| once == false);
            let is_event = before.is_some_and(|before| before.is_null() || (again && before != now));
            if is_beyond && is_event {
                happened.push(Happened::of(action, id));
            }
        }
    }
    happened
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(happened: &[Happened]) -> Vec<(&str, u32)> {
        happened.iter().map(|one| (one.event.as_str(), one.id)).collect()
    }

    fn status(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    /// K6: a measurement is an event when it moved by what the device's settings or its kind say.
    #[test]
    fn measurements_become_events() {
        let config = json!({"temperature:100": {"report_thr_C": 1.0}});
        let measured = |celsius: f64, alarm: bool, watts: f64| {
            status(&json!({
                "temperature:100": {"id": 100, "tC": celsius, "tF": 0.0}, "smoke:0": {"alarm": alarm},
                "em:0": {"b_act_power": watts, "total_act_power": watts}
            }))
        };
        let mut seen = Seen::new();
        assert!(gen2(&mut seen, &measured(20.0, false, 500.0), &config, false).is_empty());
        assert!(gen2(&mut seen, &measured(20.9, false, 520.0), &config, false).is_empty());
        let told = gen2(&mut seen, &measured(21.1, true, 530.0), &config, false);
        assert_eq!(names(&told), [("em.active_power_change", 0), ("smoke.alarm", 0), ("temperature.change", 100)]);
        assert_eq!(Value::Object(told[0].attrs.clone()), json!({"phase": "b", "act_power": 530.0}));
        assert_eq!(told[2].attrs["tC"], 21.1);
        assert_eq!(names(&gen2(&mut seen, &measured(21.1, false, 530.0), &config, false)), [("smoke.alarm_off", 0)]);
        let told = gen2(&mut seen, &measured(21.1, false, 530.0), &config, true);
        assert_eq!(names(&told), [("temperature.measurement", 100)]);
    }

    /// K6: actions of Gen1 sensors, with thresholds that are passed once or with each value.
    #[test]
    fn gen1_thresholds_are_passed() {
        let actions = json!({
            "temp_over_url": [{"index": 0, "temp_over_value": 25, "temp_over_onetime": true}],
            "hum_over_url": [{"index": 0, "hum_over_value": 60, "hum_over_onetime": false}],
            "over_power_url": [{"index": 0}, {"index": 1, "over_power_url_threshold": 100}],
        });
        let measured = |celsius: f64, percent: f64, watts: f64, flood: bool| {
            json!({"tmp": {"tC": celsius}, "hum": {"value": percent}, "flood": flood,
                "emeters": [{"power": watts}, {"power": watts}]})
        };
        let mut seen = Seen::new();
        assert!(gen1(&mut seen, &measured(20.0, 50.0, 50.0, false), &actions).is_empty());
        let told = gen1(&mut seen, &measured(26.0, 61.0, 150.0, true), &actions);
        let expected = [("flood_detected_url", 0), ("over_power_url", 1), ("temp_over_url", 0), ("hum_over_url", 0)];
        assert_eq!(names(&told), expected);
        let told = gen1(&mut seen, &measured(27.0, 62.0, 160.0, false), &actions);
        assert_eq!(names(&told), [("flood_gone_url", 0), ("hum_over_url", 0)]);
    }
}
