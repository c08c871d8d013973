//! Removing what is old, in small transactions, and who of several managers is at it.

use chrono::{DateTime, Utc};
use fleet_model::{NewEvent, Retention, Swept, UpkeepRecord};
use shelly_types::Mac;

use super::{Committed, Result, Store, read, write, write_with_events};

/// What can be old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Old {
    /// Events; the newest one stays in any case.
    Events,
    /// Jobs that ended, with their devices and journal, unless something refers to them.
    Jobs,
    /// Provisionings of which every task ended.
    Provisionings,
    /// Scans that ended.
    Scans,
    /// Devices that were found, are not ours, were not turned down, and were not heard of since.
    Sightings,
    /// Waivers of drift that ended.
    DriftWaivers,
    /// Waivers of findings that ended.
    RuleWaivers,
    /// Codes of agents that ended.
    Codes,
    /// Tokens that ended.
    Tokens,
}

/// How much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// Nothing is removed, and all of it is counted.
    Count,
    /// So much at most, in one transaction.
    Remove(u32),
}

/// Who wants to do work that one manager does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpkeepClaim {
    /// The work.
    pub name: &'static str,
    /// Who wants it.
    pub owner: String,
    /// Now.
    pub now: DateTime<Utc>,
    /// Until when it is theirs without a sign of life.
    pub lease_until: DateTime<Utc>,
    /// Not when it was begun after this moment, and brought to its end.
    pub unless_since: DateTime<Utc>,
}

impl Store {
    /// Removes or counts what has been of no use since before a moment; says how much.
    pub async fn old_forget(&self, old: Old, before: DateTime<Utc>, amount: Amount) -> Result<u64> {
        match amount {
            Amount::Count => read!(self, "count what is old", retention::forget(old, before, amount)),
            Amount::Remove(_) => write!(self, "remove what is old", retention::forget(old, before, amount)),
        }
    }

    /// Up to `limit` devices with more than one snapshot, by their MAC, after one of them.
    pub async fn snapshot_devices(&self, after: Option<Mac>, limit: u32) -> Result<Vec<Mac>> {
        read!(self, "list devices with a history", retention::snapshot_devices(after, limit))
    }

    /// Removes or counts snapshots of a device that a rule lets go and nothing refers to; says how many.
    pub async fn snapshots_thin(&self, mac: Mac, rule: Retention, now: DateTime<Utc>, amount: Amount) -> Result<u64> {
        match amount {
            Amount::Count => read!(self, "count old snapshots", retention::thin(mac, &rule, now, amount)),
            Amount::Remove(_) => write!(self, "remove old snapshots", retention::thin(mac, &rule, now, amount)),
        }
    }

    /// What is known of work that one manager does; none when it was never done.
    pub async fn upkeep_get(&self, name: &'static str) -> Result<Option<UpkeepRecord>> {
        read!(self, "read the upkeep", upkeep::get(name))
    }

    /// Takes work that one manager does; says whether it is ours now.
    pub async fn upkeep_claim(&self, claim: UpkeepClaim) -> Result<bool> {
        write!(self, "take the upkeep", upkeep::claim(&claim))
    }

    /// Shows a sign of life. `Conflict` when somebody else has the work now.
    pub async fn upkeep_progress(
        &self,
        name: &'static str,
        owner: String,
        lease_until: DateTime<Utc>,
        removed: Swept,
    ) -> Result<()> {
        write!(self, "note the upkeep", upkeep::progress(name, &owner, lease_until, &removed))
    }

    /// Lets the work go. `at` is when it was brought to its end; none when some is left.
    pub async fn upkeep_finish(
        &self,
        name: &'static str,
        owner: String,
        at: Option<DateTime<Utc>>,
        removed: Swept,
        events: Vec<NewEvent>,
    ) -> Result<Committed<()>> {
        write_with_events!(self, "end the upkeep", events, upkeep::finish(name, &owner, at, &removed))
    }
}
