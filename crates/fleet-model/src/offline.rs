//! Why a device does not answer, and what feeds it.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::{ComponentKey, Mac};

use crate::word::words;

words! {
    /// Why a device does not answer us, as far as the evidence tells.
    pub enum OfflineReason ("offline reason") {
        /// It has no power.
        Power = "power",
        /// Its WiFi is too weak, or gone.
        Wifi = "wifi",
        /// It has another address now, or another machine has its address.
        Address = "address",
        /// It answers, and our password is refused.
        Password = "password",
        /// The range extender that it is reached through is gone.
        Extender = "extender",
        /// The relay that feeds it is off.
        ParentOff = "parent_off",
        /// It is us who are not in its network.
        OurNetwork = "our_network",
        /// The evidence does not say.
        Unknown = "unknown",
    }
}

/// An output of another device that feeds a device: without it there is no power. Written `C45BBE6A1122/switch:0`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct PowerSource {
    /// The device that has the output.
    pub mac: Mac,
    /// The output.
    pub component: ComponentKey,
}

/// The text names no output of a device.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no output of a device: expected a MAC and a component, such as C45BBE6A1122/switch:0")]
pub struct ParsePowerSourceError {
    text: String,
}

impl fmt::Display for PowerSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.mac, self.component)
    }
}

impl FromStr for PowerSource {
    type Err = ParsePowerSourceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let source = text.split_once('/').and_then(|(mac, component)| {
            Some(Self { mac: mac.trim().parse().ok()?, component: component.trim().parse().ok()? })
        });
        source.ok_or_else(|| ParsePowerSourceError { text: text.chars().take(64).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b13_an_output_is_named_by_its_device_and_component() {
        let source: PowerSource = "c4:5b:be:6a:11:22/switch:1".parse().unwrap();
        assert_eq!(source.to_string(), "C45BBE6A1122/switch:1");
        assert_eq!(source.to_string().parse::<PowerSource>().unwrap(), source);
        for text in ["", "C45BBE6A1122", "C45BBE6A1122/", "switch:0", "C45BBE6A11/switch:0", "/switch:0"] {
            let error = text.parse::<PowerSource>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{text}` is no output")), "{error}");
        }
    }
}
