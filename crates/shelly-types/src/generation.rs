//! The generation of a device and the dialect it speaks.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Device generation as reported by `/shelly` (`gen`; absent on Gen1).
///
/// A number, so that a generation that does not exist yet is still listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Generation(pub u8);

impl Generation {
    /// ESP8266 and EFM32 devices with the HTTP API and CoIoT.
    pub const GEN1: Self = Self(1);
    /// Plus and Pro devices.
    pub const GEN2: Self = Self(2);
    /// Gen3 devices.
    pub const GEN3: Self = Self(3);
    /// Gen4 devices.
    pub const GEN4: Self = Self(4);

    /// Whether the device speaks the Gen1 HTTP API; every other generation speaks RPC.
    pub fn is_gen1(self) -> bool {
        self.0 <= 1
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
