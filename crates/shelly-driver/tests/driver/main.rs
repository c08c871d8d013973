//! The driver against simulated devices.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

mod apply;
mod bad_input;
mod captures;
mod commands;
mod gen2;
mod links;
mod managed;
mod manners;
mod resources;
mod round_trip;
mod signals;
mod support;
mod swaps;
