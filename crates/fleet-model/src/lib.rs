#![doc = include_str!("../README.md")]

mod actor;
mod agent_sightings;
mod agent_tasks;
mod agents;
mod channel;
mod clock;
mod credentials;
mod devices;
mod drift;
mod event;
mod expected;
mod groups;
mod id;
mod jobs;
mod layers;
mod locations;
mod networks;
mod offline;
mod page;
mod passwords;
mod placements;
mod profiles;
mod proofs;
mod repairs;
mod replacements;
mod retention;
mod rules;
mod scans;
mod sightings;
mod snapshots;
mod tokens;
mod variables;
mod word;

pub use actor::{Actor, Permission};
pub use agent_sightings::AgentSightingRecord;
pub use agent_tasks::{
    AgentTask, DevicePlace, FixedAddress, MacEnding, ParseMacEndingError, ProvisionWork, ProvisioningRecord,
    TaskCounts, TaskFailure, TaskReport, TaskState, TaskStep, TaskWork,
};
pub use agents::{
    AccessPointRecord, AgentAbility, AgentAbout, AgentCodeRecord, AgentInterface, AgentRadio, AgentRecord, ApSecurity,
    AuthorityRecord,
};
pub use channel::Channel;
pub use clock::{Clock, FrozenClock, SystemClock};
pub use credentials::CredentialRecord;
pub use devices::{DeviceRecord, DeviceState, DriftState, FleetCounts, GroupRef, LocationRef, StatusRecord};
pub use drift::{DriftCause, DriftItem, DriftWaiver};
pub use event::{EventRecord, FleetEvent, NewEvent};
pub use expected::ExpectedRecord;
pub use groups::GroupRecord;
pub use id::{
    AgentCodeId, AgentId, AgentTaskId, CredentialId, GroupId, IdGen, JobId, LayerId, LocationId, ParseIdError,
    PlacementId, ProfileId, ProvisioningId, ScanId, SequenceIds, SnapshotId, TimeIds, TokenId, WaiverId,
};
pub use jobs::{
    CriticalDevices, JobKind, JobOptions, JobProgress, JobRecord, JobState, JobUnit, JournalEntry, JournalPhase, Left,
    Load, LoadEffect, Readdressing, Rollback, UnitCounts, UnitPreview, UnitState,
};
pub use layers::{LayerOwner, LayerRecord, LayerScope};
pub use locations::{LocationRecord, LocationTree, ParseTimeZoneError, TimeZone};
pub use networks::{NetworkKey, NetworkRecord};
pub use offline::{OfflineReason, ParsePowerSourceError, PowerSource};
pub use page::{BadCursor, Cursor, Page, PageRequest};
pub use passwords::{PasswordChange, PasswordState};
pub use placements::{Placement, PlacementRecord, ProfileRef};
pub use profiles::{ProfileRecord, ProfileVersion, VersionRecord};
pub use proofs::SettingProof;
pub use repairs::{PolicyRecord, RepairRecord, RepairRules, RepairScope, deciding};
pub use replacements::{ReplacementRecord, Succession, SuccessionNote};
pub use retention::{Retention, SnapshotAge, Swept, UpkeepRecord};
pub use rules::{OwnRule, RulePolicy, Rulebook, WaiverRecord};
pub use scans::{ScanRecord, ScanState};
pub use sightings::{AddressIs, SightingRecord, SightingSource, SightingState};
pub use snapshots::{SettingChange, SnapshotCause, SnapshotRecord, setting_changes};
pub use tokens::TokenRecord;
pub use variables::{ParseVariableNameError, VariableName, VariableRecord, VariableScope};
pub use word::UnknownWord;
