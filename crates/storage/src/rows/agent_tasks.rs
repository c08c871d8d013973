//! Rows of the work of agents.

use chrono::NaiveDateTime;
use diesel::{AsChangeset, Insertable, Queryable};
use fleet_model::{AgentTask, ProvisioningRecord, TaskCounts};

use crate::{
    columns::{Place, count, encode_json, time},
    error::Kind,
    schema::{agent_tasks, provisionings},
};

/// Devices that are brought into a network together.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = provisionings, treat_none_as_default_value = false)]
pub(crate) struct ProvisioningRow {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) network: String,
    pub(crate) created_at: NaiveDateTime,
    pub(crate) created_by: String,
}

/// A task.
#[derive(Debug, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = agent_tasks, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct TaskRow {
    pub(crate) id: String,
    pub(crate) provisioning_id: Option<String>,
    pub(crate) position: i64,
    pub(crate) work: String,
    pub(crate) secrets: Option<String>,
    pub(crate) state: String,
    pub(crate) priority: i64,
    pub(crate) only_agent: Option<String>,
    pub(crate) only_interface: Option<String>,
    pub(crate) agent_id: Option<String>,
    pub(crate) interface: Option<String>,
    pub(crate) radio: Option<String>,
    pub(crate) fence: i64,
    pub(crate) attempts: i64,
    pub(crate) lease_until: Option<NaiveDateTime>,
    pub(crate) deadline_at: NaiveDateTime,
    pub(crate) not_before: Option<NaiveDateTime>,
    pub(crate) report: String,
    pub(crate) reason: Option<String>,
    pub(crate) mac: Option<String>,
    pub(crate) job_id: Option<String>,
    pub(crate) created_at: NaiveDateTime,
    pub(crate) created_by: String,
    pub(crate) started_at: Option<NaiveDateTime>,
    pub(crate) finished_at: Option<NaiveDateTime>,
    pub(crate) revision: i64,
}

impl ProvisioningRow {
    pub(crate) fn new(record: &ProvisioningRecord) -> Self {
        Self {
            id: record.id.to_string(),
            title: record.title.clone(),
            network: record.network.clone(),
            created_at: time(record.created_at),
            created_by: record.created_by.clone(),
        }
    }

    pub(crate) fn record(self, counts: TaskCounts) -> Result<ProvisioningRecord, Kind> {
        let place = Place { table: "provisionings", id: &self.id };
        Ok(ProvisioningRecord {
            id: place.parse("id", &self.id)?,
            title: self.title,
            network: self.network,
            created_at: self.created_at.and_utc(),
            created_by: self.created_by,
            counts,
        })
    }
}

impl TaskRow {
    pub(crate) fn new(task: &AgentTask, secrets: Option<String>, revision: i64) -> Result<Self, Kind> {
        Ok(Self {
            id: task.id.to_string(),
            provisioning_id: task.provisioning_id.map(|id| id.to_string()),
            position: task.position.into(),
            work: encode_json(&task.work)?,
            secrets,
            state: task.state.as_str().to_owned(),
            priority: task.priority.into(),
            only_agent: task.only_agent.map(|id| id.to_string()),
            only_interface: task.only_interface.clone(),
            agent_id: task.agent_id.map(|id| id.to_string()),
            interface: task.interface.clone(),
            radio: task.radio(),
            fence: count(task.fence),
            attempts: task.attempts.into(),
            lease_until: task.lease_until.map(time),
            deadline_at: time(task.deadline_at),
            not_before: task.not_before.map(time),
            report: encode_json(&task.report)?,
            reason: task.reason.clone(),
            mac: task.mac.map(|mac| mac.to_string()),
            job_id: task.job_id.map(|id| id.to_string()),
            created_at: time(task.created_at),
            created_by: task.created_by.clone(),
            started_at: task.started_at.map(time),
            finished_at: task.finished_at.map(time),
            revision,
        })
    }

    pub(crate) fn record(self) -> Result<AgentTask, Kind> {
        let place = Place { table: "agent_tasks", id: &self.id };
        let agent = |column, text: Option<&String>| text.map(|text| place.parse(column, text)).transpose();
        Ok(AgentTask {
            id: place.parse("id", &self.id)?,
            provisioning_id: self.provisioning_id.as_ref().map(|id| place.parse("provisioning_id", id)).transpose()?,
            position: place.number("position", self.position)?,
            work: place.json("work", &self.work)?,
            state: place.parse("state", &self.state)?,
            priority: place.number("priority", self.priority)?,
            only_agent: agent("only_agent", self.only_agent.as_ref())?,
            only_interface: self.only_interface,
            agent_id: agent("agent_id", self.agent_id.as_ref())?,
            interface: self.interface,
            fence: place.number("fence", self.fence)?,
            attempts: place.number("attempts", self.attempts)?,
            lease_until: self.lease_until.map(|at| at.and_utc()),
            deadline_at: self.deadline_at.and_utc(),
            not_before: self.not_before.map(|at| at.and_utc()),
            report: place.json("report", &self.report)?,
            reason: self.reason,
            mac: self.mac.as_ref().map(|mac| place.parse("mac", mac)).transpose()?,
            job_id: self.job_id.as_ref().map(|id| place.parse("job_id", id)).transpose()?,
            created_at: self.created_at.and_utc(),
            created_by: self.created_by,
            started_at: self.started_at.map(|at| at.and_utc()),
            finished_at: self.finished_at.map(|at| at.and_utc()),
            revision: self.revision,
        })
    }
}
