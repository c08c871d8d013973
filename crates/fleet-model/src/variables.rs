//! Variables for templates: named values of the fleet, a location, a group or a device, and secrets of the vault.

use std::{fmt, str::FromStr};

use capability_config::SettingValue;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::Mac;

use crate::{GroupId, LocationId};

/// Longest name, in characters.
const MAX_NAME_LENGTH: usize = 64;

/// Whose a variable is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "id", rename_all = "snake_case")]
pub enum VariableScope {
    /// The fleet's.
    Fleet,
    /// A location's.
    Location(LocationId),
    /// A group's.
    Group(GroupId),
    /// A device's.
    Device(Mac),
    /// The vault's: a secret, sealed where it is stored.
    Vault,
}

/// The name of a variable: small letters, digits and `_`, a letter first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct VariableName(String);

/// The text is not the name of a variable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not the name of a variable: expected small letters, digits and `_`, a letter first, at most 64")]
pub struct ParseVariableNameError {
    text: String,
}

/// A variable.
#[derive(Debug, Clone, PartialEq)]
pub struct VariableRecord {
    /// Whose it is.
    pub scope: VariableScope,
    /// Its name.
    pub name: VariableName,
    /// Its value. Of the vault a secret.
    pub value: SettingValue,
    /// Last change.
    pub updated_at: DateTime<Utc>,
}

impl VariableName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for VariableName {
    type Err = ParseVariableNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let begins = text.starts_with(|c: char| c.is_ascii_lowercase());
        if begins && text.len() <= MAX_NAME_LENGTH && text.chars().all(is_good) {
            return Ok(Self(text.to_owned()));
        }
        Err(ParseVariableNameError { text: text.chars().take(MAX_NAME_LENGTH).collect() })
    }
}

impl fmt::Display for VariableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for VariableScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fleet => f.write_str("fleet"),
            Self::Location(id) => write!(f, "location:{id}"),
            Self::Group(id) => write!(f, "group:{id}"),
            Self::Device(mac) => write!(f, "device:{mac}"),
            Self::Vault => f.write_str("vault"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f7_a_name_is_a_word_of_a_template() {
        for good in ["wifi", "wifi_2", "a"] {
            assert_eq!(good.parse::<VariableName>().unwrap().as_str(), good);
        }
        for bad in ["", "Wifi", "2wifi", "wi-fi", "wi fi", "ä", &"x".repeat(65)] {
            assert!(bad.parse::<VariableName>().is_err(), "{bad}");
        }
    }
}
