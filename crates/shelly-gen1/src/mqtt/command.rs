//! What a program sends to devices.

use std::fmt::Write;

use serde_json::Value;

use super::{Lamp, lamp};
use crate::{LightCommand, Turn};

/// A command.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Command {
    /// To the device as a whole, or to all.
    Device(DeviceOrder),
    /// Switches a relay.
    Relay(u8, Turn),
    /// Moves a roller.
    Roller(u8, RollerOrder),
    /// Switches a light.
    Light(Lamp, u8, Turn),
    /// Changes a light; nothing else is touched.
    LightSet(Lamp, u8, Box<LightCommand>),
    /// Zeroes the totals of an energy meter.
    ResetTotals(u8),
    /// To a gas sensor.
    Gas(GasOrder),
    /// To a radiator valve.
    Thermostat(u8, ThermostatOrder),
}

/// A word on the topic `command`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeviceOrder {
    /// Announces itself, and publishes `info` since firmware 1.8.0.
    Announce,
    /// Publishes all states again.
    Update,
    /// Installs the firmware that is offered.
    UpdateFirmware,
    /// Restarts; known of the radiator valve.
    Reboot,
    /// Erases the stored history of an energy meter.
    ResetData,
    /// A word that is not known here.
    Other(String),
}

impl DeviceOrder {
    /// The vendor's word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Announce => "announce",
            Self::Update => "update",
            Self::UpdateFirmware => "update_fw",
            Self::Reboot => "reboot",
            Self::ResetData => "reset_data",
            Self::Other(word) => word,
        }
    }

    fn named(word: &str) -> Self {
        let known = [Self::Announce, Self::Update, Self::UpdateFirmware, Self::Reboot, Self::ResetData];
        known.into_iter().find(|order| order.as_str() == word).unwrap_or_else(|| Self::Other(word.to_owned()))
    }
}

/// What a roller is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RollerOrder {
    /// Opens.
    Open,
    /// Closes.
    Close,
    /// Stops.
    Stop,
    /// Finds its end positions.
    Calibrate,
    /// Goes to a position, 0 (closed) to 100.
    Position(u8),
}

/// What a gas sensor is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GasOrder {
    /// Tests itself.
    StartSelfTest,
    /// Silences the alarm.
    Mute,
    /// Lets it sound again.
    Unmute,
}

/// What a radiator valve is told.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ThermostatOrder {
    /// Target temperature, degrees Celsius.
    Target(f64),
    /// Temperature of an outside sensor, degrees Celsius.
    External(f64),
    /// Opening, %; while it does not control itself.
    Position(f64),
    /// Runs or stops the schedule.
    Schedule(bool),
    /// Chooses a schedule, 1 to 5.
    ScheduleProfile(u8),
    /// Another name with its value, such as `boost_minutes`; told by users, not verified.
    Other(String, String),
}

impl Command {
    /// The end of the topic, after the device part.
    pub(super) fn path(&self) -> String {
        match self {
            Self::Device(_) => "command".to_owned(),
            Self::Relay(id, _) => format!("relay/{id}/command"),
            Self::Roller(id, RollerOrder::Position(_)) => format!("roller/{id}/command/pos"),
            Self::Roller(id, _) => format!("roller/{id}/command"),
            Self::Light(lamp, id, _) => format!("{}/{id}/command", lamp.as_str()),
            Self::LightSet(lamp, id, _) => format!("{}/{id}/set", lamp.as_str()),
            Self::ResetTotals(id) => format!("emeter/{id}/command"),
            Self::Gas(GasOrder::StartSelfTest) => "sensor/start_self_test".to_owned(),
            Self::Gas(GasOrder::Mute) => "sensor/mute".to_owned(),
            Self::Gas(GasOrder::Unmute) => "sensor/unmute".to_owned(),
            Self::Thermostat(id, order) => {
                let mut path = format!("thermostat/{id}/command/");
                path.push_str(match order {
                    ThermostatOrder::Target(_) => "target_t",
                    ThermostatOrder::External(_) => "ext_t",
                    ThermostatOrder::Position(_) => "valve_pos",
                    ThermostatOrder::Schedule(_) => "schedule",
                    ThermostatOrder::ScheduleProfile(_) => "schedule_profile",
                    ThermostatOrder::Other(name, _) => name,
                });
                path
            }
        }
    }

    pub(super) fn payload(&self) -> String {
        match self {
            Self::Device(order) => order.as_str().to_owned(),
            Self::Relay(_, turn) | Self::Light(_, _, turn) => turn.as_str().to_owned(),
            Self::Roller(_, order) => match order {
                RollerOrder::Open => "open".to_owned(),
                RollerOrder::Close => "close".to_owned(),
                RollerOrder::Stop => "stop".to_owned(),
                RollerOrder::Calibrate => "rc".to_owned(),
                RollerOrder::Position(position) => position.to_string(),
            },
            Self::LightSet(_, _, command) => lamp::write(command).to_string(),
            Self::ResetTotals(_) => "reset_totals".to_owned(),
            Self::Gas(GasOrder::StartSelfTest) => "start".to_owned(),
            Self::Gas(GasOrder::Mute) => "mute".to_owned(),
            Self::Gas(GasOrder::Unmute) => "unmute".to_owned(),
            Self::Thermostat(_, order) => {
                let mut text = String::new();
                // Writing to a string cannot fail.
                let _ = match order {
                    ThermostatOrder::Target(value)
                    | ThermostatOrder::External(value)
                    | ThermostatOrder::Position(value) => write!(text, "{value}"),
                    ThermostatOrder::Schedule(on) => write!(text, "{}", u8::from(*on)),
                    ThermostatOrder::ScheduleProfile(number) => write!(text, "{number}"),
                    ThermostatOrder::Other(_, value) => write!(text, "{value}"),
                };
                text
            }
        }
    }

    /// Reads a command by the parts of its topic; none when topic or payload is not one.
    pub(super) fn parse(parts: &[&str], text: &str) -> Option<Self> {
        let id = |text: &str| text.parse::<u8>().ok();
        Some(match *parts {
            ["command"] => Self::Device(DeviceOrder::named(text)),
            ["relay", number, "command"] => Self::Relay(id(number)?, Turn::named(text)?),
            ["roller", number, "command"] => {
                let order = match text {
                    "open" => RollerOrder::Open,
                    "close" => RollerOrder::Close,
                    "stop" => RollerOrder::Stop,
                    "rc" => RollerOrder::Calibrate,
                    _ => return None,
                };
                Self::Roller(id(number)?, order)
            }
            ["roller", number, "command", "pos"] => Self::Roller(id(number)?, RollerOrder::Position(id(text)?)),
            ["emeter", number, "command"] if text == "reset_totals" => Self::ResetTotals(id(number)?),
            // One client sends another word, and one an empty text (reference/gen1/mqtt.json).
            ["sensor", "start_self_test"] => Self::Gas(GasOrder::StartSelfTest),
            ["sensor", "mute"] => Self::Gas(GasOrder::Mute),
            ["sensor", "unmute"] => Self::Gas(GasOrder::Unmute),
            ["thermostat", number, "command", name] => Self::Thermostat(id(number)?, thermostat(name, text)),
            [lamp, number, "command"] => Self::Light(Lamp::named(lamp)?, id(number)?, Turn::named(text)?),
            [word, number, "set"] => {
                let json: Value = serde_json::from_str(text).ok()?;
                Self::LightSet(Lamp::named(word)?, id(number)?, Box::new(lamp::read(&json)?))
            }
            _ => return None,
        })
    }

    /// Whether the topic is one that programs send to.
    pub(super) fn is_topic(parts: &[&str]) -> bool {
        let is_number = |text: &str| text.parse::<u8>().is_ok();
        match *parts {
            ["command"] | ["sensor", "start_self_test" | "mute" | "unmute"] => true,
            ["relay" | "roller" | "emeter" | "light" | "color" | "white", number, "command"]
            | ["light" | "color" | "white", number, "set"]
            | ["roller", number, "command", "pos"]
            | ["thermostat", number, "command", _] => is_number(number),
            _ => false,
        }
    }
}

fn thermostat(name: &str, text: &str) -> ThermostatOrder {
    let number = || text.parse::<f64>().ok().filter(|number| number.is_finite());
    let known = match name {
        "target_t" => number().map(ThermostatOrder::Target),
        "ext_t" => number().map(ThermostatOrder::External),
        "valve_pos" => number().map(ThermostatOrder::Position),
        "schedule" => match text {
            "1" | "true" => Some(ThermostatOrder::Schedule(true)),
            "0" | "false" => Some(ThermostatOrder::Schedule(false)),
            _ => None,
        },
        "schedule_profile" => text.parse().ok().map(ThermostatOrder::ScheduleProfile),
        _ => None,
    };
    known.unwrap_or_else(|| ThermostatOrder::Other(name.to_owned(), text.to_owned()))
}
