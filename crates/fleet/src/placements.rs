//! Where new devices belong: rules by model, network and address.

use std::net::IpAddr;

use fleet_model::{
    Actor, DeviceRecord, FleetEvent, GroupRef, NewEvent, Permission, Placement, PlacementId, PlacementRecord,
    ProfileRef,
};
use ipnet::IpNet;
use shelly_types::{Mac, Model};
use sync_engine::Observed;

use crate::{Error, Fleet, connect::endpoint, groups::checked_name};

/// A new rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlacementRequest {
    /// Name, unique.
    pub name: String,
    /// Models; all when there are none.
    pub models: Vec<String>,
    /// Network that the device joined.
    pub ssid: Option<String>,
    /// Network that its address is in, `192.0.2.0/24`.
    pub subnet: Option<String>,
    /// Name of the location.
    pub location: Option<String>,
    /// Name of the group.
    pub group: Option<String>,
    /// Name of the profile.
    pub profile: Option<String>,
}

impl Fleet {
    /// The rules, in their order.
    pub async fn placements(&self, actor: &Actor) -> Result<Vec<PlacementRecord>, Error> {
        Self::authorize(actor, Permission::Read)?;
        Ok(self.store().placements().await?)
    }

    /// Adds a rule behind the others.
    pub async fn placement_create(&self, actor: &Actor, request: PlacementRequest) -> Result<PlacementRecord, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let subnet = |text: &str| {
            let wrong = |_| Error::invalid(format!("`{text}` is no network such as 192.168.1.0/24"));
            text.trim().parse::<IpNet>().map_err(wrong)
        };
        let group = match request.group.as_deref().filter(|name| !name.is_empty()) {
            Some(name) => {
                let group = self.group_by_name(actor, name).await?;
                Some(GroupRef { id: group.id, name: group.name })
            }
            None => None,
        };
        let profile = match request.profile.as_deref().filter(|name| !name.is_empty()) {
            Some(name) => {
                let profile = self.profile_by_name(name).await?;
                Some(ProfileRef { id: profile.id, name: profile.name })
            }
            None => None,
        };
        let rule = PlacementRecord {
            id: PlacementId::new(self.ids()),
            name: checked_name("rule", &request.name)?,
            position: 0,
            models: request.models.iter().map(|model| Model::new(model.trim())).collect(),
            ssid: request.ssid.filter(|ssid| !ssid.is_empty()),
            subnet: request.subnet.as_deref().filter(|text| !text.is_empty()).map(subnet).transpose()?,
            location: self.location_named(request.location.as_deref().unwrap_or_default()).await?,
            group,
            profile,
            created_at: self.now(),
        };
        if rule.location.is_none() && rule.group.is_none() && rule.profile.is_none() {
            return Err(Error::invalid("a rule says a location, a group or a profile"));
        }
        let event = self.placement_event(actor, &rule.name, "created");
        self.publish(self.store().placement_insert(rule.clone(), vec![event]).await?.events);
        let stored = self.store().placements().await?.into_iter().find(|stored| stored.id == rule.id);
        Ok(stored.unwrap_or(rule))
    }

    /// Removes a rule. Devices stay where they are.
    pub async fn placement_delete(&self, actor: &Actor, id: PlacementId) -> Result<(), Error> {
        Self::authorize(actor, Permission::Configure)?;
        let rule = self.store().placements().await?.into_iter().find(|rule| rule.id == id);
        let rule = rule.ok_or_else(|| Error::not_found("such rule of placement"))?;
        let event = self.placement_event(actor, &rule.name, "removed");
        self.publish(self.store().placement_delete(id, vec![event]).await?.events);
        Ok(())
    }

    /// Where a device belongs that is being adopted.
    pub(crate) async fn placement_of(&self, record: &DeviceRecord, observed: &Observed) -> Result<Placement, Error> {
        let rules = self.store().placements().await?;
        if rules.is_empty() {
            return Ok(Placement::default());
        }
        let path = "wifi.sta.ssid".parse().ok();
        let ssid = path.as_ref().and_then(|path| observed.get(path)?.as_text());
        let address: Option<IpAddr> = endpoint(&record.endpoint)?.host().parse().ok();
        Ok(Placement::of(&rules, &record.model, ssid, address))
    }

    /// Takes a device that was adopted into the group and the profile where it belongs.
    pub(crate) async fn placement_join(&self, actor: &Actor, mac: Mac, place: &Placement) -> Result<(), Error> {
        if let Some(group) = &place.group {
            self.publish(self.store().group_members_change(group.id, vec![mac], Vec::new(), Vec::new()).await?.events);
        }
        if let Some(profile) = &place.profile {
            self.publish(self.store().profile_assign(profile.id, vec![mac], Vec::new(), Vec::new()).await?.events);
        }
        if place.group.is_some() || place.profile.is_some() {
            let fields = vec!["group or profile, by rule".to_owned()];
            let event = NewEvent::of_device(self.now(), actor, mac, FleetEvent::DeviceUpdated { fields });
            self.publish(self.store().events_append(vec![event]).await?);
        }
        Ok(())
    }

    fn placement_event(&self, actor: &Actor, name: &str, action: &str) -> NewEvent {
        let event = FleetEvent::RuleChanged { rule: format!("of placement {name}"), action: action.to_owned() };
        NewEvent::new(self.now(), actor, event)
    }
}
