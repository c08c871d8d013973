//! What templates of wishes are rendered with, for some devices.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use capability_config::{SettingSelector, SettingValue};
use fleet_model::{DeviceRecord, GroupId, LocationId, LocationTree, VariableRecord, VariableScope};
use shelly_types::Mac;
use sync_engine::{Layer, Resolution};
use templating::{Engine, Entry, Namespace, TemplateError, Trouble, Variables, render};

use crate::{Error, Fleet};

/// What is known of a device by itself, as variables of it.
pub(crate) const KNOWN_OF_DEVICES: [&str; 9] =
    ["name", "mac", "model", "generation", "app", "firmware", "host_name", "address", "mode"];

type Values = BTreeMap<String, SettingValue>;

/// Variables of every scope, and what renders with them.
#[derive(Debug)]
pub(crate) struct Templates {
    engine: Engine,
    of_fleet: Arc<BTreeMap<String, Entry>>,
    vault: Arc<BTreeMap<String, Entry>>,
    of_locations: HashMap<LocationId, Values>,
    of_groups: HashMap<GroupId, Values>,
    of_devices: HashMap<Mac, Values>,
    ranks: HashMap<GroupId, u32>,
}

/// A layer, and the group it is of.
pub(crate) struct LayerUnder<'a> {
    pub(crate) layer: &'a Layer,
    pub(crate) group: Option<GroupId>,
}

impl Fleet {
    /// What templates are rendered with.
    pub(crate) async fn templates(&self) -> Result<Templates, Error> {
        let variables = self.store().variables_all().await?;
        self.templates_with(variables).await
    }

    /// What templates are rendered with when these are the variables.
    pub(crate) async fn templates_with(&self, variables: Vec<VariableRecord>) -> Result<Templates, Error> {
        let ranks = self.store().groups_all().await?.into_iter().map(|group| (group.id, group.rank)).collect();
        let (mut fleet, mut vault) = (BTreeMap::new(), BTreeMap::new());
        let mut templates = Templates {
            engine: Engine::default(),
            of_fleet: Arc::default(),
            vault: Arc::default(),
            of_locations: HashMap::new(),
            of_groups: HashMap::new(),
            of_devices: HashMap::new(),
            ranks,
        };
        for VariableRecord { scope, name, value, .. } in variables {
            let name = name.to_string();
            match scope {
                VariableScope::Fleet => drop(fleet.insert(name, Entry::Value(value))),
                VariableScope::Vault => drop(vault.insert(name, Entry::Value(value))),
                VariableScope::Location(id) => {
                    templates.of_locations.entry(id).or_default().insert(name, value);
                }
                VariableScope::Group(id) => drop(templates.of_groups.entry(id).or_default().insert(name, value)),
                VariableScope::Device(mac) => drop(templates.of_devices.entry(mac).or_default().insert(name, value)),
            }
        }
        (templates.of_fleet, templates.vault) = (Arc::new(fleet), Arc::new(vault));
        Ok(templates)
    }
}

impl Templates {
    /// The layers of a device with their templates rendered. A wish that cannot be rendered is hidden there, so that it is
    /// seen when it would decide, and told.
    pub(crate) fn rendered<'a>(
        &self,
        record: &DeviceRecord,
        places: &LocationTree,
        layers: &[LayerUnder<'a>],
    ) -> (Vec<Cow<'a, Layer>>, Vec<Trouble>) {
        let variables = self.variables(record, places);
        let (mut rendered, mut troubles) = (Vec::with_capacity(layers.len()), Vec::new());
        for LayerUnder { layer, group } in layers {
            let of_group = group.map(|group| self.with_group(&variables, record, group));
            let (mut layer, found) = render(&self.engine, layer, of_group.as_ref().unwrap_or(&variables));
            for trouble in &found {
                layer.to_mut().settings.insert(trouble.selector.clone(), SettingValue::Hidden);
            }
            rendered.push(layer);
            troubles.extend(found);
        }
        (rendered, troubles)
    }

    /// The variables of a device.
    pub(crate) fn variables(&self, record: &DeviceRecord, places: &LocationTree) -> Variables {
        let mut variables = Variables::default();
        variables.set_all(Namespace::Fleet, Arc::clone(&self.of_fleet));
        variables.set_all(Namespace::Vault, Arc::clone(&self.vault));
        for (name, value) in self.of_devices.get(&record.mac).into_iter().flatten() {
            variables.set(Namespace::Device, name, Entry::Value(value.clone()));
        }
        for (name, value) in known(record) {
            variables.set(Namespace::Device, name, Entry::Value(value));
        }
        if let Some(place) = &record.location {
            let around: Vec<_> = places.outwards(place.id).collect();
            for place in around.iter().rev() {
                for (name, value) in self.of_locations.get(&place.id).into_iter().flatten() {
                    variables.set(Namespace::Location, name, Entry::Value(value.clone()));
                }
            }
            variables.set(Namespace::Location, "name", Entry::Value(place.name.clone().into()));
            if let Some(zone) = places.time_zone(place.id) {
                variables.set(Namespace::Location, "time_zone", Entry::Value(zone.name().into()));
            }
        }
        for (name, entry) in self.of_all_groups(record) {
            variables.set(Namespace::Group, name, entry);
        }
        variables
    }

    /// Of each name the value of the strongest group that has it.
    fn of_all_groups(&self, record: &DeviceRecord) -> BTreeMap<String, Entry> {
        let mut said: BTreeMap<String, Vec<(u32, String, SettingValue)>> = BTreeMap::new();
        for group in &record.groups {
            let rank = self.ranks.get(&group.id).copied().unwrap_or_default();
            let values = self.of_groups.get(&group.id).into_iter().flatten();
            let values = values.map(|(name, value)| (name.clone(), value.clone()));
            for (name, value) in values.chain([("name".to_owned(), group.name.clone().into())]) {
                said.entry(name).or_default().push((rank, format!("group:{}", group.name), value));
            }
        }
        let strongest = |(name, said): (String, Vec<(u32, String, SettingValue)>)| {
            let top = said.iter().map(|(rank, ..)| *rank).max()?;
            let strong: Vec<_> = said.into_iter().filter(|(rank, ..)| *rank == top).collect();
            let (_, _, value) = strong.first()?;
            let is_agreed = strong.iter().all(|(_, _, other)| other == value);
            let entry = if is_agreed {
                Entry::Value(value.clone())
            } else {
                Entry::Disputed(strong.iter().map(|(_, by, _)| by.clone()).collect())
            };
            Some((name, entry))
        };
        said.into_iter().filter_map(strongest).collect()
    }

    /// In the layer of a group its own variables come first.
    fn with_group(&self, variables: &Variables, record: &DeviceRecord, id: GroupId) -> Variables {
        let mut variables = variables.clone();
        for (name, value) in self.of_groups.get(&id).into_iter().flatten() {
            variables.set(Namespace::Group, name, Entry::Value(value.clone()));
        }
        if let Some(group) = record.groups.iter().find(|group| group.id == id) {
            variables.set(Namespace::Group, "name", Entry::Value(group.name.clone().into()));
        }
        variables
    }
}

fn known(record: &DeviceRecord) -> Vec<(&'static str, SettingValue)> {
    let text = |text: &Option<String>| text.clone().map(SettingValue::from);
    let host = record.endpoint.rsplit_once(':').map_or(record.endpoint.as_str(), |(host, _)| host);
    let values: [Option<SettingValue>; 9] = [
        Some(record.display_name().into()),
        Some(record.mac.to_string().into()),
        Some(record.model.code().into()),
        Some(f64::from(record.generation.0).into()),
        text(&record.app),
        Some(record.firmware.version().into()),
        text(&record.host_name),
        Some(host.into()),
        text(&record.profile),
    ];
    KNOWN_OF_DEVICES.into_iter().zip(values).filter_map(|(name, value)| Some((name, value?))).collect()
}

/// The troubles that matter: those of wishes that would decide. Takes what they hide out of the resolution.
pub(crate) fn deciding(resolution: &mut Resolution, troubles: Vec<Trouble>) -> Vec<Trouble> {
    let decides = |trouble: &Trouble| {
        resolution.settings.iter().any(|(path, resolved)| {
            resolved.value == SettingValue::Hidden
                && resolved.origin == trouble.origin
                && trouble.selector.matches(path)
        })
    };
    let deciding = troubles.into_iter().filter(decides).collect();
    resolution.settings.retain(|_, resolved| resolved.value != SettingValue::Hidden);
    deciding
}

/// Checks a wish that is a template, before it is stored.
pub(crate) fn check(selector: &SettingSelector, value: &SettingValue) -> Result<(), TemplateError> {
    Engine::default().check(selector, value)
}
