//! One-time codes for the first sign-in: short, typeable, gone after a while.

use std::{fmt, str::FromStr};

use chrono::{DateTime, TimeDelta, Utc};
use rand::CryptoRng;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{secret::Secret, token::hex};

/// Digits and letters that cannot be mistaken for each other (no I, L, O, U).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 12;
const GROUP: usize = 4;

/// A code of 60 random bits, shown as `K7Q2-M9XD-04TB`. Typed in any case, with or without dashes.
#[derive(Clone)]
pub struct OneTimeCode(Secret<String>);

/// What is kept of a code that was given out. The code itself is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedCode {
    /// SHA-256 in hex. 60 bits that end within minutes cannot be searched in time.
    pub hash: String,
    /// From this moment it is worth nothing.
    pub expires_at: DateTime<Utc>,
}

/// The text is not a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a one-time code: expected 12 letters and digits such as `K7Q2-M9XD-04TB`")]
pub struct ParseCodeError;

impl OneTimeCode {
    /// A new code.
    pub fn generate(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let mut bytes = [0; LENGTH];
        rng.fill_bytes(&mut bytes);
        Self(Secret::new(bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()))
    }

    /// The code in groups, to show it once.
    pub fn expose(&self) -> String {
        let groups: Vec<&str> =
            (0..LENGTH).step_by(GROUP).filter_map(|at| self.0.expose().get(at..at + GROUP)).collect();
        groups.join("-")
    }

    /// What to keep of it when it is given out at `now` for `lifetime`.
    pub fn issue(&self, now: DateTime<Utc>, lifetime: TimeDelta) -> IssuedCode {
        IssuedCode { hash: self.hash(), expires_at: now + lifetime }
    }

    /// SHA-256 in hex.
    pub fn hash(&self) -> String {
        hex(&Sha256::digest(self.0.expose().as_bytes()))
    }
}

impl IssuedCode {
    /// Whether `code` is the one given out and still worth something at `now`.
    pub fn accepts(&self, code: &OneTimeCode, now: DateTime<Utc>) -> bool {
        now < self.expires_at && bool::from(code.hash().as_bytes().ct_eq(self.hash.as_bytes()))
    }
}

impl FromStr for OneTimeCode {
    type Err = ParseCodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = |c: char| match c.to_ascii_uppercase() {
            'O' => Some('0'),
            'I' | 'L' => Some('1'),
            c => u8::try_from(c).is_ok_and(|byte| ALPHABET.contains(&byte)).then_some(c),
        };
        let letters = text.chars().filter(|c| !matches!(c, '-' | ' '));
        let code: String = letters.map(read).collect::<Option<_>>().ok_or(ParseCodeError)?;
        if code.len() == LENGTH { Ok(Self(Secret::new(code))) } else { Err(ParseCodeError) }
    }
}

impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeCode([secret])")
    }
}
