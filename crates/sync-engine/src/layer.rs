//! Holds a layer of wishes and says which layer is stronger.

use std::{collections::BTreeMap, fmt};

use capability_config::{SettingSelector, SettingValue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// Whom a layer of wishes is for. The one further down wins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "name", rename_all = "snake_case")]
pub enum Scope {
    /// Every device.
    Fleet,
    /// Devices in the location of this name, or within it.
    Location(SmolStr),
    /// The members of the group of this name.
    Group(SmolStr),
    /// Devices under the profile of this name.
    Profile(SmolStr),
    /// One device.
    Device,
}

/// Wishes that are stated in one place, for one scope.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Layer {
    /// Names the layer among all layers.
    pub id: SmolStr,
    /// Whom it is for.
    pub scope: Scope,
    /// Strength among layers of the same kind of scope; the higher number wins.
    pub rank: u32,
    /// The wishes. What is not named is not managed by this layer.
    pub settings: BTreeMap<SettingSelector, SettingValue>,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Origin {
    /// The layer.
    pub layer: SmolStr,
    /// Whom the layer is for.
    pub scope: Scope,
}

impl Scope {
    /// Fleet is weakest, device is strongest.
    fn precedence(&self) -> u8 {
        match self {
            Self::Fleet => 0,
            Self::Location(_) => 1,
            Self::Group(_) => 2,
            Self::Profile(_) => 3,
            Self::Device => 4,
        }
    }
}

impl Layer {
    /// Where its values come from.
    pub fn origin(&self) -> Origin {
        Origin { layer: self.id.clone(), scope: self.scope.clone() }
    }

    /// Whether another layer keeps this one from deciding: it is stronger, or as strong.
    pub fn is_held_by(&self, other: &Self) -> bool {
        self.id != other.id && self.strength() <= other.strength()
    }

    /// Orders layers from weak to strong; equal means that neither overrules the other.
    pub(crate) fn strength(&self) -> (u8, u32) {
        (self.scope.precedence(), self.rank)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fleet => f.write_str("fleet"),
            Self::Location(name) => write!(f, "location:{name}"),
            Self::Group(name) => write!(f, "group:{name}"),
            Self::Profile(name) => write!(f, "profile:{name}"),
            Self::Device => f.write_str("device"),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.scope.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_is_held_by_what_is_as_strong() {
        let layer = |id: &str, scope, rank| Layer { id: id.into(), scope, rank, settings: BTreeMap::new() };
        let hall = layer("hall", Scope::Group("hall".into()), 1);
        assert!(layer("fleet", Scope::Fleet, 9).is_held_by(&hall));
        assert!(layer("night", Scope::Group("night".into()), 1).is_held_by(&hall));
        assert!(!layer("night", Scope::Group("night".into()), 2).is_held_by(&hall));
        assert!(!hall.is_held_by(&hall) && !layer("d", Scope::Device, 0).is_held_by(&hall));
    }

    #[test]
    fn a_scope_reads_as_people_write_it() {
        let names = [Scope::Fleet, Scope::Group("garage".into()), Scope::Device].map(|scope| scope.to_string());
        assert_eq!(names, ["fleet", "group:garage", "device"]);
        let json = serde_json::to_value(Scope::Group("garage".into())).unwrap();
        assert_eq!(json, serde_json::json!({ "type": "group", "name": "garage" }));
        assert_eq!(serde_json::from_value::<Scope>(serde_json::json!({ "type": "fleet" })).unwrap(), Scope::Fleet);
    }
}
