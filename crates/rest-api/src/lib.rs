#![doc = include_str!("../README.md")]

mod access;
mod actor;
mod addresses;
mod agent_tasks;
mod agents;
mod config;
mod devices;
mod discovery;
mod drift;
mod events;
mod expected;
mod extract;
mod groups;
mod health;
mod jobs;
mod locations;
mod networks;
mod openapi;
mod passwords;
mod problem;
mod profiles;
mod repairs;
mod router;
mod rules;
mod serve;
mod snapshots;
mod stream;
mod system;
mod ui;
mod variables;
mod views;

pub use actor::LocalOperator;
pub use axum::{Router, body::Body};
pub use openapi::document;
pub use router::router;
pub use serve::serve;
