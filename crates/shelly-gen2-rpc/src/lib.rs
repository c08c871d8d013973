#![doc = include_str!("../README.md")]

pub mod channel;
mod client;
pub mod components;
mod device;
pub mod digest;
mod error;
pub mod frame;

pub use channel::{Channel, ChannelKind, HttpChannel, News, Notifications, WebSocketChannel, WebSocketOptions};
pub use client::{Client, Include, LightChange};
pub use components::shelly::{ComponentEntry, DeviceInfo};
pub use device::{DeviceConfig, DeviceStatus};
pub use error::Error;
