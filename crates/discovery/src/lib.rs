#![doc = include_str!("../README.md")]

pub mod coiot;
mod device_id;
pub mod extender;
pub mod mdns;
mod merge;
pub mod mqtt;
mod neighbours;
pub mod outbound;
mod scan;
mod seen;
mod sources;
mod target;

pub use device_id::{DeviceId, Ending, ParseDeviceIdError, Suffix};
pub use merge::{About, Conflict, MergeOptions, Merger, Sighting, Stranger};
pub use neighbours::{Neighbours, neighbours};
pub use scan::{Progress, ScanOptions, scan};
pub use seen::{Facts, Seen, Source, SourceKind, fact};
pub use sources::{Clock, News, Reporter, SourceError, Sources, SourcesOptions};
pub use target::{MAX_ADDRESSES, Target, TargetError, address_count, parse_targets};
