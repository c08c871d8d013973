#![doc = include_str!("../README.md")]

pub mod actions;
pub mod answer;
mod client;
pub mod coiot;
mod control;
mod endpoint;
mod error;
pub mod form;
pub mod mqtt;
mod power;
pub mod reading;
pub mod scalar;
pub mod schedule;
pub mod settings;
mod shelly;
pub mod status;

pub use client::{Client, EmeterTable, Infrared, Install};
pub use control::{Dim, LightCommand, Login, RelayCommand, RollerCommand, Turn};
pub use error::Error;
pub use form::{Form, SettingsForm};
pub use power::sleeps;
pub use settings::Settings;
pub use shelly::Shelly;
pub use shelly_http::{Endpoint, Limits};
pub use status::Status;
