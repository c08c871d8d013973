//! Devices that are expected.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use fleet_model::{ExpectedRecord, GroupRecord, LocationRecord};
use shelly_types::Mac;

use super::{Connection, among, groups, locations};
use crate::{
    error::Kind,
    rows::ExpectedRow,
    schema::{device_groups, expected_devices, locations as location_table, profiles},
};

type Names = (Option<String>, Option<String>, Option<String>);

/// Stores what is expected, with the locations and groups that it needs; what was said before of these devices is
/// replaced.
pub(crate) async fn import(
    c: &mut Connection,
    expected: &[ExpectedRecord],
    new_locations: &[LocationRecord],
    new_groups: &[GroupRecord],
) -> Result<(), Kind> {
    for location in new_locations {
        locations::insert(c, location).await?;
    }
    for group in new_groups {
        groups::insert(c, group).await?;
    }
    for expected in expected {
        let row = ExpectedRow::new(expected)?;
        diesel::delete(expected_devices::table.find(&row.mac)).execute(c).await?;
        diesel::insert_into(expected_devices::table).values(row).execute(c).await?;
    }
    Ok(())
}

/// All that are expected, by MAC; or only one.
pub(crate) async fn all(c: &mut Connection, only: Option<Mac>) -> Result<Vec<ExpectedRecord>, Kind> {
    let mut query = expected_devices::table
        .left_join(location_table::table.on(expected_devices::location_id.eq(location_table::id.nullable())))
        .left_join(device_groups::table.on(expected_devices::group_id.eq(device_groups::id.nullable())))
        .left_join(profiles::table.on(expected_devices::profile_id.eq(profiles::id.nullable())))
        .order(expected_devices::mac)
        .select((
            expected_devices::all_columns,
            (location_table::name.nullable(), device_groups::name.nullable(), profiles::name.nullable()),
        ))
        .into_boxed::<super::Backend>();
    if let Some(mac) = only {
        query = query.filter(expected_devices::mac.eq(mac.to_string()));
    }
    let rows: Vec<(ExpectedRow, Names)> = query.load(c).await?;
    rows.into_iter().map(|(row, (location, group, profile))| row.record([location, group, profile])).collect()
}

/// Expects these devices no more; says how many of them were.
pub(crate) async fn delete(c: &mut Connection, macs: &[Mac]) -> Result<usize, Kind> {
    let mut deleted = 0;
    for chunk in macs.chunks(500) {
        let macs: Vec<String> = chunk.iter().map(ToString::to_string).collect();
        let expected = expected_devices::table.filter(among(expected_devices::mac, &macs));
        deleted += diesel::delete(expected).execute(c).await?;
    }
    Ok(deleted)
}
