//! API tokens: shown once, stored as a hash.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use rand::CryptoRng;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::secret::Secret;

const PREFIX: &str = "smt_";
const RANDOM_BYTES: usize = 32;

/// An API token: `smt_` and 256 random bits. The prefix lets secret scanners find one that was published.
#[derive(Clone)]
pub struct ApiToken(Secret<String>);

/// SHA-256 of a token in hex: what is stored and looked up. 256 random bits need no slow hash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenHash(String);

/// The text is not a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an API token: expected `smt_` and 43 characters")]
pub struct ParseTokenError;

impl ApiToken {
    /// A new token.
    pub fn generate(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let mut bytes = Zeroizing::new([0; RANDOM_BYTES]);
        rng.fill_bytes(bytes.as_mut_slice());
        Self(Secret::new(format!("{PREFIX}{}", *Zeroizing::new(BASE64.encode(bytes.as_slice())))))
    }

    /// The token, to show it once or to send it.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// What is stored in its place.
    pub fn hash(&self) -> TokenHash {
        TokenHash(hex(&Sha256::digest(self.expose().as_bytes())))
    }
}

impl FromStr for ApiToken {
    type Err = ParseTokenError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let random = text.trim().strip_prefix(PREFIX).ok_or(ParseTokenError)?;
        let bytes = Zeroizing::new(BASE64.decode(random).map_err(|_| ParseTokenError)?);
        if bytes.len() != RANDOM_BYTES {
            return Err(ParseTokenError);
        }
        Ok(Self(Secret::new(text.trim().to_owned())))
    }
}

impl fmt::Debug for ApiToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiToken([secret])")
    }
}

impl TokenHash {
    /// A hash as it was stored.
    pub fn from_stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The hash in hex.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
