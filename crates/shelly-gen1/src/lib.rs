#![doc = include_str!("../README.md")]

mod client;
pub mod coiot;
mod control;
mod endpoint;
mod error;
pub mod mqtt;
pub mod reading;
pub mod scalar;
pub mod settings;
mod shelly;
pub mod status;

pub use client::Client;
pub use control::{Dim, LightCommand, Login, RelayCommand, RollerCommand, Turn};
pub use error::Error;
pub use settings::Settings;
pub use shelly::Shelly;
pub use shelly_http::{Endpoint, Limits};
pub use status::Status;
