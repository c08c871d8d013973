#![doc = include_str!("../README.md")]

pub mod bare;
pub mod bench;
pub mod cost;
pub mod fill;
pub mod listen;
pub mod manager;
pub mod program;
pub mod simulated;
pub mod stream;
pub mod table;
