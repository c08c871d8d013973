//! Rows of policies of repair.

use chrono::NaiveDateTime;
use diesel::{Insertable, Queryable};
use fleet_model::{LayerOwner, PolicyRecord, RepairScope};

use crate::{
    columns::{Place, corrupt, encode_json, time},
    error::Kind,
    schema::repair_policies,
};

/// A policy.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = repair_policies, treat_none_as_default_value = false)]
pub(crate) struct PolicyOfRepairRow {
    pub(crate) scope: String,
    pub(crate) rules: String,
    pub(crate) location_id: Option<String>,
    pub(crate) group_id: Option<String>,
    pub(crate) profile_id: Option<String>,
    pub(crate) mac: Option<String>,
    pub(crate) updated_at: NaiveDateTime,
    pub(crate) updated_by: String,
}

impl PolicyOfRepairRow {
    pub(crate) fn new(policy: &PolicyRecord) -> Result<Self, Kind> {
        let mut row = Self {
            scope: policy.scope.to_string(),
            rules: encode_json(&policy.rules)?,
            location_id: None,
            group_id: None,
            profile_id: None,
            mac: None,
            updated_at: time(policy.updated_at),
            updated_by: policy.updated_by.clone(),
        };
        match policy.scope {
            RepairScope::Fleet => {}
            RepairScope::Location(id) => row.location_id = Some(id.to_string()),
            RepairScope::Group(id) => row.group_id = Some(id.to_string()),
            RepairScope::Profile(id) => row.profile_id = Some(id.to_string()),
            RepairScope::Device(mac) => row.mac = Some(mac.to_string()),
        }
        Ok(row)
    }

    /// The record; `owner` is the name and rank of whose it is.
    pub(crate) fn record(self, owner: Option<LayerOwner>) -> Result<PolicyRecord, Kind> {
        Ok(PolicyRecord {
            scope: self.scope()?,
            owner,
            rules: Place { table: "repair_policies", id: &self.scope }.json("rules", &self.rules)?,
            updated_at: self.updated_at.and_utc(),
            updated_by: self.updated_by,
        })
    }

    pub(crate) fn scope(&self) -> Result<RepairScope, Kind> {
        let place = Place { table: "repair_policies", id: &self.scope };
        Ok(match (&self.location_id, &self.group_id, &self.profile_id, &self.mac) {
            (Some(id), None, None, None) => RepairScope::Location(place.parse("location_id", id)?),
            (None, Some(id), None, None) => RepairScope::Group(place.parse("group_id", id)?),
            (None, None, Some(id), None) => RepairScope::Profile(place.parse("profile_id", id)?),
            (None, None, None, Some(mac)) => RepairScope::Device(place.parse("mac", mac)?),
            (None, None, None, None) => RepairScope::Fleet,
            _ => return Err(corrupt("repair_policies", "scope", &self.scope, "no scope of a policy")),
        })
    }
}
