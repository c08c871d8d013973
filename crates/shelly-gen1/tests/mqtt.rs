//! Messages survive writing and reading, every documented topic is known, and no payload is lost (A3).

#[path = "support/captures.rs"]
mod captures;
#[path = "support/folder.rs"]
mod folder;
#[path = "support/reference.rs"]
mod reference;

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use shelly_gen1::{
    Dim, LightCommand, Turn,
    mqtt::{
        Announcement, Body, Command, DeviceOrder, GasOrder, Lamp, Message, RollerOrder, Scope, State, StateTopic,
        ThermostatOrder,
    },
    reading::{Press, PressCount, Value},
};
use shelly_types::wire::{Wire, difference};

fn again(message: &Message) -> Message {
    Message::parse(&message.topic(), &message.payload())
}

fn turns() -> impl Strategy<Value = Turn> {
    prop_oneof![Just(Turn::On), Just(Turn::Off), Just(Turn::Toggle)]
}

fn lamps() -> impl Strategy<Value = Lamp> {
    prop_oneof![Just(Lamp::Light), Just(Lamp::Color), Just(Lamp::White)]
}

fn light_commands() -> impl Strategy<Value = LightCommand> {
    use prop::option::of;
    let first = (of(turns()), of(any::<u32>()), of(any::<u8>()), of(any::<u16>()), of(any::<[u8; 3]>()));
    let dim = prop_oneof![Just(Dim::Up), Just(Dim::Down), Just(Dim::Stop)];
    (first, of(any::<u8>()), of(any::<u8>()), of(dim)).prop_map(
        |((turn, transition, brightness, temp, rgb), gain, effect, dim)| LightCommand {
            turn,
            transition,
            brightness,
            temp,
            rgb,
            gain,
            effect,
            dim,
            ..LightCommand::default()
        },
    )
}

fn commands() -> impl Strategy<Value = Command> {
    let rollers = prop_oneof![
        Just(RollerOrder::Open),
        Just(RollerOrder::Close),
        Just(RollerOrder::Stop),
        Just(RollerOrder::Calibrate),
        any::<u8>().prop_map(RollerOrder::Position),
    ];
    let gas = prop_oneof![Just(GasOrder::StartSelfTest), Just(GasOrder::Mute), Just(GasOrder::Unmute)];
    let thermostat = prop_oneof![
        (-50.0..50.0_f64).prop_map(ThermostatOrder::Target),
        (-50.0..50.0_f64).prop_map(ThermostatOrder::External),
        any::<bool>().prop_map(ThermostatOrder::Schedule),
        any::<u8>().prop_map(ThermostatOrder::ScheduleProfile),
        "[0-9]{1,4}".prop_map(|text| ThermostatOrder::Other("boost_minutes".to_owned(), text)),
    ];
    let device = prop_oneof![
        Just(DeviceOrder::Announce),
        Just(DeviceOrder::Update),
        Just(DeviceOrder::UpdateFirmware),
        Just(DeviceOrder::Reboot),
        Just(DeviceOrder::ResetData),
    ];
    prop_oneof![
        device.prop_map(Command::Device),
        (any::<u8>(), turns()).prop_map(|(id, turn)| Command::Relay(id, turn)),
        (any::<u8>(), rollers).prop_map(|(id, order)| Command::Roller(id, order)),
        (lamps(), any::<u8>(), turns()).prop_map(|(lamp, id, turn)| Command::Light(lamp, id, turn)),
        (lamps(), any::<u8>(), light_commands()).prop_map(|(lamp, id, command)| Command::LightSet(
            lamp,
            id,
            Box::new(command)
        )),
        any::<u8>().prop_map(Command::ResetTotals),
        gas.prop_map(Command::Gas),
        (any::<u8>(), thermostat).prop_map(|(id, order)| Command::Thermostat(id, order)),
    ]
}

fn states() -> impl Strategy<Value = State> {
    let values = prop_oneof![any::<bool>().prop_map(Value::Flag), (-1e7..1e7_f64).prop_map(Value::Number)];
    (prop::sample::select(StateTopic::all().collect::<Vec<_>>()), values).prop_filter_map("a form", |(topic, value)| {
        let state = State { topic, value };
        let fits = match state.value {
            Value::Flag(_) => topic.meaning().quantity.is_flag(),
            _ => topic.meaning().unit.is_some(),
        };
        fits.then_some(state)
    })
}

fn bodies() -> impl Strategy<Value = Body> {
    let press = (any::<u8>(), prop::option::of(Just(Press::LongShort)), any::<u32>())
        .prop_map(|(input, press, count)| PressCount { input, press, count });
    prop_oneof![
        commands().prop_map(Body::Command),
        states().prop_map(Body::State),
        press.prop_map(Body::Press),
        any::<bool>().prop_map(Body::Online),
        ("[a-z]{3,9}/zz", prop::collection::vec(any::<u8>(), 0..40))
            .prop_map(|(path, payload)| Body::Other { path, payload }),
    ]
}

proptest! {
    #[test]
    fn messages_survive(device in "[a-z0-9-]{3,20}", body in bodies()) {
        let message = Message { scope: Scope::Device(device), body };
        prop_assert_eq!(again(&message), message);
    }

    #[test]
    fn nothing_is_lost(topic in "(shellies/)?[a-z0-9/]{0,24}", payload in prop::collection::vec(any::<u8>(), 0..60)) {
        let message = Message::parse(&topic, &payload);
        prop_assert_eq!(message.topic(), topic);
        if let Body::Other { payload: kept, .. } = &message.body {
            prop_assert_eq!(kept, &payload);
        }
        prop_assert_eq!(again(&message), message);
    }
}

/// A payload that fits the text of the reference.
fn sample(topic: &str, documented: &str) -> String {
    let first = documented.split(['|', ' ', ',']).next().unwrap_or_default();
    match first {
        "json" | "json:" => "{}".to_owned(),
        "decimal" => "11.19".to_owned(),
        "integer" => "1816965".to_owned(),
        "JSON" => r#"["button"]"#.to_owned(),
        "temperature" | "C" | "%" | "lux" | "deg" | "ppm" => "21.5".to_owned(),
        "0..100" => "40".to_owned(),
        "1..5" => "2".to_owned(),
        "text" => "button".to_owned(),
        "value" => "1".to_owned(),
        _ if topic.ends_with("/set") => r#"{"turn":"on","brightness":30}"#.to_owned(),
        _ if topic.contains("/input_event/") => r#"{"event":"SS","event_cnt":4}"#.to_owned(),
        _ if documented.starts_with('{') => r#"{"0":{"hwID":"28ff","tC":23.9}}"#.to_owned(),
        word => word.to_owned(),
    }
}

#[test]
fn every_documented_topic_is_known() {
    let Some(reference) = reference::reference("mqtt.json") else { return };
    let topics = reference["topics"].as_array().expect("topics");
    for entry in topics {
        let (topic, payload) = (entry["topic"].as_str().expect("topic"), entry["payload"].as_str().expect("payload"));
        let topic = topic.replace("<id>", "shelly1-A1B2C3D4E5F6").replace("<i>", "1");
        let names = topic.split_once('{').map(|(start, names)| (start, names.trim_end_matches('}')));
        let topics: Vec<String> = names.map_or_else(
            || vec![topic.clone()],
            |(start, names)| names.split(',').map(|name| format!("{start}{name}")).collect(),
        );
        for topic in topics {
            let text = sample(&topic, payload);
            let message = Message::parse(&topic, text.as_bytes());
            assert!(!matches!(message.body, Body::Other { .. }), "{topic} {text} {message:?}");
            let is_command = matches!(message.body, Body::Command(_));
            assert_eq!(is_command, entry["dir"] == "broker->device", "{topic}");
            assert_eq!(message.topic(), topic);
            if let (Body::State(state), Some(unit)) = (&message.body, entry["unit"].as_str()) {
                assert_eq!(state.topic.meaning().unit.map(shelly_gen1::reading::Unit::as_str), Some(unit), "{topic}");
                assert!(state.value.as_number().is_some(), "{topic}");
            }
        }
    }
}

#[test]
fn captured_messages_are_understood() {
    for (file, capture) in captures::captures() {
        for (name, payload) in capture["endpoints"].as_object().expect("endpoints") {
            let Some(topic) = name.strip_prefix("mqtt:").filter(|topic| topic.starts_with("shellies/")) else {
                continue;
            };
            let message = Message::parse(&topic.replace("<id>", "x"), payload.to_string().as_bytes());
            assert!(!matches!(message.body, Body::Other { .. }), "{file} {topic}");
            let sent: Json = serde_json::from_slice(&message.payload()).expect("json");
            assert_eq!(difference(payload, &sent), None, "{file} {topic}");
            if let Body::Announce(announcement) = &message.body {
                assert_eq!(announcement.identity().expect("an identity").model.code(), capture["model"], "{file}");
            }
        }
    }
}

#[test]
fn values_are_read_by_meaning() {
    let value = |path: &str, payload: &str| {
        let topic = format!("shellies/shellyem3-1/{path}");
        let message = Message::parse(&topic, payload.as_bytes());
        let Body::State(state) = message.body else { panic!("{path}: {message:?}") };
        format!("{} = {}", state.topic.meaning(), state.value)
    };
    assert_eq!(value("relay/0", "on"), "relay 0 output = yes");
    assert_eq!(value("relay/0", "overpower"), "relay 0 output = overpower");
    assert_eq!(value("emeter/2/power", "-1.00"), "emeter 2 power [W] = -1");
    assert_eq!(value("emeter/2/total", "3918124.9"), "emeter 2 energy [Wh] = 3918124.9");
    assert_eq!(value("roller/0/pos", "-1"), "roller 0 position [%] = missing");
    assert_eq!(value("sensor/state", "open"), "sensor 0 open = yes");
    assert_eq!(value("sensor/act_reasons", r#"["button","battery"]"#), "device wake_reasons = button, battery");
    assert_eq!(value("relay/power", "4.5"), "device power [W] = 4.5");
}

#[test]
fn device_names_may_hold_slashes() {
    let message = Message::parse("shellies/home/trv/status", br#"{"bat":90}"#);
    assert_eq!(message.scope, Scope::Device("home/trv".to_owned()));
    assert!(matches!(message.body, Body::Sensor(_)));
    assert_eq!(message.topic(), "shellies/home/trv/status");
}

#[test]
fn commands_use_the_vendors_words() {
    let sent = |command| {
        let message = Message::command("shelly1-A1B2C3", command);
        format!("{} {}", message.topic(), String::from_utf8(message.payload()).expect("text"))
    };
    assert_eq!(sent(Command::Relay(0, Turn::Toggle)), "shellies/shelly1-A1B2C3/relay/0/command toggle");
    assert_eq!(sent(Command::Roller(0, RollerOrder::Position(30))), "shellies/shelly1-A1B2C3/roller/0/command/pos 30");
    let set = LightCommand { turn: Some(Turn::On), brightness: Some(7), ..LightCommand::default() };
    assert_eq!(
        sent(Command::LightSet(Lamp::White, 3, Box::new(set))),
        r#"shellies/shelly1-A1B2C3/white/3/set {"brightness":7,"turn":"on"}"#
    );
    assert_eq!(Message::to_everyone(DeviceOrder::Announce).topic(), "shellies/command");
}

#[test]
fn announcements_of_other_generations_are_none_of_gen1() {
    let other = Announcement::from_json(json!({"id": "shellyplus1-1", "mac": "C45BBE6A1122", "gen": 2, "model": "x"}));
    assert_eq!(other.expect("an object").identity(), None);
    assert_eq!(Message::parse("shellyplus1-1/rpc", b"{}").scope, Scope::Elsewhere);
}
