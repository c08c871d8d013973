//! A layer of wishes: settings stated in one place for one scope.

use std::{collections::BTreeMap, fmt};

use capability_config::{SettingSelector, SettingValue};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::Mac;

use crate::{GroupId, LayerId, LocationId, ProfileVersion};

/// Whom a layer is for. Each scope has at most one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "id", rename_all = "snake_case")]
pub enum LayerScope {
    /// Every device.
    Fleet,
    /// Devices in a location, or in one within it.
    Location(LocationId),
    /// The members of a group.
    Group(GroupId),
    /// Devices under a profile while this version is in force.
    Profile(ProfileVersion),
    /// One device.
    Device(Mac),
}

/// A layer of wishes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LayerRecord {
    /// Id.
    pub id: LayerId,
    /// Whom it is for.
    pub scope: LayerScope,
    /// Name and rank of the location, group or profile, when it is for one.
    pub owner: Option<LayerOwner>,
    /// What is wished. Secrets are known in memory and hidden as JSON.
    pub settings: BTreeMap<SettingSelector, SettingValue>,
    /// Rises with every change of a setting.
    pub revision: i64,
    /// Last change.
    pub updated_at: DateTime<Utc>,
}

/// What a layer needs to know of whom it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LayerOwner {
    /// Name.
    pub name: String,
    /// Strength among its like: the rank of a group or profile; for a location, how many are around it.
    pub rank: u32,
}

impl LayerRecord {
    /// The name of whom it is for; the id when that is not known, nothing for the fleet.
    pub fn name(&self) -> String {
        match (&self.owner, self.scope) {
            (Some(owner), _) => owner.name.clone(),
            (None, LayerScope::Fleet) => String::new(),
            (None, LayerScope::Location(id)) => id.to_string(),
            (None, LayerScope::Group(id)) => id.to_string(),
            (None, LayerScope::Profile(version)) => version.profile.to_string(),
            (None, LayerScope::Device(mac)) => mac.to_string(),
        }
    }

    /// The layer as the engine that resolves takes it.
    pub fn to_engine(&self) -> sync_engine::Layer {
        let name = self.name().into();
        let scope = match self.scope {
            LayerScope::Fleet => sync_engine::Scope::Fleet,
            LayerScope::Location(_) => sync_engine::Scope::Location(name),
            LayerScope::Group(_) => sync_engine::Scope::Group(name),
            LayerScope::Profile(_) => sync_engine::Scope::Profile(name),
            LayerScope::Device(_) => sync_engine::Scope::Device,
        };
        let rank = self.owner.as_ref().map_or(0, |owner| owner.rank);
        sync_engine::Layer { id: self.id.to_string().into(), scope, rank, settings: self.settings.clone() }
    }
}

impl fmt::Display for LayerScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fleet => f.write_str("fleet"),
            Self::Location(id) => write!(f, "location:{id}"),
            Self::Group(id) => write!(f, "group:{id}"),
            Self::Profile(version) => write!(f, "profile:{version}"),
            Self::Device(mac) => write!(f, "device:{mac}"),
        }
    }
}
