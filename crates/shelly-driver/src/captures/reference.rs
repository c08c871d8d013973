//! Compares the settings with the vendor's reference (W3, F2): what is documented is a setting, or known to be none.
//!
//! The reference is found by `SHELLY_REFERENCE`, by default `../shared/reference` beside the workspace.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use capability_config::{SettingFacts, Unit, ValueType, all_facts, facts};
use serde_json::{Value, json};
use shelly_gen2_rpc::DeviceStatus;
use shelly_types::{ComponentStatus, wire::Wire};

use super::no_setting;
use crate::{gen1, gen2};

/// What the reference says of Gen2 and later and is not so, or of no single setting, with the reason.
const NOT_SO: &[(&str, &str)] = &[
    ("id", "it repeats the key"),
    ("service.<service specific>", "stands for members of other services"),
    ("trv.enable", "the valve tells it itself, and the gateway as `blutrv`"),
];

/// Parameters of Gen1 that set nothing that is read back as a setting, with the reason: end of the path, name, reason.
const NO_PARAMETERS: &[(&str, &str, &str)] = &[
    ("", "reset", "a command"),
    ("/settings", "set_time", "a command"),
    ("/settings", "calibrate", "a command"),
    ("/settings", "mode", "changed by a command of its own, because other components appear"),
    ("/settings", "fw_mode", "read only"),
    ("/settings", "sleep_time", "a pause that is under way; the unit is disputed"),
    ("/login", "enabled", LOGIN),
    ("/login", "username", LOGIN),
    ("/login", "password", LOGIN),
    ("/login", "unprotected", LOGIN),
    ("/relay/{i}", "power", "written at /settings/power"),
    ("/roller/{i}", "positioning", "writing it forgets the calibration, a command"),
    ("/roller/{i}", "maxtime", "older than maxtime_open and maxtime_close"),
    ("/night_mode", "end_time", "written with start_time"),
    ("/ext_temperature/{i}", "overtemp_threshold_tF", FAHRENHEIT),
    ("/ext_temperature/{i}", "undertemp_threshold_tF", FAHRENHEIT),
    ("/ext_temperature/{i}", "offset_tF", FAHRENHEIT),
    ("/thermostats/{i}", "pos", "a command"),
];

const LOGIN: &str = "the login is written as a whole";
const FAHRENHEIT: &str = "the same as in degrees Celsius";

/// Kinds whose status the vendor does not describe.
const NOT_KNOWN: &[&str] = &["ffs", "camera"];

/// Members of a status that no reading has, with the reason.
///
/// Each is a name, or the begin of one with `*`.
const NO_READING: &[(&str, &str)] = &[
    ("id", "it repeats the key"),
    ("temperature.tF", FAHRENHEIT),
    ("tF", FAHRENHEIT),
    ("target_F", FAHRENHEIT),
    ("current_F", FAHRENHEIT),
    ("aenergy.by_minute", MINUTES),
    ("aenergy.minute_ts", MINUTES),
    ("ret_aenergy.by_minute", MINUTES),
    ("ret_aenergy.minute_ts", MINUTES),
    ("energy_ch.by_minute", MINUTES),
    ("energy_ch.minute_ts", MINUTES),
    ("energy_disch.by_minute", MINUTES),
    ("energy_disch.minute_ts", MINUTES),
    ("counts.by_minute", MINUTES),
    ("counts.xby_minute", MINUTES),
    ("counts.minute_ts", MINUTES),
    ("counts.on_time*", "the unit is in doubt"),
    ("counts.on_above_thr*", "the unit is in doubt"),
    ("counts.switch_on_rst_ts", "the begin of a count"),
    ("transition.*", "a fade that is over before anybody looks"),
    ("move_timeout", "a movement that is over before anybody looks"),
    ("move_started_at", "a movement that is over before anybody looks"),
    ("tag", "a mark that a client sets for itself"),
    ("rsv", "not used"),
    ("bm.batteries", "each member is read"),
    ("bm.remaining_iavg", "an average behind the remaining time"),
    ("bm.installation_ts", "it repeats a setting"),
    ("bthomecontrol.learning.err.code", "the message says the same"),
    ("bthomecontrol.learning.ts", "learning takes seconds"),
    ("bthomecontrol.learning.duration", "learning takes seconds"),
    ("dali.scan.*", "the progress of a scan"),
    ("em.user_calibrated_phase", "how the meter was calibrated"),
    ("em1.calibration", "how the meter was calibrated"),
    ("fan.night_mode.active_between", "it repeats a setting"),
    ("ledstrip.palette", "a detail of the effect"),
    ("ledstrip.speed", "a detail of the effect"),
    ("ledstrip.intensity", "a detail of the effect"),
    ("lora.available_updates.test.version", "no release for owners"),
    ("lora.update.ts", "the moment of the progress"),
    ("media.playback.media_meta.thumb", "a picture"),
    ("media.total_size_h", "the number of bytes for people"),
    ("presence.live_track.interval", "how often it shows where everybody is"),
    ("service.etag", "a fingerprint"),
    ("sys.available_updates.test.version", "no release for owners"),
    ("sys.available_updates.beta.build_id", "the version says the same"),
    ("sys.available_updates.stable.build_id", "the version says the same"),
    ("sys.alt*", "other firmware, which is a choice and no update"),
    ("sys.time", "the clock says the same"),
    ("sys.utc_offset", "the time zone says the same"),
    ("sys.reset_reason", "not documented"),
    ("sys.app_uptime", "the time since boot says nearly the same"),
    ("sys.provisioning.stage", "a step of the set-up"),
    ("sys.provisioning.started_ut", "the begin in Unix seconds says the same"),
    ("sys.relay_in_thermostat", "the wiring inside a Wall Display"),
    ("sys.relays_in_thermostat", "the wiring inside a Wall Display"),
    ("sys.sensor_in_thermostat", "the wiring inside a Wall Display"),
    ("sys.awaiting_auth_code", "a dialogue on the screen of a Wall Display"),
    ("sys.discoverable", "it repeats a setting"),
    ("sys.auth_en", IDENTITY),
    ("sys.mac", IDENTITY),
    ("sys.model", IDENTITY),
    ("sys.gen", IDENTITY),
    ("sys.fw_id", IDENTITY),
    ("sys.ver", IDENTITY),
    ("sys.app", IDENTITY),
    ("sys.ch", IDENTITY),
    ("sys.platform", IDENTITY),
    ("sys.serial", IDENTITY),
    ("sys.batch_*", IDENTITY),
    ("wifi.mac", IDENTITY),
    ("wifi.netmask", "it follows from the address"),
    ("wifi.gw", "what the network gave out"),
    ("wifi.nameserver", "what the network gave out"),
    ("wifi.sta_ip", "it is read while the station is connected"),
];

const MINUTES: &str = "the last minutes of a counter, which its total includes";
const IDENTITY: &str = "it tells who the device is";

/// A document of the reference; none when it is not there.
fn reference(name: &str) -> Option<Value> {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference");
    let path = env::var_os("SHELLY_REFERENCE").map_or_else(default, PathBuf::from).join(name);
    let Ok(text) = fs::read(&path) else {
        assert!(env::var("CI").as_deref() != Ok("true"), "no reference at {}", path.display());
        println!("no reference at {}, nothing was checked", path.display());
        return None;
    };
    Some(serde_json::from_slice(&text).unwrap())
}

fn list<'a>(value: &'a Value, member: &str) -> &'a [Value] {
    value[member].as_array().map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_default()
}

fn assert_none(what: &str, gaps: &[String]) {
    for gap in gaps {
        println!("{gap}");
    }
    assert!(gaps.is_empty(), "{} gaps in {what}", gaps.len());
}

/// Kind and whether there are instances: `switch` and yes of `switch:<id>`.
fn kind(component: &Value) -> Option<(&str, bool)> {
    let key = text(component, "key").split([' ', '?']).next().filter(|key| !key.is_empty() && !key.starts_with('('))?;
    Some(key.split_once(':').map_or((key, false), |(kind, _)| (kind, true)))
}

#[test]
fn every_documented_setting_of_gen2_and_later_has_facts() {
    let mut found = Vec::new();
    let document = reference("gen2/components.json").unwrap_or_default();
    for component in document["components"].as_object().into_iter().flat_map(|components| components.values()) {
        let Some((kind, has_instances)) = kind(component) else { continue };
        for field in list(component, "config") {
            let name = text(field, "name");
            let place = format!("{kind}.{name}");
            let is_excused = NOT_SO.iter().any(|(known, _)| *known == name || *known == place);
            let is_parent = || all_facts().iter().any(|row| row.kind == kind && is_below(row.field, name));
            match facts(kind, name) {
                Some(row) => found.extend(disagreements(&place, field, row, has_instances)),
                None if is_excused || no_setting::on_rpc(kind, name).is_some() => {}
                None if text(field, "type") == "object" && is_parent() => {}
                None => found.push(format!("{place}: {} has no facts", field["type"])),
            }
        }
    }
    assert_none("settings", &found);
}

fn is_below(field: &str, parent: &str) -> bool {
    field.strip_prefix(parent).is_some_and(|rest| rest.starts_with('.'))
}

/// In what the facts of a setting are not as the reference says.
fn disagreements(place: &str, field: &Value, row: &SettingFacts, has_instances: bool) -> Vec<String> {
    let mut found = Vec::new();
    let mut expect = |holds: bool, what: String| {
        if !holds {
            found.push(format!("{place}: {what}"));
        }
    };
    let kind = text(field, "type");
    let fits = match row.value {
        ValueType::Bool => kind == "boolean",
        ValueType::Number { .. } | ValueType::Integer { .. } => matches!(kind, "number" | "integer"),
        ValueType::Text { .. } if row.is_document => matches!(kind, "map<string,any>" | "object"),
        ValueType::Text { .. } | ValueType::Choice { .. } => matches!(kind, "string" | "string|null"),
        ValueType::List => kind.starts_with("array"),
        ValueType::Plain => kind == "any",
    };
    expect(fits, format!("it is {kind} and not {:?}", row.value));
    expect(row.has_instances == has_instances, "it has instances, or not".to_owned());
    expect(row.rpc, "it is not of Gen1 alone".to_owned());
    let is_nullable = field["nullable"] == true || kind.ends_with("|null");
    expect(row.nullable || row.read_only || !is_nullable, "it can be null".to_owned());
    if let ValueType::Choice { words } = row.value {
        for word in list(field, "enum").iter().filter_map(Value::as_str) {
            expect(words.contains(&word), format!("the word {word}"));
        }
    }
    let unit = text(field, "unit");
    if matches!(row.value, ValueType::Number { .. } | ValueType::Integer { .. }) && !unit.is_empty() {
        expect(row.unit.is_some_and(|row| is_unit(row, unit)), format!("the unit is {unit} and not {:?}", row.unit));
    }
    if let Some((least, greatest)) = range(text(field, "range")) {
        let holds = match row.value {
            ValueType::Number { min, max } | ValueType::Integer { min, max } => {
                min.is_none_or(|min| min <= least) && max.is_none_or(|max| max >= greatest)
            }
            _ => true,
        };
        expect(holds || row.read_only, format!("the range is {least} to {greatest} and not {:?}", row.value));
    }
    found
}

/// Least and greatest of `0..100`; none of what is more than two numbers.
fn range(text: &str) -> Option<(f64, f64)> {
    let (least, greatest) = text.split_once("..")?;
    Some((least.parse().ok()?, greatest.parse().ok()?))
}

/// Whether the reference writes the unit so.
fn is_unit(unit: Unit, written: &str) -> bool {
    let written = written.trim_end_matches('?');
    match unit {
        Unit::Celsius => written == "degC",
        Unit::Degrees => written == "deg",
        unit => written == unit.sign(),
    }
}

/// The first of the places that `path` of the reference stands for: `relays.0.name` of `relays[].name`.
fn first_place(path: &str) -> String {
    path.strip_suffix("[]").unwrap_or(path).replace("#[]", "#").replace("[]", ".0").replace('#', "0")
}

#[test]
fn every_field_of_gen1_is_a_setting() {
    let mut found = Vec::new();
    let document = reference("gen1/endpoints.json").unwrap_or_default();
    for (path, field) in document["field_matrix"]["settings"].as_object().into_iter().flatten() {
        let place = first_place(path);
        let is_container = path.ends_with("{}");
        if !is_container && !gen1::has_setting_at(&place) && no_setting::on_gen1(&place).is_none() {
            found.push(format!("{path}: {} {}", field["type"], field["access"]));
        }
    }
    assert_none("settings", &found);
}

#[test]
fn every_documented_parameter_of_gen1_is_written_by_a_rule() {
    let mut found = Vec::new();
    let document = reference("gen1/endpoints.json").unwrap_or_default();
    for endpoint in list(&document, "endpoints") {
        let path = text(endpoint, "path");
        if !path.starts_with("/settings") || path == "/settings/actions" {
            continue;
        }
        for parameter in list(endpoint, "params") {
            let name = text(parameter, "name");
            let is_of_actions = name.contains("_url");
            let is_remark = name.contains([' ', '/']);
            let is_excused = NO_PARAMETERS.iter().any(|(end, known, _)| *known == name && path.ends_with(end));
            if !is_of_actions && !is_remark && !is_excused && !gen1::has_parameter(path, name) {
                found.push(format!("{path} {name}: {}", parameter["type"]));
            }
        }
    }
    assert_none("parameters", &found);
}

/// Whether `name` is the one that is listed, or begins so.
fn covers(known: &str, name: &str) -> bool {
    known.strip_suffix('*').map_or(known == name, |begin| name.starts_with(begin))
}

/// A value of a documented type.
fn sample(field: &Value) -> Value {
    if let Some(word) = list(field, "enum").first() {
        return if text(field, "type").starts_with("array") { json!([word]) } else { word.clone() };
    }
    let kind = text(field, "type");
    match kind.split(['|', '<']).next().unwrap_or_default() {
        "boolean" => json!(true),
        "number" | "integer" => json!(1),
        "string" => json!("a"),
        "array" if kind == "array<string>" => json!(["a"]),
        _ if kind.starts_with("array") => json!([1, 1, 1]),
        _ => json!({}),
    }
}

/// Puts `value` at the dotted `name`, below any key where the name has `<key>`.
fn put(document: &mut Value, name: &str, value: Value) {
    let mut at = document;
    for word in name.split('.') {
        if !at.is_object() {
            *at = json!({});
        }
        at = &mut at[word];
    }
    if !at.is_object() {
        *at = value;
    }
}

/// E7: every documented reading has a place in the reading of all generations; a member that changes nothing there is
/// in the list.
#[test]
fn every_documented_reading_has_a_home() {
    let mut found = Vec::new();
    let document = reference("gen2/components.json").unwrap_or_default();
    for component in document["components"].as_object().into_iter().flat_map(|components| components.values()) {
        let Some((kind, has_instances)) = kind(component) else { continue };
        let key = if has_instances { format!("{kind}:0") } else { kind.to_owned() };
        let read = |left_out: &str| {
            let mut status = json!({});
            for field in list(component, "status").iter().filter(|field| text(field, "name") != left_out) {
                put(&mut status, text(field, "name"), sample(field));
            }
            let document = DeviceStatus::from_json(json!({ key.clone(): status })).unwrap();
            gen2::status(&document).components.into_values().next().unwrap()
        };
        let whole = read("");
        if matches!(whole, ComponentStatus::Other(_)) && !NOT_KNOWN.contains(&kind) {
            found.push(format!("{kind} has no reading"));
        }
        for field in list(component, "status") {
            let name = text(field, "name");
            let place = format!("{kind}.{name}");
            let is_listed = NO_READING.iter().any(|(known, _)| covers(known, name) || covers(known, &place));
            if text(field, "type") != "object" && !is_listed && read(name) == whole {
                found.push(format!("{kind}.{name}: {} is in no reading", field["type"]));
            }
        }
    }
    assert_none("readings", &found);
}

#[test]
fn places_of_the_reference_are_understood() {
    assert_eq!(first_place("ext_temperature.#[].offset_tC"), "ext_temperature.0.offset_tC");
    assert_eq!(first_place("adcs[].relay_actions[].over_act"), "adcs.0.relay_actions.0.over_act");
    assert_eq!((range("0.25..2"), range("0..60 step 5")), (Some((0.25, 2.0)), None));
    assert_eq!(first_place("relays[].schedule_rules[]"), "relays.0.schedule_rules");
}
