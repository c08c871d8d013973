//! `CoIoT`, the vendor's status messages over CoAP (UDP port 5683): datagrams, what their numbers mean, a listener, and
//! questions to one device.
//!
//! Facts: reference/gen1/coiot.json. The same id means different things on different models, so numbers get their
//! meaning from a [`Dictionary`]: the device's own description where it is known, else the table of its model.

mod ask;
mod description;
mod dictionary;
mod error;
mod freshness;
mod listener;
mod message;
mod packet;
mod repair;
mod sample;
mod tables;
mod tag;
mod words;

pub use ask::{Described, Timing, ask, describe};
pub use description::{Block, Blocks, Description, Range, Sensor};
pub use dictionary::{Dictionary, Reading, pushes};
pub use error::{DecodeError, Error};
pub use freshness::{Freshness, News, Serial, Validity};
pub use listener::{Counts, Datagram, Listener, ListenerConfig};
pub use message::{Code, Kind, Message, Opt};
#[doc(hidden)]
pub use packet::exercise;
pub use packet::{Body, Packet, Resource};
pub use sample::{Sample, Status};
pub use tag::{DeviceTag, Version};

use std::net::Ipv4Addr;

/// Group that devices send their status to.
pub const GROUP: Ipv4Addr = Ipv4Addr::new(224, 0, 1, 187);

/// Port of devices and of the group.
pub const PORT: u16 = 5683;
