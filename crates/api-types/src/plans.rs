//! Plans: what would change, and what became of it.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::Mac;
use sync_engine::{ApplyReport, Plan};
use uuid::Uuid;

use crate::config::SelectionRequest;

/// What to plan: for which devices (all given conditions must hold; none given means all devices), and what is agreed to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanRequest {
    /// These devices.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<Mac>,
    /// Members of this group (name).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Devices that this query means, such as `gen:1 fw<1.14`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Devices may be taken away from whom they report to by their only outbound WebSocket or CoIoT peer. Without it such
    /// a change is held back, and the plan names the owner.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub take_over: bool,
}

impl From<SelectionRequest> for PlanRequest {
    /// A plan for these devices, without any further consent.
    fn from(SelectionRequest { devices, group, query }: SelectionRequest) -> Self {
        Self { devices, group, query, take_over: false }
    }
}

/// State of a plan over all its devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanState {
    /// Waits for a yes.
    Proposed,
    /// Runs.
    Running,
    /// Every device is as it should be.
    Done,
    /// Some device is not; its unit says why.
    Failed,
    /// Waited too long for a yes.
    Expired,
    /// Called off.
    Cancelled,
}

/// State of one device in a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnitState {
    /// Not begun.
    Pending,
    /// Being written.
    Running,
    /// Written and proven by re-reading.
    Verified,
    /// Not as it should be; the reason says why.
    Failed,
    /// Cannot be begun; the reason says why.
    Blocked,
    /// Nothing to do.
    Skipped,
}

/// Numbers of units by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UnitCounts {
    /// Not begun.
    pub pending: u32,
    /// Being written.
    pub running: u32,
    /// Proven.
    pub verified: u32,
    /// Failed.
    pub failed: u32,
    /// Blocked.
    pub blocked: u32,
    /// Nothing to do.
    pub skipped: u32,
}

/// A plan in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanView {
    /// Id.
    pub id: Uuid,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who asked.
    pub created_by: String,
    /// When it can no longer be confirmed.
    pub expires_at: DateTime<Utc>,
    /// Which devices, in words.
    pub scope: String,
    /// State.
    pub state: PlanState,
    /// Devices by state.
    pub units: UnitCounts,
    /// Settings that change, over all devices.
    pub changes: u32,
}

/// A plan with its devices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanDetail {
    /// The line of the list.
    #[serde(flatten)]
    pub plan: PlanView,
    /// Its devices.
    pub devices: Vec<PlanUnitView>,
}

/// One device in a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanUnitView {
    /// Device.
    pub mac: Mac,
    /// Its name.
    pub name: String,
    /// State.
    pub state: UnitState,
    /// Why it failed, is blocked or has nothing to do.
    pub reason: Option<String>,
    /// Steps and their changes; absent when no plan could be made.
    pub plan: Option<Plan>,
    /// What became of each setting.
    pub report: Option<ApplyReport>,
}
