//! The ways out of drift besides putting it back: taking what a device has as the wish, and letting it be until a date.

use std::collections::BTreeSet;

use capability_config::{SettingPath, SettingValue};
use chrono::{DateTime, Utc};
use fleet_model::{Actor, DriftWaiver, FleetEvent, LayerId, LayerRecord, LayerScope, NewEvent, Permission, WaiverId};
use shelly_types::Mac;
use sync_engine::Difference;

use crate::{ConfigOfDevice, Error, ErrorKind, Fleet, LayerChange, LayerOf, ScopeName, rules::checked_reason};

/// What to take as the wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptRequest {
    /// Of which device.
    pub device: Mac,
    /// Which settings; all that differ when there are none.
    pub paths: Vec<SettingPath>,
    /// Whose wish it becomes.
    pub into: ScopeName,
}

/// What to let be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetBeRequest {
    /// On which device.
    pub device: Mac,
    /// Which settings; all that differ when there are none.
    pub paths: Vec<SettingPath>,
    /// Until when.
    pub until: DateTime<Utc>,
    /// Why.
    pub reason: String,
}

impl Fleet {
    /// Takes what a device has, as it was read last, as the wish. Nothing is written to a device.
    pub async fn drift_accept(&self, actor: &Actor, request: AcceptRequest) -> Result<LayerOf, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let AcceptRequest { device, paths, into } = request;
        let config = self.device_config(actor, device).await?;
        let scope = self.scope_of(actor, &into).await?;
        let wishes = self.wishes(&[device]).await?;
        let rank = self.rank_over(&wishes, &config, scope, &into).await?;
        let mut set = Vec::new();
        for difference in named(&config, &paths)? {
            let path = &difference.path;
            let Some(value) = difference.observed.as_ref().filter(|value| **value != SettingValue::Hidden) else {
                return Err(Error::new(
                    format!("{path} cannot be accepted: the device does not show what it has"),
                    ErrorKind::Conflict,
                ));
            };
            if wishes.holds(device, &difference.origin, &rank) {
                let doing = format!(
                    "{path} is wished by {}, which {} does not overrule: accept it there, or for the device",
                    difference.origin,
                    rank.origin()
                );
                return Err(Error::new(doing, ErrorKind::Conflict));
            }
            set.push((path.to_string(), value.to_json()));
        }
        let change = LayerChange { scope: into, set, clear: Vec::new(), revision: None };
        let layer = self.layer_change(actor, change).await?;
        self.drift_recount(actor, device).await?;
        Ok(layer)
    }

    /// Lets settings of a device be until a date: they count as no drift, and no plan writes them.
    pub async fn drift_let_be(&self, actor: &Actor, request: LetBeRequest) -> Result<Vec<DriftWaiver>, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let LetBeRequest { device, paths, until, reason } = request;
        let (now, reason) = (self.now(), checked_reason(&reason)?);
        if until <= now {
            return Err(Error::invalid("a waiver has to end in the future"));
        }
        let config = self.device_config(actor, device).await?;
        let waiver = |difference: &Difference| DriftWaiver {
            id: WaiverId::new(self.ids()),
            mac: device,
            path: difference.path.clone(),
            until,
            reason: reason.clone(),
            created_at: now,
            created_by: actor.to_string(),
        };
        let waivers: Vec<DriftWaiver> = named(&config, &paths)?.into_iter().map(waiver).collect();
        let event = |waiver: &DriftWaiver| {
            let path = waiver.path.to_string();
            let event = FleetEvent::DriftWaived { path, until, reason: reason.clone() };
            NewEvent::of_device(now, actor, device, event)
        };
        let events = waivers.iter().map(event).collect();
        self.publish(self.store().drift_waivers_insert(waivers.clone(), events).await?.events);
        self.drift_recount(actor, device).await?;
        Ok(waivers)
    }

    /// What is let be, oldest first, also what has ended.
    pub async fn drift_waivers(&self, actor: &Actor) -> Result<Vec<(DriftWaiver, bool)>, Error> {
        Self::authorize(actor, Permission::Read)?;
        let now = self.now();
        let with = |waiver: DriftWaiver| {
            let is_in_force = waiver.is_in_force(now);
            (waiver, is_in_force)
        };
        Ok(self.store().drift_waivers().await?.into_iter().map(with).collect())
    }

    /// Takes a waiver of drift back.
    pub async fn drift_waiver_remove(&self, actor: &Actor, id: WaiverId) -> Result<(), Error> {
        Self::authorize(actor, Permission::Configure)?;
        let waiver = self.store().drift_waivers().await?.into_iter().find(|waiver| waiver.id == id);
        let waiver = waiver.ok_or_else(|| Error::not_found("such waiver"))?;
        let event = FleetEvent::DriftWaiverRemoved { path: waiver.path.to_string() };
        let event = NewEvent::of_device(self.now(), actor, waiver.mac, event);
        self.publish(self.store().drift_waiver_delete(id, vec![event]).await?.events);
        self.drift_recount(actor, waiver.mac).await
    }

    /// Compares a device with the wish by what was read of it last.
    async fn drift_recount(&self, actor: &Actor, mac: Mac) -> Result<(), Error> {
        let ConfigOfDevice { record, snapshot, drift, troubles, .. } = self.device_config(actor, mac).await?;
        if snapshot.is_none() || !troubles.is_empty() {
            return Ok(());
        }
        self.drifts_store(vec![self.drift_news(&record, &drift)]).await
    }

    /// A layer as strong as that of the scope would be, if the device is under it.
    async fn rank_over(
        &self,
        wishes: &crate::wishes::Wishes,
        config: &ConfigOfDevice,
        scope: LayerScope,
        name: &ScopeName,
    ) -> Result<sync_engine::Layer, Error> {
        let mac = config.record.mac;
        let (owner, rank) = match name {
            ScopeName::Fleet | ScopeName::Device(_) => (None, 0),
            ScopeName::Location(name) => {
                let LayerScope::Location(id) = scope else { return Err(not_under(mac, name)) };
                (Some(name), self.location_tree().await?.depth(id))
            }
            ScopeName::Group(group) => (Some(group), self.group_by_name(&Actor::System, group).await?.rank),
            ScopeName::Profile(profile) => (Some(profile), self.profile_by_name(profile).await?.rank),
        };
        if !self.under(scope).await?.contains(&mac) {
            return Err(not_under(mac, owner.map_or("this layer", String::as_str)));
        }
        let known = wishes.layer_of(scope).map(|layer| layer.id.to_string());
        let id = known.and_then(|id| id.parse().ok()).unwrap_or_else(|| LayerId::new(self.ids()));
        let owner = owner.map(|name| fleet_model::LayerOwner { name: name.clone(), rank });
        let (settings, updated_at) = (std::collections::BTreeMap::new(), self.now());
        Ok(LayerRecord { id, scope, owner, settings, revision: 0, updated_at }.to_engine())
    }
}

fn not_under(mac: Mac, name: &str) -> Error {
    Error::new(format!("{mac} is not under `{name}`, so its wishes would not reach it"), ErrorKind::Conflict)
}

/// The differences that are named; all when none is.
fn named<'a>(config: &'a ConfigOfDevice, paths: &[SettingPath]) -> Result<Vec<&'a Difference>, Error> {
    let differences = &config.drift.differences;
    if paths.is_empty() {
        if differences.is_empty() {
            return Err(Error::new(format!("{} is as wished", config.record.display_name()), ErrorKind::Conflict));
        }
        return Ok(differences.iter().collect());
    }
    let paths: BTreeSet<&SettingPath> = paths.iter().collect();
    let find = |path: &&SettingPath| {
        let found = differences.iter().find(|difference| difference.path == **path);
        found.ok_or_else(|| Error::not_found(format!("difference of {path} on {}", config.record.display_name())))
    };
    paths.iter().map(find).collect()
}
