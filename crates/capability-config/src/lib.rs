#![doc = include_str!("../README.md")]

pub mod capabilities;
mod capability;
mod check;
mod config;
mod document;
mod facts;
mod path;
mod resources;
mod schema;
mod support;
mod validate;
mod value;

pub use capability::Managed;
pub use check::{InvalidSetting, check};
pub use config::DeviceConfig;
pub use document::document_text;
pub use facts::{Release, Restart, Risk, SettingFacts, Unit, ValueType, all_facts, facts};
pub use path::{Instance, ParsePathError, SettingPath, SettingSelector};
pub use resources::{Resource, ResourceKind, encode_name, resource_facts, secret_in_url, shown_name};
pub use support::{Support, Supported};
pub use validate::{Problem, Severity, validate, validate_for};
pub use value::{SecretText, SettingValue};

/// Values by path: what a device has, or what it should have.
pub type Settings = std::collections::BTreeMap<SettingPath, SettingValue>;
