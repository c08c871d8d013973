//! Says what a reading of CoIoT or MQTT is about: the part of the device, the quantity, the unit, the value.

mod component;
mod press;
mod quantity;

use std::fmt;

pub use component::Component;
pub use press::{Press, PressCount, Pressed, Presses};
pub use quantity::{Quantity, Unit};

/// What a number or word of a device means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Meaning {
    /// Part of the device.
    pub component: Component,
    /// What is told about it.
    pub quantity: Quantity,
    /// Unit of a number.
    pub unit: Option<Unit>,
}

impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.component, self.quantity)?;
        self.unit.map_or(Ok(()), |unit| write!(f, " [{unit}]"))
    }
}

/// A value in its plainest form.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Yes or no: an output, an input, an alarm.
    Flag(bool),
    /// A number in the unit of the meaning.
    Number(f64),
    /// A word of the vendor.
    Word(String),
    /// Several words, such as the reasons of a wake-up.
    Words(Vec<String>),
    /// The device says that it has no value: its marker is 999, -1, an empty text or `unknown`, depending on the reading.
    Missing,
}

impl Value {
    /// The number, when it is one.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// Yes or no, when it is that.
    pub fn as_flag(&self) -> Option<bool> {
        match self {
            Self::Flag(on) => Some(*on),
            _ => None,
        }
    }

    /// The word, when it is one.
    pub fn as_word(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            _ => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(on) => f.write_str(if *on { "yes" } else { "no" }),
            Self::Number(number) => number.fmt(f),
            Self::Word(word) => f.write_str(word),
            Self::Words(words) => f.write_str(&words.join(", ")),
            Self::Missing => f.write_str("missing"),
        }
    }
}
