//! Holds the data keys: the newest seals, all of them open.

use std::{fmt, path::Path, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use rand::CryptoRng;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{
    digest::SecretDigester,
    keyfile::{self, KeyFileError},
    sealed::{self, Context, OpenError, Sealed},
};

/// Length of a data key in bytes.
const KEY_BYTES: usize = 32;

/// The data keys, oldest first. Cheap to clone; never printed.
#[derive(Clone)]
pub struct Keyring {
    keys: Arc<[DataKey]>,
}

/// One key of 256 bits. Its id is derived from it, so an id never names two keys.
pub(crate) struct DataKey {
    id: String,
    bytes: Zeroizing<[u8; KEY_BYTES]>,
}

/// The text holds no usable keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadKeyText {
    /// Nothing but comments and blank lines.
    #[error("there is no key in it")]
    Empty,
    /// A line that is not base64 of 32 bytes.
    #[error("line {line} is not a key: expected 32 bytes in base64")]
    Line {
        /// Counted from 1.
        line: usize,
    },
}

impl DataKey {
    fn new(bytes: Zeroizing<[u8; KEY_BYTES]>) -> Self {
        let hash = Sha256::new().chain_update(b"data key id").chain_update(bytes.as_slice()).finalize();
        Self { id: crate::token::hex(&hash[..4]), bytes }
    }

    fn generate(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        rng.fill_bytes(bytes.as_mut_slice());
        Self::new(bytes)
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.bytes
    }
}

impl Keyring {
    /// A ring with one new key, kept nowhere. For tests and for [`Keyring::open_or_create`].
    pub fn generate(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        Self { keys: [DataKey::generate(rng)].into() }
    }

    /// The keys in `text`: one in base64 per line, oldest first, `#` begins a comment. This is the form of the key file
    /// and of a key given by the environment.
    pub fn from_text(text: &str) -> Result<Self, BadKeyText> {
        let mut keys = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let bad = BadKeyText::Line { line: index + 1 };
            let decoded = Zeroizing::new(BASE64.decode(line).map_err(|_| bad.clone())?);
            let mut bytes = Zeroizing::new([0; KEY_BYTES]);
            if decoded.len() != KEY_BYTES {
                return Err(bad);
            }
            bytes.copy_from_slice(&decoded);
            keys.push(DataKey::new(bytes));
        }
        if keys.is_empty() { Err(BadKeyText::Empty) } else { Ok(Self { keys: keys.into() }) }
    }

    /// The ring of a key file. When there is none, one is made with a new key, readable by its owner only.
    ///
    /// Two programs that start at once end with the same file. A file that others may read is refused.
    pub fn open_or_create(path: &Path, rng: &mut (impl CryptoRng + ?Sized)) -> Result<Self, KeyFileError> {
        if let Some(ring) = keyfile::read(path)? {
            return Ok(ring);
        }
        let ring = Self::generate(rng);
        if keyfile::create(path, &ring.to_text())? {
            return Ok(ring);
        }
        keyfile::read(path)?.ok_or_else(|| KeyFileError::vanished(path))
    }

    /// The ring of a key file that must exist.
    pub fn open(path: &Path) -> Result<Self, KeyFileError> {
        keyfile::read(path)?.ok_or_else(|| KeyFileError::vanished(path))
    }

    /// Replaces the key file in one step, after [`Keyring::with_new_key`].
    pub fn save(&self, path: &Path) -> Result<(), KeyFileError> {
        keyfile::replace(path, &self.to_text())
    }

    /// This ring and one more key, which seals from now on. What the older keys sealed still opens.
    #[must_use]
    pub fn with_new_key(&self, rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let old = self.keys.iter().map(|key| DataKey { id: key.id.clone(), bytes: key.bytes.clone() });
        Self { keys: old.chain([DataKey::generate(rng)]).collect() }
    }

    /// Id of the key that seals.
    pub fn newest_key_id(&self) -> &str {
        self.newest().id()
    }

    /// Seals `plaintext` for the place `context`.
    pub fn seal(&self, plaintext: &str, context: &Context<'_>, rng: &mut (impl CryptoRng + ?Sized)) -> Sealed {
        sealed::seal(self.newest(), plaintext, context, rng)
    }

    /// Opens what was sealed for the place `context`.
    pub fn open_sealed(&self, sealed: &Sealed, context: &Context<'_>) -> Result<crate::Secret<String>, OpenError> {
        sealed::open(|id| self.keys.iter().find(|key| key.id == id), sealed, context)
    }

    /// Makes digests with keys derived from these.
    pub fn digester(&self) -> SecretDigester {
        SecretDigester::new(self.keys.iter().map(|key| (key.id(), key.bytes())))
    }

    fn newest(&self) -> &DataKey {
        self.keys.last().expect("a ring is made with at least one key")
    }

    fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::from(
            "# Data keys of shelly-manager, oldest first; the last one seals.\n\
             # Without this file the stored passwords cannot be read. Keep a copy apart from the database.\n",
        ));
        for key in self.keys.iter() {
            text.push_str(&Zeroizing::new(BASE64.encode(key.bytes())));
            text.push('\n');
        }
        text
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(DataKey::id)).finish()
    }
}
