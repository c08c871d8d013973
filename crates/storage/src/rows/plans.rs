//! Rows of plans, their units and the journal.

use chrono::NaiveDateTime;
use diesel::{Insertable, Queryable};
use fleet_model::{JournalEntry, PlanRecord, PlanUnit, UnitCounts};

use crate::{
    columns::{Place, encode_json, time},
    error::Kind,
    schema::{plan_journal, plan_units, plans},
};

/// A plan.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = plans, treat_none_as_default_value = false)]
pub(crate) struct PlanRow {
    pub(crate) id: String,
    pub(crate) created_at: NaiveDateTime,
    pub(crate) created_by: String,
    pub(crate) expires_at: NaiveDateTime,
    pub(crate) scope: String,
    pub(crate) state: String,
    pub(crate) changes: i64,
    pub(crate) finished_at: Option<NaiveDateTime>,
    pub(crate) revision: i64,
}

/// One device in a plan.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = plan_units, treat_none_as_default_value = false)]
pub(crate) struct UnitRow {
    pub(crate) plan_id: String,
    pub(crate) mac: String,
    pub(crate) position: i64,
    pub(crate) state: String,
    pub(crate) plan: Option<String>,
    pub(crate) report: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) attempts: i64,
    pub(crate) lease_owner: Option<String>,
    pub(crate) lease_until: Option<NaiveDateTime>,
}

/// A line of a journal.
#[derive(Debug, Queryable)]
pub(crate) struct JournalRow {
    pub(crate) _id: i64,
    pub(crate) plan_id: String,
    pub(crate) mac: String,
    pub(crate) step: Option<i64>,
    pub(crate) phase: String,
    pub(crate) detail: Option<String>,
    pub(crate) at: NaiveDateTime,
}

/// A line of a journal to append.
#[derive(Debug, Insertable)]
#[diesel(table_name = plan_journal, treat_none_as_default_value = false)]
pub(crate) struct NewJournalRow {
    pub(crate) plan_id: String,
    pub(crate) mac: String,
    pub(crate) step: Option<i64>,
    pub(crate) phase: &'static str,
    pub(crate) detail: Option<String>,
    pub(crate) at: NaiveDateTime,
}

impl PlanRow {
    pub(crate) fn new(plan: &PlanRecord, revision: i64) -> Self {
        Self {
            id: plan.id.to_string(),
            created_at: time(plan.created_at),
            created_by: plan.created_by.clone(),
            expires_at: time(plan.expires_at),
            scope: plan.scope.clone(),
            state: plan.state.as_str().to_owned(),
            changes: i64::from(plan.changes),
            finished_at: plan.finished_at.map(time),
            revision,
        }
    }

    pub(crate) fn record(self, units: UnitCounts) -> Result<PlanRecord, Kind> {
        let place = Place { table: "plans", id: &self.id };
        Ok(PlanRecord {
            id: place.parse("id", &self.id)?,
            state: place.parse("state", &self.state)?,
            changes: place.number("changes", self.changes)?,
            created_at: self.created_at.and_utc(),
            created_by: self.created_by,
            expires_at: self.expires_at.and_utc(),
            scope: self.scope,
            units,
            finished_at: self.finished_at.map(|at| at.and_utc()),
            revision: self.revision,
        })
    }
}

impl UnitRow {
    pub(crate) fn new(unit: &PlanUnit) -> Result<Self, Kind> {
        Ok(Self {
            plan_id: unit.plan_id.to_string(),
            mac: unit.mac.to_string(),
            position: i64::from(unit.position),
            state: unit.state.as_str().to_owned(),
            plan: unit.plan.as_ref().map(encode_json).transpose()?,
            report: unit.report.as_ref().map(encode_json).transpose()?,
            reason: unit.reason.clone(),
            attempts: i64::from(unit.attempts),
            lease_owner: unit.lease_owner.clone(),
            lease_until: unit.lease_until.map(time),
        })
    }

    pub(crate) fn record(self) -> Result<PlanUnit, Kind> {
        let place = Place { table: "plan_units", id: &self.plan_id };
        Ok(PlanUnit {
            plan_id: place.parse("plan_id", &self.plan_id)?,
            mac: place.parse("mac", &self.mac)?,
            position: place.number("position", self.position)?,
            state: place.parse("state", &self.state)?,
            plan: self.plan.as_deref().map(|json| place.json("plan", json)).transpose()?,
            report: self.report.as_deref().map(|json| place.json("report", json)).transpose()?,
            attempts: place.number("attempts", self.attempts)?,
            reason: self.reason,
            lease_owner: self.lease_owner,
            lease_until: self.lease_until.map(|at| at.and_utc()),
        })
    }
}

impl NewJournalRow {
    pub(crate) fn new(entry: &JournalEntry) -> Self {
        Self {
            plan_id: entry.plan_id.to_string(),
            mac: entry.mac.to_string(),
            step: entry.step.map(i64::from),
            phase: entry.phase.as_str(),
            detail: entry.detail.clone(),
            at: time(entry.at),
        }
    }
}

impl JournalRow {
    pub(crate) fn record(self) -> Result<JournalEntry, Kind> {
        let place = Place { table: "plan_journal", id: &self.plan_id };
        Ok(JournalEntry {
            plan_id: place.parse("plan_id", &self.plan_id)?,
            mac: place.parse("mac", &self.mac)?,
            step: self.step.map(|step| place.number("step", step)).transpose()?,
            phase: place.parse("phase", &self.phase)?,
            detail: self.detail,
            at: self.at.and_utc(),
        })
    }
}
