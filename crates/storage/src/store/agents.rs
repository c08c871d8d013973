//! Agents, their codes, what their radios see, and where new devices belong.

use chrono::{DateTime, Utc};
use fleet_model::{
    AccessPointRecord, AgentCodeId, AgentCodeRecord, AgentId, AgentRecord, AuthorityRecord, NewEvent, PlacementId,
    PlacementRecord,
};
use secrets::{Context, OneTimeCode, Secret};

use super::{Committed, Result, Store, read, write, write_with_events};
use crate::{error::Error, rows::AuthorityRow};

const KEY: Context<'static> = Context::new("agent_authority", "private_key", "authority");
/// There is one authority.
const AUTHORITY: &str = "authority";

impl Store {
    /// Keeps the authority of agents if there is none yet. Gives the one that is kept, with its private key.
    pub async fn agent_authority_keep(
        &self,
        authority: AuthorityRecord,
        private_key: Secret<String>,
    ) -> Result<(AuthorityRecord, Secret<String>)> {
        let row = AuthorityRow {
            id: AUTHORITY.to_owned(),
            certificate: authority.certificate,
            private_key: self.seal(private_key.expose(), &KEY),
            fingerprint: authority.fingerprint,
            created_at: crate::columns::time(authority.created_at),
        };
        let operation = "keep the authority of agents";
        let kept = write!(self, operation, agents::authority_keep(row))?;
        let key = self.unseal(&kept.private_key, &KEY, AUTHORITY).map_err(|kind| Error::new(operation, kind))?;
        Ok((kept.record(), key))
    }

    /// The authority of agents, with its private key.
    pub async fn agent_authority(&self) -> Result<Option<(AuthorityRecord, Secret<String>)>> {
        let operation = "read the authority of agents";
        let Some(kept) = read!(self, operation, agents::authority())? else { return Ok(None) };
        let key = self.unseal(&kept.private_key, &KEY, AUTHORITY).map_err(|kind| Error::new(operation, kind))?;
        Ok(Some((kept.record(), key)))
    }

    /// Stores a code for agents by its hash.
    pub async fn agent_code_insert(
        &self,
        code: AgentCodeRecord,
        secret: OneTimeCode,
        events: Vec<NewEvent>,
    ) -> Result<Committed<()>> {
        let hash = secret.hash();
        write_with_events!(self, "store a code for agents", events, agents::code_insert(&code, &hash))
    }

    /// Every code for agents, oldest first, also those that are spent.
    pub async fn agent_codes(&self) -> Result<Vec<AgentCodeRecord>> {
        read!(self, "list the codes for agents", agents::codes())
    }

    /// Removes a code for agents. `NotFound` when there is none.
    pub async fn agent_code_delete(&self, id: AgentCodeId, events: Vec<NewEvent>) -> Result<Committed<()>> {
        write_with_events!(self, "remove a code for agents", events, agents::code_delete(id))
    }

    /// Takes one use of a code and stores the agent, with the location and the label of the code. None when there is no
    /// such code, or it has ended or is spent. A name that is taken gets the end of the id behind it.
    pub async fn agent_enroll(
        &self,
        code: OneTimeCode,
        agent: AgentRecord,
        now: DateTime<Utc>,
    ) -> Result<Option<AgentRecord>> {
        let hash = code.hash();
        write!(self, "enrol an agent", agents::enroll(&hash, &agent, now))
    }

    /// Writes an agent. `Conflict` when its revision is not the newest.
    pub async fn agent_put(&self, agent: AgentRecord, events: Vec<NewEvent>) -> Result<Committed<AgentRecord>> {
        write_with_events!(self, "store an agent", events, agents::put(&agent))
    }

    /// Notes that something was heard of agents. Revisions stay.
    pub async fn agents_touch(&self, ids: Vec<AgentId>, at: DateTime<Utc>) -> Result<()> {
        write!(self, "note that agents were heard", agents::touch(&ids, at))
    }

    /// Notes that an agent is not connected to this manager any more. Its revision stays.
    pub async fn agent_left(&self, id: AgentId, manager: String) -> Result<()> {
        write!(self, "note that an agent left", agents::left(id, &manager))
    }

    /// Forgets an agent. `NotFound` when there is none.
    pub async fn agent_delete(&self, id: AgentId, events: Vec<NewEvent>) -> Result<Committed<()>> {
        write_with_events!(self, "forget an agent", events, agents::delete(id))
    }

    /// An agent.
    pub async fn agent_get(&self, id: AgentId) -> Result<Option<AgentRecord>> {
        read!(self, "read an agent", agents::get(id))
    }

    /// Every agent, by name.
    pub async fn agents_all(&self) -> Result<Vec<AgentRecord>> {
        read!(self, "list agents", agents::all())
    }

    /// Stores what a radio sees; gives the names that no radio saw before. With `whole`, what this radio does not see any
    /// more goes.
    pub async fn access_points_see(
        &self,
        agent: AgentId,
        interface: String,
        points: Vec<AccessPointRecord>,
        whole: bool,
    ) -> Result<Vec<String>> {
        write!(self, "store access points", agents::see((agent, &interface), &points, whole))
    }

    /// Forgets access points that were not seen since; says how many.
    pub async fn access_points_forget(&self, before: DateTime<Utc>) -> Result<usize> {
        write!(self, "forget access points", agents::forget_points(before))
    }

    /// Every access point, by name and then the strongest first.
    pub async fn access_points(&self) -> Result<Vec<AccessPointRecord>> {
        read!(self, "list access points", agents::points())
    }

    /// Stores a rule of placement, behind the others. `Conflict` when the name is taken.
    pub async fn placement_insert(&self, rule: PlacementRecord, events: Vec<NewEvent>) -> Result<Committed<()>> {
        write_with_events!(self, "store a rule of placement", events, agents::placement_insert(&rule))
    }

    /// Removes a rule of placement. `NotFound` when there is none.
    pub async fn placement_delete(&self, id: PlacementId, events: Vec<NewEvent>) -> Result<Committed<()>> {
        write_with_events!(self, "remove a rule of placement", events, agents::placement_delete(id))
    }

    /// The rules of placement, in their order.
    pub async fn placements(&self) -> Result<Vec<PlacementRecord>> {
        read!(self, "list the rules of placement", agents::placements())
    }
}
