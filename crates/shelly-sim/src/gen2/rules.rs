//! Lists which fields are read-only, bounded or need a restart.

/// What a field may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Rule {
    /// One of these words, others are refused.
    OneOf(&'static [&'static str]),
    /// A number in this range, others are refused.
    Range(f64, f64),
    /// A number, forced into this range.
    Clamp(f64, f64),
    /// A text of at most this many characters.
    Chars(usize),
    /// A number up to the model's power limit.
    Power,
    /// A number up to the model's current limit.
    Current,
}

use Rule::{Chars, Clamp, Current, OneOf, Power, Range};

const MOST_SECONDS: f64 = 2_147_483.0;
const SIDES: Rule = OneOf(&["open", "close", "both"]);
const BUTTONS: Rule = OneOf(&["momentary", "follow", "flip", "detached", "cycle", "activate", "dim", "dual_dim"]);

/// Kinds of a rule, path below the component, rule. An empty list of kinds means all.
const RULES: &[(&[&str], &str, Rule)] = &[
    (&[], "name", Chars(64)),
    (&["sys"], "device.name", Chars(64)),
    (&["sys"], "location.lat", Range(-90.0, 90.0)),
    (&["sys"], "location.lon", Range(-180.0, 180.0)),
    (&["sys"], "rpc_udp.listen_port", Range(1.0, 65_535.0)),
    (&["sys"], "debug.level", Clamp(0.0, 4.0)),
    (&["wifi"], "ap.ssid", Chars(29)),
    (&["wifi"], "sta.ssid", Chars(32)),
    (&["wifi"], "sta1.ssid", Chars(32)),
    (&["wifi"], "sta.ipv4mode", OneOf(&["dhcp", "static"])),
    (&["wifi"], "sta1.ipv4mode", OneOf(&["dhcp", "static"])),
    (&["eth"], "ipv4mode", OneOf(&["dhcp", "static"])),
    (&["wifi"], "roam.rssi_thr", Range(-100.0, 0.0)),
    (&["wifi"], "roam.interval", Range(0.0, MOST_SECONDS)),
    (&["mqtt"], "topic_prefix", Chars(300)),
    (&["mqtt", "ws"], "ssl_ca", OneOf(&["*", "ca.pem", "user_ca.pem"])),
    (&["switch"], "initial_state", OneOf(&["off", "on", "restore_last", "match_input"])),
    (&["cover"], "initial_state", OneOf(&["open", "closed", "stopped"])),
    (&["light"], "initial_state", OneOf(&["off", "on", "restore_last", "toggle"])),
    (&["rgb", "rgbw", "cct"], "initial_state", OneOf(&["off", "on", "restore_last"])),
    (&["switch", "light", "rgb", "rgbw", "cct"], "in_mode", BUTTONS),
    (&["cover"], "in_mode", OneOf(&["single", "dual", "detached"])),
    (&["switch", "light", "rgb", "rgbw", "cct"], "auto_on_delay", Range(0.0, MOST_SECONDS)),
    (&["switch", "light", "rgb", "rgbw", "cct"], "auto_off_delay", Range(0.0, MOST_SECONDS)),
    (&["switch", "cover", "light"], "power_limit", Power),
    (&["switch", "cover", "light", "rgb", "rgbw", "cct"], "current_limit", Current),
    (&["switch", "cover", "light"], "voltage_limit", Range(0.0, 280.0)),
    (&["switch", "cover", "light"], "undervoltage_limit", Range(0.0, 280.0)),
    (&["cover"], "maxtime_open", Range(0.1, 300.0)),
    (&["cover"], "maxtime_close", Range(0.1, 300.0)),
    (&["cover"], "motor.idle_power_thr", Range(0.0, 50.0)),
    (&["cover"], "motor.idle_confirm_period", Clamp(0.25, 2.0)),
    (&["cover"], "safety_switch.direction", SIDES),
    (&["cover"], "safety_switch.action", OneOf(&["stop", "reverse", "pause"])),
    (&["cover"], "safety_switch.allowed_move", OneOf(&["reverse"])),
    (&["cover"], "obstruction_detection.direction", SIDES),
    (&["cover"], "obstruction_detection.action", OneOf(&["stop", "reverse"])),
    (&["cover"], "obstruction_detection.holdoff", Range(0.1, 300.0)),
    (&["cover"], "slat.open_time", Range(0.5, 30.0)),
    (&["cover"], "slat.close_time", Range(0.5, 30.0)),
    (&["cover"], "slat.step", Range(1.0, 100.0)),
    (&["light", "rgb", "rgbw", "cct"], "transition_duration", Clamp(0.0, 10_800.0)),
    (&["light", "rgb", "rgbw", "cct"], "min_brightness_on_toggle", Clamp(1.0, 100.0)),
    (&["light", "rgb", "rgbw", "cct"], "night_mode.brightness", Range(0.0, 100.0)),
    (&["light", "rgb", "rgbw", "cct"], "button_fade_rate", Range(1.0, 5.0)),
    (&["input"], "type", OneOf(&["switch", "button", "analog", "count"])),
    (&["em"], "phase_selector", OneOf(&["a", "b", "c", "all"])),
    (&["em"], "blink_mode_selector", OneOf(&["active_energy", "apparent_energy"])),
    (&["em", "em1"], "ct_type", OneOf(&["50A", "120A", "400A"])),
    (&["temperature"], "report_thr_C", Clamp(0.5, 5.0)),
    (&["temperature"], "offset_C", Range(-50.0, 50.0)),
    (&["humidity"], "report_thr", Clamp(1.0, 20.0)),
    (&["humidity"], "offset", Range(-50.0, 50.0)),
    (&["plugs_ui", "powerstrip_ui"], "leds.mode", OneOf(&["switch", "power", "off"])),
    (&["plugs_ui", "powerstrip_ui"], "leds.night_mode.brightness", Range(0.0, 100.0)),
    (&["ht_ui"], "temperature_unit", OneOf(&["C", "F"])),
    (&["ui"], "idle_brightness", Range(0.0, 100.0)),
];

/// Fields a write cannot change.
const READ_ONLY: &[&str] = &[
    "sys.device.mac",
    "sys.device.fw_id",
    "sys.device.profile",
    "sys.cfg_rev",
    "cloud.server",
    "wifi.ap.is_open",
    "wifi.sta.is_open",
    "wifi.sta1.is_open",
];

/// Fields that take effect with the next start.
const RESTART: &[&str] = &[
    "sys.rpc_udp.listen_port",
    "sys.device.addon_type",
    "sys.device.eco_mode",
    "switch.reverse",
    "em1.reverse",
    "pm1.reverse",
    "cover.invert_directions",
    "matter.enable",
    "modbus.enable",
    "knx.enable",
    "ble.enable",
    "ble.rpc.enable",
    "eth.enable",
    "eth.server_mode",
    "ws.enable",
    "ws.server",
    "ws.ssl_ca",
    "mqtt.enable",
    "mqtt.server",
    "mqtt.client_id",
    "mqtt.user",
    "mqtt.pass",
    "mqtt.ssl_ca",
    "mqtt.topic_prefix",
    "mqtt.use_client_cert",
    "mqtt.enable_rpc",
    "mqtt.enable_control",
];

/// Fields that hold numbers though their first value is null.
const NUMBERS: &[&str] = &["sys.location.lat", "sys.location.lon", "sys.rpc_udp.listen_port", "sys.debug.file_level"];

/// The rule for a field of a component, if there is one.
pub(crate) fn rule(kind: &str, path: &str) -> Option<Rule> {
    RULES
        .iter()
        .find(|(kinds, of, _)| *of == path && (kinds.is_empty() || kinds.contains(&kind)))
        .map(|(.., rule)| *rule)
}

/// Whether writes of a field are ignored.
pub(crate) fn read_only(kind: &str, path: &str) -> bool {
    path == "id" || READ_ONLY.contains(&format!("{kind}.{path}").as_str())
}

/// Whether a change of a field needs a restart.
pub(crate) fn needs_restart(kind: &str, path: &str) -> bool {
    RESTART.contains(&format!("{kind}.{path}").as_str())
}

/// Whether a field holds a number though it may be null.
pub(crate) fn is_number(kind: &str, path: &str) -> bool {
    NUMBERS.contains(&format!("{kind}.{path}").as_str())
}

/// Whether new keys may be written below a path.
pub(crate) fn is_free(kind: &str, path: &str) -> bool {
    matches!((kind, path), ("sys", "ui_data") | ("em", "reverse"))
        || (path == "meta" || path.starts_with("meta."))
        || path.starts_with("ui_data.")
}

/// Whether a field is written and never shown.
pub(crate) fn is_secret(kind: &str, path: &str) -> bool {
    matches!((kind, path), ("wifi", "ap.pass" | "sta.pass" | "sta1.pass") | ("mqtt", "pass") | ("bthomedevice", "key"))
}
