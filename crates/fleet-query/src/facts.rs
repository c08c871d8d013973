//! What is known of one device, as far as queries ask for it.

use std::collections::BTreeSet;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use shelly_types::{ComponentStatus, DeviceStatus, Firmware, Generation, Mac};

use crate::IndexedSetting;

/// What is known of one device.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// MAC address.
    pub mac: Mac,
    /// Order code.
    pub model: String,
    /// Firmware application name.
    pub app: Option<String>,
    /// Name as it is shown.
    pub name: String,
    /// What words are looked for in: see [`search_text`].
    pub search_text: String,
    /// Generation.
    pub generation: Generation,
    /// Where it was seen last, `host:port`.
    pub endpoint: String,
    /// Firmware that runs.
    pub firmware: Firmware,
    /// Profile or mode.
    pub profile: Option<String>,
    /// It asks for a password.
    pub auth_required: bool,
    /// It sleeps between wakes.
    pub sleeps: bool,
    /// The word of its reachability.
    pub state: &'static str,
    /// A setting waits for a restart.
    pub restart_required: bool,
    /// The word of its drift state: `drifted`, `in_sync`, `unknown`, `unmanaged`.
    pub drift: &'static str,
    /// Last answer.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// Adoption.
    pub adopted_at: DateTime<Utc>,
    /// Start of the device, see [`booted_at`].
    pub booted_at: Option<DateTime<Utc>>,
    /// Strength of the radio signal, see [`rssi_dbm`].
    pub rssi_dbm: Option<i64>,
    /// Names of its groups.
    pub groups: Vec<String>,
    /// Names of its location and of those around that.
    pub locations: Vec<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// The words for its components, see [`crate::component_words`].
    pub components: BTreeSet<String>,
    /// Its newest settings, see [`crate::indexed`].
    pub settings: Vec<IndexedSetting>,
}

/// All that a word is looked for in, in lower case, a line each.
pub fn search_text<'a>(lines: impl IntoIterator<Item = &'a str>) -> String {
    lines.into_iter().collect::<Vec<_>>().join("\n").to_lowercase()
}

/// Strength of the radio signal in dBm, if the device tells it.
pub fn rssi_dbm(status: &DeviceStatus) -> Option<i64> {
    status.components.values().find_map(|reading| match reading {
        ComponentStatus::Wifi(wifi) => wifi.rssi_dbm,
        _ => None,
    })
}

/// When a device started that told its uptime at `read_at`, in whole seconds.
pub fn booted_at(status: &DeviceStatus, read_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let uptime = i64::try_from(status.system()?.uptime_s?).ok().and_then(TimeDelta::try_seconds)?;
    Some(read_at.checked_sub_signed(uptime)?.trunc_subsecs(0))
}
