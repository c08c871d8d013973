#![doc = include_str!("../README.md")]

pub mod captures;
mod command;
mod device;
mod error;
mod family;
mod gen1;
mod gen2;
mod live;
mod manners;
mod options;
mod probe;
mod signal;
mod target;

pub use command::{Command, CoverAction, LightChange, SwitchAction};
pub use device::{Device, Reading};
pub use error::{Class, Error};
pub use live::{Arrived, Coiot, CoiotConfig, Heard, Live};
pub use manners::{Manners, Permit, Rules};
pub use options::{Options, RestartWait};
pub use probe::{probe, probe_over};
pub use signal::{Follower, Gen1Follower, Leave, Signal, UpdateProgress};
