//! Who a device said it is, as it is written down and told.

use serde::{Deserialize, Serialize};
use shelly_types::{Generation, Identity, Mac, Model};

/// Who a device said it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// Hardware address.
    pub mac: Mac,
    /// Generation.
    pub generation: Generation,
    /// Order code.
    pub model: Model,
    /// Application name of the firmware (Gen2 and later).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// Build id of the firmware.
    pub firmware: String,
    /// Host name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_name: Option<String>,
    /// Name that a person gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Profile or mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// It asks for a password.
    pub auth_required: bool,
}

impl From<&Identity> for Known {
    fn from(identity: &Identity) -> Self {
        let Identity { mac, generation, model, firmware, host_name, app, name, profile, auth_required } = identity;
        Self {
            mac: *mac,
            generation: *generation,
            model: model.clone(),
            app: app.clone(),
            firmware: firmware.to_string(),
            host_name: host_name.clone(),
            name: name.clone(),
            profile: profile.clone(),
            auth_required: *auth_required,
        }
    }
}
