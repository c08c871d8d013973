//! Variables for templates of wishes.

use std::collections::BTreeMap;

use capability_config::SettingValue;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::Mac;

/// Whose variables: the first part of their names in a template, as in `{{ fleet.broker }}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "scope", rename_all = "snake_case")]
pub enum VariablesScope {
    /// The fleet's.
    Fleet,
    /// A location's.
    Location {
        /// Its name.
        name: String,
    },
    /// A group's.
    Group {
        /// Its name.
        name: String,
    },
    /// A device's.
    Device {
        /// Its MAC.
        mac: Mac,
    },
    /// Secrets, which are never shown.
    Vault,
}

/// The variables of one scope.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VariablesView {
    /// Whose they are.
    pub scope: VariablesScope,
    /// Their values. Secrets of the vault are `{"hidden": true}`.
    pub values: BTreeMap<String, SettingValue>,
}

/// Changes to variables.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeVariablesRequest {
    /// Whose.
    pub scope: VariablesScope,
    /// To set: null, true, false, a number, text or a list; of the vault text, which is given in the clear here and never
    /// shown again.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub set: BTreeMap<String, serde_json::Value>,
    /// To take away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clear: Vec<String>,
}

impl std::fmt::Debug for ChangeVariablesRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChangeVariablesRequest")
            .field("scope", &self.scope)
            .field("set", &self.set.keys().collect::<Vec<_>>())
            .field("clear", &self.clear)
            .finish()
    }
}
