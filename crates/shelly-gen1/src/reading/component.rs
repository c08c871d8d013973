//! Names the part of a device that a reading belongs to.

use std::fmt;

/// Part of a device, with its number where there can be several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Component {
    /// The device as a whole.
    Device,
    /// A relay.
    Relay(u8),
    /// A roller.
    Roller(u8),
    /// A light: dimmer, white or coloured channel.
    Light(u8),
    /// An input or a button.
    Input(u8),
    /// An energy meter.
    Emeter(u8),
    /// A sensor, inside or at the add-on.
    Sensor(u8),
    /// An analog input.
    Adc(u8),
    /// A valve that closes on an alarm.
    Valve(u8),
    /// A radiator valve.
    Thermostat(u8),
}

impl Component {
    /// The number among its kind.
    pub fn number(self) -> Option<u8> {
        match self {
            Self::Device => None,
            Self::Relay(number)
            | Self::Roller(number)
            | Self::Light(number)
            | Self::Input(number)
            | Self::Emeter(number)
            | Self::Sensor(number)
            | Self::Adc(number)
            | Self::Valve(number)
            | Self::Thermostat(number) => Some(number),
        }
    }

    /// The same kind with another number.
    #[must_use]
    pub(crate) fn numbered(self, number: u8) -> Self {
        match self {
            Self::Device => Self::Device,
            Self::Relay(_) => Self::Relay(number),
            Self::Roller(_) => Self::Roller(number),
            Self::Light(_) => Self::Light(number),
            Self::Input(_) => Self::Input(number),
            Self::Emeter(_) => Self::Emeter(number),
            Self::Sensor(_) => Self::Sensor(number),
            Self::Adc(_) => Self::Adc(number),
            Self::Valve(_) => Self::Valve(number),
            Self::Thermostat(_) => Self::Thermostat(number),
        }
    }

    /// The kind in the vendor's words.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Relay(_) => "relay",
            Self::Roller(_) => "roller",
            Self::Light(_) => "light",
            Self::Input(_) => "input",
            Self::Emeter(_) => "emeter",
            Self::Sensor(_) => "sensor",
            Self::Adc(_) => "adc",
            Self::Valve(_) => "valve",
            Self::Thermostat(_) => "thermostat",
        }
    }
}

impl fmt::Display for Component {
    /// `relay 0`, `device`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())?;
        self.number().map_or(Ok(()), |number| write!(f, " {number}"))
    }
}
