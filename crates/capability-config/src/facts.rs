//! What is true of a setting on every device that has it.

use schemars::JsonSchema;
use serde::Serialize;

/// What is true of a setting.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SettingFacts {
    /// Component kind: `switch`.
    pub kind: &'static str,
    /// Whether the kind has instances (`switch:0`) or is single (`wifi`).
    pub has_instances: bool,
    /// Field within the component: `auto_off_delay`, `sta.ssid`.
    pub field: &'static str,
    /// What it does, one sentence.
    pub help: &'static str,
    /// Type and range.
    pub value: ValueType,
    /// Unit of a number.
    pub unit: Option<Unit>,
    /// Null is a value of its own: unset, or the device's default.
    pub nullable: bool,
    /// The value must not be shown.
    pub sensitive: bool,
    /// The device never shows the value, so a write can only be proven by its effect.
    pub write_only: bool,
    /// The device reports it but nobody can set it.
    pub read_only: bool,
    /// Whether it takes effect only after a restart.
    pub restart: Restart,
    /// What a wrong value may cost.
    pub risk: Risk,
}

/// Type and range of a value.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ValueType {
    /// True or false.
    Bool,
    /// A number.
    Number {
        /// Least value.
        min: Option<f64>,
        /// Greatest value.
        max: Option<f64>,
    },
    /// A whole number.
    Integer {
        /// Least value.
        min: Option<f64>,
        /// Greatest value.
        max: Option<f64>,
    },
    /// Text.
    Text {
        /// Greatest length in characters.
        max_length: Option<u32>,
    },
    /// One of the vendor's words. Firmware may know more, so a word not listed is a warning, not an error.
    Choice {
        /// Known words.
        words: &'static [&'static str],
    },
    /// A list of plain values, set as a whole.
    List,
}

/// Unit of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Watts.
    Watts,
    /// Volts.
    Volts,
    /// Amperes.
    Amperes,
    /// Percent.
    Percent,
    /// Degrees Celsius.
    Celsius,
    /// Kelvin.
    Kelvin,
    /// dBm.
    DecibelMilliwatts,
    /// Degrees of latitude or longitude.
    Degrees,
}

/// Whether a setting takes effect only after a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Restart {
    /// At once.
    No,
    /// The device says so in its answer.
    AsToldByDevice,
    /// Always.
    Always,
    /// The device restarts by itself.
    ByItself,
}

/// What a wrong value may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// Nothing that cannot be put right.
    None,
    /// A load may switch.
    Load,
    /// Others may lose the device: MQTT, cloud, outbound WebSocket.
    Integration,
    /// We may be locked out: password.
    Access,
    /// The device may leave the network.
    Connectivity,
}
