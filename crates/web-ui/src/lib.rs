#![doc = include_str!("../README.md")]

mod assets;

pub use assets::{Asset, Assets, Encoding, is_stub};
