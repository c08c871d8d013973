#![doc = include_str!("../README.md")]

mod air;
mod catalogue;
mod clock;
mod device;
mod digest;
mod exchange;
mod fault;
mod fleet;
mod form;
mod gen1;
mod gen2;
mod handle;
mod input;
mod json;
mod life;
mod output;
mod plan;
mod played;
mod quirk;
mod sim_device;
mod slot;
mod socket;
mod state;
mod tls;
mod wire;

pub use catalogue::{Facts, ModelSpec, Profile, Quirks, catalogue, find};
pub use clock::Pace;
pub use device::{Counters, Write};
pub use fault::{Fault, Wakes};
pub use fleet::{SimFleet, StartError};
pub use handle::SimHandle;
pub use input::Push;
pub use plan::{FleetPlan, Layout, Timing};
pub use played::CaptureError;
pub use quirk::{Quirk, UnknownQuirk};
pub use sim_device::{SimDevice, UnknownModel};
