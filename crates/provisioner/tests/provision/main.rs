//! The agent against simulated devices and simulated WiFi: it ends in one of two ways, whatever happens.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

mod bluetooth;
mod ends;
mod enroll;
mod firmware;
mod kills;
mod lan;
mod link;
mod looks;
mod played;
mod site;
