//! Profiles of devices and their versions.

use std::collections::BTreeMap;

use capability_config::{SettingSelector, SettingValue};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::{Mac, Model};
use uuid::Uuid;

use crate::{config::ScopeView, jobs::LeftView};

/// A profile. A device is under it when it was assigned, or when the scope means it: it is of one of the models, where
/// models are named, and the query means it, where there is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProfileView {
    /// Id.
    pub id: Uuid,
    /// Name, unique.
    pub name: String,
    /// Rank: where two profiles of a device disagree, the higher one wins; equal ranks are a conflict that is shown.
    pub rank: u32,
    /// Models that the scope means; all when there are none.
    pub models: Vec<Model>,
    /// Devices that the scope means.
    pub query: Option<String>,
    /// The version in force; 0 while nothing was ever wished.
    pub version: u32,
    /// Devices under it.
    pub devices: u64,
    /// How many of them were assigned.
    pub assigned: u64,
}

/// A profile, what is wished in it, and who is under it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProfileDetail {
    /// The line of the list.
    #[serde(flatten)]
    pub profile: ProfileView,
    /// The wishes in force. Secrets are `{"hidden": true}`.
    pub settings: BTreeMap<SettingSelector, SettingValue>,
    /// Devices under it, by name.
    pub under: Vec<ProfileDeviceView>,
    /// Its versions, newest first.
    pub versions: Vec<VersionView>,
}

/// A device under a profile, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProfileDeviceView {
    /// Device.
    pub mac: Mac,
    /// Its name.
    pub name: String,
    /// It was assigned.
    pub assigned: bool,
    /// The scope means it.
    pub in_scope: bool,
}

/// How a version of a profile came to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VersionView {
    /// Its number, from 1.
    pub version: u32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who made it, in words.
    pub created_by: String,
    /// The version that was put back by it.
    pub put_back: Option<u32>,
}

/// What was wished in a version of a profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VersionDetail {
    /// How it came to be.
    #[serde(flatten)]
    pub version: VersionView,
    /// The wishes. Secrets are `{"hidden": true}`.
    pub settings: BTreeMap<SettingSelector, SettingValue>,
}

/// A new profile.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateProfileRequest {
    /// Name, unique, 1 to 64 characters.
    pub name: String,
    /// Rank; 0 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<u32>,
    /// Models that the scope means; all when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<String>,
    /// Devices that the scope means, such as `gen:2 location:house`. It may ask for what a device is, not for what changes
    /// by itself or by what is wished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
}

/// Changes to a profile. What is absent stays. Its wishes are changed as a layer, which makes a new version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeProfileRequest {
    /// Another name, unique, 1 to 64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Another rank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<u32>,
    /// Other models; all when there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub models: Option<Vec<String>>,
    /// Another query; empty text for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
}

/// A version to put in force again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PutBackRequest {
    /// Its number.
    pub version: u32,
}

/// A profile to make of what a device shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateProfileOfDeviceRequest {
    /// The device.
    pub device: Mac,
    /// The profile.
    pub profile: CreateProfileRequest,
    /// Components, settings or the begin of them that go in: `switch`, `switch:0`, `sys.location`; without any, all. A setting
    /// that is named exactly goes in even if it is the device's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// What is left out, in the same words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
    /// Scripts, stored values, schedules, webhooks, actions and virtual components go in too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub resources: bool,
    /// Only what differs from this device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unlike_device: Option<Mac>,
    /// Only what differs from what this layer wishes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unlike_layer: Option<ScopeView>,
    /// Secrets of the vault for settings that the device hides, by setting: `{"mqtt.pass": "broker"}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub vault: BTreeMap<String, String>,
    /// The device is assigned to the profile.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub assign: bool,
    /// Nothing is made; what would go in is only shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub check: bool,
}

/// A profile that was made of a device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProfileOfDeviceView {
    /// The profile; absent when it was only shown.
    pub profile: Option<ProfileView>,
    /// Its wishes. Secrets are `{"hidden": true}`.
    pub settings: BTreeMap<SettingSelector, SettingValue>,
    /// Settings that did not go in, and why.
    pub left: Vec<LeftView>,
    /// How many were left out because they are the same elsewhere.
    pub alike: u64,
    /// Why the device could not be read, if the profile was made of what it showed last.
    pub unread: Option<String>,
}
