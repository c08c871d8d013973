//! Agents, the codes with which they enrol, what their radios see, and where new devices belong.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use fleet_model::{
    AccessPointRecord, AgentCodeId, AgentCodeRecord, AgentId, AgentRecord, PlacementId, PlacementRecord,
};

use super::{Connection, among, dialect};
use crate::{
    columns::time,
    error::Kind,
    kept::kept,
    rows::{AccessPointRow, AgentCodeRow, AgentRow, AuthorityRow, PlacementRow},
    schema::{access_points, agent_authority, agent_codes, agents, device_groups, locations, placements, profiles},
};

/// Stores the authority if there is none; gives the one that is stored.
pub(crate) async fn authority_keep(c: &mut Connection, row: AuthorityRow) -> Result<AuthorityRow, Kind> {
    diesel::insert_into(agent_authority::table).values(row).on_conflict_do_nothing().execute(c).await?;
    authority(c).await?.ok_or(Kind::NotFound)
}

pub(crate) async fn authority(c: &mut Connection) -> Result<Option<AuthorityRow>, Kind> {
    Ok(agent_authority::table.first(c).await.optional()?)
}

pub(crate) async fn code_insert(c: &mut Connection, code: &AgentCodeRecord, hash: &str) -> Result<(), Kind> {
    diesel::insert_into(agent_codes::table).values(AgentCodeRow::new(code, hash)).execute(c).await?;
    Ok(())
}

pub(crate) async fn codes(c: &mut Connection) -> Result<Vec<AgentCodeRecord>, Kind> {
    let rows: Vec<(AgentCodeRow, Option<String>)> = agent_codes::table
        .left_join(locations::table.on(agent_codes::location_id.eq(locations::id.nullable())))
        .order((agent_codes::created_at, agent_codes::id))
        .select((agent_codes::all_columns, locations::name.nullable()))
        .load(c)
        .await?;
    rows.into_iter().map(|(row, location)| row.record(location)).collect()
}

pub(crate) async fn code_delete(c: &mut Connection, id: AgentCodeId) -> Result<(), Kind> {
    let deleted = diesel::delete(agent_codes::table.filter(agent_codes::id.eq(id.to_string()))).execute(c).await?;
    if deleted == 0 { Err(Kind::NotFound) } else { Ok(()) }
}

/// Takes one use of a code and stores the agent, with the code's location, under its name or, where that is taken, with
/// the end of its id behind it. None when the code is not good any more.
pub(crate) async fn enroll(
    c: &mut Connection,
    hash: &str,
    agent: &AgentRecord,
    now: DateTime<Utc>,
) -> Result<Option<AgentRecord>, Kind> {
    let good = agent_codes::table
        .filter(agent_codes::hash.eq(hash))
        .filter(agent_codes::uses_left.gt(0))
        .filter(agent_codes::expires_at.gt(time(now)));
    // One statement, so that two who come at once cannot take the last use both.
    let taken: Vec<AgentCodeRow> = diesel::update(good)
        .set(agent_codes::uses_left.eq(agent_codes::uses_left - 1))
        .returning(agent_codes::all_columns)
        .get_results(c)
        .await?;
    let Some(code) = taken.into_iter().next() else { return Ok(None) };
    let mut row = AgentRow::new(agent, 1)?;
    row.location_id.clone_from(&code.location_id);
    row.enrolled_with.clone_from(&code.label);
    let same: i64 = agents::table.filter(agents::name.eq(&row.name)).count().get_result(c).await?;
    if same > 0 {
        let end = row.id.get(row.id.len().saturating_sub(6)..).unwrap_or_default();
        row.name = format!("{}-{end}", row.name);
    }
    let id = agent.id;
    diesel::insert_into(agents::table).values(row).execute(c).await?;
    get(c, id).await
}

/// Writes an agent whose revision is the newest.
pub(crate) async fn put(c: &mut Connection, agent: &AgentRecord) -> Result<AgentRecord, Kind> {
    let row = AgentRow::new(agent, agent.revision + 1)?;
    let newest = agents::table.filter(agents::id.eq(row.id.clone())).filter(agents::revision.eq(agent.revision));
    let changed = diesel::update(newest).set(row).execute(c).await?;
    let stored = get(c, agent.id).await?.ok_or(Kind::NotFound)?;
    if changed == 0 { Err(Kind::Conflict) } else { Ok(stored) }
}

/// Notes that something was heard of agents.
pub(crate) async fn touch(c: &mut Connection, ids: &[AgentId], at: DateTime<Utc>) -> Result<(), Kind> {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let heard = agents::table.filter(among(agents::id, &ids));
    dialect::run(c, kept!(diesel::update(heard).set(agents::last_seen_at.eq(time(at))))).await?;
    Ok(())
}

/// An agent left this manager; says nothing of one that is connected to another one by now.
pub(crate) async fn left(c: &mut Connection, id: AgentId, manager: &str) -> Result<(), Kind> {
    let ours = agents::table.filter(agents::id.eq(id.to_string())).filter(agents::connected_to.eq(manager));
    diesel::update(ours).set(agents::connected_to.eq(None::<String>)).execute(c).await?;
    Ok(())
}

pub(crate) async fn delete(c: &mut Connection, id: AgentId) -> Result<(), Kind> {
    let deleted = diesel::delete(agents::table.filter(agents::id.eq(id.to_string()))).execute(c).await?;
    if deleted == 0 { Err(Kind::NotFound) } else { Ok(()) }
}

pub(crate) async fn get(c: &mut Connection, id: AgentId) -> Result<Option<AgentRecord>, Kind> {
    let row: Option<(AgentRow, Option<String>)> = agents::table
        .left_join(locations::table.on(agents::location_id.eq(locations::id.nullable())))
        .filter(agents::id.eq(id.to_string()))
        .select((agents::all_columns, locations::name.nullable()))
        .first(c)
        .await
        .optional()?;
    row.map(|(row, location)| row.record(location)).transpose()
}

pub(crate) async fn all(c: &mut Connection) -> Result<Vec<AgentRecord>, Kind> {
    let rows: Vec<(AgentRow, Option<String>)> = agents::table
        .left_join(locations::table.on(agents::location_id.eq(locations::id.nullable())))
        .order((agents::name, agents::id))
        .select((agents::all_columns, locations::name.nullable()))
        .load(c)
        .await?;
    rows.into_iter().map(|(row, location)| row.record(location)).collect()
}

/// Stores what a radio sees; gives the names that no radio saw before. With `whole`, what it does not see any more goes.
pub(crate) async fn see(
    c: &mut Connection,
    (agent, interface): (AgentId, &str),
    points: &[AccessPointRecord],
    whole: bool,
) -> Result<Vec<String>, Kind> {
    let agent = agent.to_string();
    let mut new = Vec::new();
    for point in points {
        let row = AccessPointRow::new(point);
        let known: i64 = access_points::table.filter(access_points::ssid.eq(&row.ssid)).count().get_result(c).await?;
        let key = (row.ssid.clone(), agent.clone(), interface.to_owned());
        let changed = diesel::update(access_points::table.find(key))
            .set((
                access_points::bssid.eq(row.bssid.clone()),
                access_points::signal_dbm.eq(row.signal_dbm),
                access_points::frequency_mhz.eq(row.frequency_mhz),
                access_points::security.eq(row.security.clone()),
                access_points::last_seen_at.eq(row.last_seen_at),
            ))
            .execute(c)
            .await?;
        if changed == 0 {
            diesel::insert_into(access_points::table).values(row).execute(c).await?;
        }
        if known == 0 {
            new.push(point.ssid.clone());
        }
    }
    if whole {
        let seen: Vec<&str> = points.iter().map(|point| point.ssid.as_str()).collect();
        let gone = access_points::table
            .filter(access_points::agent_id.eq(&agent))
            .filter(access_points::interface.eq(interface))
            .filter(access_points::ssid.ne_all(seen));
        diesel::delete(gone).execute(c).await?;
    }
    Ok(new)
}

/// Forgets access points that were not seen since.
pub(crate) async fn forget_points(c: &mut Connection, before: DateTime<Utc>) -> Result<usize, Kind> {
    let old = access_points::table.filter(access_points::last_seen_at.lt(time(before)));
    Ok(diesel::delete(old).execute(c).await?)
}

pub(crate) async fn points(c: &mut Connection) -> Result<Vec<AccessPointRecord>, Kind> {
    let order = (access_points::ssid, access_points::signal_dbm.desc(), access_points::agent_id);
    let rows: Vec<AccessPointRow> = access_points::table.order(order).load(c).await?;
    rows.into_iter().map(AccessPointRow::record).collect()
}

pub(crate) async fn placement_insert(c: &mut Connection, rule: &PlacementRecord) -> Result<(), Kind> {
    let last: Option<i64> = placements::table.select(diesel::dsl::max(placements::position)).get_result(c).await?;
    let mut row = PlacementRow::new(rule)?;
    row.position = last.map_or(0, |last| last + 1);
    diesel::insert_into(placements::table).values(row).execute(c).await?;
    Ok(())
}

pub(crate) async fn placement_delete(c: &mut Connection, id: PlacementId) -> Result<(), Kind> {
    let deleted = diesel::delete(placements::table.filter(placements::id.eq(id.to_string()))).execute(c).await?;
    if deleted == 0 { Err(Kind::NotFound) } else { Ok(()) }
}

pub(crate) async fn placements(c: &mut Connection) -> Result<Vec<PlacementRecord>, Kind> {
    type Names = (Option<String>, Option<String>, Option<String>);
    let rows: Vec<(PlacementRow, Names)> = placements::table
        .left_join(locations::table.on(placements::location_id.eq(locations::id.nullable())))
        .left_join(device_groups::table.on(placements::group_id.eq(device_groups::id.nullable())))
        .left_join(profiles::table.on(placements::profile_id.eq(profiles::id.nullable())))
        .order((placements::position, placements::id))
        .select((
            placements::all_columns,
            (locations::name.nullable(), device_groups::name.nullable(), profiles::name.nullable()),
        ))
        .load(c)
        .await?;
    rows.into_iter().map(|(row, (location, group, profile))| row.record([location, group, profile])).collect()
}
