//! Makes a short name for what a device showed.

use std::{fmt, io::Write as _};

use capability_config::{SettingPath, SettingValue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// SHA-256 over settings in a fixed form, as 64 hex digits. Equal fingerprints mean equal settings.
///
/// Secrets count as hidden, so that a fingerprint tells nothing about them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The fingerprint of these settings, which must come in the order of their paths.
    pub fn of<'a>(settings: impl IntoIterator<Item = (&'a SettingPath, &'a SettingValue)>) -> Self {
        let mut text = Vec::with_capacity(8 * 1024);
        for (path, value) in settings {
            let component = path.component();
            text.extend_from_slice(component.kind().as_bytes());
            // Writing to memory cannot fail, and a value is always JSON.
            if let Some(id) = component.id() {
                let _ = write!(text, ":{id}");
            }
            text.push(b'.');
            text.extend_from_slice(path.field().as_bytes());
            text.push(b'=');
            let _ = serde_json::to_writer(&mut text, value);
            text.push(b'\n');
        }
        let digit = |nibble: u8| char::from_digit(nibble.into(), 16);
        let digest = Sha256::digest(&text);
        Self(digest.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(digit).collect())
    }

    /// The hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first digits, enough for people to tell two apart.
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use capability_config::{SecretText, Settings};

    fn of(value: SettingValue) -> Fingerprint {
        Fingerprint::of(&Settings::from([("wifi.sta.pass".parse().unwrap(), value)]))
    }

    /// Fingerprints are stored, so that their form must stay.
    #[test]
    fn a_fingerprint_stays_what_it_was() {
        let settings = [("switch:0.name", "Pump".into()), ("wifi.sta.enable", true.into())];
        let settings: Settings =
            settings.into_iter().map(|(path, value): (&str, SettingValue)| (path.parse().unwrap(), value)).collect();
        let digest = "2f61f6afb7feef2269af90fbd63fd74a56f55ba67d593db3c361ddd95098bae9";
        assert_eq!(
            Fingerprint::of(&settings).as_str(),
            digest,
            "of switch:0.name=\"Pump\", wifi.sta.enable=true, a line each"
        );
    }

    #[test]
    fn a_fingerprint_tells_values_apart_but_not_secrets() {
        assert_ne!(of("a".into()), of("b".into()));
        assert_ne!(of(1.0.into()), of("1".into()));
        assert_eq!(of(SettingValue::Secret(SecretText::new("one"))), of(SettingValue::Hidden));
        assert_eq!(of(SettingValue::Null).as_str().len(), 64);
    }
}
