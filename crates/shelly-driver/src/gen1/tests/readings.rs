//! Readings of captured devices and of prepared ones (A1).

use serde_json::{Value, json};
use shelly_gen1::{Status, settings::Mode};
use shelly_types::{ComponentStatus, DeviceStatus, status::AlarmStatus, wire::Wire};

use super::captures::captured;
use crate::gen1::status;

fn read(document: Value, mode: Option<&Mode>) -> DeviceStatus {
    status(&Status::from_json(document).unwrap(), mode)
}

fn gen2_status(document: Value) -> DeviceStatus {
    crate::gen2::status(&shelly_gen2_rpc::DeviceStatus::from_json(document).unwrap())
}

fn component<'a>(status: &'a DeviceStatus, key: &str) -> &'a ComponentStatus {
    status.components.get(&key.parse().unwrap()).unwrap_or_else(|| panic!("no {key}"))
}

#[test]
fn every_captured_status_is_read() {
    for capture in captured() {
        let Some(document) = capture.status else { continue };
        let mode = capture.identity.profile.clone().map(Mode::from);
        let status = read(document.clone(), mode.as_ref());
        let has = |kind: &str| status.components.keys().any(|key| key.kind() == kind);
        let lists = |list: &str| document[list].as_array().is_some_and(|items| !items.is_empty());
        let roller = lists("rollers") && mode == Some(Mode::Roller);
        assert_eq!(has("cover"), roller, "{}", capture.file);
        assert_eq!(has("switch"), lists("relays") && !roller, "{}", capture.file);
        assert_eq!(has("light"), lists("lights"), "{}", capture.file);
        assert_eq!(has("em1"), lists("emeters"), "{}", capture.file);
        assert_eq!(has("devicepower"), document.get("bat").is_some(), "{}", capture.file);
        assert!(has("sys") && has("wifi"), "{}", capture.file);
    }
}

#[test]
fn relay_meters_count_watt_minutes() {
    let status = read(
        json!({"relays": [{"ison": true, "source": "http", "overpower": true}], "voltage": 231.0,
            "tmp": {"tC": 50.5, "is_valid": "true"},
            "meters": [{"power": 12.5, "is_valid": "true", "total": 6000, "counters": [1, 2, 3]}]}),
        None,
    );
    let ComponentStatus::Switch(relay) = component(&status, "switch:0") else { panic!("no relay") };
    assert_eq!((relay.output, relay.meter.power_w, relay.meter.energy_wh), (Some(true), Some(12.5), Some(100.0)));
    assert_eq!((relay.meter.voltage_v, relay.temperature_c), (Some(231.0), Some(50.5)));
    assert_eq!(relay.errors, ["overpower"]);
}

#[test]
fn a_meter_that_is_not_there_shows_nothing() {
    let status = read(json!({"relays": [{"ison": true}], "meters": [{"power": 60.0, "is_valid": true}]}), None);
    let ComponentStatus::Switch(relay) = component(&status, "switch:0") else { panic!("no relay") };
    assert_eq!(relay.meter.power_w, None);
}

#[test]
fn positions_outside_of_the_scale_are_unknown() {
    for (position, state, shown, expected) in [
        (101.0, "stop", None, "stopped"),
        (-1.0, "close", None, "closing"),
        (0.0, "stop", Some(0.0), "closed"),
        (100.0, "stop", Some(100.0), "open"),
        (40.0, "open", Some(40.0), "opening"),
    ] {
        let roller = json!({"rollers": [{"state": state, "current_pos": position, "stop_reason": "obstacle"}]});
        let status = read(roller, None);
        let ComponentStatus::Cover(cover) = component(&status, "cover:0") else { panic!("no roller") };
        assert_eq!((cover.position_percent, cover.state.as_deref()), (shown, Some(expected)));
        assert_eq!(cover.errors, ["obstruction"]);
    }
}

#[test]
fn the_mode_decides_where_both_kinds_are_listed() {
    let both = json!({"relays": [{"ison": false}, {"ison": false}], "rollers": [{"state": "stop"}]});
    let relays = read(both.clone(), Some(&Mode::Relay));
    assert!(relays.components.keys().all(|key| key.kind() != "cover"));
    let roller = read(both, Some(&Mode::Roller));
    assert!(roller.components.keys().all(|key| key.kind() != "switch"));
    component(&roller, "cover:0");
}

#[test]
fn colour_and_white_are_told_apart() {
    let light = |mode: &str| {
        json!({"lights": [{"ison": true, "mode": mode, "red": 255, "green": 80, "blue": 0, "white": 7, "gain": 30,
            "brightness": 60, "temp": 3000}]})
    };
    let status = read(light("color"), None);
    let ComponentStatus::Light(color) = component(&status, "light:0") else { panic!("no light") };
    assert_eq!((color.brightness_percent, color.rgb, color.white), (Some(30.0), Some([255, 80, 0]), Some(7)));
    assert_eq!(color.color_temperature_k, None);
    let status = read(light("white"), None);
    let ComponentStatus::Light(white) = component(&status, "light:0") else { panic!("no light") };
    assert_eq!((white.brightness_percent, white.rgb, white.color_temperature_k), (Some(60.0), None, Some(3000)));
}

#[test]
fn sensors_measure_the_room() {
    let status = read(
        json!({"tmp": {"value": 68.0, "units": "F", "is_valid": true}, "hum": {"value": 55.5, "is_valid": true},
            "bat": {"value": -1, "voltage": 2.9}, "charger": false, "flood": true, "unixtime": 0, "uptime": 3,
            "ext_temperature": {"0": {"tC": 21.5}, "1": {"tC": 999.0}},
            "inputs": [{"input": 1, "event": "SSS", "event_cnt": 4}]}),
        None,
    );
    let ComponentStatus::Temperature(room) = component(&status, "temperature:0") else { panic!("no thermometer") };
    assert_eq!(room.celsius, Some(20.0));
    let ComponentStatus::Humidity(room) = component(&status, "humidity:0") else { panic!("no hygrometer") };
    assert_eq!(room.percent, Some(55.5));
    let ComponentStatus::Battery(battery) = component(&status, "devicepower:0") else { panic!("no battery") };
    assert_eq!((battery.percent, battery.voltage_v, battery.external_power), (None, Some(2.9), Some(false)));
    assert_eq!(
        component(&status, "flood:0"),
        &ComponentStatus::Flood(AlarmStatus { alarm: Some(true), ..AlarmStatus::default() })
    );
    let ComponentStatus::Temperature(add_on) = component(&status, "temperature:101") else { panic!("no add-on") };
    assert_eq!((add_on.celsius, add_on.errors.as_slice()), (None, &["read".to_owned()][..]));
    let ComponentStatus::Input(input) = component(&status, "input:0") else { panic!("no input") };
    assert_eq!((input.on, input.last_event.as_deref()), (Some(true), Some("triple_push")));
    let ComponentStatus::System(system) = component(&status, "sys") else { panic!("no system") };
    assert_eq!((system.clock_at, system.uptime_s, system.temperature_c), (None, Some(3), None));
}

#[test]
fn energy_meters_count_watt_hours() {
    let emeter = json!({"power": -3.5, "pf": -0.05, "current": 0.1, "voltage": 230.0, "is_valid": true, "total": 123.4,
        "total_returned": 5.0});
    let status = read(json!({"emeters": [emeter, {"power": 1.0, "is_valid": false}]}), None);
    let ComponentStatus::Meter(phase) = component(&status, "em1:0") else { panic!("no meter") };
    assert_eq!((phase.power_w, phase.energy_wh, phase.returned_energy_wh), (Some(-3.5), Some(123.4), Some(5.0)));
    assert_eq!(status.components.keys().filter(|key| key.kind() == "em1").count(), 1);
}

#[test]
fn only_newer_firmware_is_on_offer() {
    let update = |has: bool, new: &str, beta: &str| {
        let status = read(
            json!({"update": {"has_update": has, "new_version": new, "old_version": "20230913-112003/v1.14.0-gcb84623",
                "beta_version": beta}}),
            None,
        );
        let ComponentStatus::System(system) = component(&status, "sys").clone() else { panic!("no system") };
        (system.update_stable, system.update_beta)
    };
    let running = "20230913-112003/v1.14.0-gcb84623";
    assert_eq!(update(false, running, "20221027-105242/v1.12.2-g32055ee"), (None, None));
    let (stable, beta) = update(true, "20240101-000000/v1.15.0-g1234567", "20231107-163707/v1.14.1-rc1-g0617c15");
    assert_eq!((stable.as_deref(), beta.as_deref()), (Some("1.15.0"), Some("1.14.1-rc1")));
}

/// E7: the same fact is the same reading on every generation, whatever the device calls it.
#[test]
fn one_fact_is_one_reading_on_both_families() {
    let old = read(
        json!({
            "relays": [{"ison": true, "source": "http"}], "tmp": {"value": 21.5, "units": "C", "is_valid": true},
            "hum": {"value": 40, "is_valid": true}, "bat": {"value": 80, "voltage": 2.9}, "charger": true,
            "lux": {"value": 120, "illumination": "twilight", "is_valid": true}, "flood": true, "smoke": false,
            "adcs": [{"voltage": 4.2}], "cloud": {"connected": true}, "mqtt": {"connected": false},
            "wifi_sta": {"connected": true, "ssid": "home", "ip": "10.0.0.2", "rssi": -60},
            "emeters": [{"power": 12.5, "pf": 0.9, "current": 0.1, "voltage": 230.0, "is_valid": true}],
            "inputs": [{"input": 1}],
        }),
        None,
    );
    let new = gen2_status(json!({
        "switch:0": {"id": 0, "output": true, "source": "http"}, "temperature:0": {"id": 0, "tC": 21.5, "tF": 70.7},
        "humidity:0": {"id": 0, "rh": 40}, "illuminance:0": {"id": 0, "lux": 120, "illumination": "twilight"},
        "devicepower:0": {"id": 0, "battery": {"V": 2.9, "percent": 80}, "external": {"present": true}},
        "flood:0": {"id": 0, "alarm": true}, "smoke:0": {"id": 0, "alarm": false},
        "voltmeter:100": {"id": 100, "voltage": 4.2}, "cloud": {"connected": true}, "mqtt": {"connected": false},
        "wifi": {"status": "got ip", "ssid": "home", "sta_ip": "10.0.0.2", "rssi": -60},
        "em1:0": {"id": 0, "act_power": 12.5, "pf": 0.9, "current": 0.1, "voltage": 230.0},
        "input:0": {"id": 0, "state": true},
    }));
    for (key, reading) in &new.components {
        assert_eq!(old.components.get(key), Some(reading), "{key}");
    }
}

/// E7: what single sensors of Gen1 show.
#[test]
fn sensors_tell_what_they_see() {
    let status = read(
        json!({
            "sensor": {"state": "open", "motion": false, "vibration": true, "timestamp": 1_700_000_000, "active": true},
            "accel": {"tilt": -1, "vibration": 1}, "valves": [{"state": "closed"}],
            "gas_sensor": {"sensor_state": "normal", "self_test_state": "completed", "alarm_state": "mild"},
            "concentration": {"ppm": 120, "is_valid": true}, "act_reasons": ["button"], "unixtime": 1_700_000_000,
            "relays": [{"ison": true, "has_timer": true, "timer_remaining": 30}],
            "thermostats": [{"pos": 40, "target_t": {"enabled": true, "value": 68.0, "units": "F"},
                "tmp": {"value": 20.5, "units": "C", "is_valid": true}, "schedule": true, "schedule_profile": 2,
                "boost_minutes": 0, "window_open": false}],
        }),
        None,
    );
    let ComponentStatus::Contact(contact) = component(&status, "contact:0") else { panic!("no contact") };
    assert_eq!((contact.open, contact.tilt_degrees, contact.vibration), (Some(true), None, Some(true)));
    let ComponentStatus::Motion(motion) = component(&status, "motion:0") else { panic!("no motion") };
    assert_eq!((motion.motion, motion.vibration, motion.active), (Some(false), Some(true), Some(true)));
    assert_eq!(motion.seen_at.map(|at| at.timestamp()), Some(1_700_000_000));
    let ComponentStatus::Gas(gas) = component(&status, "gas:0") else { panic!("no gas") };
    assert_eq!((gas.alarm, gas.ppm, gas.valves.as_slice()), (Some(true), Some(120.0), &["closed".to_owned()][..]));
    let ComponentStatus::Thermostat(valve) = component(&status, "thermostat:0") else { panic!("no valve") };
    assert_eq!((valve.target_c, valve.current_c, valve.valve_percent), (Some(20.0), Some(20.5), Some(40.0)));
    assert_eq!((valve.schedule, valve.schedule_profile, valve.window_open), (Some(true), Some(2), Some(false)));
    let ComponentStatus::Switch(relay) = component(&status, "switch:0") else { panic!("no relay") };
    assert_eq!(relay.timer_ends_at.map(|at| at.timestamp()), Some(1_700_000_030));
    let ComponentStatus::System(system) = component(&status, "sys") else { panic!("no system") };
    assert_eq!(system.wakeup.as_ref().map(|wakeup| wakeup.causes.as_slice()), Some(&["button".to_owned()][..]));
}
