#![doc = include_str!("../README.md")]

mod door;
mod serve;

pub use door::Bounds;
pub use serve::serve;
