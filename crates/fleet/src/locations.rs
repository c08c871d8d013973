//! Where devices are: locations within locations.

use fleet_model::{
    Actor, FleetEvent, LocationId, LocationRecord, LocationRef, LocationTree, NewEvent, ParseTimeZoneError, Permission,
    TimeZone,
};

use crate::{Error, ErrorKind, Fleet, groups::checked_name};

/// A location, with what comes from those around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocationOf {
    /// The location.
    pub record: LocationRecord,
    /// Those around it, from the inside out.
    pub around: Vec<String>,
    /// Its time zone, or that of the nearest one around it.
    pub time_zone: Option<TimeZone>,
}

/// Changes to a location. What is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LocationChange {
    /// Another name.
    pub name: Option<String>,
    /// The one around it, by name; empty for none.
    pub parent: Option<String>,
    /// Its time zone; empty for that of the one around it.
    pub time_zone: Option<String>,
}

impl Fleet {
    /// All locations by name.
    pub async fn locations(&self, actor: &Actor) -> Result<Vec<LocationOf>, Error> {
        Self::authorize(actor, Permission::Read)?;
        let all = self.store().locations_all().await?;
        let tree = LocationTree::new(all.clone());
        Ok(all.into_iter().map(|record| located(record, &tree)).collect())
    }

    /// Makes a location.
    pub async fn location_create(&self, actor: &Actor, change: LocationChange) -> Result<LocationOf, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let location = LocationRecord {
            id: LocationId::new(self.ids()),
            name: String::new(),
            parent: None,
            time_zone: None,
            devices: 0,
            created_at: self.now(),
            revision: 0,
        };
        let name = Some(change.name.unwrap_or_default());
        let location = self.changed(location, LocationChange { name, ..change }).await?;
        let event = self.location_event(actor, &location, "created");
        let done = self.store().location_insert(location, vec![event]).await?;
        self.publish(done.events);
        Ok(located(done.value, &self.location_tree().await?))
    }

    /// Changes a location.
    pub async fn location_change(
        &self,
        actor: &Actor,
        id: LocationId,
        change: LocationChange,
    ) -> Result<LocationOf, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let before = self.location(id).await?;
        let location = self.changed(before.clone(), change).await?;
        let event = self.location_event(actor, &location, "changed");
        let done = self.store().location_update(location, vec![event]).await?;
        self.publish(done.events);
        // What its devices should have may be another thing now.
        let tree = self.location_tree().await?;
        self.drift_unknown(&self.store().location_devices(tree.within(id)).await?).await?;
        Ok(located(done.value, &tree))
    }

    /// Removes a location and its wishes; its devices are nowhere then. Refused while there are locations within it.
    pub async fn location_delete(&self, actor: &Actor, id: LocationId) -> Result<(), Error> {
        Self::authorize(actor, Permission::Configure)?;
        let location = self.location(id).await?;
        let devices = self.store().location_devices(vec![id]).await?;
        let event = self.location_event(actor, &location, "removed");
        self.publish(self.store().location_delete(id, vec![event]).await?.events);
        self.drift_unknown(&devices).await
    }

    /// All locations, and what is around what.
    pub(crate) async fn location_tree(&self) -> Result<LocationTree, Error> {
        Ok(LocationTree::new(self.store().locations_all().await?))
    }

    pub(crate) async fn location_by_name(&self, name: &str) -> Result<LocationRecord, Error> {
        let found = self.store().locations_all().await?.into_iter().find(|location| location.name == name);
        found.ok_or_else(|| Error::not_found(format!("location `{name}`")))
    }

    /// The location that a device is put into; empty for nowhere.
    pub(crate) async fn location_named(&self, name: &str) -> Result<Option<LocationRef>, Error> {
        match name.trim() {
            "" => Ok(None),
            name => {
                let LocationRecord { id, name, .. } = self.location_by_name(name).await?;
                Ok(Some(LocationRef { id, name }))
            }
        }
    }

    async fn location(&self, id: LocationId) -> Result<LocationRecord, Error> {
        self.location_tree().await?.get(id).cloned().ok_or_else(|| Error::not_found("such location"))
    }

    async fn changed(&self, mut location: LocationRecord, change: LocationChange) -> Result<LocationRecord, Error> {
        if let Some(name) = change.name {
            location.name = checked_name("location", &name)?;
        }
        if let Some(zone) = change.time_zone {
            let zone = Some(zone.trim()).filter(|zone| !zone.is_empty());
            let invalid = |error: ParseTimeZoneError| Error::invalid(error.to_string());
            location.time_zone = zone.map(str::parse).transpose().map_err(invalid)?;
        }
        if let Some(parent) = change.parent {
            location.parent = self.location_named(&parent).await?.map(|parent| parent.id);
            let existing = (location.revision > 0).then_some(location.id);
            if let Some(id) = location.parent
                && !self.location_tree().await?.can_hold(id, existing)
            {
                let doing = format!("`{}` cannot be within `{parent}`: that is within it, or too deep", location.name);
                return Err(Error::new(doing, ErrorKind::Conflict));
            }
        }
        Ok(location)
    }

    fn location_event(&self, actor: &Actor, location: &LocationRecord, action: &str) -> NewEvent {
        let (id, name, action) = (location.id, location.name.clone(), action.to_owned());
        NewEvent::new(self.now(), actor, FleetEvent::LocationChanged { id, name, action })
    }
}

fn located(record: LocationRecord, tree: &LocationTree) -> LocationOf {
    let around = tree.outwards(record.id).skip(1).map(|location| location.name.clone()).collect();
    let time_zone = tree.time_zone(record.id).cloned();
    LocationOf { record, around, time_zone }
}
