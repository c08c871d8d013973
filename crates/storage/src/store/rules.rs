//! What people decide about rules of good order, and what rules look at.

use std::collections::BTreeSet;

use capability_config::Settings;
use fleet_model::{NewEvent, OwnRule, RulePolicy, Rulebook, SnapshotId, WaiverId, WaiverRecord};
use shelly_types::{ComponentKey, Mac};

use super::{Committed, Result, Store, read, write_with_events};

/// What the newest configuration of a device shows, without what is sealed.
#[derive(Debug, Clone, PartialEq)]
pub struct NewestSettings {
    /// The configuration.
    pub id: SnapshotId,
    /// The device.
    pub mac: Mac,
    /// Its components.
    pub components: Vec<ComponentKey>,
    /// Its settings.
    pub settings: Settings,
}

impl Store {
    /// All that people decided about rules.
    pub async fn rulebook(&self) -> Result<Rulebook> {
        read!(self, "read the rulebook", rules::book())
    }

    /// Says how a rule counts. A policy that says nothing is forgotten.
    pub async fn rule_policy_set(&self, policy: RulePolicy, events: Vec<NewEvent>) -> Result<Committed<()>> {
        write_with_events!(self, "store how a rule counts", events, rules::set_policy(&policy))
    }

    /// Stores a new rule with revision 1. `Conflict` when the id is taken, `NotFound` when its group does not exist.
    pub async fn own_rule_insert(&self, rule: OwnRule, events: Vec<NewEvent>) -> Result<Committed<OwnRule>> {
        write_with_events!(self, "store a rule", events, rules::insert_own(&rule))
    }

    /// Writes a rule and raises its revision. `Conflict` when `rule.revision` is not the newest.
    pub async fn own_rule_update(&self, rule: OwnRule, events: Vec<NewEvent>) -> Result<Committed<OwnRule>> {
        write_with_events!(self, "change a rule", events, rules::update_own(&rule))
    }

    /// Removes a rule with all that was decided about it. `NotFound` when there is none.
    pub async fn own_rule_delete(&self, id: String, events: Vec<NewEvent>) -> Result<Committed<()>> {
        write_with_events!(self, "remove a rule", events, rules::delete_own(&id))
    }

    /// Lets findings pass. `NotFound` when the device does not exist.
    pub async fn waiver_insert(&self, waiver: WaiverRecord, events: Vec<NewEvent>) -> Result<Committed<()>> {
        write_with_events!(self, "store a waiver", events, rules::insert_waiver(&waiver))
    }

    /// Takes a waiver back. `NotFound` when there is none.
    pub async fn waiver_delete(&self, id: WaiverId, events: Vec<NewEvent>) -> Result<Committed<()>> {
        write_with_events!(self, "remove a waiver", events, rules::delete_waiver(id))
    }

    /// The newest configuration of each device that was ever read.
    pub async fn snapshots_newest(&self) -> Result<Vec<(Mac, SnapshotId)>> {
        read!(self, "look the newest configurations up", rules::newest())
    }

    /// What these configurations show. Those that do not exist are left out.
    pub async fn snapshot_settings(&self, ids: Vec<SnapshotId>) -> Result<Vec<NewestSettings>> {
        read!(self, "read configurations", rules::settings_of(&ids))
    }

    /// Devices that have a password of their own.
    pub async fn devices_with_password(&self) -> Result<BTreeSet<Mac>> {
        read!(self, "look up which devices have a password", rules::with_password())
    }
}
