//! Agents: programs on other hosts that bring new devices into a network. What people do about them.

mod gate;
mod hub;
mod relay;
mod session;
mod sights;

pub(crate) use self::hub::{AgentHub, Connected};
pub use self::{
    gate::{Enrolled, Unenrolled},
    hub::{AgentEnd, AgentOrder, GivenTask},
    relay::{RelayCall, RelayLine, RelayStage, RelayTrouble, RelayedAnswer},
    session::{AgentArrival, AgentRefusal, AgentSession, TaskNews, TaskOutcome},
    sights::{AccessPointOf, FoundByAgent, HeardBy, SeenThrough},
};

use chrono::{DateTime, TimeDelta, Utc};
use fleet_model::{Actor, AgentCodeId, AgentCodeRecord, AgentId, AgentRecord, FleetEvent, NewEvent, Permission};
use secrets::OneTimeCode;

use crate::{Error, ErrorKind, Fleet, groups::checked_name};

/// Lifetime of a code for agents that is not said otherwise, and the longest one.
const CODE_MINUTES: u32 = 60;
const MAX_CODE_MINUTES: u32 = 7 * 24 * 60;

/// Agents that one code can be good for.
const MAX_CODE_USES: u32 = 1000;

/// How often a write that another one was faster than is tried again.
pub(crate) const TRIES: usize = 5;

/// An agent, and whether it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentOf {
    /// The agent.
    pub record: AgentRecord,
    /// It is connected to a manager.
    pub is_online: bool,
}

/// A code for agents that was just made.
pub struct NewAgentCode {
    /// What is known of it.
    pub record: AgentCodeRecord,
    /// The code; it is shown once.
    pub code: String,
    /// SHA-256 of the certificate of the authority, hex: the agent trusts nobody else.
    pub fingerprint: String,
}

/// What a code for agents is to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentCodeRequest {
    /// What it is for, in words.
    pub label: String,
    /// Agents that it is good for; one when absent.
    pub uses: Option<u32>,
    /// Minutes until it ends; 60 when absent.
    pub minutes: Option<u32>,
    /// Name of the location of the agents.
    pub location: Option<String>,
}

/// Changes to an agent. What is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentChange {
    /// Another name.
    pub name: Option<String>,
    /// Name of its location; empty takes it away.
    pub location: Option<String>,
}

impl Fleet {
    /// All agents, by name.
    pub async fn agents(&self, actor: &Actor) -> Result<Vec<AgentOf>, Error> {
        Self::authorize(actor, Permission::Read)?;
        let now = self.now();
        let all = self.store().agents_all().await?;
        Ok(all.into_iter().map(|record| AgentOf { is_online: self.is_there(&record, now), record }).collect())
    }

    /// One agent.
    pub async fn agent(&self, actor: &Actor, id: AgentId) -> Result<AgentOf, Error> {
        Self::authorize(actor, Permission::Read)?;
        let record = self.agent_record(id).await?;
        Ok(AgentOf { is_online: self.is_there(&record, self.now()), record })
    }

    /// Whether an agent is connected: to us, or to another manager on the same database.
    fn is_there(&self, record: &AgentRecord, now: DateTime<Utc>) -> bool {
        if record.connected_to.as_deref() == Some(self.owner()) {
            return self.agent_hub().is_connected(record.id);
        }
        record.is_online(now)
    }

    /// Changes what we keep about an agent.
    pub async fn agent_change(&self, actor: &Actor, id: AgentId, change: AgentChange) -> Result<AgentOf, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let name = change.name.map(|name| checked_name("agent", &name)).transpose()?;
        let location = match change.location {
            Some(location) => Some(self.location_named(&location).await?),
            None => None,
        };
        self.agent_write(actor, id, "changed", |agent| {
            if let Some(name) = &name {
                agent.name.clone_from(name);
            }
            if let Some(location) = &location {
                agent.location.clone_from(location);
            }
        })
        .await?;
        self.agent_hub().ring();
        self.agent(actor, id).await
    }

    /// Never lets an agent in again. Work that it holds goes to others when its lease ends.
    pub async fn agent_revoke(&self, actor: &Actor, id: AgentId) -> Result<AgentOf, Error> {
        Self::authorize(actor, Permission::Admin)?;
        let now = self.now();
        self.agent_write(actor, id, "revoked", |agent| {
            agent.revoked_at = agent.revoked_at.or(Some(now));
            agent.connected_to = None;
        })
        .await?;
        self.agent_hub().end(id, AgentEnd::Revoked);
        self.agent(actor, id).await
    }

    /// Forgets an agent that was revoked, with all that its radios saw.
    pub async fn agent_forget(&self, actor: &Actor, id: AgentId) -> Result<(), Error> {
        Self::authorize(actor, Permission::Admin)?;
        let agent = self.agent_record(id).await?;
        if agent.revoked_at.is_none() {
            return Err(Error::new(
                "revoke the agent first: then its certificate is worth nothing",
                ErrorKind::Conflict,
            ));
        }
        let event = self.agent_event(actor, Some(id), &agent.name, "forgotten");
        self.publish(self.store().agent_delete(id, vec![event]).await?.events);
        Ok(())
    }

    /// Makes a one-time code with which agents enrol.
    pub async fn agent_code_create(&self, actor: &Actor, request: AgentCodeRequest) -> Result<NewAgentCode, Error> {
        Self::authorize(actor, Permission::Admin)?;
        let AgentCodeRequest { label, uses, minutes, location } = request;
        let label = checked_name("code", &label)?;
        let (uses, minutes) = (uses.unwrap_or(1), minutes.unwrap_or(CODE_MINUTES));
        if !(1..=MAX_CODE_USES).contains(&uses) {
            return Err(Error::invalid(format!("a code is good for 1 to {MAX_CODE_USES} agents")));
        }
        if !(1..=MAX_CODE_MINUTES).contains(&minutes) {
            return Err(Error::invalid(format!("a code ends in 1 to {MAX_CODE_MINUTES} minutes")));
        }
        let Some((authority, _)) = self.store().agent_authority().await? else {
            let doing = "the manager has not taken agents in yet: start it with --agents-listen, then make a code";
            return Err(Error::new(doing, ErrorKind::Conflict));
        };
        let now = self.now();
        let record = AgentCodeRecord {
            id: AgentCodeId::new(self.ids()),
            location: self.location_named(location.as_deref().unwrap_or_default()).await?,
            uses,
            uses_left: uses,
            created_at: now,
            created_by: actor.to_string(),
            expires_at: now + TimeDelta::minutes(minutes.into()),
            label,
        };
        let code = OneTimeCode::generate(&mut rand::rng());
        let event = self.agent_event(actor, None, &record.label, "code made");
        let done = self.store().agent_code_insert(record.clone(), code.clone(), vec![event]).await?;
        self.publish(done.events);
        Ok(NewAgentCode { record, code: code.expose(), fingerprint: authority.fingerprint })
    }

    /// The codes that were made, oldest first.
    pub async fn agent_codes(&self, actor: &Actor) -> Result<Vec<AgentCodeRecord>, Error> {
        Self::authorize(actor, Permission::Admin)?;
        Ok(self.store().agent_codes().await?)
    }

    /// Takes a code away.
    pub async fn agent_code_delete(&self, actor: &Actor, id: AgentCodeId) -> Result<(), Error> {
        Self::authorize(actor, Permission::Admin)?;
        let codes = self.store().agent_codes().await?;
        let code = codes.into_iter().find(|code| code.id == id).ok_or_else(|| Error::not_found("such code"))?;
        let event = self.agent_event(actor, None, &code.label, "code removed");
        self.publish(self.store().agent_code_delete(id, vec![event]).await?.events);
        Ok(())
    }

    pub(crate) async fn agent_record(&self, id: AgentId) -> Result<AgentRecord, Error> {
        self.store().agent_get(id).await?.ok_or_else(|| Error::not_found("such agent"))
    }

    /// Changes an agent, and again when another change was faster.
    pub(crate) async fn agent_write(
        &self,
        actor: &Actor,
        id: AgentId,
        action: &str,
        change: impl Fn(&mut AgentRecord),
    ) -> Result<AgentRecord, Error> {
        let mut tries = 0;
        loop {
            let mut agent = self.agent_record(id).await?;
            let name = agent.name.clone();
            change(&mut agent);
            let is_renamed = agent.name != name;
            let event = self.agent_event(actor, Some(id), &agent.name, action);
            match self.store().agent_put(agent, vec![event]).await {
                Ok(done) => {
                    self.publish(done.events);
                    return Ok(done.value);
                }
                // A name that is taken stays taken.
                Err(error) if error.is_conflict() && !is_renamed && tries < TRIES => tries += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    pub(crate) fn agent_event(&self, actor: &Actor, id: Option<AgentId>, name: &str, action: &str) -> NewEvent {
        let event = FleetEvent::AgentChanged { id, name: name.to_owned(), action: action.to_owned() };
        NewEvent::new(self.now(), actor, event)
    }
}

/// How long a device of Gen2 or later leaves its open access point on (gen2 protocol, provisioning state).
pub(crate) const SETUP_WINDOW: TimeDelta = TimeDelta::minutes(15);

/// Whether a device with an access point of this name closes it: from Gen2 on, whose names are `ShellyPlus1-...` where
/// those of Gen1 are `shelly1-...`.
pub(crate) fn has_window(ssid: &str) -> bool {
    ssid.starts_with(|first: char| first.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d7_devices_of_gen2_and_later_close_their_access_point() {
        assert!(has_window("ShellyPlus1-A8032AB12345"));
        assert!(!has_window("shellyswitch25-C3D4E5"));
    }
}
