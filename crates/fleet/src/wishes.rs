//! What decides about the configuration of some devices, read from the database at once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use capability_config::SettingPath;
use fleet_model::{DeviceRecord, GroupId, LayerRecord, LayerScope, LocationId, LocationTree, ProfileId};
use shelly_types::{ComponentKey, Mac};
use sync_engine::{Layer, Observed, Resolution, resolve};

use crate::{Error, Fleet};

/// Devices, the layers they are under, and the secrets they are proven to have.
#[derive(Debug, Default)]
pub(crate) struct Wishes {
    records: HashMap<Mac, DeviceRecord>,
    of_fleet: Option<Layer>,
    of_locations: HashMap<LocationId, Layer>,
    of_groups: HashMap<GroupId, Layer>,
    of_profiles: HashMap<ProfileId, Layer>,
    profiles: HashMap<Mac, BTreeSet<ProfileId>>,
    of_devices: HashMap<Mac, Layer>,
    proofs: HashMap<Mac, BTreeMap<SettingPath, String>>,
    places: LocationTree,
}

impl Fleet {
    /// What is wished of these devices. Those that do not exist are left out.
    pub(crate) async fn wishes(&self, macs: &[Mac]) -> Result<Wishes, Error> {
        let records = self.store().devices_of(macs.to_vec()).await?;
        let mut wishes = Wishes {
            records: records.into_iter().map(|record| (record.mac, record)).collect(),
            proofs: self.store().proofs_of(macs.to_vec()).await?,
            profiles: self.store().profiles_of(macs.to_vec()).await?,
            ..Wishes::default()
        };
        if wishes.records.values().any(|record| record.location.is_some()) {
            wishes.places = self.location_tree().await?;
        }
        for record in self.store().layers_for_devices(macs.to_vec()).await? {
            wishes.add(&record);
        }
        Ok(wishes)
    }
}

impl Wishes {
    fn add(&mut self, record: &LayerRecord) {
        let layer = record.to_engine();
        match record.scope {
            LayerScope::Fleet => self.of_fleet = Some(layer),
            LayerScope::Location(id) => drop(self.of_locations.insert(id, layer)),
            LayerScope::Group(id) => drop(self.of_groups.insert(id, layer)),
            LayerScope::Profile(version) => drop(self.of_profiles.insert(version.profile, layer)),
            LayerScope::Device(mac) => drop(self.of_devices.insert(mac, layer)),
        }
    }

    /// The device.
    pub(crate) fn record(&self, mac: Mac) -> Option<&DeviceRecord> {
        self.records.get(&mac)
    }

    /// The device, or why it cannot be worked on.
    pub(crate) fn expect(&self, mac: Mac) -> Result<&DeviceRecord, Error> {
        self.record(mac).ok_or_else(|| Error::not_found(format!("device {mac}")))
    }

    /// What a device with these components should have.
    pub(crate) fn resolve(&self, mac: Mac, components: &[ComponentKey]) -> Resolution {
        let record = self.record(mac);
        let place = record.and_then(|record| record.location.as_ref());
        let places = place.into_iter().flat_map(|place| self.places.outwards(place.id));
        let places = places.filter_map(|place| self.of_locations.get(&place.id));
        let groups = record.into_iter().flat_map(|record| &record.groups);
        let groups = groups.filter_map(|group| self.of_groups.get(&group.id));
        let profiles = self.profiles.get(&mac).into_iter().flatten();
        let profiles = profiles.filter_map(|profile| self.of_profiles.get(profile));
        let layers = self.of_fleet.iter().chain(places).chain(groups).chain(profiles);
        resolve(layers.chain(self.of_devices.get(&mac)), components)
    }

    /// What was shown, with the secrets that the device is known to have accepted.
    pub(crate) fn with_proofs(&self, mac: Mac, observed: Observed) -> Observed {
        observed.with_proven_secrets(self.proofs.get(&mac).cloned().unwrap_or_default())
    }
}
