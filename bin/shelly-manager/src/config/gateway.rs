//! Where devices dial, what they show, and what they see.

use std::{net::SocketAddr, path::Path, time::Duration};

use device_gateway::DeviceTls;
use fleet::AgentOptions;
use secrets::Secret;

use super::ConfigError;

/// A shorter token of devices could be tried out.
pub(super) const MIN_TOKEN_CHARS: usize = 16;

/// Where devices dial; none for `off`.
///
/// # Errors
/// When it is no address.
pub(super) fn listen(text: Option<&str>) -> Result<Option<SocketAddr>, ConfigError> {
    match text {
        None | Some("off") => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| ConfigError::DeviceListen { given: text.to_owned() }),
    }
}

/// Where agents dial; none for `off`.
///
/// # Errors
/// When it is no address.
pub(super) fn agents(text: Option<&str>) -> Result<Option<SocketAddr>, ConfigError> {
    match text {
        None | Some("off") => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| ConfigError::AgentsListen { given: text.to_owned() }),
    }
}

/// How often agents look around by themselves.
///
/// # Errors
/// When it is often enough to be in the way, or never in a day.
pub(super) fn agent_options(scan_s: Option<u32>, look_s: Option<u32>) -> Result<AgentOptions, ConfigError> {
    let usual = AgentOptions::default();
    let every = |name, given: Option<u32>, usual: Duration| match given {
        None => Ok(usual),
        Some(seconds @ (0 | 10..=86_400)) => Ok(Duration::from_secs(seconds.into())),
        Some(given) => Err(ConfigError::Range { name, allowed: "0 for never, or 10 to 86400 seconds", given }),
    };
    Ok(AgentOptions {
        scan_every: every("the time between two scans of agents", scan_s, usual.scan_every)?,
        look_every: every("the time between two looks of agents at their networks", look_s, usual.look_every)?,
        ..usual
    })
}

/// The token of devices; none when it is empty. It stands in an address as it is.
///
/// # Errors
/// When it cannot stand there, or is short.
pub(super) fn token(text: Option<&str>) -> Result<Option<Secret<String>>, ConfigError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~');
    if text.len() < MIN_TOKEN_CHARS || !text.chars().all(fits) {
        return Err(ConfigError::DeviceToken);
    }
    Ok(Some(Secret::from(text)))
}

/// What devices see that dial; none when they dial in the clear.
///
/// # Errors
/// When only one file is named, one cannot be read, or they do not belong together.
pub(super) fn tls(certificate: Option<&Path>, key: Option<&Path>) -> Result<Option<DeviceTls>, ConfigError> {
    match (certificate, key) {
        (None, None) => Ok(None),
        (Some(certificate), Some(key)) => Ok(Some(DeviceTls::read(certificate, key)?)),
        _ => Err(ConfigError::HalfDeviceTls),
    }
}
