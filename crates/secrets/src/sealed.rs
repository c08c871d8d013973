//! Seals text with AES-256-GCM into an envelope that names its key and fits one place only.

use std::fmt;

use aes_gcm::{
    Aes256Gcm, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use rand::CryptoRng;

use crate::{keyring::DataKey, secret::Secret};

const VERSION: &str = "v1";
const NONCE_BYTES: usize = 12;

/// Sealed text, `v1.<key id>.<base64 of nonce, ciphertext and tag>`. Safe to store and to print.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sealed(String);

/// The place a sealed text belongs to. It opens nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context<'a> {
    /// Table.
    pub table: &'a str,
    /// Column.
    pub column: &'a str,
    /// Key of the row.
    pub row: &'a str,
}

/// The text cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Not an envelope of a version this program knows.
    #[error("the sealed text is damaged or of a newer format")]
    Malformed,
    /// Sealed with a key that is not on the ring.
    #[error("the sealed text needs the data key {key_id}, which the key file does not hold")]
    UnknownKey {
        /// Id of the missing key.
        key_id: String,
    },
    /// Changed, or moved from another place.
    #[error("the sealed text was changed or belongs to another place")]
    Tampered,
}

impl Sealed {
    /// Sealed text as it was stored; it is checked when it is opened.
    pub fn from_stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The envelope.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Id of the key that sealed it; none when the text is no envelope.
    pub fn key_id(&self) -> Option<&str> {
        self.parts().map(|(key_id, _)| key_id)
    }

    fn parts(&self) -> Option<(&str, &str)> {
        self.0.strip_prefix(VERSION)?.strip_prefix('.')?.split_once('.')
    }
}

impl fmt::Display for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'a> Context<'a> {
    /// The column `column` of the row `row` of `table`.
    pub const fn new(table: &'a str, column: &'a str, row: &'a str) -> Self {
        Self { table, column, row }
    }

    /// Each part with its length, so that two places never give the same bytes.
    fn associated_data(&self, key_id: &str) -> Vec<u8> {
        let mut data = Vec::new();
        for part in [VERSION, key_id, self.table, self.column, self.row] {
            data.extend_from_slice(&(part.len() as u64).to_be_bytes());
            data.extend_from_slice(part.as_bytes());
        }
        data
    }
}

pub(crate) fn seal(
    key: &DataKey,
    plaintext: &str,
    context: &Context<'_>,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Sealed {
    let mut nonce = [0; NONCE_BYTES];
    rng.fill_bytes(&mut nonce);
    let payload = Payload { msg: plaintext.as_bytes(), aad: &context.associated_data(key.id()) };
    let ciphertext = Aes256Gcm::new(key.bytes().into())
        .encrypt(&Nonce::from(nonce), payload)
        .expect("only texts of tens of gigabytes are refused");
    let envelope = [nonce.as_slice(), &ciphertext].concat();
    Sealed(format!("{VERSION}.{}.{}", key.id(), BASE64.encode(envelope)))
}

pub(crate) fn open<'k>(
    key_of: impl FnOnce(&str) -> Option<&'k DataKey>,
    sealed: &Sealed,
    context: &Context<'_>,
) -> Result<Secret<String>, OpenError> {
    let (key_id, encoded) = sealed.parts().ok_or(OpenError::Malformed)?;
    let envelope = BASE64.decode(encoded).map_err(|_| OpenError::Malformed)?;
    let (nonce, ciphertext) = envelope.split_first_chunk::<NONCE_BYTES>().ok_or(OpenError::Malformed)?;
    let key = key_of(key_id).ok_or_else(|| OpenError::UnknownKey { key_id: key_id.to_owned() })?;
    let payload = Payload { msg: ciphertext, aad: &context.associated_data(key_id) };
    let plaintext =
        Aes256Gcm::new(key.bytes().into()).decrypt(&Nonce::from(*nonce), payload).map_err(|_| OpenError::Tampered)?;
    String::from_utf8(plaintext).map(Secret::new).map_err(|_| OpenError::Tampered)
}
