//! A scan of the network and how far it is.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{ScanId, word::words};

words! {
    /// State of a scan.
    pub enum ScanState ("scan state") {
        /// Runs.
        Running = "running",
        /// Every address was tried.
        Done = "done",
        /// Broken off; the error says why.
        Failed = "failed",
    }
}

/// A scan of the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScanRecord {
    /// Id.
    pub id: ScanId,
    /// Where it looks, as it was asked for.
    pub targets: Vec<String>,
    /// State.
    pub state: ScanState,
    /// Addresses to try.
    pub total: u64,
    /// Addresses tried.
    pub probed: u64,
    /// Devices found.
    pub found: u64,
    /// Devices adopted by this scan.
    pub adopted: u64,
    /// Beginning.
    pub started_at: DateTime<Utc>,
    /// End.
    pub finished_at: Option<DateTime<Utc>>,
    /// Why it broke off.
    pub error: Option<String>,
}
