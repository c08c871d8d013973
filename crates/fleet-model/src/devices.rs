//! An adopted device, and what is known of it.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::{DeviceStatus, Firmware, Generation, Identity, Mac, Model};

use crate::{CredentialId, GroupId, LocationId, OfflineReason, PowerSource, word::words};

words! {
    /// Whether a device can be reached, and if not, why.
    pub enum DeviceState ("device state") {
        /// Answered the last request.
        Online = "online",
        /// Does not answer.
        Offline = "offline",
        /// Sleeps between wakes; last values are kept.
        Asleep = "asleep",
        /// Refuses our password.
        Unauthorized = "unauthorized",
        /// Another device answers at its address.
        WrongDevice = "wrong_device",
        /// Refuses logins for a while.
        LockedOut = "locked_out",
    }
}

/// Whether the configuration of a device is as wished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum DriftState {
    /// Nothing is wished of it.
    Unmanaged,
    /// Not compared since the wish or the device changed.
    Unknown,
    /// As wished.
    InSync,
    /// Differs.
    Drifted {
        /// Number of settings that differ.
        count: u32,
    },
}

/// An adopted device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeviceRecord {
    /// Identity. The address is none: two devices may swap theirs.
    pub mac: Mac,
    /// Order code.
    pub model: Model,
    /// Generation.
    pub generation: Generation,
    /// Firmware application name (Gen2+).
    pub app: Option<String>,
    /// Name that the device carries.
    pub name: Option<String>,
    /// Our name for it.
    pub label: Option<String>,
    /// Host name, which is also the vendor's device id.
    pub host_name: Option<String>,
    /// Where it was seen last, `host:port`.
    pub endpoint: String,
    /// Firmware that runs.
    pub firmware: Firmware,
    /// Profile or mode, where it has several.
    pub profile: Option<String>,
    /// It asks for a password.
    pub auth_required: bool,
    /// It sleeps between wakes.
    pub sleeps: bool,
    /// People said that it is critical: jobs leave it out when they could switch what it feeds.
    pub critical: bool,
    /// Reachability.
    pub state: DeviceState,
    /// Why it is not online, in words.
    pub state_reason: Option<String>,
    /// The same in one word; none while it is online or asleep.
    pub offline_reason: Option<OfflineReason>,
    /// The output of another device that feeds it.
    pub powered_by: Option<PowerSource>,
    /// Seconds between polls, when it differs from the manager's default.
    pub poll_interval_s: Option<u32>,
    /// First sighting.
    pub first_seen_at: DateTime<Utc>,
    /// Last answer.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// Adoption.
    pub adopted_at: DateTime<Utc>,
    /// Which of the common credentials opened it; none when it has its own password or needs none.
    pub credential_id: Option<CredentialId>,
    /// Groups it is a member of, by name. Changed through the group, never by writing the device.
    pub groups: Vec<GroupRef>,
    /// Where it is.
    pub location: Option<LocationRef>,
    /// Tags that people gave it: in lower case, in order, each once.
    pub tags: Vec<String>,
    /// A setting waits for a restart.
    pub restart_required: bool,
    /// Configuration against wish.
    pub drift: DriftState,
    /// When that was compared.
    pub drift_checked_at: Option<DateTime<Utc>>,
    /// Rises with every change of this record; 0 before it is stored. A write names the revision it has read.
    pub revision: i64,
}

/// A group by reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GroupRef {
    /// Id.
    pub id: GroupId,
    /// Name.
    pub name: String,
}

/// A location by reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LocationRef {
    /// Id.
    pub id: LocationId,
    /// Name. Ignored when a device is written.
    pub name: String,
}

/// The newest reading of a device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StatusRecord {
    /// Device.
    pub mac: Mac,
    /// The reading.
    pub status: DeviceStatus,
    /// When it was read.
    pub read_at: DateTime<Utc>,
    /// When it last differed from the one before.
    pub changed_at: DateTime<Utc>,
}

/// Totals over all devices.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FleetCounts {
    /// Adopted devices.
    pub devices: u64,
    /// Of these, online.
    pub online: u64,
    /// Of these, not answering.
    pub offline: u64,
    /// Of these, asleep.
    pub asleep: u64,
    /// Of these, refusing our password.
    pub unauthorized: u64,
    /// Of these, replaced by another at their address.
    pub wrong_device: u64,
    /// Of these, refusing logins for a while.
    pub locked_out: u64,
    /// Of these, with drift.
    pub drifted: u64,
    /// Found devices that wait for a decision.
    pub inbox: u64,
}

impl DriftState {
    /// The word of the state.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unmanaged => "unmanaged",
            Self::Unknown => "unknown",
            Self::InSync => "in_sync",
            Self::Drifted { .. } => "drifted",
        }
    }

    /// Number of settings that differ.
    pub const fn count(self) -> u32 {
        match self {
            Self::Drifted { count } => count,
            Self::Unmanaged | Self::Unknown | Self::InSync => 0,
        }
    }
}

impl DeviceRecord {
    /// A device adopted at `now`, as it introduced itself at `endpoint`.
    pub fn adopt(identity: &Identity, endpoint: String, first_seen_at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        let Identity { mac, generation, model, firmware, host_name, app, name, profile, auth_required } =
            identity.clone();
        Self {
            mac,
            model,
            generation,
            app,
            name,
            label: None,
            host_name,
            endpoint,
            firmware,
            profile,
            auth_required,
            sleeps: false,
            critical: false,
            state: DeviceState::Online,
            state_reason: None,
            offline_reason: None,
            powered_by: None,
            poll_interval_s: None,
            first_seen_at,
            last_seen_at: Some(now),
            adopted_at: now,
            credential_id: None,
            groups: Vec::new(),
            location: None,
            tags: Vec::new(),
            restart_required: false,
            drift: DriftState::Unknown,
            drift_checked_at: None,
            revision: 0,
        }
    }

    /// Takes over what the device says about itself; says whether anything differed.
    pub fn update_identity(&mut self, identity: &Identity) -> bool {
        let Identity { mac: _, generation, model, firmware, host_name, app, name, profile, auth_required } = identity;
        let before = self.clone();
        self.generation = *generation;
        self.model = model.clone();
        self.firmware = firmware.clone();
        self.auth_required = *auth_required;
        for (mine, told) in [
            (&mut self.host_name, host_name),
            (&mut self.app, app),
            (&mut self.name, name),
            (&mut self.profile, profile),
        ] {
            // `/shelly` leaves out what another document told; silence takes nothing away.
            if told.is_some() {
                mine.clone_from(told);
            }
        }
        *self != before
    }

    /// The name to show: ours, else the device's, else its host name, else the MAC.
    pub fn display_name(&self) -> String {
        [&self.label, &self.name, &self.host_name]
            .into_iter()
            .flatten()
            .find(|name| !name.trim().is_empty())
            .map_or_else(|| self.mac.to_string(), Clone::clone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity {
            mac: "C45BBE6A1122".parse().unwrap(),
            generation: Generation::GEN2,
            model: Model::new("SNSW-001X16EU"),
            firmware: Firmware::new("20241011-114455/1.4.4-g6d2a586"),
            host_name: Some("shellyplus1-c45bbe6a1122".to_owned()),
            app: Some("Plus1".to_owned()),
            name: Some("Boiler".to_owned()),
            profile: None,
            auth_required: false,
        }
    }

    #[test]
    fn the_name_to_show_is_the_nearest_one() {
        let now = DateTime::UNIX_EPOCH;
        let mut device = DeviceRecord::adopt(&identity(), "192.0.2.7:80".to_owned(), now, now);
        assert_eq!(device.display_name(), "Boiler");
        device.label = Some("Boiler room".to_owned());
        assert_eq!(device.display_name(), "Boiler room");
        (device.label, device.name) = (Some(" ".to_owned()), None);
        assert_eq!(device.display_name(), "shellyplus1-c45bbe6a1122");
        device.host_name = None;
        assert_eq!(device.display_name(), "C45BBE6A1122");
    }

    #[test]
    fn silence_takes_nothing_away() {
        let now = DateTime::UNIX_EPOCH;
        let mut device = DeviceRecord::adopt(&identity(), "192.0.2.7:80".to_owned(), now, now);
        assert!(!device.update_identity(&Identity { name: None, ..identity() }));
        assert_eq!(device.name.as_deref(), Some("Boiler"));
        assert!(device.update_identity(&Identity { auth_required: true, ..identity() }));
        assert!(device.auth_required);
    }
}
