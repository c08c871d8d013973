//! Profiles: named sets of wishes for a kind of device, in versions.

mod from_device;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use capability_config::{SettingSelector, SettingValue};
use fleet_model::{
    Actor, DeviceRecord, FleetEvent, LayerId, LayerRecord, LayerScope, NewEvent, Permission, ProfileId, ProfileRecord,
    ProfileVersion, VersionRecord,
};
use shelly_types::{Mac, Model};

use crate::{
    Error, ErrorKind, Fleet,
    groups::{checked_name, steady},
};

pub use from_device::{MadeProfile, ProfileOfDevice};

/// Changes to a profile. What is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfileChange {
    /// Another name.
    pub name: Option<String>,
    /// Another rank.
    pub rank: Option<u32>,
    /// Models that the scope means; all when there are none.
    pub models: Option<Vec<String>>,
    /// Devices that the scope means; empty for no query.
    pub query: Option<String>,
}

/// A profile, what is wished in it, and who is under it.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileWithDevices {
    /// The profile.
    pub record: ProfileRecord,
    /// The wishes in force.
    pub layer: Option<LayerRecord>,
    /// Devices under it, by name.
    pub devices: Vec<DeviceOfProfile>,
    /// Its versions, newest first.
    pub versions: Vec<VersionRecord>,
}

/// A device under a profile, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct DeviceOfProfile {
    /// The device.
    pub mac: Mac,
    /// Its name.
    pub name: String,
    /// It was assigned.
    pub assigned: bool,
    /// The scope means it.
    pub in_scope: bool,
}

/// The wishes of a profile at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct VersionOfProfile {
    /// How it came to be.
    pub record: VersionRecord,
    /// What was wished.
    pub settings: BTreeMap<SettingSelector, SettingValue>,
}

impl Fleet {
    /// All profiles by name.
    pub async fn profiles(&self, actor: &Actor) -> Result<Vec<ProfileRecord>, Error> {
        Self::authorize(actor, Permission::Read)?;
        Ok(self.store().profiles_all().await?)
    }

    /// A profile, what is wished in it, and who is under it.
    pub async fn profile_show(&self, actor: &Actor, id: ProfileId) -> Result<ProfileWithDevices, Error> {
        Self::authorize(actor, Permission::Read)?;
        let record = self.profile(id).await?;
        let assigned: HashSet<Mac> = self.store().profile_assigned(id).await?.into_iter().collect();
        let meant: HashSet<Mac> = self.store().profile_in_scope(id).await?.into_iter().collect();
        let under = assigned.union(&meant).copied().collect();
        let device = |device: DeviceRecord| DeviceOfProfile {
            mac: device.mac,
            name: device.display_name(),
            assigned: assigned.contains(&device.mac),
            in_scope: meant.contains(&device.mac),
        };
        let mut devices: Vec<DeviceOfProfile> = self.store().devices_of(under).await?.into_iter().map(device).collect();
        devices.sort_by(|left, right| (&left.name, left.mac).cmp(&(&right.name, right.mac)));
        let layer = self.store().layer_get(in_force(&record)).await?;
        let versions = self.store().profile_versions(id).await?;
        Ok(ProfileWithDevices { record, layer, devices, versions })
    }

    /// Makes a profile, without wishes.
    pub async fn profile_create(&self, actor: &Actor, change: ProfileChange) -> Result<ProfileRecord, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let profile = ProfileRecord {
            id: ProfileId::new(self.ids()),
            name: String::new(),
            rank: 0,
            models: Vec::new(),
            query: None,
            version: 0,
            devices: 0,
            assigned: 0,
            created_at: self.now(),
            revision: 0,
        };
        let name = Some(change.name.unwrap_or_default());
        let profile = changed(profile, ProfileChange { name, ..change })?;
        let event = self.profile_event(actor, &profile, "created");
        let done = self.store().profile_insert(profile, vec![event]).await?;
        self.publish(done.events);
        Ok(done.value)
    }

    /// Changes name, rank or scope of a profile.
    pub async fn profile_change(
        &self,
        actor: &Actor,
        id: ProfileId,
        change: ProfileChange,
    ) -> Result<ProfileRecord, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let profile = changed(self.profile(id).await?, change)?;
        let mut affected = self.under_profile(id).await?;
        let event = self.profile_event(actor, &profile, "changed");
        let done = self.store().profile_update(profile, vec![event]).await?;
        self.publish(done.events);
        affected.extend(self.under_profile(id).await?);
        self.drift_unknown(&affected.into_iter().collect::<Vec<_>>()).await?;
        Ok(done.value)
    }

    /// Assigns devices to a profile and lets others go.
    pub async fn profile_assign(
        &self,
        actor: &Actor,
        id: ProfileId,
        add: &[Mac],
        remove: &[Mac],
    ) -> Result<ProfileRecord, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let event = self.profile_event(actor, &self.profile(id).await?, "devices");
        let done = self.store().profile_assign(id, add.to_vec(), remove.to_vec(), vec![event]).await?;
        self.publish(done.events);
        let affected: Vec<Mac> = add.iter().chain(remove).copied().collect();
        self.drift_unknown(&affected).await?;
        Ok(done.value)
    }

    /// Removes a profile with all its versions; its devices stay.
    pub async fn profile_delete(&self, actor: &Actor, id: ProfileId) -> Result<(), Error> {
        Self::authorize(actor, Permission::Configure)?;
        let event = self.profile_event(actor, &self.profile(id).await?, "removed");
        let affected: Vec<Mac> = self.under_profile(id).await?.into_iter().collect();
        self.publish(self.store().profile_delete(id, vec![event]).await?.events);
        self.drift_unknown(&affected).await
    }

    /// What was wished in a version of a profile.
    pub async fn profile_version(&self, actor: &Actor, id: ProfileId, version: u32) -> Result<VersionOfProfile, Error> {
        Self::authorize(actor, Permission::Read)?;
        self.profile(id).await?;
        let known = self.store().profile_versions(id).await?;
        let record = known.into_iter().find(|record| record.id.version == version);
        let record = record.ok_or_else(|| Error::not_found(format!("version {version} of this profile")))?;
        let layer = self.store().layer_get(LayerScope::Profile(record.id)).await?;
        Ok(VersionOfProfile { record, settings: layer.map(|layer| layer.settings).unwrap_or_default() })
    }

    /// Puts a former version of a profile in force again: as a new version, so that the history stays.
    pub async fn profile_put_back(&self, actor: &Actor, id: ProfileId, version: u32) -> Result<LayerRecord, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let profile = self.profile(id).await?;
        if version == profile.version {
            return Err(Error::new(format!("version {version} is in force already"), ErrorKind::Conflict));
        }
        let former = self.profile_version(actor, id, version).await?;
        self.profile_version_add(actor, &profile, former.settings, Some(version)).await
    }

    /// Puts wishes in force as the next version of a profile.
    pub(crate) async fn profile_version_add(
        &self,
        actor: &Actor,
        profile: &ProfileRecord,
        settings: BTreeMap<SettingSelector, SettingValue>,
        put_back: Option<u32>,
    ) -> Result<LayerRecord, Error> {
        let id = ProfileVersion { profile: profile.id, version: profile.version.saturating_add(1) };
        let record = VersionRecord { id, created_at: self.now(), created_by: actor.to_string(), put_back };
        let event = self.profile_event(actor, profile, &format!("version {}", id.version));
        let layer = LayerId::new(self.ids());
        let done = self.store().profile_version_add(record, layer, settings, vec![event]).await?;
        self.publish(done.events);
        let affected: Vec<Mac> = self.under_profile(profile.id).await?.into_iter().collect();
        self.drift_unknown(&affected).await?;
        Ok(done.value)
    }

    pub(crate) async fn profile_by_name(&self, name: &str) -> Result<ProfileRecord, Error> {
        let profile = self.store().profile_by_name(name.to_owned()).await?;
        profile.ok_or_else(|| Error::not_found(format!("profile `{name}`")))
    }

    /// The devices under a profile.
    pub(crate) async fn under_profile(&self, id: ProfileId) -> Result<BTreeSet<Mac>, Error> {
        let mut under: BTreeSet<Mac> = self.store().profile_assigned(id).await?.into_iter().collect();
        under.extend(self.store().profile_in_scope(id).await?);
        Ok(under)
    }

    async fn profile(&self, id: ProfileId) -> Result<ProfileRecord, Error> {
        self.store().profile_get(id).await?.ok_or_else(|| Error::not_found("such profile"))
    }

    fn profile_event(&self, actor: &Actor, profile: &ProfileRecord, action: &str) -> NewEvent {
        let (id, name, action) = (profile.id, profile.name.clone(), action.to_owned());
        NewEvent::new(self.now(), actor, FleetEvent::ProfileChanged { id, name, action })
    }
}

/// The layer of the version in force.
pub(crate) fn in_force(profile: &ProfileRecord) -> LayerScope {
    LayerScope::Profile(ProfileVersion { profile: profile.id, version: profile.version })
}

fn changed(mut profile: ProfileRecord, change: ProfileChange) -> Result<ProfileRecord, Error> {
    if let Some(name) = change.name {
        profile.name = checked_name("profile", &name)?;
    }
    profile.rank = change.rank.unwrap_or(profile.rank);
    if let Some(models) = change.models {
        let models: BTreeSet<&str> =
            models.iter().map(|model| model.trim()).filter(|model| !model.is_empty()).collect();
        profile.models = models.into_iter().map(Model::new).collect();
    }
    if let Some(query) = change.query {
        profile.query = steady(&query)?;
    }
    Ok(profile)
}
