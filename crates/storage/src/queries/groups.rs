//! Groups and their members.

use std::collections::{BTreeSet, HashMap};

use diesel::{dsl::count_star, prelude::*};
use diesel_async::RunQueryDsl;
use fleet_model::{GroupId, GroupRecord};
use shelly_types::Mac;

use super::{Connection, membership};
use crate::{
    error::Kind,
    rows::GroupRow,
    schema::{device_groups, group_members},
};

pub(crate) async fn insert(c: &mut Connection, group: &GroupRecord) -> Result<GroupRecord, Kind> {
    diesel::insert_into(device_groups::table).values(GroupRow::new(group, 1)).execute(c).await?;
    existing(c, group.id).await
}

pub(crate) async fn update(c: &mut Connection, group: &GroupRecord) -> Result<GroupRecord, Kind> {
    let newest = device_groups::table
        .filter(device_groups::id.eq(group.id.to_string()))
        .filter(device_groups::revision.eq(group.revision));
    let changed = diesel::update(newest)
        .set((
            device_groups::name.eq(&group.name),
            device_groups::rank.eq(i64::from(group.rank)),
            device_groups::query.eq(&group.query),
            device_groups::revision.eq(group.revision + 1),
        ))
        .execute(c)
        .await?;
    let stored = existing(c, group.id).await?;
    if changed == 0 { Err(Kind::Conflict) } else { Ok(stored) }
}

pub(crate) async fn delete(c: &mut Connection, id: GroupId) -> Result<(), Kind> {
    let group = device_groups::table.filter(device_groups::id.eq(id.to_string()));
    let deleted = diesel::delete(group).execute(c).await?;
    if deleted == 0 { Err(Kind::NotFound) } else { Ok(()) }
}

pub(crate) async fn get(c: &mut Connection, id: GroupId) -> Result<Option<GroupRecord>, Kind> {
    let rows = device_groups::table.filter(device_groups::id.eq(id.to_string())).load(c).await?;
    Ok(records(c, rows).await?.pop())
}

pub(crate) async fn by_name(c: &mut Connection, name: &str) -> Result<Option<GroupRecord>, Kind> {
    let rows = device_groups::table.filter(device_groups::name.eq(name)).load(c).await?;
    Ok(records(c, rows).await?.pop())
}

pub(crate) async fn all(c: &mut Connection) -> Result<Vec<GroupRecord>, Kind> {
    let rows = device_groups::table.order(device_groups::name).load(c).await?;
    records(c, rows).await
}

pub(crate) async fn members(c: &mut Connection, id: GroupId) -> Result<Vec<Mac>, Kind> {
    let mut macs: BTreeSet<String> = membership::by_hand(c, id).await?.into_iter().collect();
    let query: Option<Option<String>> = device_groups::table
        .filter(device_groups::id.eq(id.to_string()))
        .select(device_groups::query)
        .first(c)
        .await
        .optional()?;
    if let Some(query) = query.flatten() {
        let query = membership::parsed("device_groups", &id.to_string(), &query)?;
        macs.extend(membership::meant(c, &query, None).await?);
    }
    membership::macs("group_members", &macs.into_iter().collect::<Vec<_>>())
}

pub(crate) async fn members_by_hand(c: &mut Connection, id: GroupId) -> Result<Vec<Mac>, Kind> {
    membership::macs("group_members", &membership::by_hand(c, id).await?)
}

pub(crate) async fn change_members(
    c: &mut Connection,
    id: GroupId,
    add: &[Mac],
    remove: &[Mac],
) -> Result<GroupRecord, Kind> {
    let group_id = id.to_string();
    let mut add = add.to_vec();
    add.sort();
    for mac in add {
        diesel::insert_into(group_members::table)
            .values((group_members::group_id.eq(&group_id), group_members::mac.eq(mac.to_string())))
            .on_conflict_do_nothing()
            .execute(c)
            .await?;
    }
    for chunk in remove.chunks(500) {
        let macs: Vec<String> = chunk.iter().map(ToString::to_string).collect();
        let members = group_members::table.filter(group_members::group_id.eq(&group_id));
        diesel::delete(members.filter(group_members::mac.eq_any(macs))).execute(c).await?;
    }
    existing(c, id).await
}

async fn existing(c: &mut Connection, id: GroupId) -> Result<GroupRecord, Kind> {
    get(c, id).await?.ok_or(Kind::NotFound)
}

async fn records(c: &mut Connection, rows: Vec<GroupRow>) -> Result<Vec<GroupRecord>, Kind> {
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let counts: Vec<(String, i64)> = group_members::table
        .filter(group_members::group_id.eq_any(ids))
        .group_by(group_members::group_id)
        .select((group_members::group_id, count_star()))
        .load(c)
        .await?;
    let counts: HashMap<String, i64> = counts.into_iter().collect();
    let mut groups = Vec::with_capacity(rows.len());
    for row in rows {
        let by_hand = counts.get(&row.id).copied().unwrap_or(0).unsigned_abs();
        let is_by_hand = row.query.is_none();
        let mut group = row.record(by_hand, by_hand)?;
        if !is_by_hand {
            group.members = members(c, group.id).await?.len() as u64;
        }
        groups.push(group);
    }
    Ok(groups)
}
