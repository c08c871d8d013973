//! Who a device says it is, in one form for both dialects of `/shelly`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Firmware, Generation, Mac, Model};

/// The answer of `GET /shelly`, which needs no password on any generation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Identity {
    /// Hardware address.
    pub mac: Mac,
    /// Generation.
    pub generation: Generation,
    /// Order code.
    pub model: Model,
    /// Firmware that runs now.
    pub firmware: Firmware,
    /// Host name, which is also the device id (`shellyplus1-a8032ab12345`); absent where `/shelly` does not tell it.
    pub host_name: Option<String>,
    /// Firmware application name (Gen2+). Not unique.
    pub app: Option<String>,
    /// Name the owner gave, where `/shelly` tells it.
    pub name: Option<String>,
    /// Profile or mode (`switch`, `cover`, `color`, ...), where the device has several.
    pub profile: Option<String>,
    /// Whether the device asks for a password.
    pub auth_required: bool,
}
