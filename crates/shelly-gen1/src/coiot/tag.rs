//! The sender of a datagram as it names itself.

use std::fmt;

use shelly_types::{Mac, Model};

/// Which set of ids a datagram uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Version {
    /// Two or three digits, firmware before 1.8.0.
    V1,
    /// Four digits, firmware 1.8.0 and later, and all of the EFM32 family.
    V2,
}

/// Option 3332: `<type>#<id>#<version>`, such as `SHSW-25#C45BBE6A1122#2`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DeviceTag {
    /// Order code.
    pub model: Model,
    /// The whole hardware address, or its last 6 digits.
    pub id: String,
    /// Set of ids.
    pub version: Version,
}

impl DeviceTag {
    /// Reads the text of the option.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('#');
        let (model, id, version) = (parts.next()?, parts.next()?, parts.next()?);
        if model.is_empty() || id.is_empty() || parts.next().is_some() {
            return None;
        }
        let version = match version {
            "1" => Version::V1,
            "2" => Version::V2,
            _ => return None,
        };
        Some(Self { model: Model::new(model), id: id.to_owned(), version })
    }

    /// The hardware address, when the tag holds the whole of it.
    pub fn mac(&self) -> Option<Mac> {
        self.id.parse().ok()
    }

    /// Whether it may be the device of this address. A short id leaves room for another one.
    pub fn is_of(&self, mac: Mac) -> bool {
        self.mac().map_or_else(|| mac.ends_with(&self.id), |own| own == mac)
    }
}

impl fmt::Display for DeviceTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = match self.version {
            Version::V1 => 1,
            Version::V2 => 2,
        };
        write!(f, "{}#{}#{version}", self.model.code(), self.id)
    }
}
