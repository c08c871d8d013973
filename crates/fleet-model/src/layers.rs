//! A layer of wishes: settings stated in one place for one scope.

use std::{collections::BTreeMap, fmt};

use capability_config::{SettingSelector, SettingValue};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::Mac;

use crate::{GroupId, LayerId};

/// Whom a layer is for. Each scope has at most one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "id", rename_all = "snake_case")]
pub enum LayerScope {
    /// Every device.
    Fleet,
    /// The members of a group.
    Group(GroupId),
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
    /// Name and rank of the group, when it is for one.
    pub group: Option<LayerGroup>,
    /// What is wished. Secrets are known in memory and hidden as JSON.
    pub settings: BTreeMap<SettingSelector, SettingValue>,
    /// Rises with every change of a setting.
    pub revision: i64,
    /// Last change.
    pub updated_at: DateTime<Utc>,
}

/// What a layer needs to know of its group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LayerGroup {
    /// Name.
    pub name: String,
    /// Rank.
    pub rank: u32,
}

impl LayerRecord {
    /// The layer as the engine that resolves takes it.
    pub fn to_engine(&self) -> sync_engine::Layer {
        let (scope, rank) = match (self.scope, &self.group) {
            (LayerScope::Fleet, _) => (sync_engine::Scope::Fleet, 0),
            (LayerScope::Group(_), Some(group)) => (sync_engine::Scope::Group(group.name.as_str().into()), group.rank),
            (LayerScope::Group(id), None) => (sync_engine::Scope::Group(id.to_string().into()), 0),
            (LayerScope::Device(_), _) => (sync_engine::Scope::Device, 0),
        };
        sync_engine::Layer { id: self.id.to_string().into(), scope, rank, settings: self.settings.clone() }
    }
}

impl fmt::Display for LayerScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fleet => f.write_str("fleet"),
            Self::Group(id) => write!(f, "group:{id}"),
            Self::Device(mac) => write!(f, "device:{mac}"),
        }
    }
}
