//! What decides about the configuration of some devices, read from the database at once.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use capability_config::{SettingPath, SettingSelector};
use fleet_model::{
    DeviceRecord, GroupId, LayerRecord, LayerScope, LocationId, LocationTree, PolicyRecord, ProfileId, RepairScope,
    TimeZone,
};
use shelly_types::{ComponentKey, Mac};
use storage::Foreseen;
use sync_engine::{Layer, Leniency, Observed, Origin, Resolution, resolve};

use templating::{Trouble, has_templates};

use crate::{
    Error, Fleet,
    templates::{LayerUnder, Templates, deciding},
};

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
    templates: Option<Templates>,
    let_be: HashSet<(Mac, SettingPath)>,
    policies: Vec<PolicyRecord>,
    has_templates: bool,
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
        let now = self.now();
        let waivers = self.store().drift_waivers().await?.into_iter().filter(|waiver| waiver.is_in_force(now));
        wishes.let_be = waivers.map(|waiver| (waiver.mac, waiver.path)).collect();
        wishes.policies = self.store().repair_policies().await?;
        if wishes.has_templates {
            wishes.templates = Some(self.templates().await?);
        }
        Ok(wishes)
    }
}

impl Wishes {
    /// What a device would be under, as it was foreseen.
    pub(crate) fn foreseen(
        mac: Mac,
        seen: &Foreseen,
        proofs: HashMap<Mac, BTreeMap<SettingPath, String>>,
        places: LocationTree,
    ) -> Self {
        let records = HashMap::from([(mac, seen.record.clone())]);
        let profiles = HashMap::from([(mac, seen.profiles.clone())]);
        let mut wishes = Self { records, profiles, proofs, places, ..Self::default() };
        for layer in &seen.layers {
            wishes.add(layer);
        }
        wishes
    }

    /// Whether a wish of these has to be rendered.
    pub(crate) fn wants_templates(&self) -> bool {
        self.has_templates
    }

    pub(crate) fn set_templates(&mut self, templates: Templates) {
        self.templates = Some(templates);
    }

    fn add(&mut self, record: &LayerRecord) {
        let layer = record.to_engine();
        self.has_templates |= has_templates(&layer);
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

    /// What a device with these components should have. What cannot be rendered for it is left out.
    pub(crate) fn resolve(&self, mac: Mac, components: &[ComponentKey]) -> Resolution {
        self.resolve_told(mac, components).0
    }

    /// The same, with the templates that cannot be rendered and would decide.
    pub(crate) fn resolve_told(&self, mac: Mac, components: &[ComponentKey]) -> (Resolution, Vec<Trouble>) {
        let layers = self.layers_over(mac);
        match (&self.templates, self.record(mac)) {
            (Some(templates), Some(record)) => {
                let (layers, troubles) = templates.rendered(record, &self.places, &layers);
                let mut resolution = resolve(layers.iter().map(|layer| &**layer), components);
                let troubles = deciding(&mut resolution, troubles);
                (resolution, troubles)
            }
            _ => (resolve(layers.iter().map(|under| under.layer), components), Vec::new()),
        }
    }

    /// The layers that a device is under.
    fn layers_over(&self, mac: Mac) -> Vec<LayerUnder<'_>> {
        let record = self.record(mac);
        let place = record.and_then(|record| record.location.as_ref());
        let places = place.into_iter().flat_map(|place| self.places.outwards(place.id));
        let places = places.filter_map(|place| self.of_locations.get(&place.id));
        let profiles = self.profiles.get(&mac).into_iter().flatten();
        let profiles = profiles.filter_map(|profile| self.of_profiles.get(profile));
        let others = self.of_fleet.iter().chain(places).chain(profiles).chain(self.of_devices.get(&mac));
        let groups = record.into_iter().flat_map(|record| &record.groups);
        let groups = groups
            .filter_map(|group| Some(LayerUnder { layer: self.of_groups.get(&group.id)?, group: Some(group.id) }));
        others.map(|layer| LayerUnder { layer, group: None }).chain(groups).collect()
    }

    /// What the layers that a device is under name.
    pub(crate) fn selectors(&self, mac: Mac) -> Vec<&SettingSelector> {
        self.layers_over(mac).into_iter().flat_map(|under| under.layer.settings.keys()).collect()
    }

    /// Whether a setting of a device is let be now.
    pub(crate) fn lets_be(&self, mac: Mac, path: &SettingPath) -> bool {
        !self.let_be.is_empty() && self.let_be.contains(&(mac, path.clone()))
    }

    /// The policies of repair that a device is under.
    pub(crate) fn policies_over(&self, mac: Mac) -> Vec<&PolicyRecord> {
        let Some(record) = self.record(mac) else { return Vec::new() };
        let is_over = |policy: &&PolicyRecord| match policy.scope {
            RepairScope::Fleet => true,
            RepairScope::Location(id) => {
                let place = record.location.as_ref();
                place.is_some_and(|place| self.places.outwards(place.id).any(|around| around.id == id))
            }
            RepairScope::Group(id) => record.groups.iter().any(|group| group.id == id),
            RepairScope::Profile(id) => self.profiles.get(&mac).is_some_and(|profiles| profiles.contains(&id)),
            RepairScope::Device(of) => of == mac,
        };
        self.policies.iter().filter(is_over).collect()
    }

    /// What may differ on a device.
    pub(crate) fn leniency(&self, mac: Mac) -> Leniency {
        if self.policies.is_empty() {
            return Leniency::default();
        }
        let mut over = self.policies_over(mac);
        over.sort_by_key(|policy| std::cmp::Reverse(policy.strength()));
        Leniency::of(over.into_iter().map(|policy| &policy.rules.policy))
    }

    /// The time zone of the place where a device is.
    pub(crate) fn time_zone(&self, record: &DeviceRecord) -> Option<&str> {
        self.places.time_zone(record.location.as_ref()?.id).map(TimeZone::name)
    }

    /// The layer of a scope, if anything is wished there.
    pub(crate) fn layer_of(&self, scope: LayerScope) -> Option<&Layer> {
        match scope {
            LayerScope::Fleet => self.of_fleet.as_ref(),
            LayerScope::Location(id) => self.of_locations.get(&id),
            LayerScope::Group(id) => self.of_groups.get(&id),
            LayerScope::Profile(version) => self.of_profiles.get(&version.profile),
            LayerScope::Device(mac) => self.of_devices.get(&mac),
        }
    }

    /// Whether the layer of this origin keeps another one from deciding for a device.
    pub(crate) fn holds(&self, mac: Mac, origin: &Origin, other: &Layer) -> bool {
        let layers = self.layers_over(mac);
        layers.iter().any(|under| under.layer.origin() == *origin && other.is_held_by(under.layer))
    }

    /// What was shown, with the secrets that the device is known to have accepted.
    pub(crate) fn with_proofs(&self, mac: Mac, observed: Observed) -> Observed {
        observed.with_proven_secrets(self.proofs.get(&mac).cloned().unwrap_or_default())
    }
}
