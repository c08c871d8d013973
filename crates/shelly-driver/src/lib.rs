#![doc = include_str!("../README.md")]

pub mod captures;
mod command;
mod configuration;
mod device;
mod diagnosis;
#[doc(hidden)]
pub mod documents;
mod error;
mod family;
mod gen1;
mod gen2;
mod install;
mod live;
mod managed;
mod manners;
mod options;
mod probe;
mod resources;
mod route;
mod set_clock;
mod setup_window;
mod signal;
mod target;
mod way_back;

pub use command::{Command, CoverAction, LightChange, SwitchAction};
pub use configuration::{Configuration, RawConfiguration};
pub use device::{Device, Reading};
pub use diagnosis::{Diagnosis, Evidence, Neighbour, OfflineReason, Others, diagnose};
pub use error::{Class, Error};
pub use family::Login;
pub use live::{Arrived, Brokered, Coiot, CoiotConfig, Heard, Live, Memory, MqttLive, MqttTopic};
pub use managed::Wanted;
pub use manners::{Manners, Permit, Rest, Rules, Urgency};
pub use options::{Options, RestartWait};
pub use probe::{Found, probe, probe_over, probe_with};
pub use resources::Action;
pub use route::{Link, Links};
pub use setup_window::SetupWindow;
pub use shelly_gen2_rpc::{
    ChannelKind,
    channel::{CarriedChannel, CarryFrames, NotCarried},
};
pub use signal::{Follower, Gen1Follower, Leave, Signal, UpdateProgress};
