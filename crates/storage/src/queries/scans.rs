//! Scans of the network.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use fleet_model::{Page, PageRequest, ScanId, ScanRecord, ScanState};

use super::{Backend, Connection};
use crate::{error::Kind, rows::ScanRow, schema::scans};

pub(crate) async fn insert(c: &mut Connection, scan: &ScanRecord) -> Result<(), Kind> {
    diesel::insert_into(scans::table).values(ScanRow::new(scan)?).execute(c).await?;
    Ok(())
}

pub(crate) async fn update(c: &mut Connection, scan: &ScanRecord) -> Result<(), Kind> {
    let row = ScanRow::new(scan)?;
    let changed = diesel::update(scans::table.filter(scans::id.eq(row.id.clone()))).set(row).execute(c).await?;
    if changed == 0 { Err(Kind::NotFound) } else { Ok(()) }
}

pub(crate) async fn get(c: &mut Connection, id: ScanId) -> Result<Option<ScanRecord>, Kind> {
    let row: Option<ScanRow> = scans::table.filter(scans::id.eq(id.to_string())).first(c).await.optional()?;
    row.map(ScanRow::record).transpose()
}

pub(crate) async fn page(c: &mut Connection, page: &PageRequest) -> Result<Page<ScanRecord>, Kind> {
    let mut query = scans::table.into_boxed::<Backend>();
    if let Some(cursor) = &page.cursor {
        let (started_at, id): (NaiveDateTime, String) = cursor.key()?;
        let behind = scans::started_at.lt(started_at).or(scans::id.lt(id));
        query = query.filter(scans::started_at.le(started_at)).filter(behind);
    }
    let limit = page.limit();
    let order = (scans::started_at.desc(), scans::id.desc());
    let rows: Vec<ScanRow> = query.order(order).limit(i64::from(limit) + 1).load(c).await?;
    let Page { items, next } = Page::cut(rows, limit, |row: &ScanRow| (row.started_at, row.id.clone()));
    Ok(Page { items: items.into_iter().map(ScanRow::record).collect::<Result<_, _>>()?, next })
}

pub(crate) async fn running(c: &mut Connection) -> Result<Vec<ScanRecord>, Kind> {
    let query = scans::table.filter(scans::state.eq(ScanState::Running.as_str())).order(scans::id);
    let rows: Vec<ScanRow> = query.load(c).await?;
    rows.into_iter().map(ScanRow::record).collect()
}
