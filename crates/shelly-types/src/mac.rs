//! Reads every vendor spelling of a MAC address and prints one.

use std::{fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The hardware address of a device: its identity. An IP address is never one.
///
/// Prints as the vendor does in `/shelly`: 12 upper-case hex digits without separators.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mac([u8; 6]);

/// The text is not a MAC address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a MAC address: expected 12 hex digits, with or without `:` or `-` between them")]
pub struct ParseMacError {
    text: String,
}

impl Mac {
    /// The address with these bytes, first byte first.
    pub const fn new(bytes: [u8; 6]) -> Self {
        Self(bytes)
    }

    /// The bytes, first byte first.
    pub const fn bytes(self) -> [u8; 6] {
        self.0
    }

    /// Whether `suffix` (hex digits, any case, as in a host name or an SSID) ends this address.
    pub fn ends_with(self, suffix: &str) -> bool {
        !suffix.is_empty() && self.to_string().ends_with(&suffix.to_ascii_uppercase())
    }
}

impl FromStr for Mac {
    type Err = ParseMacError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseMacError { text: text.chars().take(64).collect() };
        let digits: Vec<u8> = text
            .trim()
            .bytes()
            .filter(|byte| !matches!(byte, b':' | b'-'))
            .map(|byte| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
            .collect::<Option<_>>()
            .ok_or_else(error)?;
        let mut bytes = [0; 6];
        if digits.len() != 12 {
            return Err(error());
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = pair[0] << 4 | pair[1];
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl fmt::Debug for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mac({self})")
    }
}

impl Serialize for Mac {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Mac {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Mac {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Mac".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "Hardware address, 12 upper-case hex digits.",
            "pattern": "^[0-9A-F]{12}$",
            "examples": ["C45BBE6A1122"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_vendor_spelling_is_one_address() {
        for text in ["C45BBE6A1122", "c45bbe6a1122", "c4:5b:be:6a:11:22", "C4-5B-BE-6A-11-22", " C45BBE6A1122 "] {
            assert_eq!(text.parse::<Mac>().unwrap().to_string(), "C45BBE6A1122");
        }
    }

    #[test]
    fn what_is_no_address_is_named() {
        for text in ["", "C45BBE6A112", "C45BBE6A11223", "G45BBE6A1122", "ÄÖÜ45BBE6A1122"] {
            assert!(text.parse::<Mac>().unwrap_err().to_string().contains("12 hex digits"));
        }
    }

    #[test]
    fn suffixes_of_host_names_match() {
        let mac: Mac = "C45BBE6A1122".parse().unwrap();
        assert!(mac.ends_with("6a1122") && !mac.ends_with("6A1123") && !mac.ends_with(""));
    }
}
