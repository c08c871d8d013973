//! Rules that say where new devices belong.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A rule. The first one that fits and says a location decides about it, and so for group and profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlacementView {
    /// Id.
    pub id: Uuid,
    /// Name, unique.
    pub name: String,
    /// Models it is about; all when there are none.
    pub models: Vec<String>,
    /// Network that the device joined.
    pub ssid: Option<String>,
    /// Network that its address is in.
    pub subnet: Option<String>,
    /// Location that the device is put into.
    pub location: Option<String>,
    /// Group that it gets into.
    pub group: Option<String>,
    /// Profile that it is assigned to.
    pub profile: Option<String>,
}

/// A new rule, behind the others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreatePlacementRequest {
    /// Name, unique, 1 to 64 characters.
    pub name: String,
    /// Models it is about (order codes); all when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<String>,
    /// Network that the device joined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssid: Option<String>,
    /// Network that its address is in, `192.168.1.0/24`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subnet: Option<String>,
    /// Name of the location that the device is put into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Name of the group that it gets into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Name of the profile that it is assigned to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
}
