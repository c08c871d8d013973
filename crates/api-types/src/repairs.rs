//! Policies of repair: what is done about drift when nobody is asked before.

use chrono::{DateTime, Utc};
use rollout::{Window, Zone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::Mac;
use sync_engine::{RepairMode, RepairPolicy};

use capability_config::SettingPath;

use crate::config::ScopeView;

/// A policy of repair.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RepairPolicyView {
    /// Whose it is. For a device the strongest one decides: its own, then profile, group, location, fleet.
    pub scope: ScopeView,
    /// What it says.
    pub rules: RepairRulesView,
    /// When it was set.
    pub updated_at: DateTime<Utc>,
    /// Who set it.
    pub updated_by: String,
}

/// What a policy of repair says.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RepairRulesView {
    /// What is done, and within which limits. What is absent has its default.
    pub policy: RepairPolicy,
    /// Nothing is put back outside of these maintenance windows, such as `mon-fri 22:00-04:00`; none for always.
    pub windows: Vec<Window>,
    /// Time zone of the windows; that of the devices when absent.
    pub zone: Option<Zone>,
}

/// Sets the policy of a scope.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetRepairPolicyRequest {
    /// Whose.
    pub scope: ScopeView,
    /// What it says, as a whole; takes the policy away when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<RepairRulesView>,
}

/// What is done about a device that is not as wished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RepairView {
    /// Device.
    pub mac: Mac,
    /// Its name.
    pub name: String,
    /// Whose policy decides: `fleet`, `group:<name>`, ...; absent when policies that are as strong disagree.
    pub policy: Option<String>,
    /// What that policy does.
    pub mode: RepairMode,
    /// Settings that are put back, or about which somebody is asked, at the next look.
    pub act: Vec<SettingPath>,
    /// Settings that are left, and why.
    pub left: Vec<RepairLeftView>,
}

/// A setting that is left as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RepairLeftView {
    /// The setting.
    pub path: SettingPath,
    /// Why.
    pub why: String,
}
