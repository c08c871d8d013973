//! Static addresses of devices.

use std::net::Ipv4Addr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::Mac;

use crate::jobs::JobRequest;

/// Where addresses come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Addresses {
    /// These.
    Given {
        /// Device by device.
        addresses: Vec<AddressOf>,
    },
    /// One each for the selected devices, from the first to the last of a range. A device that is to have one of them keeps
    /// it.
    Pool {
        /// The first.
        first: Ipv4Addr,
        /// The last.
        last: Ipv4Addr,
    },
    /// The network leases them, as it does from the factory.
    Leased,
}

/// The address of one device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressOf {
    /// The device.
    pub mac: Mac,
    /// Its address.
    pub address: Ipv4Addr,
}

/// Addresses to give to devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignAddressesRequest {
    /// Where they come from.
    pub addresses: Addresses,
    /// Netmask; needed for static addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub netmask: Option<Ipv4Addr>,
    /// Gateway, within the network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<Ipv4Addr>,
    /// Name server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nameserver: Option<Ipv4Addr>,
    /// Which devices, and how. Devices whose addresses are given are selected by that.
    #[serde(default)]
    pub job: JobRequest,
}
