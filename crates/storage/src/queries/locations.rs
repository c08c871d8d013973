//! Locations.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use fleet_model::{LocationId, LocationRecord};
use shelly_types::Mac;

use super::{Connection, membership};
use crate::{
    error::Kind,
    rows::LocationRow,
    schema::{devices, locations, retired_devices},
};

pub(crate) async fn insert(c: &mut Connection, location: &LocationRecord) -> Result<LocationRecord, Kind> {
    diesel::insert_into(locations::table).values(LocationRow::new(location, 1)).execute(c).await?;
    existing(c, location.id).await
}

pub(crate) async fn update(c: &mut Connection, location: &LocationRecord) -> Result<LocationRecord, Kind> {
    let row = LocationRow::new(location, location.revision + 1);
    let newest = locations::table.filter(locations::id.eq(&row.id)).filter(locations::revision.eq(location.revision));
    let changed = diesel::update(newest)
        .set((
            locations::name.eq(row.name),
            locations::parent.eq(row.parent),
            locations::time_zone.eq(row.time_zone),
            locations::revision.eq(row.revision),
        ))
        .execute(c)
        .await?;
    let stored = existing(c, location.id).await?;
    if changed == 0 { Err(Kind::Conflict) } else { Ok(stored) }
}

pub(crate) async fn delete(c: &mut Connection, id: LocationId) -> Result<(), Kind> {
    let inner = locations::table.filter(locations::parent.eq(id.to_string()));
    let inner: i64 = inner.count().get_result(c).await?;
    if inner > 0 {
        return Err(Kind::Invalid { reason: "there are locations within it: move or remove them first" });
    }
    let deleted = diesel::delete(locations::table.filter(locations::id.eq(id.to_string()))).execute(c).await?;
    if deleted == 0 { Err(Kind::NotFound) } else { Ok(()) }
}

pub(crate) async fn all(c: &mut Connection) -> Result<Vec<LocationRecord>, Kind> {
    membership::locations(c).await
}

/// The devices in these locations, by MAC.
pub(crate) async fn devices_in(c: &mut Connection, ids: &[LocationId]) -> Result<Vec<Mac>, Kind> {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let there = devices::table.filter(devices::location.assume_not_null().eq_any(ids));
    let there = there.filter(devices::mac.ne_all(retired_devices::table.select(retired_devices::mac)));
    let macs: Vec<String> =
        there.filter(devices::location.is_not_null()).select(devices::mac).order(devices::mac).load(c).await?;
    membership::macs("devices", &macs)
}

async fn existing(c: &mut Connection, id: LocationId) -> Result<LocationRecord, Kind> {
    membership::tree(c).await?.get(id).cloned().ok_or(Kind::NotFound)
}
