//! Profiles, their versions, and the devices under them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use capability_config::{SettingSelector, SettingValue};
use fleet_model::{LayerId, LayerRecord, LayerScope, NewEvent, ProfileId, ProfileRecord, VersionRecord};
use shelly_types::Mac;

use super::{Committed, Result, Store, read, write_with_events};

impl Store {
    /// Stores a new profile with revision 1 and no version. `Conflict` when the name is taken.
    pub async fn profile_insert(
        &self,
        profile: ProfileRecord,
        events: Vec<NewEvent>,
    ) -> Result<Committed<ProfileRecord>> {
        write_with_events!(self, "store a new profile", events, profiles::insert(&profile))
    }

    /// Writes name, rank and scope of a profile and raises its revision. `Conflict` when `profile.revision` is not the
    /// newest, or the name is taken.
    pub async fn profile_update(
        &self,
        profile: ProfileRecord,
        events: Vec<NewEvent>,
    ) -> Result<Committed<ProfileRecord>> {
        write_with_events!(self, "change a profile", events, profiles::update(&profile))
    }

    /// Removes a profile with all its versions. `NotFound` when there is none.
    pub async fn profile_delete(&self, id: ProfileId, events: Vec<NewEvent>) -> Result<Committed<()>> {
        write_with_events!(self, "remove a profile", events, profiles::delete(id))
    }

    /// Every profile, by name.
    pub async fn profiles_all(&self) -> Result<Vec<ProfileRecord>> {
        read!(self, "list profiles", profiles::all())
    }

    /// A profile.
    pub async fn profile_get(&self, id: ProfileId) -> Result<Option<ProfileRecord>> {
        read!(self, "read a profile", profiles::get(id))
    }

    /// The profile with this name.
    pub async fn profile_by_name(&self, name: String) -> Result<Option<ProfileRecord>> {
        read!(self, "read a profile", profiles::by_name(&name))
    }

    /// Assigns devices to a profile and lets others go. Who is assigned already, or is not, is no error. `NotFound` when
    /// the profile or a device to assign does not exist.
    pub async fn profile_assign(
        &self,
        id: ProfileId,
        add: Vec<Mac>,
        remove: Vec<Mac>,
        events: Vec<NewEvent>,
    ) -> Result<Committed<ProfileRecord>> {
        write_with_events!(self, "change the devices of a profile", events, profiles::assign(id, &add, &remove))
    }

    /// The devices that were assigned to a profile, by MAC.
    pub async fn profile_assigned(&self, id: ProfileId) -> Result<Vec<Mac>> {
        read!(self, "list the devices of a profile", profiles::assigned(id))
    }

    /// The devices that the scope of a profile means, by MAC.
    pub async fn profile_in_scope(&self, id: ProfileId) -> Result<Vec<Mac>> {
        read!(self, "list the devices of a profile", profiles::in_scope(id))
    }

    /// The profiles that each of these devices is under. Others may be told as well.
    pub async fn profiles_of(&self, macs: Vec<Mac>) -> Result<HashMap<Mac, BTreeSet<ProfileId>>> {
        read!(self, "look up the profiles of devices", profiles::of(&macs))
    }

    /// Adds a version with these wishes and puts it in force. `Conflict` when it is not the next one.
    pub async fn profile_version_add(
        &self,
        version: VersionRecord,
        layer: LayerId,
        settings: BTreeMap<SettingSelector, SettingValue>,
        events: Vec<NewEvent>,
    ) -> Result<Committed<LayerRecord>> {
        let operation = "store a version of a profile";
        let settings = self.seal_settings(operation, LayerScope::Profile(version.id), settings)?;
        let done = write_with_events!(self, operation, events, profiles::add_version(&version, layer, &settings))?;
        self.open_committed(operation, done)
    }

    /// How the versions of a profile came to be, newest first.
    pub async fn profile_versions(&self, id: ProfileId) -> Result<Vec<VersionRecord>> {
        read!(self, "list the versions of a profile", profiles::versions(id))
    }
}
