//! Tells one certificate from all others.

use std::{fmt, str::FromStr};

use sha2::{Digest, Sha256};

/// SHA-256 of a certificate in DER form, as browsers and `openssl x509 -fingerprint -sha256` show it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

/// The text is no fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint is 64 hexadecimal digits, with or without colons")]
pub struct ParseFingerprintError;

impl Fingerprint {
    /// The fingerprint of a certificate in DER form.
    pub fn of(certificate_der: &[u8]) -> Self {
        Self(Sha256::digest(certificate_der).into())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            write!(f, "{}{byte:02X}", if index == 0 { "" } else { ":" })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Fingerprint {
    type Err = ParseFingerprintError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut digits = text.trim().chars().filter(|c| *c != ':').map(|c| c.to_digit(16).ok_or(ParseFingerprintError));
        let mut bytes = [0; 32];
        for byte in &mut bytes {
            let mut digit = || digits.next().unwrap_or(Err(ParseFingerprintError));
            let value = digit()? << 4 | digit()?;
            *byte = u8::try_from(value).map_err(|_| ParseFingerprintError)?;
        }
        if digits.next().is_some() { Err(ParseFingerprintError) } else { Ok(Self(bytes)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_are_read() {
        let fingerprint = Fingerprint::of(b"certificate");
        let printed = fingerprint.to_string();
        assert_eq!(printed.parse(), Ok(fingerprint));
        assert_eq!(printed.replace(':', "").to_lowercase().parse(), Ok(fingerprint));
        for text in ["", "00", "zz", &printed[1..], &format!("{printed}00")] {
            assert_eq!(text.parse::<Fingerprint>(), Err(ParseFingerprintError), "{text}");
        }
    }
}
