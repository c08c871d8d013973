//! What agents see: devices on their own networks, and access points of new ones.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use fleet_model::{
    AccessPointRecord, Actor, AddressIs, AgentId, AgentSightingRecord, DeviceState, Permission, SightingRecord,
    SightingSource,
};
use shelly_http::Endpoint;
use shelly_types::{Identity, Mac};

use super::{SETUP_WINDOW, has_window};
use crate::{Error, Fleet};

/// What the manager found itself for so long counts more than what agents tell of its address.
const FOUND_HERE: TimeDelta = TimeDelta::days(1);

/// A device that an agent saw on a network of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundByAgent {
    /// Who it says it is.
    pub identity: Identity,
    /// Where, as the agent reaches it.
    pub endpoint: String,
    /// What the agent saw it by.
    pub source: SightingSource,
}

/// An access point of a device, as all agents see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessPointOf {
    /// As the radio sees it that sees it best.
    pub best: AccessPointRecord,
    /// Each radio that sees it, the best first.
    pub heard: Vec<HeardBy>,
    /// First time that one of them saw it.
    pub first_seen_at: DateTime<Utc>,
    /// Last time.
    pub last_seen_at: DateTime<Utc>,
    /// When its setup window closes at the latest, if it is a device that has one: 15 minutes after it was started.
    pub window_ends_at: Option<DateTime<Utc>>,
}

/// A radio that sees an access point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeardBy {
    /// Name of its agent.
    pub agent: String,
    /// The radio.
    pub interface: String,
    /// Signal there, dBm.
    pub signal_dbm: i32,
    /// When it saw it last.
    pub last_seen_at: DateTime<Utc>,
}

/// A device as an agent sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenThrough {
    /// What it sees.
    pub record: AgentSightingRecord,
    /// Its name.
    pub agent: String,
}

impl Fleet {
    /// Access points of devices that agents see, by name; one for each, whoever sees it.
    pub async fn access_points(&self, actor: &Actor) -> Result<Vec<AccessPointOf>, Error> {
        Self::authorize(actor, Permission::Read)?;
        let names = self.agent_names().await?;
        let mut points: Vec<AccessPointOf> = Vec::new();
        // Those of one name stand together, the strongest first.
        for seen in self.store().access_points().await? {
            let heard = HeardBy {
                agent: names.get(&seen.agent_id).cloned().unwrap_or_default(),
                interface: seen.interface.clone(),
                signal_dbm: seen.signal_dbm,
                last_seen_at: seen.last_seen_at,
            };
            if let Some(known) = points.last_mut().filter(|known| known.best.ssid == seen.ssid) {
                known.first_seen_at = known.first_seen_at.min(seen.first_seen_at);
                known.last_seen_at = known.last_seen_at.max(seen.last_seen_at);
                known.heard.push(heard);
            } else {
                let (first_seen_at, last_seen_at) = (seen.first_seen_at, seen.last_seen_at);
                let heard = vec![heard];
                points.push(AccessPointOf { best: seen, heard, first_seen_at, last_seen_at, window_ends_at: None });
            }
        }
        for point in &mut points {
            point.window_ends_at = has_window(&point.best.ssid).then(|| point.first_seen_at + SETUP_WINDOW);
        }
        Ok(points)
    }

    /// Which agents see these devices on their own networks; who saw one last comes first.
    pub async fn seen_through(&self, actor: &Actor, macs: &[Mac]) -> Result<BTreeMap<Mac, Vec<SeenThrough>>, Error> {
        Self::authorize(actor, Permission::Read)?;
        let seen = self.store().agent_sightings_of(macs.to_vec()).await?;
        let names = if seen.is_empty() { BTreeMap::new() } else { self.agent_names().await? };
        let mut by_device: BTreeMap<Mac, Vec<SeenThrough>> = BTreeMap::new();
        for record in seen {
            let agent = names.get(&record.agent_id).cloned().unwrap_or_default();
            by_device.entry(record.mac).or_default().push(SeenThrough { record, agent });
        }
        Ok(by_device)
    }

    /// Which devices an agent sees on its own networks, and what is known of each; nothing of those that were forgotten.
    pub async fn seen_by(
        &self,
        actor: &Actor,
        agent: AgentId,
    ) -> Result<Vec<(AgentSightingRecord, Option<SightingRecord>)>, Error> {
        Self::authorize(actor, Permission::Read)?;
        let seen = self.store().agent_sightings_by(agent).await?;
        let macs = seen.iter().map(|seen| seen.mac).collect();
        let known = self.store().sightings_of(macs).await?;
        let mut known: BTreeMap<Mac, SightingRecord> =
            known.into_iter().map(|sighting| (sighting.identity.mac, sighting)).collect();
        let with_known = |seen: AgentSightingRecord| {
            let known = known.remove(&seen.mac);
            (seen, known)
        };
        Ok(seen.into_iter().map(with_known).collect())
    }

    async fn agent_names(&self) -> Result<BTreeMap<AgentId, String>, Error> {
        Ok(self.store().agents_all().await?.into_iter().map(|agent| (agent.id, agent.name)).collect())
    }

    /// Keeps that an agent saw a device. It goes to the inbox; where a device of ours is that the manager reaches itself, an
    /// agent does not decide.
    pub(crate) async fn seen_by_agent(&self, agent: AgentId, found: FoundByAgent) -> Result<(), Error> {
        let FoundByAgent { identity, endpoint, source } = found;
        let (mac, now) = (identity.mac, self.now());
        let Ok(at) = endpoint.parse::<Endpoint>() else {
            tracing::debug!(device.mac = %mac, agent.id = %agent, endpoint, "an agent names a place that is none");
            return Ok(());
        };
        let endpoint = at.to_string();
        let seen = AgentSightingRecord {
            mac,
            agent_id: agent,
            endpoint: endpoint.clone(),
            source,
            first_seen_at: now,
            last_seen_at: now,
        };
        self.store().agent_sightings_see(vec![seen]).await?;
        let by = BTreeMap::from([(SightingSource::Agent, now)]);
        if let Some(record) = self.store().device_get(mac).await? {
            self.store().sighting_seen(mac, now, by).await?;
            if self.lanes().goes_through(mac) == Some(agent) && record.endpoint != endpoint {
                self.device_moved(mac, &endpoint).await?;
            } else if record.state != DeviceState::Online {
                self.device_is_back(mac);
                self.look_at(record);
            }
            return Ok(());
        }
        let known = self.store().sighting_get(mac).await?;
        let is_here = |known: &SightingRecord| {
            known.sources.iter().any(|(source, at)| *source != SightingSource::Agent && now - *at < FOUND_HERE)
        };
        if known.as_ref().is_some_and(is_here) {
            self.store().sighting_seen(mac, now, by).await?;
            return Ok(());
        }
        self.sighting_store((endpoint, AddressIs::Proven), identity, SightingSource::Agent, by).await
    }
}
