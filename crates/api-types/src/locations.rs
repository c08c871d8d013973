//! Locations of devices.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LocationView {
    /// Id.
    pub id: Uuid,
    /// Name, unique.
    pub name: String,
    /// Locations around it, from the inside out.
    pub around: Vec<String>,
    /// Its time zone, or that of the nearest location around it.
    pub time_zone: Option<String>,
    /// The time zone is its own.
    pub has_own_time_zone: bool,
    /// Number of devices in it, those in locations within not counted.
    pub devices: u64,
}

/// A new location.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateLocationRequest {
    /// Name, unique, 1 to 64 characters.
    pub name: String,
    /// Name of the location around it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Time zone, such as `Europe/Vienna`; that of the location around it when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}

/// Changes to a location. What is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeLocationRequest {
    /// Another name, unique, 1 to 64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Name of the location around it; empty text for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Time zone; empty text for that of the location around it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}
