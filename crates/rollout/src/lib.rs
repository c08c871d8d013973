#![doc = include_str!("../README.md")]

mod ring;
mod rollout;
mod step;
mod window;

pub use ring::{ParseRingError, RingSize};
pub use rollout::{Gate, Rollout};
pub use step::{Decision, RingFacts, Waiting, step};
pub use window::{ParseWindowError, ParseZoneError, Window, Zone};
