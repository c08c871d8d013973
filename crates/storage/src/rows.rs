//! Rows of the tables and the records they stand for. Compiled once; the queries are compiled per database.

mod agent_sightings;
mod agent_tasks;
mod agents;
mod devices;
mod drift;
mod expected;
mod history;
mod jobs;
mod passwords;
mod people;
mod profiles;
mod repairs;
mod replacements;
mod rules;
mod upkeep;
mod variables;

pub(crate) use agent_sightings::AgentSightingRow;
pub(crate) use agent_tasks::{ProvisioningRow, TaskRow};
pub(crate) use agents::{AccessPointRow, AgentCodeRow, AgentRow, AuthorityRow, PlacementRow};
pub(crate) use devices::{ContactRow, DeviceRow, INDEX_VERSION, IndexedRow, NO_INSTANCE, StatusRow};
pub(crate) use drift::{DriftItemRow, DriftWaiverRow};
pub(crate) use expected::ExpectedRow;
pub(crate) use history::{EventRow, NewEventRow, ScanRow, SightingRow, SnapshotRow};
pub(crate) use jobs::{JobRow, JournalRow, NewJournalRow, UnitRow};
pub(crate) use passwords::PasswordChangeRow;
pub(crate) use people::{CredentialRow, GroupRow, LayerRow, LocationRow, SettingRow, TokenRow};
pub(crate) use profiles::{ProfileRow, VersionRow};
pub(crate) use repairs::PolicyOfRepairRow;
pub(crate) use replacements::ReplacementRow;
pub(crate) use rules::{OwnRuleRow, PolicyRow, WaiverRow};
pub(crate) use upkeep::UpkeepRow;
pub(crate) use variables::VariableRow;
