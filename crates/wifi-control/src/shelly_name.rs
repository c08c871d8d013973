//! Recognises the access point of a factory-new device by its name.

use serde::{Deserialize, Serialize};

use crate::Ssid;

/// What the name of a device's access point says: `ShellyPlus1PM-A8032AB12345`, `shellyswitch25-C3D4E5`.
///
/// The name is the device id (gen1 protocol 5, gen2 protocol 9). It is a hint only: anybody can choose it. Who a device is,
/// it says itself once the access point is joined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShellyName {
    /// What stands before the last dash, as it is spelled.
    pub prefix: String,
    /// The hardware address or its end, in upper case.
    pub ending: NameEnding,
    /// Line of products, as far as the spelling tells.
    pub line: Line,
}

/// What the name says of the hardware address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameEnding {
    /// All twelve digits.
    Whole(String),
    /// The last six digits, as with older Gen1 devices.
    Short(String),
}

/// Line of products.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// First generation: the name is in lower case.
    Gen1,
    /// Second generation: Plus, Pro, Mini, displays.
    Gen2,
    /// Third generation: `G3` or `Gen3` before the dash.
    Gen3,
    /// Fourth generation: `G4` or `Gen4` before the dash.
    Gen4,
}

impl Line {
    /// Number of the generation.
    pub fn number(self) -> u8 {
        match self {
            Self::Gen1 => 1,
            Self::Gen2 => 2,
            Self::Gen3 => 3,
            Self::Gen4 => 4,
        }
    }
}

impl NameEnding {
    /// The digits.
    pub fn digits(&self) -> &str {
        match self {
            Self::Whole(digits) | Self::Short(digits) => digits,
        }
    }
}

impl ShellyName {
    /// Reads the name of a network; none when it is not that of a device.
    pub fn of(ssid: &Ssid) -> Option<Self> {
        let (prefix, digits) = ssid.as_str().rsplit_once('-')?;
        let begins = prefix.get(..6)?.eq_ignore_ascii_case("shelly");
        let fits = prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if !begins || !fits || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let digits = digits.to_ascii_uppercase();
        let ending = match digits.len() {
            12 => NameEnding::Whole(digits),
            6 => NameEnding::Short(digits),
            _ => return None,
        };
        let line = line(prefix, &ending);
        Some(Self { prefix: prefix.to_owned(), ending, line })
    }

    /// Whether a hardware address of twelve digits is the one of this name.
    pub fn is_of(&self, digits: &str) -> bool {
        let named = self.ending.digits();
        digits.get(digits.len().saturating_sub(named.len())..).is_some_and(|end| end.eq_ignore_ascii_case(named))
    }
}

fn line(prefix: &str, ending: &NameEnding) -> Line {
    let lower = prefix.to_ascii_lowercase();
    let ends = |words: [&str; 2]| words.iter().any(|word| lower.ends_with(word));
    if matches!(ending, NameEnding::Short(_)) {
        Line::Gen1
    } else if ends(["g3", "gen3"]) {
        Line::Gen3
    } else if ends(["g4", "gen4"]) {
        Line::Gen4
    } else if prefix.starts_with("Shelly") || ["shellyplus", "shellypro"].iter().any(|word| lower.starts_with(word)) {
        // Devices of the second generation spell their access point in camel case and their host name in lower case.
        Line::Gen2
    } else {
        Line::Gen1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, String, u8)> {
        let name = ShellyName::of(&text.parse().unwrap())?;
        Some((name.prefix.clone(), name.ending.digits().to_owned(), name.line.number()))
    }

    /// W20: devices of all generations are recognised.
    #[test]
    fn w20_access_points_of_all_generations_are_recognised() {
        for (text, prefix, digits, generation) in [
            ("shelly1pm-A4CF12F45678", "shelly1pm", "A4CF12F45678", 1),
            ("shellyswitch25-C3D4E5", "shellyswitch25", "C3D4E5", 1),
            ("shellyplug-s-4022D8", "shellyplug-s", "4022D8", 1),
            ("ShellyPlus1-E465B8F3028C", "ShellyPlus1", "E465B8F3028C", 2),
            ("shellyplus1pm-a8032ab12345", "shellyplus1pm", "A8032AB12345", 2),
            ("ShellyPro4PM-30C6F7850A64", "ShellyPro4PM", "30C6F7850A64", 2),
            ("Shelly1MiniG3-84FCE63AD204", "Shelly1MiniG3", "84FCE63AD204", 3),
            ("ShellyColorBlbG3-84FCE63AD204", "ShellyColorBlbG3", "84FCE63AD204", 3),
            ("Shelly1PMG4-7C2C67690234", "Shelly1PMG4", "7C2C67690234", 4),
        ] {
            assert_eq!(read(text), Some((prefix.into(), digits.into(), generation)), "{text}");
        }
    }

    #[test]
    fn other_networks_are_not_taken_for_devices() {
        for text in
            ["home-iot", "shelly", "shelly-guest", "Shelly-12345", "my-shelly1-A4CF12F45678", "shé-A4CF12F45678"]
        {
            assert_eq!(read(text), None, "{text}");
        }
        let name = ShellyName::of(&"shelly1-C3D4E5".parse().unwrap()).unwrap();
        assert!(name.is_of("C45BBEC3D4E5") && name.is_of("c45bbec3d4e5") && !name.is_of("C45BBEC3D4E6"));
    }
}
