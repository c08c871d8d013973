#![doc = include_str!("../README.md")]

mod access;
mod agents;
mod client;
mod config;
mod devices;
mod discovery;
mod drift;
mod error;
mod expected;
mod jobs;
mod maintenance;
mod networks;
mod profiles;
mod query;
mod repairs;
mod replacements;
mod rules;
mod snapshots;
mod transport;

pub use client::ManagerClient;
pub use error::Error;
pub use transport::{HttpTransport, Transport, TransportError};
