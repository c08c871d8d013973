//! What is true of a setting on every device that has it.

use std::{fmt, sync::LazyLock};

use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::{ComponentKey, Generation};
use smol_str::SmolStr;

use crate::{Instance, SettingPath, SettingSelector, SettingValue, config::rows, document, resources};

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
    /// The text is JSON of an object or list whose form is free. It is set as a whole and compared by meaning.
    pub is_document: bool,
    /// Gen1 devices report it but nobody can set it there.
    pub read_only_on_gen1: bool,
    /// Devices of Gen2 and later report it but nobody can set it there.
    pub read_only_on_rpc: bool,
    /// Whether it takes effect only after a restart.
    pub restart: Restart,
    /// What a wrong value may cost.
    pub risk: Risk,
    /// Gen1 devices have it.
    pub gen1: bool,
    /// Devices of Gen2 and later have it.
    pub rpc: bool,
    /// First firmware of Gen2 and later that has it, where it was not there from the beginning.
    pub since: Option<Release>,
    /// First firmware of Gen2 and later that has it no more.
    pub removed_in: Option<Release>,
    /// Devices may leave it out of their answer while it is not set, so not being shown says nothing.
    pub shown_when_set: bool,
}

/// A firmware release: major, minor, patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Release(pub u32, pub u32, pub u32);

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

impl SettingFacts {
    /// The setting in every instance of its component: `switch:*.auto_off`, `wifi.sta.ssid`.
    pub fn selector(&self) -> SettingSelector {
        let instance = if self.has_instances { Instance::Every } else { Instance::Single };
        SettingSelector::new(self.kind, instance, self.field)
    }

    /// The setting of one component of the kind. The field is not copied.
    pub fn path(&self, component: ComponentKey) -> SettingPath {
        SettingPath::new(component, SmolStr::new_static(self.field))
    }
}

impl SettingFacts {
    /// Whether nobody can set it on devices of this generation.
    pub fn is_read_only_on(&self, generation: Generation) -> bool {
        self.read_only || if generation.is_gen1() { self.read_only_on_gen1 } else { self.read_only_on_rpc }
    }

    /// Whether a value has the type of the setting, in range or not. Null is of every type where it is allowed.
    pub fn has_type(&self, value: &SettingValue) -> bool {
        let Self { nullable, sensitive, .. } = *self;
        match (value, self.value) {
            (SettingValue::Null, _) => nullable,
            (SettingValue::Hidden, _) | (SettingValue::Secret(_), ValueType::Text { .. }) => sensitive,
            (SettingValue::Bool(_), ValueType::Bool | ValueType::Plain)
            | (SettingValue::List(_), ValueType::List)
            | (SettingValue::Text(_), ValueType::Text { .. } | ValueType::Choice { .. } | ValueType::Plain) => true,
            (SettingValue::Number(number), ValueType::Number { .. } | ValueType::Plain) => number.is_finite(),
            (SettingValue::Number(number), ValueType::Integer { .. }) => number.fract() == 0.0,
            _ => false,
        }
    }

    /// Whether a value has the type of the setting and is in range.
    pub fn fits(&self, value: &SettingValue) -> bool {
        let in_range = |number: f64, min: Option<f64>, max: Option<f64>| {
            min.is_none_or(|min| number >= min) && max.is_none_or(|max| number <= max)
        };
        let is_short = |text: &str, max: Option<u32>| {
            max.is_none_or(|max| u32::try_from(text.chars().count()).is_ok_and(|length| length <= max))
        };
        self.has_type(value)
            && match (value, self.value) {
                (SettingValue::Number(number), ValueType::Number { min, max } | ValueType::Integer { min, max }) => {
                    in_range(*number, min, max)
                }
                (SettingValue::Text(text), _) if self.is_document => document::canonical(text).is_some(),
                (SettingValue::Text(text), ValueType::Text { max_length }) => is_short(text, max_length),
                (SettingValue::Secret(secret), ValueType::Text { max_length }) => is_short(secret.expose(), max_length),
                _ => true,
            }
    }
}

/// The facts of the setting `field` of the component kind `kind`. Those of a resource stand for every name, so their own
/// field has none.
pub fn facts(kind: &str, field: &str) -> Option<&'static SettingFacts> {
    static BY_NAME: LazyLock<FxHashMap<(&str, &str), &SettingFacts>> =
        LazyLock::new(|| all_facts().iter().map(|row| ((row.kind, row.field), row)).collect());
    BY_NAME.get(&(kind, field)).copied().or_else(|| resources::facts_of(kind, field))
}

/// The facts of every setting, by kind and field, without those of resources.
pub fn all_facts() -> &'static [SettingFacts] {
    static ALL: LazyLock<Vec<SettingFacts>> = LazyLock::new(|| {
        let mut all = rows();
        all.sort_by_key(|row| (row.kind, row.field));
        all
    });
    &ALL
}

/// Type and range of a value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
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
    /// Text, a number, or true or false.
    Plain,
}

/// Unit of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
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
    /// Degrees of an angle.
    Degrees,
    /// Lux.
    Lux,
    /// Hertz.
    Hertz,
    /// Metres.
    Metres,
    /// Metres per second.
    MetresPerSecond,
    /// Kilowatt-hours.
    KilowattHours,
    /// Ampere-hours.
    AmpereHours,
    /// Pictures of a radar.
    Frames,
}

impl Unit {
    /// Short sign: `s`, `W`, `°C`.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Seconds => "s",
            Self::Minutes => "min",
            Self::Milliseconds => "ms",
            Self::Watts => "W",
            Self::Volts => "V",
            Self::Amperes => "A",
            Self::Percent => "%",
            Self::Celsius => "°C",
            Self::Kelvin => "K",
            Self::DecibelMilliwatts => "dBm",
            Self::Degrees => "°",
            Self::Lux => "lx",
            Self::Hertz => "Hz",
            Self::Metres => "m",
            Self::MetresPerSecond => "m/s",
            Self::KilowattHours => "kWh",
            Self::AmpereHours => "Ah",
            Self::Frames => "frames",
        }
    }
}

/// Whether a setting takes effect only after a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
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
