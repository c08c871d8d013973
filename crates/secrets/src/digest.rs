//! Makes keyed digests of secrets, so that equal ones are recognised and none is kept.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Keyed digest of a secret, `d1.<key id>.<hex>`. Without the keys it tells nothing, not even about short secrets.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SecretDigest(String);

/// Makes digests with HMAC-SHA256. Its keys are derived from the data keys; the newest makes, all of them compare.
#[derive(Clone)]
pub struct SecretDigester {
    keys: Vec<(String, Zeroizing<[u8; 32]>)>,
}

impl SecretDigest {
    /// A digest as it was stored.
    pub fn from_stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The digest as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SecretDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl SecretDigester {
    pub(crate) fn new<'k>(data_keys: impl Iterator<Item = (&'k str, &'k [u8; 32])>) -> Self {
        let derive = |key: &[u8; 32]| Zeroizing::new(mac(key, &[b"secret digest key"]));
        Self { keys: data_keys.map(|(id, key)| (id.to_owned(), derive(key))).collect() }
    }

    /// Digest of `secret` at the place `place`. The same secret at two places has two digests.
    pub fn digest(&self, place: &str, secret: &str) -> SecretDigest {
        let (id, key) = self.newest();
        SecretDigest(digest_text(id, key, place, secret))
    }

    fn newest(&self) -> &(String, Zeroizing<[u8; 32]>) {
        self.keys.last().expect("a ring is made with at least one key")
    }

    /// Whether `digest` was made from `secret` at `place`, with any of the keys.
    pub fn matches(&self, digest: &SecretDigest, place: &str, secret: &str) -> bool {
        self.keys
            .iter()
            .any(|(id, key)| digest_text(id, key, place, secret).as_bytes().ct_eq(digest.0.as_bytes()).into())
    }
}

impl fmt::Debug for SecretDigester {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|(id, _)| id)).finish()
    }
}

fn digest_text(id: &str, key: &[u8; 32], place: &str, secret: &str) -> String {
    let length = (place.len() as u64).to_be_bytes();
    let bytes = mac(key, &[&length, place.as_bytes(), secret.as_bytes()]);
    format!("d1.{id}.{}", crate::token::hex(&bytes))
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}
