//! Work of agents. Passwords in it are sealed, and go when it has ended.

use chrono::{DateTime, Utc};
use fleet_model::{AgentTask, AgentTaskId, NewEvent, Page, PageRequest, ProvisioningId, ProvisioningRecord, TaskState};
use secrets::{Context, Secret};
use serde_json::json;

use super::{Committed, Result, Store, read, write, write_with_events};
use crate::{
    columns::decode_json,
    error::{Error, Kind},
};

const SECRETS: Context<'static> = Context::new("agent_tasks", "secrets", "");

/// The passwords of a task.
#[derive(Debug, Clone, Default)]
pub struct TaskSecrets {
    /// Of the network that the device joins.
    pub network: Option<Secret<String>>,
    /// Of its second network.
    pub fallback: Option<Secret<String>>,
    /// Of its access point.
    pub access_point: Option<Secret<String>>,
    /// Of the device itself.
    pub device: Option<Secret<String>>,
}

impl TaskSecrets {
    const NAMES: [&'static str; 4] = ["network", "fallback", "access_point", "device"];

    fn all(&self) -> [Option<&Secret<String>>; 4] {
        [self.network.as_ref(), self.fallback.as_ref(), self.access_point.as_ref(), self.device.as_ref()]
    }
}

impl Store {
    /// Stores tasks, and what they are part of.
    pub async fn agent_tasks_insert(
        &self,
        provisioning: Option<ProvisioningRecord>,
        tasks: Vec<(AgentTask, TaskSecrets)>,
        events: Vec<NewEvent>,
    ) -> Result<Committed<()>> {
        let sealed: Vec<(AgentTask, Option<String>)> = tasks
            .into_iter()
            .map(|(task, secrets)| {
                let sealed = self.seal_secrets(&task.id.to_string(), &secrets);
                (task, sealed)
            })
            .collect();
        write_with_events!(self, "store tasks", events, agent_tasks::insert(provisioning.as_ref(), &sealed))
    }

    /// Writes a task; its passwords go when it has ended. `Conflict` when its revision is not the newest, or another one
    /// takes up the same radio.
    pub async fn agent_task_put(&self, task: AgentTask, events: Vec<NewEvent>) -> Result<Committed<AgentTask>> {
        write_with_events!(self, "store a task", events, agent_tasks::put(&task))
    }

    /// A task.
    pub async fn agent_task_get(&self, id: AgentTaskId) -> Result<Option<AgentTask>> {
        read!(self, "read a task", agent_tasks::get(id))
    }

    /// The passwords of a task.
    pub async fn agent_task_secrets(&self, id: AgentTaskId) -> Result<TaskSecrets> {
        let operation = "open the passwords of a task";
        let Some(sealed) = read!(self, operation, agent_tasks::secrets(id))? else { return Ok(TaskSecrets::default()) };
        self.open_secrets(&id.to_string(), &sealed).map_err(|kind| Error::new(operation, kind))
    }

    /// Tasks in these states: the more urgent first, then the older.
    pub async fn agent_tasks_in(&self, states: &'static [TaskState]) -> Result<Vec<AgentTask>> {
        read!(self, "list tasks", agent_tasks::in_states(states))
    }

    /// The tasks of a provisioning, in order.
    pub async fn agent_tasks_of(&self, id: ProvisioningId) -> Result<Vec<AgentTask>> {
        read!(self, "list the tasks of a provisioning", agent_tasks::of(id))
    }

    /// Forgets tasks that are part of nothing and ended before; says how many.
    pub async fn agent_tasks_forget(&self, before: DateTime<Utc>) -> Result<usize> {
        write!(self, "forget tasks", agent_tasks::forget_ended(before))
    }

    /// A provisioning.
    pub async fn provisioning_get(&self, id: ProvisioningId) -> Result<Option<ProvisioningRecord>> {
        read!(self, "read a provisioning", agent_tasks::provisioning(id))
    }

    /// Provisionings, newest first.
    pub async fn provisionings_page(&self, page: PageRequest) -> Result<Page<ProvisioningRecord>> {
        read!(self, "list provisionings", agent_tasks::page(&page))
    }

    fn seal_secrets(&self, row: &str, secrets: &TaskSecrets) -> Option<String> {
        let known = TaskSecrets::NAMES.into_iter().zip(secrets.all());
        let known: serde_json::Map<_, _> =
            known.filter_map(|(name, secret)| Some((name.to_owned(), json!(secret?.expose())))).collect();
        if known.is_empty() {
            return None;
        }
        let text = Secret::new(serde_json::Value::Object(known).to_string());
        Some(self.seal(text.expose(), &Context { row, ..SECRETS }))
    }

    fn open_secrets(&self, row: &str, sealed: &str) -> std::result::Result<TaskSecrets, Kind> {
        let text = self.unseal(sealed, &SECRETS, row)?;
        let mut known: std::collections::HashMap<String, String> =
            decode_json("agent_tasks", "secrets", row, text.expose())?;
        let mut next = |name: &str| known.remove(name).map(Secret::new);
        Ok(TaskSecrets {
            network: next("network"),
            fallback: next("fallback"),
            access_point: next("access_point"),
            device: next("device"),
        })
    }
}
