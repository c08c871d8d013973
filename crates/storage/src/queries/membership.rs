//! Who is in which group: by hand, and by the query of the group.

use std::collections::{BTreeSet, HashMap};

use diesel::{dsl::count_star, prelude::*};
use diesel_async::RunQueryDsl;
use fleet_model::{GroupId, GroupRef, LocationRecord, LocationTree};
use fleet_query::Query;
use shelly_types::Mac;

use super::{Backend, Connection, among, selection};
use crate::{
    columns::Place,
    error::Kind,
    rows::LocationRow,
    schema::{device_groups, devices, group_members, locations, retired_devices},
};

/// Above this, whole tables are read instead of naming every row.
const NAMED_ROWS: usize = 500;

/// A group with its query, if it has one.
pub(super) struct Group {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) query: Option<Query>,
}

impl Group {
    fn reference(&self) -> Result<GroupRef, Kind> {
        let id = Place { table: "device_groups", id: &self.id }.parse("id", &self.id)?;
        Ok(GroupRef { id, name: self.name.clone() })
    }
}

/// Every group.
pub(super) async fn groups(c: &mut Connection) -> Result<Vec<Group>, Kind> {
    let columns = (device_groups::id, device_groups::name, device_groups::query);
    let rows: Vec<(String, String, Option<String>)> = device_groups::table.select(columns).load(c).await?;
    let group = |(id, name, query): (String, String, Option<String>)| {
        let query = query.map(|query| parsed("device_groups", &id, &query)).transpose()?;
        Ok(Group { id, name, query })
    };
    rows.into_iter().map(group).collect()
}

/// The devices to name in a query; none when there are so many that all are asked for.
pub(super) fn named(macs: &[String]) -> Option<&[String]> {
    (macs.len() <= NAMED_ROWS).then_some(macs)
}

/// A query that was stored.
pub(super) fn parsed(table: &'static str, id: &str, query: &str) -> Result<Query, Kind> {
    Place { table, id }.parse("query", query)
}

/// The devices that a steady query means, of these or of all.
pub(super) async fn meant(c: &mut Connection, query: &Query, of: Option<&[String]>) -> Result<Vec<String>, Kind> {
    let live = devices::table.filter(devices::mac.ne_all(retired_devices::table.select(retired_devices::mac)));
    let mut rows = live.select(devices::mac).order(devices::mac).into_boxed::<Backend>();
    // A steady query does not ask for the time.
    if let Some(condition) = selection::condition(c, query, chrono::DateTime::UNIX_EPOCH).await? {
        rows = rows.filter(condition);
    }
    if let Some(macs) = of {
        rows = rows.filter(among(devices::mac, macs));
    }
    Ok(rows.load(c).await?)
}

/// The groups of these devices, by name.
pub(super) async fn groups_of(c: &mut Connection, macs: &[String]) -> Result<HashMap<String, Vec<GroupRef>>, Kind> {
    let of = named(macs);
    let mut by_hand =
        group_members::table.select((group_members::mac, group_members::group_id)).into_boxed::<Backend>();
    if let Some(macs) = of {
        by_hand = by_hand.filter(among(group_members::mac, macs));
    }
    let mut pairs: BTreeSet<(String, String)> = by_hand.load::<(String, String)>(c).await?.into_iter().collect();
    let groups = groups(c).await?;
    for group in &groups {
        if let Some(query) = &group.query {
            pairs.extend(meant(c, query, of).await?.into_iter().map(|mac| (mac, group.id.clone())));
        }
    }
    let known: HashMap<&str, &Group> = groups.iter().map(|group| (group.id.as_str(), group)).collect();
    let mut of_devices: HashMap<String, Vec<GroupRef>> = HashMap::new();
    for (mac, id) in pairs {
        if let Some(group) = known.get(id.as_str()) {
            of_devices.entry(mac).or_default().push(group.reference()?);
        }
    }
    for groups in of_devices.values_mut() {
        groups.sort_by(|left, right| left.name.cmp(&right.name));
    }
    Ok(of_devices)
}

/// Devices that were taken into a group by hand, by MAC.
pub(super) async fn by_hand(c: &mut Connection, id: GroupId) -> Result<Vec<String>, Kind> {
    let members = group_members::table.filter(group_members::group_id.eq(id.to_string()));
    Ok(members.select(group_members::mac).order(group_members::mac).load(c).await?)
}

/// The MACs that these texts are.
pub(super) fn macs(table: &'static str, texts: &[String]) -> Result<Vec<Mac>, Kind> {
    texts.iter().map(|mac| Place { table, id: mac }.parse("mac", mac)).collect()
}

/// All locations.
pub(super) async fn locations(c: &mut Connection) -> Result<Vec<LocationRecord>, Kind> {
    let rows: Vec<LocationRow> = locations::table.order(locations::name).load(c).await?;
    let counts: Vec<(Option<String>, i64)> = devices::table
        .filter(devices::location.is_not_null())
        .filter(devices::mac.ne_all(retired_devices::table.select(retired_devices::mac)))
        .group_by(devices::location)
        .select((devices::location, count_star()))
        .load(c)
        .await?;
    let counts: HashMap<String, i64> = counts.into_iter().filter_map(|(id, count)| Some((id?, count))).collect();
    let record = |row: LocationRow| {
        let devices = counts.get(&row.id).copied().unwrap_or(0);
        row.record(devices)
    };
    rows.into_iter().map(record).collect()
}

/// All locations, and what is around what.
pub(super) async fn tree(c: &mut Connection) -> Result<LocationTree, Kind> {
    Ok(LocationTree::new(locations(c).await?))
}
