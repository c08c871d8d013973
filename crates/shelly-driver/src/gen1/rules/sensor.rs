//! Settings of sensors, valves and the add-on board.

use super::{ADD_ON, Each, Group, Rule, always, rule, shown};
use crate::gen1::form::Form::{Flag, FlagWord, List, Number, Text};

const ROOT: &str = "/settings";
const EXT_TEMPERATURE: &str = "/settings/ext_temperature/{}";
const EXT_HUMIDITY: &str = "/settings/ext_humidity/{}";
const THERMOSTAT: &str = "/settings/thermostats/{}";
const ADC: &str = "/settings/adc/{}";

const fn one(kind: &'static str, rules: &'static [Rule]) -> Group {
    Group { kind, first: Some(0), each: Each::One, when: always, rules }
}

const fn add_on(kind: &'static str, list: &'static str, rules: &'static [Rule]) -> Group {
    Group { kind, first: Some(ADD_ON), each: Each::Item(list), when: always, rules }
}

pub(super) const GROUPS: &[Group] = &[
    one("temperature", TEMPERATURE),
    one("humidity", HUMIDITY),
    one("devicepower", &[rule("external_power", "external_power", ROOT, "external_power", Flag)]),
    one("illuminance", ILLUMINANCE),
    one("flood", &[rule("alarm_mode", "rain_sensor", ROOT, "rain_sensor", FlagWord("normal", "rain"))]),
    one("gas", &[rule("volume", "set_volume", ROOT, "set_volume", Number)]),
    one("motion", MOTION),
    one("contact", CONTACT),
    one("thermostat", VALVE),
    Group { kind: "thermostat", first: Some(0), each: Each::Item("thermostats"), when: always, rules: REGULATOR },
    add_on("temperature", "ext_temperature", ADD_ON_TEMPERATURE),
    add_on("humidity", "ext_humidity", ADD_ON_HUMIDITY),
    add_on("voltmeter", "adcs", VOLTMETER),
];

const TEMPERATURE: &[Rule] = &[
    rule("report_thr_C", "sensors.temperature_threshold", ROOT, "temperature_threshold", Number),
    rule("offset_C", "temperature_offset", ROOT, "temperature_offset", Number),
    rule("unit", "sensors.temperature_unit", ROOT, "temperature_units", Text),
];

const HUMIDITY: &[Rule] = &[
    rule("report_thr", "sensors.humidity_threshold", ROOT, "humidity_threshold", Number),
    rule("offset", "humidity_offset", ROOT, "humidity_offset", Number),
];

const ILLUMINANCE: &[Rule] = &[
    rule("dark_thr", "dark_threshold", ROOT, "dark_threshold", Number),
    rule("bright_thr", "twilight_threshold", ROOT, "twilight_threshold", Number),
    rule("wakeup_enable", "lux_wakeup_enable", ROOT, "lux_wakeup_enable", Flag),
];

const MOTION_TIMES: [Rule; 2] =
    [shown("schedule.enable", "schedule", Flag), shown("schedule.rules", "schedule_rules", List)];

const MOTION: &[Rule] = &[
    rule("enable", "motion.enabled", ROOT, "motion_enable", Flag),
    rule("sensitivity", "motion.sensitivity", ROOT, "motion_sensitivity", Number),
    rule("blind_time", "motion.blind_time_minutes", ROOT, "motion_blind_time_minutes", Number),
    rule("pulse_count", "motion.pulse_count", ROOT, "motion_pulse_count", Number),
    rule("operating_mode", "motion.operating_mode", ROOT, "motion_operating_mode", Number),
    rule("tamper_sensitivity", "tamper_sensitivity", ROOT, "tamper_sensitivity", Number),
    shown("sleep_time", "sleep_time", Number),
    rule("duration", "sensors.motion_duration", ROOT, "motion_duration", Number),
    rule("led", "sensors.motion_led", ROOT, "motion_led", Flag),
    MOTION_TIMES[0],
    MOTION_TIMES[1],
];

const CONTACT: &[Rule] = &[
    rule("tilt_enable", "tilt_enabled", ROOT, "tilt_enabled", Flag),
    shown("tilt_calibrated", "tilt_calibrated", Flag),
    rule("vibration_enable", "vibration_enabled", ROOT, "vibration_enabled", Flag),
    rule("vibration_sensitivity", "vibration_sensitivity", ROOT, "vibration_sensitivity", Number),
    rule("reverse", "reverse_open_close", ROOT, "reverse_open_close", Flag),
];

/// What belongs to the device.
const VALVE: &[Rule] = &[
    rule("clog_prevention", "clog_prevention", ROOT, "clog_prevention", Flag),
    rule("child_lock", "child_lock", ROOT, "child_lock", Flag),
    rule("display.brightness", "display.brightness", ROOT, "display_brightness", Number),
    rule("display.flipped", "display.flipped", ROOT, "display_flipped", Flag),
];

/// No source tells how the unit, the rules and the fine tuning are written.
const REGULATOR: &[Rule] = &[
    rule("enable", "thermostats.{}.target_t.enabled", THERMOSTAT, "target_t_enabled", Flag),
    rule("target_C", "thermostats.{}.target_t.value", THERMOSTAT, "target_t", Number),
    shown("display_unit", "thermostats.{}.target_t.units", Text),
    shown("accelerated_heating", "thermostats.{}.target_t.accelerated_heating", Flag),
    rule("auto_enable", "thermostats.{}.t_auto.enabled", THERMOSTAT, "t_auto_enabled", Flag),
    rule("temperature_offset", "thermostats.{}.temperature_offset", THERMOSTAT, "temperature_offset", Number),
    rule("ext_sensor.enable", "thermostats.{}.ext_t.enabled", THERMOSTAT, "ext_t_enabled", Flag),
    rule("ext_sensor.floor_heating", "thermostats.{}.ext_t.floor_heating", ROOT, "floor_heating", Flag),
    rule("valve_min_percent", "thermostats.{}.valve_min_percent", THERMOSTAT, "valve_min_percent", Number),
    shown("valve_min_report", "thermostats.{}.valve_min_report", Number),
    rule("boost_time", "thermostats.{}.boost_minutes", THERMOSTAT, "boost_minutes", Number),
    shown("force_close", "thermostats.{}.force_close", Flag),
    shown("extra_pressure", "thermostats.{}.extra_pressure", Flag),
    shown("calibration_correction", "thermostats.{}.calibration_correction", Flag),
    shown("open_window_report", "thermostats.{}.open_window_report", Flag),
    rule("schedule.enable", "thermostats.{}.schedule", THERMOSTAT, "schedule", Flag),
    shown("schedule.rules", "thermostats.{}.schedule_rules", List),
    rule("schedule_profile", "thermostats.{}.schedule_profile", THERMOSTAT, "schedule_profile", Number),
    shown("schedule_profile_names", "thermostats.{}.schedule_profile_names", List),
];

const ADD_ON_TEMPERATURE: &[Rule] = &[
    rule("over_thr_C", "ext_temperature.{}.overtemp_threshold_tC", EXT_TEMPERATURE, "overtemp_threshold_tC", Number),
    rule("over_act", "ext_temperature.{}.overtemp_act", EXT_TEMPERATURE, "overtemp_act", Text),
    rule("under_thr_C", "ext_temperature.{}.undertemp_threshold_tC", EXT_TEMPERATURE, "undertemp_threshold_tC", Number),
    rule("under_act", "ext_temperature.{}.undertemp_act", EXT_TEMPERATURE, "undertemp_act", Text),
    rule("offset_C", "ext_temperature.{}.offset_tC", EXT_TEMPERATURE, "offset_tC", Number),
];

const ADD_ON_HUMIDITY: &[Rule] = &[
    rule("over_thr", "ext_humidity.{}.overhum_threshold", EXT_HUMIDITY, "overhum_threshold", Number),
    rule("over_act", "ext_humidity.{}.overhum_act", EXT_HUMIDITY, "overhum_act", Text),
    rule("under_thr", "ext_humidity.{}.underhum_threshold", EXT_HUMIDITY, "underhum_threshold", Number),
    rule("under_act", "ext_humidity.{}.underhum_act", EXT_HUMIDITY, "underhum_act", Text),
    rule("offset", "ext_humidity.{}.offset", EXT_HUMIDITY, "offset", Number),
];

const VOLTMETER: &[Rule] = &[
    rule("range_v", "adcs.{}.range", ADC, "range", Number),
    rule("offset", "adcs.{}.offset", ADC, "offset", Number),
    rule("switch:0.over_thr", "adcs.{}.relay_actions.0.over_threshold", FIRST, "over_threshold", Number),
    rule("switch:0.over_act", "adcs.{}.relay_actions.0.over_act", FIRST, "over_act", Text),
    rule("switch:0.under_thr", "adcs.{}.relay_actions.0.under_threshold", FIRST, "under_threshold", Number),
    rule("switch:0.under_act", "adcs.{}.relay_actions.0.under_act", FIRST, "under_act", Text),
    rule("switch:1.over_thr", "adcs.{}.relay_actions.1.over_threshold", SECOND, "over_threshold", Number),
    rule("switch:1.over_act", "adcs.{}.relay_actions.1.over_act", SECOND, "over_act", Text),
    rule("switch:1.under_thr", "adcs.{}.relay_actions.1.under_threshold", SECOND, "under_threshold", Number),
    rule("switch:1.under_act", "adcs.{}.relay_actions.1.under_act", SECOND, "under_act", Text),
];

const FIRST: &str = "/settings/adc/{}/relay_actions.0";
const SECOND: &str = "/settings/adc/{}/relay_actions.1";
