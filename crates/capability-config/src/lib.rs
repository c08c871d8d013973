#![doc = include_str!("../README.md")]

mod facts;
mod path;
mod value;

pub use facts::{Restart, Risk, SettingFacts, Unit, ValueType};
pub use path::{Instance, ParsePathError, SettingPath, SettingSelector};
pub use value::{SecretText, SettingValue};

/// Values by path: what a device has, or what it should have.
pub type Settings = std::collections::BTreeMap<SettingPath, SettingValue>;
