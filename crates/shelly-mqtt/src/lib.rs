#![doc = include_str!("../README.md")]

mod address;
mod back_off;
mod broker;
mod error;
mod filter;
mod inbox;
mod options;
mod router;
mod supervisor;

pub use address::{Address, ParseAddressError};
pub use back_off::BackOff;
pub use broker::{Broker, Delivery, State};
pub use error::Error;
pub use filter::{Filter, ParseFilterError, is_topic};
pub use inbox::{Message, Received, Subscription};
pub use options::{LastWill, Login, Options};
