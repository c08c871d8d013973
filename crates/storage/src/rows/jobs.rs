//! Rows of jobs, their units and the journal.

use chrono::NaiveDateTime;
use diesel::{Insertable, Queryable};
use fleet_model::{JobRecord, JobUnit, JournalEntry, UnitCounts};

use crate::{
    columns::{Place, encode_json, time},
    error::Kind,
    schema::{job_journal, job_units, jobs},
};

/// A job.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = jobs, treat_none_as_default_value = false)]
pub(crate) struct JobRow {
    pub(crate) id: String,
    pub(crate) created_at: NaiveDateTime,
    pub(crate) created_by: String,
    pub(crate) expires_at: NaiveDateTime,
    pub(crate) scope: String,
    pub(crate) state: String,
    pub(crate) changes: i64,
    pub(crate) finished_at: Option<NaiveDateTime>,
    pub(crate) revision: i64,
    pub(crate) kind: String,
    pub(crate) source: Option<String>,
    pub(crate) options: String,
    pub(crate) reason: Option<String>,
    pub(crate) approved_by: Option<String>,
    pub(crate) started_at: Option<NaiveDateTime>,
}

/// One device in a job.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = job_units, treat_none_as_default_value = false)]
pub(crate) struct UnitRow {
    pub(crate) job_id: String,
    pub(crate) mac: String,
    pub(crate) position: i64,
    pub(crate) state: String,
    pub(crate) plan: Option<String>,
    pub(crate) report: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) attempts: i64,
    pub(crate) lease_owner: Option<String>,
    pub(crate) lease_until: Option<NaiveDateTime>,
    pub(crate) ring: i64,
    pub(crate) preview: String,
    pub(crate) rollback: Option<String>,
    pub(crate) queued_until: Option<NaiveDateTime>,
    pub(crate) woken_at: Option<NaiveDateTime>,
    pub(crate) ended_at: Option<NaiveDateTime>,
}

/// A line of a journal.
#[derive(Debug, Queryable)]
pub(crate) struct JournalRow {
    pub(crate) _id: i64,
    pub(crate) job_id: String,
    pub(crate) mac: String,
    pub(crate) step: Option<i64>,
    pub(crate) phase: String,
    pub(crate) detail: Option<String>,
    pub(crate) at: NaiveDateTime,
}

/// A line of a journal to append.
#[derive(Debug, Insertable)]
#[diesel(table_name = job_journal, treat_none_as_default_value = false)]
pub(crate) struct NewJournalRow {
    pub(crate) job_id: String,
    pub(crate) mac: String,
    pub(crate) step: Option<i64>,
    pub(crate) phase: &'static str,
    pub(crate) detail: Option<String>,
    pub(crate) at: NaiveDateTime,
}

impl JobRow {
    pub(crate) fn new(job: &JobRecord, revision: i64) -> Result<Self, Kind> {
        Ok(Self {
            id: job.id.to_string(),
            created_at: time(job.created_at),
            created_by: job.created_by.clone(),
            expires_at: time(job.expires_at),
            scope: job.scope.clone(),
            state: job.state.as_str().to_owned(),
            changes: i64::from(job.changes),
            finished_at: job.finished_at.map(time),
            revision,
            kind: job.kind.as_str().to_owned(),
            source: job.source.map(|id| id.to_string()),
            options: encode_json(&job.options)?,
            reason: job.reason.clone(),
            approved_by: job.approved_by.clone(),
            started_at: job.started_at.map(time),
        })
    }

    pub(crate) fn record(self, units: UnitCounts) -> Result<JobRecord, Kind> {
        let place = Place { table: "jobs", id: &self.id };
        Ok(JobRecord {
            id: place.parse("id", &self.id)?,
            kind: place.parse("kind", &self.kind)?,
            source: self.source.as_deref().map(|id| place.parse("source", id)).transpose()?,
            options: place.json("options", &self.options)?,
            state: place.parse("state", &self.state)?,
            changes: place.number("changes", self.changes)?,
            created_at: self.created_at.and_utc(),
            created_by: self.created_by,
            expires_at: self.expires_at.and_utc(),
            scope: self.scope,
            reason: self.reason,
            approved_by: self.approved_by,
            started_at: self.started_at.map(|at| at.and_utc()),
            units,
            finished_at: self.finished_at.map(|at| at.and_utc()),
            revision: self.revision,
        })
    }
}

impl UnitRow {
    pub(crate) fn new(unit: &JobUnit) -> Result<Self, Kind> {
        Ok(Self {
            job_id: unit.job_id.to_string(),
            mac: unit.mac.to_string(),
            position: i64::from(unit.position),
            state: unit.state.as_str().to_owned(),
            plan: unit.plan.as_ref().map(encode_json).transpose()?,
            report: unit.report.as_ref().map(encode_json).transpose()?,
            reason: unit.reason.clone(),
            attempts: i64::from(unit.attempts),
            lease_owner: unit.lease_owner.clone(),
            lease_until: unit.lease_until.map(time),
            ring: i64::from(unit.ring),
            preview: encode_json(&unit.preview)?,
            rollback: unit.rollback.as_ref().map(encode_json).transpose()?,
            queued_until: unit.queued_until.map(time),
            woken_at: unit.woken_at.map(time),
            ended_at: unit.ended_at.map(time),
        })
    }

    pub(crate) fn record(self) -> Result<JobUnit, Kind> {
        let place = Place { table: "job_units", id: &self.job_id };
        Ok(JobUnit {
            job_id: place.parse("job_id", &self.job_id)?,
            mac: place.parse("mac", &self.mac)?,
            position: place.number("position", self.position)?,
            ring: place.number("ring", self.ring)?,
            state: place.parse("state", &self.state)?,
            plan: self.plan.as_deref().map(|json| place.json("plan", json)).transpose()?,
            preview: place.json("preview", &self.preview)?,
            report: self.report.as_deref().map(|json| place.json("report", json)).transpose()?,
            rollback: self.rollback.as_deref().map(|json| place.json("rollback", json)).transpose()?,
            attempts: place.number("attempts", self.attempts)?,
            reason: self.reason,
            lease_owner: self.lease_owner,
            lease_until: self.lease_until.map(|at| at.and_utc()),
            queued_until: self.queued_until.map(|at| at.and_utc()),
            woken_at: self.woken_at.map(|at| at.and_utc()),
            ended_at: self.ended_at.map(|at| at.and_utc()),
        })
    }
}

impl NewJournalRow {
    pub(crate) fn new(entry: &JournalEntry) -> Self {
        Self {
            job_id: entry.job_id.to_string(),
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
        let place = Place { table: "job_journal", id: &self.job_id };
        Ok(JournalEntry {
            job_id: place.parse("job_id", &self.job_id)?,
            mac: place.parse("mac", &self.mac)?,
            step: self.step.map(|step| place.number("step", step)).transpose()?,
            phase: place.parse("phase", &self.phase)?,
            detail: self.detail,
            at: self.at.and_utc(),
        })
    }
}
