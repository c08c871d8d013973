//! Whom to trust when a device, or the broker, speaks TLS.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use shelly_http::{Tls, TlsOptions, Trust};

use super::ConfigError;
use crate::args::Common;

/// The table `[tls]` of the settings file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct TrustFile {
    device_ca: Option<PathBuf>,
}

/// Whom devices are trusted by: the authorities that were named, else those of the system, so that a device that sends us
/// to TLS is followed. None where the system has no authorities.
///
/// # Errors
/// When the named file cannot be read or holds no authority.
pub(super) fn devices(common: &Common, file: TrustFile) -> Result<Option<Tls>, ConfigError> {
    match common.device_ca.clone().or(file.device_ca) {
        Some(file) => authority(&file).map(Some),
        None => Ok(Tls::new(&TlsOptions::new(Trust::System)).ok()),
    }
}

/// The authorities in this file, and nobody else.
///
/// # Errors
/// When it cannot be read or holds none.
pub(super) fn authority(file: &Path) -> Result<Tls, ConfigError> {
    let failed =
        |source: Box<dyn std::error::Error + Send + Sync>| ConfigError::Authority { file: file.to_owned(), source };
    let text = std::fs::read_to_string(file).map_err(|error| failed(error.into()))?;
    Tls::new(&TlsOptions::new(Trust::Authority(text))).map_err(|error| failed(error.into()))
}
