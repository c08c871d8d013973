#![doc = include_str!("../README.md")]

mod component;
mod credentials;
mod firmware;
mod generation;
mod identity;
mod mac;
mod model;
mod products;
pub mod status;
pub mod wire;

pub use component::{ComponentKey, ParseComponentKeyError};
pub use credentials::Credentials;
pub use firmware::{BuildDate, Firmware};
pub use generation::Generation;
pub use identity::Identity;
pub use mac::{Mac, ParseMacError};
pub use model::Model;
pub use status::{ComponentStatus, DeviceStatus, LEAST_FREE_HEAP_PERCENT};
