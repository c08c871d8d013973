#![doc = include_str!("../README.md")]

mod access;
mod addresses;
mod agent_tasks;
mod agents;
mod at_broker;
mod bus;
mod callers;
mod commands;
mod config;
mod conflicts;
mod connect;
mod devices;
mod discovery;
mod drift;
mod error;
mod events;
mod expected;
mod fleet;
mod groups;
mod ingest;
mod jobs;
mod lanes;
mod layers;
mod links;
mod locations;
mod loops;
mod networks;
mod offline;
mod options;
mod passwords;
mod placements;
mod power;
mod profiles;
mod progress;
mod readings;
mod repairs;
mod replacements;
mod resources;
mod restarts;
mod rules;
mod sightings;
mod signals;
mod snapshots;
mod sockets;
mod sources;
mod tags;
mod templates;
mod upkeep;
mod variables;
mod wishes;

pub use access::SignedIn;
pub use addresses::{AddressNetwork, Addresses};
pub use agent_tasks::{AgentErrand, DeviceToProvision, ProvisioningRequest, ProvisioningWithTasks, WifiLogin};
pub use agents::{
    AccessPointOf, AgentArrival, AgentChange, AgentCodeRequest, AgentEnd, AgentOf, AgentOrder, AgentRefusal,
    AgentSession, Enrolled, FoundByAgent, GivenTask, HeardBy, NewAgentCode, RelayCall, RelayLine, RelayStage,
    RelayTrouble, RelayedAnswer, SeenThrough, TaskNews, TaskOutcome, Unenrolled,
};
pub use bus::{FreshReading, Notice, NoticeError, Notices};
pub use callers::{Caller, Pass};
pub use config::{ConfigOfDevice, SnapshotWithChanges};
pub use devices::{DeviceChange, DeviceWithStatus};
pub use discovery::{Decided, FoundDevice};
pub use drift::{AcceptRequest, DriftOfDevice, LetBeRequest};
pub use error::{DeviceTrouble, Error, ErrorKind, SettingTrouble};
pub use expected::{ExpectedDevice, ImportEffect, ImportRequest, Imported, ImportedLine};
pub use fleet::Fleet;
pub use fleet_model::{Actor, Permission};
pub use fleet_query::Position;
pub use good_order::Severity as RuleSeverity;
pub use groups::{GroupChange, GroupWithMembers, MemberOfGroup};
pub use jobs::{JobWithUnits, NewPasswords, Selection, UnitOfDevice};
pub use layers::{LayerChange, LayerOf, ScopeName};
pub use locations::{LocationChange, LocationOf};
pub use options::{AgentOptions, FleetOptions, Timetable};
pub use passwords::{ShownPassword, ToldPassword, ToldPasswords};
pub use placements::PlacementRequest;
pub use profiles::{
    DeviceOfProfile, MadeProfile, ProfileChange, ProfileOfDevice, ProfileWithDevices, VersionOfProfile,
};
pub use repairs::{PolicyOf, RepairOf};
pub use restarts::{RestartOf, RestartProof, Restarted};
pub use rules::{
    FindingOfDevice, Findings, FindingsOfRule, FindingsQuery, FixRequest, OwnRuleRequest, RuleOfFleet, ScoreOfDevice,
    WaiverOfFleet, WaiverRequest,
};
pub use shelly_driver::CoiotConfig;
pub use snapshots::SnapshotDiff;
pub use sources::SourceStatus;
pub use storage::TaskSecrets;
pub use templating::Trouble as TemplateTrouble;
pub use upkeep::{SweepOutcome, Upkeep};
pub use variables::{VariablesChange, VariablesName, VariablesOf};
