//! The manager itself, and the catalogue of settings.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::devices::FleetOverview;

/// The manager itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SystemView {
    /// Version of the program.
    pub version: String,
    /// `sqlite` or `postgres`.
    pub database: String,
    /// Seconds since start.
    pub uptime_s: u64,
    /// Totals.
    pub fleet: FleetOverview,
}

/// A setting that devices may have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SettingFactsView {
    /// Path with `*` for the instance: `switch:*.auto_off_delay`.
    pub path: String,
    /// What it does.
    pub help: String,
    /// Type, range or words.
    pub value_type: serde_json::Value,
    /// Unit of a number.
    pub unit: Option<String>,
    /// Null is a value of its own.
    pub nullable: bool,
    /// The value is a secret.
    pub sensitive: bool,
    /// The device never shows it.
    pub write_only: bool,
    /// Nobody can set it.
    pub read_only: bool,
    /// `no`, `as_told_by_device`, `always`, `by_itself`.
    pub restart: String,
    /// `none`, `load`, `integration`, `access`, `connectivity`.
    pub risk: String,
}
