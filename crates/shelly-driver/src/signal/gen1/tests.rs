//! A5: what Gen1 tells, value by value. The comparison with polled statuses is in `tests/driver/signals.rs`.

use std::time::Duration;

use serde_json::json;
use shelly_gen1::coiot::{Serial, Status};
use shelly_types::{ComponentStatus, status::*, wire::Wire};

use super::*;

fn status(components: Vec<(&str, ComponentStatus)>) -> DeviceStatus {
    DeviceStatus { components: components.into_iter().map(|(key, reading)| (key.parse().unwrap(), reading)).collect() }
}

fn packet(tag: &str, serial: u16, rows: &serde_json::Value) -> Packet {
    let status = Status::from_json(json!({ "G": rows })).unwrap();
    Packet { device: DeviceTag::parse(tag), message_id: serial, serial: Some(Serial(serial)), ..Packet::status(status) }
}

fn plug() -> DeviceStatus {
    let switch = SwitchStatus {
        output: Some(false),
        source: Some("http".into()),
        meter: MeterReading { power_w: Some(0.0), energy_wh: Some(1.0), ..MeterReading::default() },
        ..SwitchStatus::default()
    };
    let system = SystemStatus { config_revision: Some(4), ..SystemStatus::default() };
    status(vec![
        ("switch:0", ComponentStatus::Switch(Box::new(switch))),
        ("sys", ComponentStatus::System(Box::new(system))),
        ("wifi", ComponentStatus::Wifi(Box::default())),
    ])
}

const PLUG: &str = "SHSW-PM#A8032A000001#2";

#[test]
fn values_are_put_over_what_is_known() {
    let mut follower = Gen1Follower::new("SHSW-PM", &plug());
    let rows = json!([
        [0, 9103, 5],
        [0, 1101, 1],
        [0, 4101, 60.5],
        [0, 4103, 120],
        [0, 3104, 41.5],
        [0, 6101, 1],
        [0, 3101, 999]
    ]);
    let told = packet(PLUG, 1, &rows);
    let at = Instant::now();
    let signals = follower.take_packet(&told, at);
    assert_eq!(signals[0], Signal::ConfigChanged { revision: Some(5) });
    let [Signal::Component(_, ComponentStatus::Switch(switch)), Signal::Component(_, ComponentStatus::System(system))] =
        &signals[1..]
    else {
        panic!("{signals:?}")
    };
    assert_eq!((switch.output, &switch.source), (Some(true), &None), "who switched is not told");
    assert_eq!((switch.meter.power_w, switch.meter.energy_wh), (Some(60.5), Some(2.0)));
    assert_eq!((switch.temperature_c, system.temperature_c), (Some(41.5), Some(41.5)));
    assert_eq!((switch.errors.clone(), system.overtemperature), (vec!["overtemp".to_owned()], Some(true)));
    assert_eq!(follower.take_packet(&told, at), [], "a copy by another way");
    let again = Packet { message_id: 9, ..told };
    assert_eq!(follower.take_packet(&again, at + Duration::from_secs(15)), [], "a repetition");
}

#[test]
fn a_push_is_told_once() {
    let mut follower = Gen1Follower::new("SHSW-PM", &plug());
    let at = Instant::now();
    let rows = |event: &str, count: u32| json!([[0, 2102, event], [0, 2103, count]]);
    let events = |signals: &[Signal]| signals.iter().filter(|signal| matches!(signal, Signal::Event { .. })).count();
    assert_eq!(events(&follower.take_packet(&packet(PLUG, 1, &rows("S", 7)), at)), 0, "it may be an old one");
    let signals = follower.take_packet(&packet(PLUG, 2, &rows("SS", 8)), at);
    let component = Some("input:0".parse().unwrap());
    assert_eq!(signals[0], Signal::Event { component, name: "double_push".into(), at: None });
    let Signal::Component(_, ComponentStatus::Input(input)) = &signals[1] else { panic!("{signals:?}") };
    assert_eq!(input.last_event.as_deref(), Some("double_push"));
    assert_eq!(events(&follower.take_packet(&packet(PLUG, 3, &rows("SS", 8)), at)), 0);
}

/// M1: a button that sleeps was pushed when it woke for that.
#[test]
fn a_sleeper_wakes_for_a_push() {
    let mut follower = Gen1Follower::new("SHBTN-2", &DeviceStatus::default());
    let rows = json!([[0, 9102, ["button"]], [0, 2102, "L"], [0, 2103, 3], [0, 3111, 80]]);
    let signals = follower.take_packet(&packet("SHBTN-2#A8032A000001#2", 1, &rows), Instant::now());
    assert!(matches!(&signals[0], Signal::Event { name, .. } if name == "long_push"), "{signals:?}");
    let battery = ComponentStatus::Battery(Box::new(BatteryStatus { percent: Some(80.0), ..BatteryStatus::default() }));
    assert!(signals.contains(&Signal::Component("devicepower:0".parse().unwrap(), battery)), "{signals:?}");
}

#[test]
fn a_change_of_the_mode_is_read() {
    let mut follower = Gen1Follower::new("SHSW-25", &plug()).with_mode(Some("relay".into()));
    let signals =
        follower.take_packet(&packet("SHSW-25#A8032A000001#2", 1, &json!([[0, 9101, "roller"]])), Instant::now());
    assert_eq!(signals, [Signal::ConfigChanged { revision: None }, Signal::ReadAgain]);
}

fn say(follower: &mut Gen1Follower, path: &str, payload: &str) -> Vec<Signal> {
    follower.take_message(&Message::parse(&format!("shellies/shelly-A8032A/{path}"), payload.as_bytes()))
}

/// A6: the topics of MQTT mean the same.
#[test]
fn topics_mean_the_same() {
    let mut follower = Gen1Follower::new("SHSW-PM", &plug());
    let switch = |signals: Vec<Signal>| match &signals[..] {
        [Signal::Component(_, ComponentStatus::Switch(switch))] => switch.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(switch(say(&mut follower, "relay/0", "on")).output, Some(true));
    assert_eq!(switch(say(&mut follower, "relay/0/energy", "120")).meter.energy_wh, Some(2.0));
    let tripped = switch(say(&mut follower, "relay/0", "overpower"));
    assert_eq!((tripped.output, tripped.errors), (Some(false), vec!["overpower".to_owned()]));
    assert_eq!(say(&mut follower, "relay/0", "off"), []);
    assert_eq!(say(&mut follower, "temperature_f", "104"), []);
    assert_eq!(say(&mut follower, "online", "false"), [Signal::Offline(Leave::LastWill)]);
    assert_eq!(say(&mut follower, "online", "true"), [Signal::Online, Signal::ReadAgain]);
    assert_eq!(say(&mut follower, "input_event/0", r#"{"event":"S","event_cnt":1}"#).len(), 1);
    let pushed = say(&mut follower, "input_event/0", r#"{"event":"S","event_cnt":2}"#);
    let is_told = matches!(&pushed[..], [Signal::Event { name, .. }, Signal::Component(..)] if name == "single_push");
    assert!(is_told, "{pushed:?}");
}

#[test]
fn documents_mean_the_same() {
    let mut follower = Gen1Follower::new("SHMOS-01", &DeviceStatus::default());
    let signals = say(&mut follower, "status", r#"{"motion":true,"vibration":false,"active":true,"lux":12,"bat":77}"#);
    let reading = |key: &str, signals: &[Signal]| {
        let key: ComponentKey = key.parse().unwrap();
        signals.iter().find_map(|signal| match signal {
            Signal::Component(of, reading) if *of == key => Some(reading.clone()),
            _ => None,
        })
    };
    let motion = json!({"motion": true, "vibration": false, "active": true});
    assert_eq!(reading("motion:0", &signals), Some(ComponentStatus::Other(motion)));
    assert!(reading("devicepower:0", &signals).is_some() && reading("illuminance:0", &signals).is_some());

    let mut follower = Gen1Follower::new("SHBDUO-1", &DeviceStatus::default());
    let light = r#"{"ison":true,"brightness":40,"temp":3000,"mode":"white"}"#;
    let signals = say(&mut follower, "light/0/status", light);
    let Some(ComponentStatus::Light(light)) = reading("light:0", &signals) else { panic!("{signals:?}") };
    assert_eq!(
        (light.output, light.brightness_percent, light.color_temperature_k),
        (Some(true), Some(40.0), Some(3000))
    );
    let info = json!({"relays": [{"ison": true}], "ext_temperature": {"0": {"tC": 20.5}}});
    let signals = say(&mut follower, "info", &info.to_string());
    assert!(reading("switch:0", &signals).is_some() && reading("temperature:100", &signals).is_some(), "{signals:?}");
}

#[test]
fn a_sensor_in_fahrenheit_is_converted() {
    let mut follower = Gen1Follower::new("SHHT-1", &DeviceStatus::default()).in_fahrenheit(true);
    let signals = say(&mut follower, "sensor/temperature", "68");
    let reading =
        ComponentStatus::Temperature(TemperatureStatus { celsius: Some(20.0), ..TemperatureStatus::default() });
    assert_eq!(signals, [Signal::Component("temperature:0".parse().unwrap(), reading)]);
}
