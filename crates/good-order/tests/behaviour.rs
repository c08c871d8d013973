//! The rules on devices written down in `cases`, and own rules.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

#[path = "behaviour/cases.rs"]
mod cases;
#[path = "behaviour/devices.rs"]
mod devices;
#[path = "behaviour/expressions.rs"]
mod expressions;
