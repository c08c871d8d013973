//! What agents see on their own networks.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use fleet_model::{AgentId, AgentSightingRecord};
use shelly_types::Mac;

use super::Connection;
use crate::{columns::time, error::Kind, rows::AgentSightingRow, schema::agent_sightings};

/// Devices named in one statement: below what either database binds at once.
const NAMED_ROWS: usize = 500;

/// Stores what an agent sees. When it saw a device first stays.
pub(crate) async fn see(c: &mut Connection, seen: &[AgentSightingRecord]) -> Result<(), Kind> {
    for seen in seen {
        let row = AgentSightingRow::new(seen);
        let changed = diesel::update(agent_sightings::table.find((row.mac.clone(), row.agent_id.clone())))
            .set((
                agent_sightings::endpoint.eq(row.endpoint.clone()),
                agent_sightings::source.eq(row.source.clone()),
                agent_sightings::last_seen_at.eq(row.last_seen_at),
            ))
            .execute(c)
            .await?;
        if changed == 0 {
            diesel::insert_into(agent_sightings::table).values(row).execute(c).await?;
        }
    }
    Ok(())
}

/// Who sees these devices, device by device, who saw it last first.
pub(crate) async fn of(c: &mut Connection, macs: &[Mac]) -> Result<Vec<AgentSightingRecord>, Kind> {
    let mut found = Vec::new();
    for chunk in macs.chunks(NAMED_ROWS) {
        let texts: Vec<String> = chunk.iter().map(ToString::to_string).collect();
        let order = (agent_sightings::mac, agent_sightings::last_seen_at.desc(), agent_sightings::agent_id);
        let rows: Vec<AgentSightingRow> =
            agent_sightings::table.filter(agent_sightings::mac.eq_any(texts)).order(order).load(c).await?;
        for row in rows {
            found.push(row.record()?);
        }
    }
    Ok(found)
}

/// What an agent sees, by hardware address.
pub(crate) async fn by(c: &mut Connection, agent: AgentId) -> Result<Vec<AgentSightingRecord>, Kind> {
    let rows: Vec<AgentSightingRow> = agent_sightings::table
        .filter(agent_sightings::agent_id.eq(agent.to_string()))
        .order(agent_sightings::mac)
        .load(c)
        .await?;
    rows.into_iter().map(AgentSightingRow::record).collect()
}

/// Forgets what was not seen since.
pub(crate) async fn forget(c: &mut Connection, before: DateTime<Utc>) -> Result<usize, Kind> {
    let old = agent_sightings::table.filter(agent_sightings::last_seen_at.lt(time(before)));
    Ok(diesel::delete(old).execute(c).await?)
}
