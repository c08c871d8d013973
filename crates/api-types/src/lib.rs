#![doc = include_str!("../README.md")]

pub mod access;
pub mod addresses;
pub mod agent_tasks;
pub mod agents;
pub mod config;
pub mod credentials;
pub mod devices;
pub mod discovery;
pub mod drift;
pub mod events;
pub mod expected;
pub mod groups;
pub mod jobs;
pub mod locations;
pub mod maintenance;
pub mod networks;
pub mod page;
pub mod passwords;
pub mod placements;
pub mod problem;
pub mod profiles;
pub mod readdress;
pub mod repairs;
pub mod replacements;
pub mod rules;
pub mod snapshots;
pub mod system;
pub mod variables;

pub use page::{Page, PageQuery};
pub use problem::{ErrorCode, FieldProblem, Problem, QueryPosition};
