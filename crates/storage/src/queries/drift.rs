//! What is known of drift, and what is let be.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use fleet_model::{DriftItem, DriftWaiver, WaiverId};
use shelly_types::Mac;

use super::{Backend, Connection, among, membership};
use crate::{
    error::Kind,
    rows::{DriftItemRow, DriftWaiverRow},
    schema::{drift_items, drift_waivers},
};

/// What is known of the drift of these devices; of many devices, of all.
pub(crate) async fn items(c: &mut Connection, macs: &[Mac]) -> Result<Vec<DriftItem>, Kind> {
    let texts: Vec<String> = macs.iter().map(ToString::to_string).collect();
    let mut items = drift_items::table.order((drift_items::mac, drift_items::path)).into_boxed::<Backend>();
    if let Some(only) = membership::named(&texts) {
        items = items.filter(among(drift_items::mac, only));
    }
    let rows: Vec<DriftItemRow> = items.load(c).await?;
    rows.into_iter().map(DriftItemRow::record).collect()
}

/// Takes away what is as wished again and adds what is not. A device that is gone meanwhile is left out.
pub(crate) async fn change_items(
    c: &mut Connection,
    mac: Mac,
    add: &[DriftItem],
    remove: &[capability_config::SettingPath],
) -> Result<(), Kind> {
    let paths: Vec<String> = remove.iter().map(ToString::to_string).collect();
    let gone = drift_items::table.filter(drift_items::mac.eq(mac.to_string()));
    diesel::delete(gone.filter(among(drift_items::path, &paths))).execute(c).await?;
    for item in add {
        diesel::insert_into(drift_items::table)
            .values(DriftItemRow::new(item))
            .on_conflict_do_nothing()
            .execute(c)
            .await?;
    }
    Ok(())
}

pub(crate) async fn waivers(c: &mut Connection) -> Result<Vec<DriftWaiver>, Kind> {
    let rows: Vec<DriftWaiverRow> =
        drift_waivers::table.order((drift_waivers::created_at, drift_waivers::id)).load(c).await?;
    rows.into_iter().map(DriftWaiverRow::record).collect()
}

pub(crate) async fn insert_waivers(c: &mut Connection, waivers: &[DriftWaiver]) -> Result<(), Kind> {
    for waiver in waivers {
        diesel::insert_into(drift_waivers::table).values(DriftWaiverRow::new(waiver)).execute(c).await?;
    }
    Ok(())
}

pub(crate) async fn delete_waiver(c: &mut Connection, id: WaiverId) -> Result<(), Kind> {
    let deleted = diesel::delete(drift_waivers::table.filter(drift_waivers::id.eq(id.to_string()))).execute(c).await?;
    if deleted == 0 { Err(Kind::NotFound) } else { Ok(()) }
}
