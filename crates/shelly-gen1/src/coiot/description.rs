//! The payload of `/cit/d`: what a device says about its own ids.

use serde_json::Value;
use shelly_types::{wire::Wire, wire_object};

wire_object! {
    /// What a device says about its ids; over CoAP from all, over HTTP from firmware 1.10 on.
    pub struct Description {
        /// Parts of the device.
        pub blocks: Vec<Block> = "blk",
        /// What is told about them.
        pub sensors: Vec<Sensor> = "sen",
        /// What can be done with them, `CoIoT` v1 only.
        pub actuators: Vec<Value> = "act",
    }

    /// A part of the device.
    pub struct Block {
        /// Id within the description.
        pub id: u32 = "I",
        /// Name: `relay_0`, `device` (v2); `Relay0`, `Dimmer` (v1).
        pub name: String = "D",
    }

    /// A reading.
    pub struct Sensor {
        /// Id in the status.
        pub id: u16 = "I",
        /// Kind, a letter: A alarm, B battery, C concentration, E energy, EV event, EVC event counter, H humidity,
        /// I current, L luminosity, P power, S status, T temperature, V voltage.
        pub kind: String = "T",
        /// What it is, in the vendor's words.
        pub name: String = "D",
        /// Unit.
        pub unit: String = "U",
        /// Values it can have.
        pub range: Range = "R",
        /// Block or blocks it belongs to.
        pub block: Blocks = "L",
    }
}

/// Values that a reading can have: bounds or words with `/` between them, or a number type such as `U16`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Range {
    /// Valid values.
    Valid(String),
    /// Valid values, and the marker for no value, and perhaps more.
    Marked(Vec<String>),
}

impl Range {
    /// The marker for no value, as text.
    pub fn missing(&self) -> Option<&str> {
        match self {
            Self::Valid(_) => None,
            Self::Marked(words) => words.get(1).map(String::as_str),
        }
    }

    /// The valid values.
    pub fn valid(&self) -> Option<&str> {
        match self {
            Self::Valid(words) => Some(words),
            Self::Marked(words) => words.first().map(String::as_str),
        }
    }
}

impl Wire for Range {
    fn from_json(value: Value) -> Result<Self, Value> {
        match value {
            Value::String(words) => Ok(Self::Valid(words)),
            other => Vec::from_json(other).map(Self::Marked),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Valid(words) => words.clone().into(),
            Self::Marked(words) => words.to_json(),
        }
    }
}

/// Block or blocks of a reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blocks {
    /// One.
    One(u32),
    /// Several.
    Many(Vec<u32>),
}

impl Blocks {
    /// The first.
    pub fn first(&self) -> Option<u32> {
        match self {
            Self::One(block) => Some(*block),
            Self::Many(blocks) => blocks.first().copied(),
        }
    }
}

impl Wire for Blocks {
    fn from_json(value: Value) -> Result<Self, Value> {
        if value.is_array() { Vec::from_json(value).map(Self::Many) } else { u32::from_json(value).map(Self::One) }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::One(block) => (*block).into(),
            Self::Many(blocks) => blocks.to_json(),
        }
    }
}
