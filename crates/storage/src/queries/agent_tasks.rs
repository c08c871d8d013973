//! Work of agents.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{dsl::count_star, prelude::*};
use diesel_async::RunQueryDsl;
use fleet_model::{
    AgentTask, AgentTaskId, Page, PageRequest, ProvisioningId, ProvisioningRecord, TaskCounts, TaskState,
};

use super::{Backend, Connection};
use crate::{
    columns::{Place, time},
    error::Kind,
    rows::{ProvisioningRow, TaskRow},
    schema::{agent_tasks, provisionings},
};

/// Stores tasks, each with its sealed secrets, and what they are part of.
pub(crate) async fn insert(
    c: &mut Connection,
    provisioning: Option<&ProvisioningRecord>,
    tasks: &[(AgentTask, Option<String>)],
) -> Result<(), Kind> {
    if let Some(provisioning) = provisioning {
        diesel::insert_into(provisionings::table).values(ProvisioningRow::new(provisioning)).execute(c).await?;
    }
    for (task, secrets) in tasks {
        let row = TaskRow::new(task, secrets.clone(), 1)?;
        diesel::insert_into(agent_tasks::table).values(row).execute(c).await?;
    }
    Ok(())
}

/// Writes a task whose revision is the newest. Its secrets stay, and go with its end. Two tasks that take up one radio
/// are a conflict.
pub(crate) async fn put(c: &mut Connection, task: &AgentTask) -> Result<AgentTask, Kind> {
    let id = task.id.to_string();
    let kept: Vec<Option<String>> =
        agent_tasks::table.filter(agent_tasks::id.eq(&id)).select(agent_tasks::secrets).load(c).await?;
    let kept = kept.into_iter().next().ok_or(Kind::NotFound)?;
    let row = TaskRow::new(task, kept.filter(|_| !task.state.is_final()), task.revision + 1)?;
    let newest = agent_tasks::table.filter(agent_tasks::id.eq(id)).filter(agent_tasks::revision.eq(task.revision));
    let changed = diesel::update(newest).set(row).execute(c).await?;
    if changed == 0 { Err(Kind::Conflict) } else { Ok(AgentTask { revision: task.revision + 1, ..task.clone() }) }
}

pub(crate) async fn get(c: &mut Connection, id: AgentTaskId) -> Result<Option<AgentTask>, Kind> {
    let row: Option<TaskRow> =
        agent_tasks::table.filter(agent_tasks::id.eq(id.to_string())).first(c).await.optional()?;
    row.map(TaskRow::record).transpose()
}

/// The sealed secrets of a task.
pub(crate) async fn secrets(c: &mut Connection, id: AgentTaskId) -> Result<Option<String>, Kind> {
    let query = agent_tasks::table.filter(agent_tasks::id.eq(id.to_string())).select(agent_tasks::secrets);
    Ok(query.first(c).await.optional()?.flatten())
}

/// Tasks in these states: the more urgent first, then the older.
pub(crate) async fn in_states(c: &mut Connection, states: &[TaskState]) -> Result<Vec<AgentTask>, Kind> {
    let states: Vec<&str> = states.iter().map(|state| state.as_str()).collect();
    let order = (agent_tasks::priority.desc(), agent_tasks::created_at, agent_tasks::position, agent_tasks::id);
    let rows: Vec<TaskRow> = agent_tasks::table.filter(agent_tasks::state.eq_any(states)).order(order).load(c).await?;
    rows.into_iter().map(TaskRow::record).collect()
}

/// The tasks of a provisioning, in order.
pub(crate) async fn of(c: &mut Connection, id: ProvisioningId) -> Result<Vec<AgentTask>, Kind> {
    let query = agent_tasks::table.filter(agent_tasks::provisioning_id.eq(id.to_string()));
    let rows: Vec<TaskRow> = query.order((agent_tasks::position, agent_tasks::id)).load(c).await?;
    rows.into_iter().map(TaskRow::record).collect()
}

/// Forgets tasks that are part of nothing and ended before.
pub(crate) async fn forget_ended(c: &mut Connection, before: DateTime<Utc>) -> Result<usize, Kind> {
    let old = agent_tasks::table
        .filter(agent_tasks::provisioning_id.is_null())
        .filter(agent_tasks::finished_at.lt(time(before)));
    Ok(diesel::delete(old).execute(c).await?)
}

pub(crate) async fn provisioning(c: &mut Connection, id: ProvisioningId) -> Result<Option<ProvisioningRecord>, Kind> {
    let row: Option<ProvisioningRow> =
        provisionings::table.filter(provisionings::id.eq(id.to_string())).first(c).await.optional()?;
    let Some(row) = row else { return Ok(None) };
    let counts = counts(c, std::slice::from_ref(&row.id)).await?.remove(&row.id).unwrap_or_default();
    row.record(counts).map(Some)
}

pub(crate) async fn page(c: &mut Connection, page: &PageRequest) -> Result<Page<ProvisioningRecord>, Kind> {
    let mut query = provisionings::table.into_boxed::<Backend>();
    if let Some(cursor) = &page.cursor {
        let (created_at, id): (NaiveDateTime, String) = cursor.key()?;
        let behind = provisionings::created_at.lt(created_at).or(provisionings::id.lt(id));
        query = query.filter(provisionings::created_at.le(created_at)).filter(behind);
    }
    let limit = page.limit();
    let order = (provisionings::created_at.desc(), provisionings::id.desc());
    let rows: Vec<ProvisioningRow> = query.order(order).limit(i64::from(limit) + 1).load(c).await?;
    let Page { items, next } = Page::cut(rows, limit, |row: &ProvisioningRow| (row.created_at, row.id.clone()));
    let ids: Vec<String> = items.iter().map(|row| row.id.clone()).collect();
    let mut counts = counts(c, &ids).await?;
    let record = |row: ProvisioningRow| {
        let counts = counts.remove(&row.id).unwrap_or_default();
        row.record(counts)
    };
    Ok(Page { items: items.into_iter().map(record).collect::<Result<_, _>>()?, next })
}

async fn counts(c: &mut Connection, ids: &[String]) -> Result<HashMap<String, TaskCounts>, Kind> {
    let rows: Vec<(Option<String>, String, i64)> = agent_tasks::table
        .filter(agent_tasks::provisioning_id.eq_any(ids))
        .group_by((agent_tasks::provisioning_id, agent_tasks::state))
        .select((agent_tasks::provisioning_id, agent_tasks::state, count_star()))
        .load(c)
        .await?;
    let mut counts: HashMap<String, TaskCounts> = HashMap::new();
    for (id, state, tasks) in rows {
        let Some(id) = id else { continue };
        let place = Place { table: "agent_tasks", id: &id };
        let (state, tasks): (TaskState, u32) = (place.parse("state", &state)?, place.number("state", tasks)?);
        counts.entry(id).or_default().add(state, tasks);
    }
    Ok(counts)
}
