//! Compares secrets that a device does not show, by digests that the caller keeps.

use capability_config::{SettingPath, SettingValue};

/// Makes the keyed digest of a secret. The key is the caller's; the engine has none.
///
/// The path is part of what is digested, so that equal secrets of two settings do not show as equal.
pub trait SecretDigester: Sync {
    /// The digest; none when there is no key.
    fn digest(&self, path: &SettingPath, secret: &str) -> Option<String>;
}

impl<F: Fn(&SettingPath, &str) -> String + Sync> SecretDigester for F {
    fn digest(&self, path: &SettingPath, secret: &str) -> Option<String> {
        Some(self(path, secret))
    }
}

/// Knows no digest, so that a secret which the device does not show counts as not proven.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoDigester;

impl SecretDigester for NoDigester {
    fn digest(&self, _: &SettingPath, _: &str) -> Option<String> {
        None
    }
}

/// The digest to remember for a secret that a device accepted. A secret that is explicitly nothing has one as well.
pub fn secret_digest(path: &SettingPath, value: &SettingValue, digester: &dyn SecretDigester) -> Option<String> {
    match value {
        SettingValue::Secret(secret) => digester.digest(path, secret.expose()),
        SettingValue::Null => digester.digest(path, ""),
        SettingValue::Bool(_)
        | SettingValue::Number(_)
        | SettingValue::Text(_)
        | SettingValue::List(_)
        | SettingValue::Hidden => None,
    }
}
