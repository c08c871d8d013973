//! Describes an access point as a scan shows it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Longest name of a network, in bytes (IEEE 802.11, 9.4.2.2).
const LONGEST_SSID: usize = 32;

/// Name of a network. Names that are no text are not shown by a scan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Ssid(String);

/// The text is no name of a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the name of a network has 1 to 32 bytes, this one has {0}")]
pub struct SsidTooLong(usize);

impl Ssid {
    /// The name as a text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name that stands in a frame; none for hidden networks and names that are no text.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))?.parse().ok()
    }
}

impl FromStr for Ssid {
    type Err = SsidTooLong;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::try_from(text.to_owned())
    }
}

impl TryFrom<String> for Ssid {
    type Error = SsidTooLong;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if (1..=LONGEST_SSID).contains(&text.len()) { Ok(Self(text)) } else { Err(SsidTooLong(text.len())) }
    }
}

impl From<Ssid> for String {
    fn from(ssid: Ssid) -> Self {
        ssid.0
    }
}

impl fmt::Display for Ssid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Hardware address of an access point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Bssid([u8; 6]);

/// The text is no hardware address of an access point.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no hardware address of an access point: expected six bytes as in `9c:05:d6:3a:10:52`")]
pub struct ParseBssidError(String);

impl Bssid {
    /// The address with these bytes.
    pub const fn new(bytes: [u8; 6]) -> Self {
        Self(bytes)
    }
}

impl FromStr for Bssid {
    type Err = ParseBssidError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseBssidError(text.chars().take(32).collect());
        let mut bytes = [0; 6];
        let mut parts = text.split(':');
        for byte in &mut bytes {
            let part = parts.next().filter(|part| part.len() == 2).ok_or_else(error)?;
            *byte = u8::from_str_radix(part, 16).map_err(|_| error())?;
        }
        if parts.next().is_some() { Err(error()) } else { Ok(Self(bytes)) }
    }
}

impl TryFrom<String> for Bssid {
    type Error = ParseBssidError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Bssid> for String {
    fn from(bssid: Bssid) -> Self {
        bssid.to_string()
    }
}

impl fmt::Display for Bssid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(place, byte)| {
            let colon = if place == 0 { "" } else { ":" };
            write!(f, "{colon}{byte:02x}")
        })
    }
}

/// How a network is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    /// Not at all.
    Open,
    /// By the broken first method.
    Wep,
    /// By a key: WPA or WPA2.
    Psk,
    /// By a key: WPA3, perhaps WPA2 as well.
    Sae,
    /// By accounts of persons.
    Enterprise,
}

impl Security {
    /// Whether a key is needed that a person can type.
    pub fn needs_key(self) -> bool {
        match self {
            Self::Open | Self::Enterprise => false,
            Self::Wep | Self::Psk | Self::Sae => true,
        }
    }
}

impl fmt::Display for Security {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Wep => "wep",
            Self::Psk => "psk",
            Self::Sae => "sae",
            Self::Enterprise => "enterprise",
        })
    }
}

/// An access point that a scan showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessPoint {
    /// Name of its network.
    pub ssid: Ssid,
    /// Its hardware address.
    pub bssid: Bssid,
    /// Signal in dBm. NetworkManager tells percent only, from which this is reckoned.
    pub signal_dbm: i32,
    /// Frequency in MHz.
    pub frequency_mhz: u32,
    /// How it is protected.
    pub security: Security,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_a_length_and_addresses_a_form() {
        assert!("".parse::<Ssid>().is_err() && "x".repeat(33).parse::<Ssid>().is_err());
        assert_eq!(Ssid::from_bytes(b"home-iot").unwrap().as_str(), "home-iot");
        assert_eq!(
            (Ssid::from_bytes(b"\xff\xfe"), Ssid::from_bytes(b"\0\0"), Ssid::from_bytes(b"")),
            (None, None, None)
        );
        let bssid: Bssid = "9C:05:d6:3a:10:52".parse().unwrap();
        assert_eq!(bssid.to_string(), "9c:05:d6:3a:10:52");
        for text in ["", "9c:05:d6:3a:10", "9c:05:d6:3a:10:52:00", "9c:05:d6:3a:10:5", "zz:05:d6:3a:10:52"] {
            assert!(text.parse::<Bssid>().is_err(), "{text}");
        }
    }
}
