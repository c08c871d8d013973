#![doc = include_str!("../README.md")]

mod cluster;
mod database;
mod schema;

pub use cluster::Unavailable;
pub use database::TestDatabase;
