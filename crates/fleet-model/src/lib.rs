#![doc = include_str!("../README.md")]

mod actor;
mod channel;
mod clock;
mod credentials;
mod devices;
mod event;
mod groups;
mod id;
mod jobs;
mod layers;
mod offline;
mod page;
mod proofs;
mod rules;
mod scans;
mod sightings;
mod snapshots;
mod tokens;
mod word;

pub use actor::{Actor, Permission};
pub use channel::Channel;
pub use clock::{Clock, FrozenClock, SystemClock};
pub use credentials::CredentialRecord;
pub use devices::{DeviceRecord, DeviceState, DriftState, FleetCounts, GroupRef, StatusRecord};
pub use event::{EventRecord, FleetEvent, NewEvent};
pub use groups::GroupRecord;
pub use id::{
    CredentialId, GroupId, IdGen, JobId, LayerId, ParseIdError, ScanId, SequenceIds, SnapshotId, TimeIds, TokenId,
    WaiverId,
};
pub use jobs::{
    CriticalDevices, JobKind, JobOptions, JobProgress, JobRecord, JobState, JobUnit, JournalEntry, JournalPhase, Left,
    Load, LoadEffect, Rollback, UnitCounts, UnitPreview, UnitState,
};
pub use layers::{LayerGroup, LayerRecord, LayerScope};
pub use offline::{OfflineReason, ParsePowerSourceError, PowerSource};
pub use page::{BadCursor, Cursor, Page, PageRequest};
pub use proofs::SettingProof;
pub use rules::{OwnRule, RulePolicy, Rulebook, WaiverRecord};
pub use scans::{ScanRecord, ScanState};
pub use sightings::{SightingRecord, SightingSource, SightingState};
pub use snapshots::{SnapshotCause, SnapshotRecord};
pub use tokens::TokenRecord;
pub use word::UnknownWord;
