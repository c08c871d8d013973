//! Lists what each Gen1 settings path takes: write name, place in the document, type and range.

/// What a parameter may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Bool,
    /// Truth stored as 0 or 1.
    Flag,
    Text,
    /// Text, empty is stored as null.
    Name,
    /// One of these words, others are refused.
    Choice(&'static [&'static str]),
    /// A whole number; others are refused.
    Whole(i64, i64),
    /// A whole number, forced into the range.
    WholeClamped(i64, i64),
    /// A decimal; others are refused.
    Decimal(f64, f64),
    /// A decimal, forced into the range.
    DecimalClamped(f64, f64),
    /// A power in watts, forced to what the model bears.
    Power,
    /// Schedule rules, joined by commas.
    Rules,
}

/// A parameter: name in a write, path below the object, type.
pub(crate) type Field = (&'static str, &'static str, Kind);

use Kind::{Bool, Choice, Decimal, DecimalClamped, Flag, Name, Power, Rules, Text, Whole, WholeClamped};

const MOST_SECONDS: f64 = 2_147_483.0;
const BUTTONS: Kind = Choice(&[
    "momentary",
    "toggle",
    "edge",
    "detached",
    "action",
    "momentary_on_release",
    "cycle",
    "one_button",
    "dual_button",
]);
const WINDOWS: Kind = Choice(&["disabled", "while_opening", "while_closing", "while_moving"]);
const ACTS: Kind = Choice(&["disabled", "relay_on", "relay_off"]);

/// `/settings` itself. Names with more to them (`mode`, `reset`, `mqtt_pass`) are handled by the writer.
pub(crate) const ROOT: &[Field] = &[
    ("name", "name", Name),
    ("discoverable", "discoverable", Bool),
    ("ap_roaming_enabled", "ap_roaming.enabled", Bool),
    ("ap_roaming_threshold", "ap_roaming.threshold", WholeClamped(-95, -50)),
    ("mqtt_enable", "mqtt.enable", Bool),
    ("mqtt_server", "mqtt.server", Text),
    ("mqtt_user", "mqtt.user", Text),
    ("mqtt_id", "mqtt.id", Text),
    ("mqtt_clean_session", "mqtt.clean_session", Bool),
    ("mqtt_retain", "mqtt.retain", Bool),
    ("mqtt_max_qos", "mqtt.max_qos", Whole(0, 2)),
    ("mqtt_keep_alive", "mqtt.keep_alive", Whole(0, 65_535)),
    ("mqtt_reconnect_timeout_max", "mqtt.reconnect_timeout_max", Decimal(0.0, 65_535.0)),
    ("mqtt_reconnect_timeout_min", "mqtt.reconnect_timeout_min", Decimal(0.0, 65_535.0)),
    ("mqtt_update_period", "mqtt.update_period", Whole(0, 65_535)),
    ("coiot_enable", "coiot.enabled", Bool),
    ("coiot_update_period", "coiot.update_period", WholeClamped(15, 65_535)),
    ("coiot_peer", "coiot.peer", Text),
    ("sntp_server", "sntp.server", Text),
    ("timezone", "timezone", Name),
    ("lat", "lat", Decimal(-90.0, 90.0)),
    ("lng", "lng", Decimal(-180.0, 180.0)),
    ("tzautodetect", "tzautodetect", Bool),
    ("tz_utc_offset", "tz_utc_offset", Whole(-86_400, 86_400)),
    ("tz_dst", "tz_dst", Bool),
    ("tz_dst_auto", "tz_dst_auto", Bool),
    ("led_status_disable", "led_status_disable", Bool),
    ("led_power_disable", "led_power_disable", Bool),
    ("debug_enable", "debug_enable", Bool),
    ("allow_cross_origin", "allow_cross_origin", Bool),
    ("wifirecovery_reboot_enabled", "wifirecovery_reboot_enabled", Bool),
    ("eco_mode_enabled", "eco_mode_enabled", Bool),
    ("pon_wifi_reset", "pon_wifi_reset", Bool),
    ("factory_reset_from_switch", "factory_reset_from_switch", Bool),
    ("longpush_time", "longpush_time", Whole(1, 5000)),
    ("max_power", "max_power", Power),
    ("favorites_enabled", "favorites_enabled", Bool),
    ("ext_sensors_temperature_unit", "ext_sensors.temperature_unit", Choice(&["C", "F"])),
    ("ext_switch_enable", "ext_switch_enable", Bool),
    ("ext_switch_reverse", "ext_switch_reverse", Bool),
    ("transition", "transition", WholeClamped(0, 5000)),
    ("fade_rate", "fade_rate", Whole(1, 5)),
    ("min_brightness", "min_brightness", WholeClamped(0, 50)),
    ("pulse_mode", "pulse_mode", Whole(0, 2)),
    ("zcross_debounce", "zcross_debounce", WholeClamped(50, 150)),
    ("dcpower", "dcpower", Flag),
    ("longpush_duration_ms_min", "longpush_duration_ms.min", Whole(100, 3000)),
    ("longpush_duration_ms_max", "longpush_duration_ms.max", Whole(800, 3200)),
    ("multipush_time_between_pushes_ms_max", "multipush_time_between_pushes_ms.max", Whole(1, 2000)),
    ("sleep_mode_period", "sleep_mode.period", WholeClamped(1, 24)),
    ("temperature_units", "sensors.temperature_unit", Choice(&["C", "F"])),
    ("temperature_threshold", "sensors.temperature_threshold", DecimalClamped(0.5, 5.0)),
    ("humidity_threshold", "sensors.humidity_threshold", WholeClamped(5, 50)),
    ("temperature_offset", "temperature_offset", Decimal(-50.0, 50.0)),
    ("humidity_offset", "humidity_offset", Decimal(-50.0, 50.0)),
    ("external_power", "external_power", Flag),
    ("power_correction", "power_correction", Decimal(0.1, 10.0)),
    ("remain_awake", "remain_awake", WholeClamped(0, 5)),
    ("rain_sensor", "rain_sensor", Bool),
    ("dark_threshold", "dark_threshold", WholeClamped(0, 100_000)),
    ("twilight_threshold", "twilight_threshold", WholeClamped(0, 100_000)),
    ("tilt_enabled", "tilt_enabled", Bool),
    ("vibration_enabled", "vibration_enabled", Bool),
    ("vibration_sensitivity", "vibration_sensitivity", WholeClamped(0, 100)),
    ("reverse_open_close", "reverse_open_close", Bool),
    ("lux_wakeup_enable", "lux_wakeup_enable", Bool),
    ("set_volume", "set_volume", WholeClamped(1, 11)),
    ("motion_sensitivity", "motion.sensitivity", WholeClamped(1, 256)),
    ("motion_blind_time_minutes", "motion.blind_time_minutes", WholeClamped(1, 1440)),
    ("motion_pulse_count", "motion.pulse_count", WholeClamped(1, 4)),
    ("motion_operating_mode", "motion.operating_mode", WholeClamped(0, 3)),
    ("motion_enable", "motion.enabled", Bool),
    ("tamper_sensitivity", "tamper_sensitivity", WholeClamped(0, 127)),
    ("sleep_time", "sleep_time", WholeClamped(0, 100_000)),
    ("child_lock", "child_lock", Bool),
    ("floor_heating", "thermostats.0.ext_t.floor_heating", Bool),
    ("clog_prevention", "clog_prevention", Bool),
    ("display_brightness", "display.brightness", WholeClamped(1, 7)),
    ("display_flipped", "display.flipped", Bool),
];

/// `/settings/thermostats/N`.
pub(crate) const THERMOSTAT: &[Field] = &[
    ("target_t", "target_t.value", Decimal(4.0, 31.0)),
    ("target_t_enabled", "target_t.enabled", Bool),
    ("t_auto_enabled", "t_auto.enabled", Bool),
    ("temperature_offset", "temperature_offset", Decimal(-9.0, 9.0)),
    ("schedule", "schedule", Bool),
    ("schedule_profile", "schedule_profile", Whole(1, 5)),
    ("schedule_rules", "schedule_rules", Rules),
    ("ext_t_enabled", "ext_t.enabled", Bool),
    ("valve_min_percent", "valve_min_percent", Decimal(-1.0, 100.0)),
    ("boost_minutes", "boost_minutes", Whole(0, 1440)),
    ("accelerated_heating", "target_t.accelerated_heating", Bool),
    ("force_close", "force_close", Bool),
    ("extra_pressure", "extra_pressure", Bool),
    ("calibration_correction", "calibration_correction", Bool),
    ("open_window_report", "open_window_report", Bool),
];

/// `/settings/adc/N/relay_actions.N`.
pub(crate) const ADC_ACTION: &[Field] = &[
    ("over_threshold", "over_threshold", Whole(0, 30_000)),
    ("over_act", "over_act", ACTS),
    ("under_threshold", "under_threshold", Whole(0, 30_000)),
    ("under_act", "under_act", ACTS),
];

/// `/settings/adc/N`.
pub(crate) const ADC: &[Field] = &[("range", "range", Whole(12, 30)), ("offset", "offset", Decimal(-30.0, 30.0))];

/// `/settings/relay/N`.
pub(crate) const RELAY: &[Field] = &[
    ("name", "name", Name),
    ("appliance_type", "appliance_type", Text),
    ("default_state", "default_state", Choice(&["off", "on", "last", "switch"])),
    ("btn_type", "btn_type", BUTTONS),
    ("btn_reverse", "btn_reverse", Flag),
    ("btn1_type", "btn1_type", BUTTONS),
    ("btn2_type", "btn2_type", BUTTONS),
    ("btn1_reverse", "btn1_reverse", Flag),
    ("btn2_reverse", "btn2_reverse", Flag),
    ("swap_inputs", "swap_inputs", Bool),
    ("auto_on", "auto_on", Decimal(0.0, MOST_SECONDS)),
    ("auto_off", "auto_off", Decimal(0.0, MOST_SECONDS)),
    ("power", "power", DecimalClamped(0.0, 4000.0)),
    ("max_power", "max_power", Power),
    ("schedule", "schedule", Bool),
    ("schedule_rules", "schedule_rules", Rules),
];

/// `/settings/power/N`, a part of the relay.
pub(crate) const POWER: &[Field] = &[("power", "power", DecimalClamped(0.0, 4000.0))];

/// `/settings/roller/N`.
pub(crate) const ROLLER: &[Field] = &[
    ("maxtime", "maxtime", Decimal(0.1, 300.0)),
    ("maxtime_open", "maxtime_open", Decimal(0.1, 300.0)),
    ("maxtime_close", "maxtime_close", Decimal(0.1, 300.0)),
    ("default_state", "default_state", Choice(&["stop", "open", "close"])),
    ("swap", "swap", Bool),
    ("swap_inputs", "swap_inputs", Bool),
    ("input_mode", "input_mode", Choice(&["openclose", "onebutton"])),
    ("btn_type", "button_type", Choice(&["momentary", "toggle", "detached", "action"])),
    ("btn_reverse", "btn_reverse", Flag),
    ("obstacle_mode", "obstacle_mode", WINDOWS),
    ("obstacle_action", "obstacle_action", Choice(&["stop", "reverse"])),
    ("obstacle_power", "obstacle_power", WholeClamped(0, 2300)),
    ("obstacle_delay", "obstacle_delay", Whole(0, 300)),
    ("ends_delay", "ends_delay", Whole(0, 10_000)),
    ("off_power", "off_power", Whole(0, 50)),
    ("safety_mode", "safety_mode", WINDOWS),
    ("safety_action", "safety_action", Choice(&["stop", "pause", "reverse"])),
    ("safety_allowed_on_trigger", "safety_allowed_on_trigger", Choice(&["none", "open", "close", "all"])),
    ("positioning", "positioning", Bool),
    ("schedule", "schedule", Bool),
    ("schedule_rules", "schedule_rules", Rules),
];

/// `/settings/light/N`, `/settings/color/N` and `/settings/white/N`.
pub(crate) const LIGHT: &[Field] = &[
    ("name", "name", Name),
    ("default_state", "default_state", Choice(&["off", "on", "last", "switch"])),
    ("auto_on", "auto_on", Decimal(0.0, MOST_SECONDS)),
    ("auto_off", "auto_off", Decimal(0.0, MOST_SECONDS)),
    ("transition", "transition", WholeClamped(0, 5000)),
    ("btn_type", "btn_type", BUTTONS),
    ("btn_reverse", "btn_reverse", Flag),
    ("btn_debounce", "btn_debounce", Whole(60, 200)),
    ("swap_inputs", "swap_inputs", Flag),
    ("effect", "effect", WholeClamped(0, 6)),
    ("schedule", "schedule", Bool),
    ("schedule_rules", "schedule_rules", Rules),
];

/// `/settings/input/N`.
pub(crate) const INPUT: &[Field] = &[
    ("name", "name", Name),
    ("btn_type", "btn_type", Choice(&["momentary", "toggle"])),
    ("btn_reverse", "btn_reverse", Flag),
];

/// `/settings/emeter/N`.
pub(crate) const EMETER: &[Field] = &[
    ("name", "name", Name),
    ("appliance_type", "appliance_type", Text),
    ("ctraf_type", "ctraf_type", Whole(50, 120)),
    ("max_power", "max_power", DecimalClamped(0.0, 30_000.0)),
    ("range_extender", "range_extender", Whole(0, 9)),
];

/// `/settings/night_mode`.
pub(crate) const NIGHT_MODE: &[Field] = &[
    ("enabled", "enabled", Bool),
    ("start_time", "start_time", Text),
    ("end_time", "end_time", Text),
    ("brightness", "brightness", WholeClamped(0, 100)),
];

/// `/settings/warm_up`.
pub(crate) const WARM_UP: &[Field] = &[
    ("enabled", "enabled", Flag),
    ("brightness", "brightness", WholeClamped(10, 100)),
    ("time", "time", WholeClamped(20, 200)),
];

/// `/settings/favorites/N`.
pub(crate) const FAVORITE: &[Field] = &[("name", "name", Text), ("pos", "pos", Whole(0, 100))];

/// `/settings/ext_temperature/N`.
pub(crate) const EXT_TEMPERATURE: &[Field] = &[
    ("overtemp_threshold_tC", "overtemp_threshold_tC", Decimal(-55.0, 125.0)),
    ("undertemp_threshold_tC", "undertemp_threshold_tC", Decimal(-55.0, 125.0)),
    ("overtemp_act", "overtemp_act", ACTS),
    ("undertemp_act", "undertemp_act", ACTS),
    ("offset_tC", "offset_tC", Decimal(-50.0, 50.0)),
];

/// `/settings/ext_switch/N`.
pub(crate) const EXT_SWITCH: &[Field] = &[("relay_num", "relay_num", Whole(-1, 0))];

/// `/settings/sta` and `/settings/sta1`. The read names `mask` and `gw` are no write names.
pub(crate) const STATION: &[Field] = &[
    ("enabled", "enabled", Bool),
    ("ssid", "ssid", Name),
    ("ipv4_method", "ipv4_method", Choice(&["dhcp", "static"])),
    ("ip", "ip", Name),
    ("netmask", "mask", Name),
    ("gateway", "gw", Name),
    ("dns", "dns", Name),
];

/// `/settings/ap`.
pub(crate) const ACCESS_POINT: &[Field] = &[("enabled", "enabled", Bool), ("key", "key", Text)];

/// `/settings/cloud`.
pub(crate) const CLOUD: &[Field] = &[("enabled", "enabled", Bool)];

/// `/settings/login`; the password is handled by the writer.
pub(crate) const LOGIN: &[Field] =
    &[("enabled", "enabled", Bool), ("unprotected", "unprotected", Bool), ("username", "username", Text)];
