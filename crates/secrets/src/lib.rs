#![doc = include_str!("../README.md")]

mod code;
mod digest;
mod keyfile;
mod keyring;
mod password;
mod sealed;
mod secret;
mod token;

pub use code::{IssuedCode, OneTimeCode, ParseCodeError};
pub use digest::{SecretDigest, SecretDigester};
pub use keyfile::KeyFileError;
pub use keyring::{BadKeyText, Keyring};
pub use password::device_password;
pub use sealed::{Context, OpenError, Sealed};
pub use secret::Secret;
pub use token::{ApiToken, ParseTokenError, TokenHash};
