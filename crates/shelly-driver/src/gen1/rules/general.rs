//! Settings of the device as a whole: name, place, networks, connections.

use super::{Each, Group, Kind, Rule, always, rule, shown};
use crate::gen1::form::Form::{Flag, List, Number, Optional, OptionalNumber, OptionalWord, Secret, Text, Word};

const ROOT: &str = "/settings";

const fn single(kind: &'static str, rules: &'static [Rule]) -> Group {
    Group { kind, first: None, each: Each::One, when: always, rules }
}

pub(super) const GROUPS: &[Group] = &[
    single("sys", SYS),
    single("wifi", WIFI),
    single("mqtt", MQTT),
    single("cloud", &[rule("enable", "cloud.enabled", "/settings/cloud", "enabled", Flag)]),
    single("coiot", COIOT),
    single("auth", AUTH),
    single("led", LED),
    single("push", PUSH),
    single("addon", ADD_ON),
    single("favorites", &[rule("enable", "favorites_enabled", ROOT, "favorites_enabled", Flag)]),
    Group { kind: "favorite", first: Some(0), each: Each::Item("favorites"), when: always, rules: FAVORITE },
];

const SYS: &[Rule] = &[
    rule("device.name", "name", ROOT, "name", Optional),
    shown(
        "device.profile",
        "mode",
        Word(&[("relay", "switch"), ("roller", "cover"), ("white", "light"), ("color", "rgbw")]),
    ),
    rule("device.discoverable", "discoverable", ROOT, "discoverable", Flag),
    rule("device.allow_cross_origin", "allow_cross_origin", ROOT, "allow_cross_origin", Flag),
    rule("device.pon_wifi_reset", "pon_wifi_reset", ROOT, "pon_wifi_reset", Flag),
    rule("device.wifirecovery_reboot", "wifirecovery_reboot_enabled", ROOT, "wifirecovery_reboot_enabled", Flag),
    rule("device.max_power", "max_power", ROOT, "max_power", Number),
    rule("device.supply_voltage", "supply_voltage", ROOT, "supply_voltage", Text),
    rule("device.power_correction", "power_correction", ROOT, "power_correction", Number),
    rule("device.dcpower", "dcpower", ROOT, "dcpower", Number),
    shown("device.report_period", "device.report_period", Number),
    // What is found automatically overwrites the others, so it is told first.
    rule("location.tz_autodetect", "tzautodetect", ROOT, "tzautodetect", Flag),
    rule("location.tz", "timezone", ROOT, "timezone", Optional),
    rule("location.lat", "lat", ROOT, "lat", OptionalNumber),
    rule("location.lon", "lng", ROOT, "lng", OptionalNumber),
    rule("location.tz_utc_offset", "tz_utc_offset", ROOT, "tz_utc_offset", Number),
    rule("location.tz_dst", "tz_dst", ROOT, "tz_dst", Flag),
    rule("location.tz_dst_auto", "tz_dst_auto", ROOT, "tz_dst_auto", Flag),
    rule("debug.file_log.enable", "debug_enable", ROOT, "debug_enable", Flag),
    rule("sntp.server", "sntp.server", ROOT, "sntp_server", Optional),
    shown("sntp.enable", "sntp.enabled", Flag),
    rule("sleep.wakeup_period", "sleep_mode", ROOT, "sleep_mode_period", Number).as_kind(Kind::Sleep),
    rule("sleep.remain_awake", "remain_awake", ROOT, "remain_awake", Number),
    // It restarts the device, so it is told last.
    rule("device.eco_mode", "eco_mode_enabled", ROOT, "eco_mode_enabled", Flag),
];

/// The fallback before the network in use, the access point after it: each step keeps the device within reach.
const WIFI: &[Rule] = &[
    rule("roam.enable", "ap_roaming.enabled", ROOT, "ap_roaming_enabled", Flag),
    rule("roam.rssi_thr", "ap_roaming.threshold", ROOT, "ap_roaming_threshold", Number),
    rule("sta1.enable", "wifi_sta1.enabled", "/settings/sta1", "enabled", Flag),
    rule("sta1.ssid", "wifi_sta1.ssid", "/settings/sta1", "ssid", Optional),
    rule("sta1.pass", "wifi_sta1.key", "/settings/sta1", "key", Secret),
    rule("sta1.ipv4mode", "wifi_sta1.ipv4_method", "/settings/sta1", "ipv4_method", Text),
    rule("sta1.ip", "wifi_sta1.ip", "/settings/sta1", "ip", Optional),
    rule("sta1.netmask", "wifi_sta1.mask", "/settings/sta1", "netmask", Optional),
    rule("sta1.gw", "wifi_sta1.gw", "/settings/sta1", "gateway", Optional),
    rule("sta1.nameserver", "wifi_sta1.dns", "/settings/sta1", "dns", Optional),
    rule("sta.enable", "wifi_sta.enabled", "/settings/sta", "enabled", Flag),
    rule("sta.ssid", "wifi_sta.ssid", "/settings/sta", "ssid", Optional),
    rule("sta.pass", "wifi_sta.key", "/settings/sta", "key", Secret),
    rule("sta.ipv4mode", "wifi_sta.ipv4_method", "/settings/sta", "ipv4_method", Text),
    rule("sta.ip", "wifi_sta.ip", "/settings/sta", "ip", Optional),
    rule("sta.netmask", "wifi_sta.mask", "/settings/sta", "netmask", Optional),
    rule("sta.gw", "wifi_sta.gw", "/settings/sta", "gateway", Optional),
    rule("sta.nameserver", "wifi_sta.dns", "/settings/sta", "dns", Optional),
    rule("ap.enable", "wifi_ap.enabled", "/settings/ap", "enabled", Flag),
    shown("ap.ssid", "wifi_ap.ssid", Optional),
    rule("ap.pass", "wifi_ap.key", "/settings/ap", "key", Secret),
];

const MQTT: &[Rule] = &[
    rule("server", "mqtt.server", ROOT, "mqtt_server", Optional),
    rule("user", "mqtt.user", ROOT, "mqtt_user", Optional),
    rule("pass", "mqtt.pass", ROOT, "mqtt_pass", Secret),
    rule("client_id", "mqtt.id", ROOT, "mqtt_id", Optional),
    rule("clean_session", "mqtt.clean_session", ROOT, "mqtt_clean_session", Flag),
    rule("retain", "mqtt.retain", ROOT, "mqtt_retain", Flag),
    rule("max_qos", "mqtt.max_qos", ROOT, "mqtt_max_qos", Number),
    rule("keep_alive", "mqtt.keep_alive", ROOT, "mqtt_keep_alive", Number),
    rule("update_period", "mqtt.update_period", ROOT, "mqtt_update_period", Number),
    rule("reconnect_timeout_min", "mqtt.reconnect_timeout_min", ROOT, "mqtt_reconnect_timeout_min", Number),
    rule("reconnect_timeout_max", "mqtt.reconnect_timeout_max", ROOT, "mqtt_reconnect_timeout_max", Number),
    // Old firmware only, and no source tells how they are written.
    shown("will_topic", "mqtt.will_topic", Text),
    shown("will_message", "mqtt.will_message", Text),
    rule("enable", "mqtt.enable", ROOT, "mqtt_enable", Flag),
];

const COIOT: &[Rule] = &[
    rule("enable", "coiot.enabled", ROOT, "coiot_enable", Flag),
    rule("update_period", "coiot.update_period", ROOT, "coiot_update_period", Number),
    rule("peer", "coiot.peer", ROOT, "coiot_peer", OptionalWord("mcast")),
    rule("execute_enable", "coiot.execute_enable", ROOT, "coiot_execute_enable", Flag),
    rule("execute_enable", "coiot_execute_enable", ROOT, "coiot_execute_enable", Flag),
];

/// Read only: the login is written as a whole.
const AUTH: &[Rule] = &[
    shown("enable", "login.enabled", Flag),
    shown("user", "login.username", Text),
    shown("password", "login.password", Secret),
    shown("unprotected", "login.unprotected", Flag),
];

const LED: &[Rule] = &[
    rule("status_disable", "led_status_disable", ROOT, "led_status_disable", Flag),
    rule("power_disable", "led_power_disable", ROOT, "led_power_disable", Flag),
];

const PUSH: &[Rule] = &[
    rule("long_time_ms", "longpush_time", ROOT, "longpush_time", Number),
    rule("long_duration_min_ms", "longpush_duration_ms.min", ROOT, "longpush_duration_ms_min", Number),
    rule("long_duration_max_ms", "longpush_duration_ms.max", ROOT, "longpush_duration_ms_max", Number),
    rule(
        "multi_gap_max_ms",
        "multipush_time_between_pushes_ms.max",
        ROOT,
        "multipush_time_between_pushes_ms_max",
        Number,
    ),
];

const ADD_ON: &[Rule] =
    &[rule("temperature_unit", "ext_sensors.temperature_unit", ROOT, "ext_sensors_temperature_unit", Text)];

const FAVORITE: &[Rule] = &[
    rule("name", "favorites.{}.name", "/settings/favorites/{}", "name", Text),
    rule("pos", "favorites.{}.pos", "/settings/favorites/{}", "pos", Number),
];

/// Timetable of a channel.
pub(super) const fn timetable(enable_at: &'static str, rules_at: &'static str, path: &'static str) -> [Rule; 2] {
    [
        rule("schedule.enable", enable_at, path, "schedule", Flag),
        rule("schedule.rules", rules_at, path, "schedule_rules", List),
    ]
}
