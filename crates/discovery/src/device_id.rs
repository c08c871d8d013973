//! Reads device ids, which hold the hardware address or the end of it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use shelly_types::Mac;

/// The last three bytes of a hardware address: what older Gen1 devices have in their id (gen1 protocol 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Suffix([u8; 3]);

/// What the end of an id says about the hardware address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ending {
    /// All of it.
    Mac(Mac),
    /// The end of it, which leaves room for another device.
    Suffix(Suffix),
}

/// A device id: `shellyplus1-a8032ab12345`, `shellyswitch25-C3D4E5`, `ShellyWallDisplay-00082220E290`.
///
/// It is also the host name, the name of the access point, and the topic on a broker unless the owner chose another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceId {
    prefix: String,
    ending: Ending,
}

/// The text is no device id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no device id: expected a prefix, a dash and 12 or 6 hex digits")]
pub struct ParseDeviceIdError {
    text: String,
}

/// Longest id; names of hosts have no more (RFC 1035, 2.3.1).
const LONGEST: usize = 63;

impl Suffix {
    /// The end of this address.
    pub fn of(mac: Mac) -> Self {
        let [_, _, _, a, b, c] = mac.bytes();
        Self([a, b, c])
    }
}

impl FromStr for Suffix {
    type Err = ParseDeviceIdError;

    /// Reads 6 hex digits of either case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseDeviceIdError { text: text.chars().take(LONGEST).collect() };
        if text.len() != 6 {
            return Err(error());
        }
        let whole: Mac = format!("000000{text}").parse().map_err(|_| error())?;
        Ok(Self::of(whole))
    }
}

impl fmt::Display for Suffix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl Serialize for Suffix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Suffix {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl Ending {
    /// Reads 12 or 6 hex digits.
    pub fn parse(digits: &str) -> Option<Self> {
        match digits.len() {
            12 => digits.parse().ok().map(Self::Mac),
            6 => digits.parse().ok().map(Self::Suffix),
            _ => None,
        }
    }

    /// The hardware address, where all of it is known.
    pub fn mac(self) -> Option<Mac> {
        match self {
            Self::Mac(mac) => Some(mac),
            Self::Suffix(_) => None,
        }
    }
}

impl DeviceId {
    /// What stands before the last dash, in lower case.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// What the id says about the hardware address.
    pub fn ending(&self) -> Ending {
        self.ending
    }

    /// Whether the vendor's name is in it. Products of partners have another.
    pub fn is_shelly(&self) -> bool {
        self.prefix.starts_with("shelly")
    }
}

impl FromStr for DeviceId {
    type Err = ParseDeviceIdError;

    /// Splits at the last dash, since prefixes can hold dashes; letter case does not matter (gen1 protocol 3).
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseDeviceIdError { text: text.chars().take(LONGEST).collect() };
        let (prefix, digits) = text
            .rsplit_once('-')
            .filter(|(prefix, _)| !prefix.is_empty() && text.len() <= LONGEST)
            .ok_or_else(error)?;
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let ending = Ending::parse(digits).filter(|_| prefix.bytes().all(fits)).ok_or_else(error)?;
        Ok(Self { prefix: prefix.to_ascii_lowercase(), ending })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_both_families_are_read() {
        for (text, prefix, mac) in [
            ("shellyplus1-a8032ab12345", "shellyplus1", "A8032AB12345"),
            ("ShellyWallDisplay-00082220E290", "shellywalldisplay", "00082220E290"),
            ("shellyplug-s-4022D85668D4", "shellyplug-s", "4022D85668D4"),
            ("ogemray25a-a8032ab12345", "ogemray25a", "A8032AB12345"),
        ] {
            let id: DeviceId = text.parse().unwrap();
            assert_eq!((id.prefix(), id.ending()), (prefix, Ending::Mac(mac.parse().unwrap())), "{text}");
        }
        let short: DeviceId = "shellyswitch25-C3D4E5".parse().unwrap();
        let mac: Mac = "C45BBEC3D4E5".parse().unwrap();
        assert_eq!((short.ending(), short.ending().mac()), (Ending::Suffix(Suffix::of(mac)), None));
        assert_eq!(Suffix::of(mac).to_string(), "C3D4E5");
    }

    #[test]
    fn other_names_are_no_ids() {
        for text in
            ["", "-", "shelly1", "-a8032ab12345", "shelly-kitchen", "a b-a8032ab12345", "shelly1-a8032ab1234", "é-ßßß"]
        {
            assert!(text.parse::<DeviceId>().is_err(), "{text}");
        }
        assert!(format!("{}-a8032ab12345", "s".repeat(60)).parse::<DeviceId>().is_err());
    }
}
