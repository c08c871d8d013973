#![doc = include_str!("../README.md")]

mod scan;
mod target;

pub use scan::{Progress, ScanOptions, scan};
pub use target::{MAX_ADDRESSES, Target, TargetError, address_count, parse_targets};
