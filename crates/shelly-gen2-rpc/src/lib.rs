#![doc = include_str!("../README.md")]

pub mod channel;
mod client;
pub mod components;
mod device;
pub mod digest;
mod error;
pub mod events;
pub mod frame;
pub mod merge;
pub mod methods;
mod resources;
pub mod timespec;
pub mod transfer;
pub mod webhooks;

pub use channel::{Channel, ChannelKind, HttpChannel, News, Notifications, WebSocketChannel, WebSocketOptions};
pub use client::Client;
pub use components::shelly::{ComponentEntry, DeviceInfo};
pub use device::{DeviceConfig, DeviceStatus};
pub use error::Error;
pub use events::{Event, EventName, Events};
pub use merge::{Changed, Merged};
pub use methods::{light::LightChange, shelly::Include};
pub use resources::Script;
pub use timespec::Timespec;
pub use transfer::TransferError;
