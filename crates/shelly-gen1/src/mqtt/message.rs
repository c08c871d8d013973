//! A message: whom it concerns and what it says.

use serde_json::Value;
use shelly_types::wire::Wire;

use super::{Announcement, Command, DeviceOrder, Lamp, SensorDocument, State, StateTopic};
use crate::{
    Settings, Status,
    reading::{Press, PressCount},
    scalar::Numbered,
    status::{ExtHumidity, ExtTemperature, Light},
};

const ROOT: &str = "shellies/";

/// Parts of a device name at most: `mqtt_id` may hold slashes.
const NAME_PARTS: usize = 4;

/// Whom a message concerns.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scope {
    /// One device, by the device part of its topics (`mqtt_id`).
    Device(String),
    /// All devices of the broker: `shellies/announce`, `shellies/command`.
    Everyone,
    /// Not a topic of Gen1.
    Elsewhere,
}

/// What a message says.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Body {
    /// Who a device is.
    Announce(Box<Announcement>),
    /// Whether the device is connected; the broker sends no as its last will.
    Online(bool),
    /// The `/status` document.
    Info(Box<Status>),
    /// The document of Motion and the radiator valve on `status`.
    Sensor(Box<SensorDocument>),
    /// The document on `settings`; its content is not verified.
    Settings(Box<Settings>),
    /// One value.
    State(State),
    /// The last push of an input; see [`Presses`](crate::reading::Presses).
    Press(PressCount),
    /// State of a light.
    Light(Lamp, u8, Box<Light>),
    /// Temperature sensors of the add-on, degrees Celsius.
    ExtTemperatures(Numbered<ExtTemperature>),
    /// The same, degrees Fahrenheit.
    ExtTemperaturesFahrenheit(Numbered<ExtTemperature>),
    /// Humidity sensors of the add-on.
    ExtHumidities(Numbered<ExtHumidity>),
    /// A command to devices.
    Command(Command),
    /// A topic that is not known here, or a payload that does not fit its topic; kept as it came.
    Other {
        /// The topic after the device part; the whole topic when the message is not one of Gen1.
        path: String,
        /// Payload.
        payload: Vec<u8>,
    },
}

/// A message, from a device or to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Whom it concerns.
    pub scope: Scope,
    /// What it says.
    pub body: Body,
}

impl Message {
    /// Reads a message. Nothing fails: what is not understood is [`Body::Other`].
    pub fn parse(topic: &str, payload: &[u8]) -> Self {
        let kept = |path: &str| Body::Other { path: path.to_owned(), payload: payload.to_vec() };
        let Some(rest) = topic.strip_prefix(ROOT).filter(|rest| !rest.is_empty()) else {
            return Self { scope: Scope::Elsewhere, body: kept(topic) };
        };
        if !rest.contains('/') {
            let body = if matches!(rest, "announce" | "command") { body(rest, payload) } else { None };
            return Self { scope: Scope::Everyone, body: body.unwrap_or_else(|| kept(rest)) };
        }
        let ends = rest.match_indices('/').map(|(at, _)| at).take(NAME_PARTS);
        let (mut device, mut path) = rest.split_once('/').unwrap_or((rest, ""));
        if let Some(end) = ends.into_iter().find(|end| *end > 0 && is_known(&rest[end + 1..])) {
            (device, path) = (&rest[..end], &rest[end + 1..]);
        }
        let body = body(path, payload).unwrap_or_else(|| kept(path));
        Self { scope: Scope::Device(device.to_owned()), body }
    }

    /// A command to the device of this name.
    pub fn command(device: impl Into<String>, command: Command) -> Self {
        Self { scope: Scope::Device(device.into()), body: Body::Command(command) }
    }

    /// A command to all devices of the broker; they know announce, update and `update_fw`.
    pub fn to_everyone(order: DeviceOrder) -> Self {
        Self { scope: Scope::Everyone, body: Body::Command(Command::Device(order)) }
    }

    /// The topic.
    pub fn topic(&self) -> String {
        let path = path(&self.body);
        match &self.scope {
            Scope::Device(device) => format!("{ROOT}{device}/{path}"),
            Scope::Everyone => format!("{ROOT}{path}"),
            Scope::Elsewhere => path,
        }
    }

    /// The payload.
    pub fn payload(&self) -> Vec<u8> {
        let json = |value: Value| value.to_string().into_bytes();
        match &self.body {
            Body::Announce(announcement) => json(announcement.to_json()),
            Body::Online(online) => online.to_string().into_bytes(),
            Body::Info(status) => json(status.to_json()),
            Body::Sensor(document) => json(document.to_json()),
            Body::Settings(settings) => json(settings.to_json()),
            Body::State(state) => state.payload().into_bytes(),
            Body::Press(told) => {
                let event = told.press.as_ref().map_or("", Press::as_str);
                json(serde_json::json!({"event": event, "event_cnt": told.count}))
            }
            Body::Light(_, _, light) => json(light.to_json()),
            Body::ExtTemperatures(sensors) | Body::ExtTemperaturesFahrenheit(sensors) => json(sensors.to_json()),
            Body::ExtHumidities(sensors) => json(sensors.to_json()),
            Body::Command(command) => command.payload().into_bytes(),
            Body::Other { payload, .. } => payload.clone(),
        }
    }
}

const DOCUMENTS: [&str; 8] =
    ["announce", "online", "info", "status", "settings", "ext_temperatures", "ext_temperatures_f", "ext_humidities"];

fn path(body: &Body) -> String {
    match body {
        Body::Announce(_) => "announce".to_owned(),
        Body::Online(_) => "online".to_owned(),
        Body::Info(_) => "info".to_owned(),
        Body::Sensor(_) => "status".to_owned(),
        Body::Settings(_) => "settings".to_owned(),
        Body::State(state) => state.topic.path(),
        Body::Press(told) => format!("input_event/{}", told.input),
        Body::Light(lamp, id, _) => format!("{}/{id}/status", lamp.as_str()),
        Body::ExtTemperatures(_) => "ext_temperatures".to_owned(),
        Body::ExtTemperaturesFahrenheit(_) => "ext_temperatures_f".to_owned(),
        Body::ExtHumidities(_) => "ext_humidities".to_owned(),
        Body::Command(command) => command.path(),
        Body::Other { path, .. } => path.clone(),
    }
}

fn is_known(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    DOCUMENTS.contains(&path)
        || StateTopic::find(path).is_some()
        || Command::is_topic(&parts)
        || matches!(parts[..], ["input_event", _] | ["light" | "color" | "white", _, "status"])
}

/// Reads a payload by the end of its topic; none when either is not understood.
fn body(path: &str, payload: &[u8]) -> Option<Body> {
    let text = std::str::from_utf8(payload).ok()?;
    if let Some(topic) = StateTopic::find(path) {
        return Some(Body::State(State::read(topic, text)));
    }
    let parts: Vec<&str> = path.split('/').collect();
    if Command::is_topic(&parts) {
        return Command::parse(&parts, text).map(Body::Command);
    }
    if path == "online" {
        return text.parse().ok().map(Body::Online);
    }
    let json: Value = serde_json::from_str(text).ok()?;
    match parts[..] {
        ["announce"] => Announcement::from_json(json).ok().map(|document| Body::Announce(Box::new(document))),
        ["info"] => Status::from_json(json).ok().map(|document| Body::Info(Box::new(document))),
        ["status"] => SensorDocument::from_json(json).ok().map(|document| Body::Sensor(Box::new(document))),
        ["settings"] => Settings::from_json(json).ok().map(|document| Body::Settings(Box::new(document))),
        ["ext_temperatures"] => Numbered::from_json(json).ok().map(Body::ExtTemperatures),
        ["ext_temperatures_f"] => Numbered::from_json(json).ok().map(Body::ExtTemperaturesFahrenheit),
        ["ext_humidities"] => Numbered::from_json(json).ok().map(Body::ExtHumidities),
        ["input_event", input] => press(input.parse().ok()?, &json).map(Body::Press),
        [lamp, id, "status"] => {
            let light = Light::from_json(json).ok()?;
            Some(Body::Light(Lamp::named(lamp)?, id.parse().ok()?, Box::new(light)))
        }
        _ => None,
    }
}

fn press(input: u8, json: &Value) -> Option<PressCount> {
    let event = json.get("event")?.as_str()?;
    let count = u32::try_from(json.get("event_cnt")?.as_u64()?).ok()?;
    let press = (!event.is_empty()).then(|| Press::from(event.to_owned()));
    Some(PressCount { input, press, count })
}
