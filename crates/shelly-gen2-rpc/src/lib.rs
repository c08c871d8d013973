#![doc = include_str!("../README.md")]

pub mod channel;
mod client;
pub mod components;
mod device;
pub mod digest;
mod error;
pub mod frame;
pub mod methods;
pub mod transfer;

pub use channel::{Channel, HttpChannel};
pub use client::Client;
pub use components::shelly::{ComponentEntry, DeviceInfo};
pub use device::{DeviceConfig, DeviceStatus};
pub use error::Error;
pub use methods::{light::LightChange, shelly::Include};
pub use transfer::TransferError;
