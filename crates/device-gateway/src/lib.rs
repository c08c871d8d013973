#![doc = include_str!("../README.md")]

mod door;
mod serve;
mod tls;

pub use door::Bounds;
pub use serve::serve;
pub use tls::{DeviceTls, TlsError};
