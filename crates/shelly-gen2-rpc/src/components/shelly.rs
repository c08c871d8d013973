//! Describes the device: who it is, its profiles, firmware on offer, pages of components.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use shelly_types::{
    Firmware, Generation, Identity, Mac, Model,
    wire::{Wire, join},
    wire_enum, wire_object,
};

use super::{ComponentConfig, ComponentStatus};

wire_object! {
    /// Answer of `Shelly.GetDeviceInfo` and of `GET /shelly`; neither needs a password.
    pub struct DeviceInfo {
        /// Name the owner gave; null when there is none. Wall Displays leave it out.
        pub name: String,
        /// Device id, which is also host name and digest realm. Wall Displays spell it in mixed case.
        pub id: String,
        /// Hardware address.
        pub mac: String,
        /// Firmware slot that runs: 0 or 1.
        pub slot: u8,
        /// Order code.
        pub model: String,
        /// Generation: 2, 3, 4.
        pub generation: u8 = "gen",
        /// Build id of the firmware.
        pub fw_id: String,
        /// Version of the firmware.
        pub ver: String,
        /// Application name of the firmware; not unique.
        pub app: String,
        /// A password is asked for.
        pub auth_en: bool,
        /// Digest realm; null without a password.
        pub auth_domain: String,
        /// Role of the device where it has several.
        pub profile: String,
        /// It can be found by mDNS and the app; shown only when false.
        pub discoverable: bool,
        /// Matter is on.
        pub matter: bool,
        /// How far provisioning is (firmware 1.7.5 and later).
        pub provision: Provision,
        /// Protected access only (firmware 2.0 and later).
        pub enhanced_security: bool,
        /// Device key; only with `ident`.
        pub key: String,
        /// Batch of manufacture; only with `ident`.
        pub batch: String,
        /// Security bits of the firmware; only with `ident`.
        pub fw_sbits: String,
        /// Trait of test builds.
        pub selftest_skip: bool,
        /// Partner product: token id.
        pub jti: String,
        /// Partner product: what it is.
        pub jwt: Value,
        /// Partner product: its service.
        pub svc0: Service,
        /// Hardware platform (Wall Display).
        pub platform: String,
        /// Serial number (Wall Display).
        pub serial: String,
        /// Batch of manufacture (Wall Display).
        pub batch_id: String,
        /// Date of manufacture as a number, `YYMMDD` (Wall Display).
        pub batch_date: u64,
        /// Seconds since boot (Wall Display).
        pub uptime: u64,
        /// Seconds since the application started (Wall Display).
        pub app_uptime: u64,
        /// Clock in Unix seconds (Wall Display).
        pub unixtime: u64,
        /// A setting waits for a restart (Wall Display).
        pub restart_required: bool,
        /// It waits for a code to be entered on the screen (Wall Display).
        pub awaiting_auth_code: bool,
        /// Firmware on offer (Wall Display).
        pub available_updates: UpdateOffer,
        /// The relay belongs to the thermostat (Wall Display).
        pub relay_in_thermostat: bool,
        /// Relays that belong to the thermostat (Wall Display).
        pub relays_in_thermostat: Vec<u32>,
        /// The sensor belongs to the thermostat (Wall Display).
        pub sensor_in_thermostat: bool,
        /// Channels in use (Wall Display).
        pub ch: Vec<String>,
        /// Revision of the configuration (Wall Display).
        pub cfg_rev: u64,
        /// Revision of the schedules (Wall Display).
        pub schedule_rev: u64,
        /// Revision of the webhooks (Wall Display).
        pub webhook_rev: u64,
        /// Revision of the key-value store (Wall Display).
        pub kvs_rev: u64,
        /// Revision of the virtual components (Wall Display).
        pub virtual_rev: u64,
        /// Whole memory in bytes (Wall Display).
        pub ram_size: u64,
        /// Free memory in bytes (Wall Display).
        pub ram_free: u64,
        /// Whole file system in bytes (Wall Display).
        pub fs_size: u64,
        /// Free file system in bytes (Wall Display).
        pub fs_free: u64,
        /// Free heap in bytes (test builds).
        pub free_heap: u64 = "hf",
        /// Least free heap in bytes (test builds).
        pub least_free_heap: u64 = "hmf",
        /// Free file system in bytes (test builds).
        pub free_fs: u64 = "fsf",
    }

    /// The service of a partner product.
    pub struct Service {
        /// Kind.
        pub kind: String = "type",
        /// Version.
        pub ver: String,
        /// Build id.
        pub build_id: String,
    }

    /// Answer of `Shelly.CheckForUpdate`; empty when there is nothing newer.
    pub struct UpdateOffer {
        /// Stable release.
        pub stable: Release,
        /// Beta release.
        pub beta: Release,
        /// Other firmware, by application name.
        pub alt: Value,
    }

    /// A release on offer.
    pub struct Release {
        /// Version.
        pub version: String,
        /// Build id.
        pub build_id: String,
    }

    /// Answer of `Shelly.ListMethods`: what the caller may use.
    pub struct MethodList {
        /// Names of methods.
        pub methods: Vec<String>,
    }

    /// Answer of `Shelly.ListProfiles`.
    pub struct ProfileList {
        /// Profiles by name.
        pub profiles: BTreeMap<String, Profile>,
    }

    /// A role that a device can take.
    pub struct Profile {
        /// What it then consists of.
        pub components: Vec<ProfilePart>,
    }

    /// Components of one kind.
    pub struct ProfilePart {
        /// Kind of component.
        pub kind: String = "type",
        /// How many.
        pub count: u32,
    }

    /// Answer of every `SetConfig`.
    pub struct SetConfigAnswer {
        /// The change takes effect after a restart.
        pub restart_required: bool,
    }

    /// One page of `Shelly.GetComponents`.
    pub struct ComponentsPage {
        /// The components of this page.
        pub components: Vec<ComponentEntry>,
        /// Revision of the configuration.
        pub cfg_rev: u64,
        /// Place of the first component of this page.
        pub offset: u64,
        /// Number of all components; some firmware counts wrongly.
        pub total: u64,
    }
}

wire_enum! {
    /// How far provisioning is.
    pub enum Provision {
        /// The access point is open and waits.
        Pending = "pending",
        /// The device has an address; the access point closes soon.
        Confirmed = "confirmed",
        /// Done.
        Complete = "complete",
        /// The window went by.
        Locked = "locked",
    }
}

/// A component in a [`ComponentsPage`]. What was not asked for is absent.
#[derive(Debug, Clone, PartialEq)]
pub struct ComponentEntry {
    /// Key, such as `switch:0`.
    pub key: String,
    /// Its settings.
    pub config: Option<ComponentConfig>,
    /// Its reading.
    pub status: Option<ComponentStatus>,
    /// Facts that neither are settings nor change: `{"owner": "service:0"}`.
    pub attrs: Option<Value>,
    /// Members that have no field here, kept as they came.
    pub extra: Map<String, Value>,
}

impl Wire for ComponentEntry {
    fn from_json(value: Value) -> Result<Self, Value> {
        let Value::Object(mut members) = value else { return Err(value) };
        let Some(Value::String(key)) = members.get("key").cloned() else { return Err(Value::Object(members)) };
        members.remove("key");
        let config = members.remove("config").map(|config| ComponentConfig::from_json(&key, config));
        let status = members.remove("status").map(|status| ComponentStatus::from_json(&key, status));
        let attrs = members.remove("attrs");
        Ok(Self { key, config, status, attrs, extra: members })
    }

    fn to_json(&self) -> Value {
        let mut members = self.extra.clone();
        members.insert("key".to_owned(), Value::String(self.key.clone()));
        let parts = [
            ("config", self.config.as_ref().map(ComponentConfig::to_json)),
            ("status", self.status.as_ref().map(ComponentStatus::to_json)),
            ("attrs", self.attrs.clone()),
        ];
        for (name, part) in parts {
            if let Some(part) = part {
                members.insert(name.to_owned(), part);
            }
        }
        Value::Object(members)
    }

    fn unknown(&self, at: &str, found: &mut dyn FnMut(&str, &Value)) {
        if let Some(config) = &self.config {
            config.unknown(&join(at, "config"), found);
        }
        if let Some(status) = &self.status {
            status.unknown(&join(at, "status"), found);
        }
        for (name, value) in &self.extra {
            found(&join(at, name), value);
        }
    }
}

/// A device info lacks something without which a device cannot be told from others.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("device info has no usable `{member}`")]
pub struct IncompleteInfo {
    /// The member that is missing or unusable.
    pub member: &'static str,
}

impl DeviceInfo {
    /// The identity in the words of all generations.
    ///
    /// # Errors
    /// When hardware address, model or generation is missing.
    pub fn identity(&self) -> Result<Identity, IncompleteInfo> {
        let text = |field: &shelly_types::wire::Field<String>| field.as_str().map(str::to_owned);
        let missing = |member| IncompleteInfo { member };
        let mac: Mac = self.mac.as_str().and_then(|mac| mac.parse().ok()).ok_or(missing("mac"))?;
        let firmware = text(&self.fw_id).or_else(|| text(&self.ver)).unwrap_or_default();
        Ok(Identity {
            mac,
            generation: Generation(self.generation.copied().ok_or(missing("gen"))?),
            model: Model::new(self.model.as_str().ok_or(missing("model"))?),
            firmware: Firmware::new(firmware),
            host_name: text(&self.id),
            app: text(&self.app),
            name: text(&self.name).filter(|name| !name.is_empty()),
            profile: text(&self.profile),
            auth_required: self.auth_en.copied().unwrap_or(false),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_wall_display_is_identified() {
        let info = json!({"id": "ShellyWallDisplay-00082220E290", "mac": "00082220E290", "model": "SAWD-0A1XX10EU1",
            "gen": 2, "fw_id": "20240115-105444/1.2.8-59063a9a", "ver": "1.2.8", "app": "WallDisplay", "auth_en": false,
            "uptime": 12});
        let identity = DeviceInfo::from_json(info).unwrap().identity().unwrap();
        assert_eq!(identity.host_name.as_deref(), Some("ShellyWallDisplay-00082220E290"));
        assert_eq!(identity.mac.to_string(), "00082220E290");
        assert_eq!((identity.name, identity.auth_required), (None, false));
        assert_eq!(identity.firmware.version(), "1.2.8-59063a9a");
    }

    #[test]
    fn a_device_without_mac_is_refused() {
        let info = DeviceInfo::from_json(json!({"gen": 2, "model": "x"})).unwrap();
        assert_eq!(info.identity(), Err(IncompleteInfo { member: "mac" }));
    }

    #[test]
    fn a_page_survives() {
        let sent = json!({"components": [{"key": "boolean:200", "status": {"value": true}, "attrs": {"owner": "service:0"},
            "config": {"id": 200, "shine": 1}, "weight": 3}], "cfg_rev": 4, "offset": 0, "total": 1});
        let page = ComponentsPage::from_json(sent.clone()).unwrap();
        assert_eq!(page.to_json(), sent);
        let mut unknown = Vec::new();
        page.unknown("", &mut |path, _| unknown.push(path.to_owned()));
        assert_eq!(unknown, ["components[0].config.shine", "components[0].weight"]);
    }
}
