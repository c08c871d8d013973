#![doc = include_str!("../README.md")]
#![warn(clippy::wildcard_enum_match_arm)]

mod apply;
mod catalogue;
mod classify;
mod compare;
mod depend;
mod diff;
mod fingerprint;
mod journal;
mod judge;
mod layer;
mod memory;
mod network;
mod observe;
mod order;
mod plan;
mod planner;
mod readdress;
mod reliance;
pub mod render;
mod repair;
mod report;
mod resolve;
mod resources;
mod secret;
mod target;
mod transfer;
mod undo;
mod verify;

pub use apply::{ApplyOptions, ApplyReport, Outcome, RestartPolicy, StopReason, apply};
pub use catalogue::risk_of;
pub use classify::Severity;
pub use compare::same;
pub use diff::{Difference, DifferenceKind, Drift, NotApplicable, NotApplicableReason, diff};
pub use fingerprint::Fingerprint;
pub use journal::{Journal, JournalError, NoJournal};
pub use judge::{Finding, judge};
pub use layer::{Layer, Origin, Scope};
pub use memory::{Memory, MemoryFinding, MemoryUse, MemoryVerdict, ScriptMemory, takes_memory};
pub use network::{Cut, Key, Moves, NetworkSlot, fill_slot};
pub use observe::Observed;
pub use plan::{Change, Plan, Step};
pub use planner::{PlanOptions, plan};
pub use readdress::{
    NamedPlace, Readdress, Readdressed, ServerAddress, ServerAddressError, readdress, readdressed_secret,
};
pub use reliance::Reliance;
pub use repair::{
    Cause, Drifted, DriftedSetting, Handled, Leniency, RepairMode, RepairPolicy, RepairVerdict, WhyLeftAlone, repair,
};
pub use report::{Blocked, PlanReport, RestartForecast, WhyEmpty};
pub use resolve::{Conflict, Resolution, Resolved, Unmatched, Wish, resolve};
pub use secret::{NoDigester, SecretDigester, secret_digest};
pub use target::{ErrorClass, Target, TargetError, WriteAnswer};
pub use transfer::{
    Fate, Transfer, TransferField, TransferOptions, TransferTarget, WhyDropped, transfer, transfer_wishes,
};
pub use undo::{Undo, UndoOf, WhyLeft, undo};
pub use verify::{FieldVerdict, StoppedScript, Verdict};
