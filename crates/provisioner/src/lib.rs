#![doc = include_str!("../README.md")]

mod agent;
mod clock;
mod find;
mod firmware;
mod journal;
mod known;
pub mod link;
mod outcome;
mod patience;
mod provision;
mod queue;
mod task;
pub mod tasks;

pub use agent::{Agent, AgentOptions, Shared};
pub use clock::{Clock, SystemClock};
pub use find::{FindOnLan, Found, FoundBy, LanSearch};
pub use firmware::{FirmwareError, FirmwareFile};
pub use journal::{Before, Entry, FileJournal, Journal, JournalError, Position, Tasks, What};
pub use known::Known;
pub use outcome::{DevicePlace, Failure, FailureKind, Outcome, Provisioned};
pub use patience::Patience;
pub use provision::{Provisioning, Stop, Tools};
pub use queue::{Queue, Refusal};
pub use task::{Addressing, Expected, Network, ParseExpectedError, Progress, Provision, Step, TaskId, Way};
