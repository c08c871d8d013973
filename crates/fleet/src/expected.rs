//! Devices that are expected: told in a list before they exist, and met by adoption.

mod list;

use std::collections::HashMap;

use fleet_model::{
    Actor, DeviceRecord, ExpectedRecord, FleetEvent, GroupId, GroupRecord, GroupRef, LayerId, LayerScope, LocationId,
    LocationRecord, LocationRef, NewEvent, Permission, Placement, ProfileRef, SightingState,
};
use shelly_types::Mac;

use self::list::Line;
use crate::{Error, ErrorKind, Fleet, groups::checked_name, tags};

/// The setting that holds the name which a device carries.
const DEVICE_NAME: &str = "sys.device.name";

/// A list of devices that are expected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportRequest {
    /// The list: CSV with a head line.
    pub csv: String,
    /// The devices are to carry their names themselves: each becomes a wish.
    pub names_devices: bool,
    /// Locations and groups that do not exist are made.
    pub create: bool,
    /// Only say what would be done.
    pub dry_run: bool,
}

/// What a list does, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Each line with a device.
    pub lines: Vec<ImportedLine>,
    /// Locations that are made.
    pub locations: Vec<String>,
    /// Groups that are made.
    pub groups: Vec<String>,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedLine {
    /// Number of the line, from 1.
    pub line: u64,
    /// What it says.
    pub expected: ExpectedRecord,
    /// What it does.
    pub effect: ImportEffect,
}

/// What a line does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportEffect {
    /// The device is expected from now on.
    New,
    /// It was expected already, with other data.
    Changed,
    /// The same was said before.
    Same,
    /// The device is ours already; nothing is done.
    Ours,
}

/// A device that is expected, and whether it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedDevice {
    /// What is expected.
    pub record: ExpectedRecord,
    /// Where it was found, if it waits in the inbox.
    pub found_at: Option<String>,
}

impl Fleet {
    /// Devices that are expected, by MAC.
    pub async fn expected(&self, actor: &Actor) -> Result<Vec<ExpectedDevice>, Error> {
        Self::authorize(actor, Permission::Read)?;
        let mut devices = Vec::new();
        for record in self.store().expected_all().await? {
            let found = self.store().sighting_get(record.mac).await?;
            let found = found.filter(|found| found.state != SightingState::Adopted);
            devices.push(ExpectedDevice { record, found_at: found.map(|found| found.endpoint) });
        }
        Ok(devices)
    }

    /// Takes a list in, all of it or nothing.
    ///
    /// # Errors
    /// Everything that is wrong with the list, line by line.
    pub async fn expected_import(&self, actor: &Actor, request: &ImportRequest) -> Result<Imported, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let (lines, mut troubles) = list::read(&request.csv).map_err(wrong)?;
        let mut places = Places::of(self, actor).await?;
        let known: HashMap<Mac, ExpectedRecord> =
            self.store().expected_all().await?.into_iter().map(|record| (record.mac, record)).collect();
        let macs = lines.iter().map(|line| line.mac).collect();
        let ours: Vec<Mac> = self.store().devices_of(macs).await?.into_iter().map(|record| record.mac).collect();
        let mut imported = Imported::default();
        for line in lines {
            let number = line.number;
            match self.expected_of(actor, line, request, &mut places) {
                Ok(expected) => {
                    let effect = match known.get(&expected.mac) {
                        _ if ours.contains(&expected.mac) => ImportEffect::Ours,
                        None => ImportEffect::New,
                        Some(known) if known.says_as(&expected) => ImportEffect::Same,
                        Some(_) => ImportEffect::Changed,
                    };
                    imported.lines.push(ImportedLine { line: number, expected, effect });
                }
                Err(why) => troubles.extend(why.into_iter().map(|why| (number, why))),
            }
        }
        if !troubles.is_empty() {
            return Err(wrong(troubles));
        }
        let written = |line: &&ImportedLine| matches!(line.effect, ImportEffect::New | ImportEffect::Changed);
        let expected: Vec<ExpectedRecord> =
            imported.lines.iter().filter(written).map(|line| line.expected.clone()).collect();
        places.keep_only(&expected);
        imported.locations = places.new_locations.iter().map(|location| location.name.clone()).collect();
        imported.groups = places.new_groups.iter().map(|group| group.name.clone()).collect();
        if request.dry_run || expected.is_empty() {
            return Ok(imported);
        }
        let devices = u32::try_from(expected.len()).unwrap_or(u32::MAX);
        let event = FleetEvent::DevicesExpected { devices, removed: false };
        let mut events = vec![event];
        events.extend(places.new_locations.iter().map(|location| FleetEvent::LocationChanged {
            id: location.id,
            name: location.name.clone(),
            action: "created".to_owned(),
        }));
        events.extend(places.new_groups.iter().map(|group| FleetEvent::GroupChanged {
            id: group.id,
            name: group.name.clone(),
            action: "created".to_owned(),
        }));
        let events = events.into_iter().map(|event| NewEvent::new(self.now(), actor, event)).collect();
        let Places { new_locations, new_groups, .. } = places;
        self.publish(self.store().expected_import(expected, new_locations, new_groups, events).await?.events);
        Ok(imported)
    }

    /// Expects devices no more; all when none is named. Gives how many were expected.
    pub async fn expected_remove(&self, actor: &Actor, macs: &[Mac]) -> Result<usize, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let known: Vec<Mac> = self.store().expected_all().await?.into_iter().map(|record| record.mac).collect();
        if let Some(stranger) = macs.iter().find(|mac| !known.contains(mac)) {
            return Err(Error::not_found(format!("expected device {stranger}")));
        }
        let macs = if macs.is_empty() { known } else { macs.to_vec() };
        if macs.is_empty() {
            return Ok(0);
        }
        let devices = u32::try_from(macs.len()).unwrap_or(u32::MAX);
        let event = NewEvent::new(self.now(), actor, FleetEvent::DevicesExpected { devices, removed: true });
        let done = self.store().expected_delete(macs, vec![event]).await?;
        self.publish(done.events);
        Ok(done.value)
    }

    /// What is expected of a device that is being adopted. It goes before what rules say of it.
    pub(crate) async fn expected_meet(
        &self,
        record: &mut DeviceRecord,
        place: &mut Placement,
    ) -> Result<Option<ExpectedRecord>, Error> {
        let Some(expected) = self.store().expected_get(record.mac).await? else { return Ok(None) };
        record.label.clone_from(&expected.name);
        record.tags.clone_from(&expected.tags);
        place.location = expected.location.clone().or_else(|| place.location.take());
        place.group = expected.group.clone().or_else(|| place.group.take());
        place.profile = expected.profile.clone().or_else(|| place.profile.take());
        Ok(Some(expected))
    }

    /// Wishes the name of an adopted device if it is to carry it, and expects the device no more.
    pub(crate) async fn expected_met(&self, actor: &Actor, expected: ExpectedRecord) -> Result<(), Error> {
        if let Some(name) = expected.name.filter(|_| expected.names_device)
            && let Ok(selector) = DEVICE_NAME.parse()
        {
            let scope = LayerScope::Device(expected.mac);
            let event = FleetEvent::WishChanged { scope, selector: DEVICE_NAME.to_owned(), cleared: false };
            let event = NewEvent::of_device(self.now(), actor, expected.mac, event);
            let set = [(selector, name.as_str().into())].into();
            let id = LayerId::new(self.ids());
            self.publish(self.store().layer_set(id, scope, set, None, self.now(), vec![event]).await?.events);
        }
        self.publish(self.store().expected_delete(vec![expected.mac], Vec::new()).await?.events);
        Ok(())
    }

    /// Gives devices what was expected of them whose adoption was interrupted after they became ours.
    pub(crate) async fn expected_take_up(&self) -> Result<(), Error> {
        for expected in self.store().expected_all().await? {
            if self.store().device_get(expected.mac).await?.is_some() {
                let place =
                    Placement { location: None, group: expected.group.clone(), profile: expected.profile.clone() };
                self.placement_join(&Actor::System, expected.mac, &place).await?;
                self.expected_met(&Actor::System, expected).await?;
            }
        }
        Ok(())
    }

    /// What a line says, with the places that it names; else everything that is wrong with it.
    fn expected_of(
        &self,
        actor: &Actor,
        line: Line,
        request: &ImportRequest,
        places: &mut Places,
    ) -> Result<ExpectedRecord, Vec<String>> {
        let mut troubles = Vec::new();
        let mut told = |error: Error| troubles.push(error.to_string());
        let name = line.name.and_then(|name| checked_name("device", &name).map_err(&mut told).ok());
        let tags = tags::changed(Vec::new(), &line.tags, &[]).map_err(&mut told).unwrap_or_default();
        let location = line.location.and_then(|name| places.location(self, &name, request).map_err(&mut told).ok());
        let group = line.group.and_then(|name| places.group(self, &name, request).map_err(&mut told).ok());
        let profile = line.profile.and_then(|name| places.profile(&name).map_err(&mut told).ok());
        if !troubles.is_empty() {
            return Err(troubles);
        }
        Ok(ExpectedRecord {
            mac: line.mac,
            names_device: request.names_devices && name.is_some(),
            name,
            address: line.address,
            tags,
            location,
            group,
            profile,
            created_at: self.now(),
            created_by: actor.to_string(),
        })
    }
}

/// Locations, groups and profiles by name, and those that have to be made.
struct Places {
    locations: HashMap<String, LocationRef>,
    groups: HashMap<String, GroupRef>,
    profiles: HashMap<String, ProfileRef>,
    new_locations: Vec<LocationRecord>,
    new_groups: Vec<GroupRecord>,
}

impl Places {
    async fn of(fleet: &Fleet, actor: &Actor) -> Result<Self, Error> {
        let locations = fleet.store().locations_all().await?;
        let locations = locations.into_iter().map(|of| (of.name.clone(), LocationRef { id: of.id, name: of.name }));
        let groups = fleet.groups(actor).await?;
        let groups = groups.into_iter().map(|of| (of.name.clone(), GroupRef { id: of.id, name: of.name }));
        let profiles = fleet.profiles(actor).await?;
        let profiles = profiles.into_iter().map(|of| (of.name.clone(), ProfileRef { id: of.id, name: of.name }));
        Ok(Self {
            locations: locations.collect(),
            groups: groups.collect(),
            profiles: profiles.collect(),
            new_locations: Vec::new(),
            new_groups: Vec::new(),
        })
    }

    fn location(&mut self, fleet: &Fleet, name: &str, request: &ImportRequest) -> Result<LocationRef, Error> {
        if let Some(known) = self.locations.get(name) {
            return Ok(known.clone());
        }
        if !request.create {
            return Err(Error::not_found(format!("location `{name}`; it can be made with the import")));
        }
        let name = checked_name("location", name)?;
        let id = LocationId::new(fleet.ids());
        let (created_at, place) = (fleet.now(), LocationRef { id, name: name.clone() });
        self.locations.insert(name.clone(), place.clone());
        let location = LocationRecord { id, name, parent: None, time_zone: None, devices: 0, created_at, revision: 0 };
        self.new_locations.push(location);
        Ok(place)
    }

    fn group(&mut self, fleet: &Fleet, name: &str, request: &ImportRequest) -> Result<GroupRef, Error> {
        if let Some(known) = self.groups.get(name) {
            return Ok(known.clone());
        }
        if !request.create {
            return Err(Error::not_found(format!("group `{name}`; it can be made with the import")));
        }
        let name = checked_name("group", name)?;
        let id = GroupId::new(fleet.ids());
        let (created_at, group) = (fleet.now(), GroupRef { id, name: name.clone() });
        self.groups.insert(name.clone(), group.clone());
        let new = GroupRecord { id, name, rank: 0, query: None, members: 0, by_hand: 0, created_at, revision: 0 };
        self.new_groups.push(new);
        Ok(group)
    }

    fn profile(&self, name: &str) -> Result<ProfileRef, Error> {
        self.profiles.get(name).cloned().ok_or_else(|| Error::not_found(format!("profile `{name}`")))
    }

    /// Makes nothing that is not needed.
    fn keep_only(&mut self, expected: &[ExpectedRecord]) {
        let in_use = |id| expected.iter().any(|of| of.location.as_ref().is_some_and(|location| location.id == id));
        self.new_locations.retain(|location| in_use(location.id));
        let in_use = |id| expected.iter().any(|of| of.group.as_ref().is_some_and(|group| group.id == id));
        self.new_groups.retain(|group| in_use(group.id));
    }
}

/// What is wrong with a list, line by line.
fn wrong(mut troubles: Vec<(u64, String)>) -> Error {
    troubles.sort();
    let fields = troubles.into_iter().map(|(line, why)| (format!("line {line}"), why)).collect();
    Error::new("the list cannot be taken in; nothing was changed", ErrorKind::Invalid { setting: None, fields })
}
