//! Groups and their members.

use std::collections::{BTreeMap, HashMap};

use diesel::{dsl::count_star, prelude::*};
use diesel_async::RunQueryDsl;
use fleet_model::{GroupId, GroupRecord};
use shelly_types::Mac;

use super::Connection;
use crate::{
    columns::Place,
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
    let id = id.to_string();
    let query = group_members::table.filter(group_members::group_id.eq(&id)).order(group_members::mac);
    let macs: Vec<String> = query.select(group_members::mac).load(c).await?;
    macs.iter().map(|mac| Place { table: "group_members", id: &id }.parse("mac", mac)).collect()
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

pub(crate) async fn memberships(c: &mut Connection) -> Result<BTreeMap<Mac, Vec<GroupId>>, Kind> {
    let rows: Vec<(String, String)> =
        group_members::table.select((group_members::mac, group_members::group_id)).load(c).await?;
    let mut memberships: BTreeMap<Mac, Vec<GroupId>> = BTreeMap::new();
    for (mac, group) in rows {
        let place = Place { table: "group_members", id: &mac };
        memberships.entry(place.parse("mac", &mac)?).or_default().push(place.parse("group_id", &group)?);
    }
    for groups in memberships.values_mut() {
        groups.sort();
    }
    Ok(memberships)
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
    let record = |row: GroupRow| {
        let members = counts.get(&row.id).copied().unwrap_or(0);
        row.record(members)
    };
    rows.into_iter().map(record).collect()
}
