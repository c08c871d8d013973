//! Policies of repair, and the jobs that they made.

use capability_config::SettingPath;
use chrono::{DateTime, Utc};
use fleet_model::{EventRecord, JobId, JobRecord, JobUnit, NewEvent, PolicyRecord, RepairRecord, RepairScope};
use shelly_types::Mac;

use super::{Committed, Result, Store, read, write, write_with_events};

/// A difference that a job of a policy is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepairClaim {
    /// The device.
    pub mac: Mac,
    /// The setting.
    pub path: SettingPath,
}

/// What policies did, as it was at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepairsSeen {
    /// The newest job that a policy made.
    pub newest: Option<JobId>,
    /// Devices in jobs that policies made lately, or for differences that are still there.
    pub repairs: Vec<RepairRecord>,
}

impl Store {
    /// Every policy of repair, with the name and rank of whose it is.
    pub async fn repair_policies(&self) -> Result<Vec<PolicyRecord>> {
        read!(self, "read the policies of repair", repairs::policies())
    }

    /// Sets the policy of a scope. `NotFound` when that whose it is does not exist.
    pub async fn repair_policy_set(&self, policy: PolicyRecord, events: Vec<NewEvent>) -> Result<Committed<()>> {
        write_with_events!(self, "store a policy of repair", events, repairs::set(&policy))
    }

    /// Takes the policy of a scope away. `NotFound` when there is none.
    pub async fn repair_policy_delete(&self, scope: RepairScope, events: Vec<NewEvent>) -> Result<Committed<()>> {
        write_with_events!(self, "take a policy of repair away", events, repairs::delete(scope))
    }

    /// What policies did since a moment, and about what differs still.
    pub async fn repairs_since(&self, since: DateTime<Utc>) -> Result<RepairsSeen> {
        read!(self, "read what policies of repair did", repairs::since(since))
    }

    /// Stores a job of a policy, and notes it with the differences that it is about. `Conflict` when a policy made another one
    /// after `seen`, as a second manager may have done.
    pub async fn repair_insert(
        &self,
        job: JobRecord,
        units: Vec<JobUnit>,
        claims: Vec<RepairClaim>,
        seen: Option<JobId>,
        events: Vec<NewEvent>,
    ) -> Result<Committed<JobRecord>> {
        write_with_events!(self, "store a job of a policy", events, repairs::insert(&job, &units, &claims, seen))
    }

    /// Appends an event about a device, unless the same was told since a moment.
    pub async fn event_tell_once(&self, event: NewEvent, since: DateTime<Utc>) -> Result<Vec<EventRecord>> {
        write!(self, "append an event", repairs::tell_once(&event, since))
    }
}
