//! Another address of a server, wherever devices name it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sync_engine::{NamedPlace, Readdress};

use crate::jobs::JobRequest;

/// Which address is replaced by which, and on which devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReaddressRequest {
    /// The address that goes: a name or an IPv4 address, with or without a port, such as `10.0.0.5` or
    /// `http://old-host:8123`.
    pub from: String,
    /// The address that comes. Without ports every port stays as it is.
    pub to: String,
    /// Which devices, and how.
    #[serde(default)]
    pub job: JobRequest,
}

/// Where a device names a server whose address is replaced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReaddressView {
    /// Which address is replaced by which.
    pub change: Readdress,
    /// Every place, by setting. Neither logins nor queries of URLs are shown here.
    pub places: Vec<NamedPlace>,
}
