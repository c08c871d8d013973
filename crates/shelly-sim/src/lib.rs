#![doc = include_str!("../README.md")]

mod catalogue;
mod device;
mod digest;
mod exchange;
mod fault;
mod fleet;
mod form;
mod gen1;
mod gen2;
mod handle;
mod json;
mod output;
mod plan;
mod played;
mod sim_device;
mod slot;

pub use catalogue::{Facts, ModelSpec, Profile, Quirks, catalogue, find};
pub use device::{Counters, Write};
pub use fault::{Fault, Wakes};
pub use fleet::{SimFleet, StartError};
pub use handle::SimHandle;
pub use plan::{FleetPlan, Layout, Timing};
pub use played::CaptureError;
pub use sim_device::{SimDevice, UnknownModel};
