//! Configuration history.

use capability_config::Settings;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use fleet_model::{Page, PageRequest, SnapshotId, SnapshotRecord, setting_changes};
use shelly_types::Mac;

use super::{Backend, Connection, events, index};
use crate::{
    columns::{Place, StoredSnapshot, StoredWrite},
    error::Kind,
    rows::SnapshotRow,
    schema::snapshots,
    store::Committed,
};

/// What a device had, from the newest on.
macro_rules! newest_first {
    ($mac:expr) => {
        snapshots::table.filter(snapshots::mac.eq($mac)).order((snapshots::taken_at.desc(), snapshots::id.desc()))
    };
}

pub(crate) async fn append_if_changed(c: &mut Connection, write: &StoredWrite) -> Result<Committed<bool>, Kind> {
    let changed = set_newest(c, write).await?;
    events::append_if(c, changed, write.event.as_slice(), changed).await
}

/// The same without the event.
pub(crate) async fn set_newest(c: &mut Connection, write: &StoredWrite) -> Result<bool, Kind> {
    let StoredWrite { stored, since, .. } = write;
    let row = SnapshotRow::new(stored)?;
    let parts = (snapshots::id, snapshots::fingerprint, snapshots::components);
    let newest: Option<(String, String, String)> = newest_first!(&row.mac).select(parts).first(c).await.optional()?;
    let same = |(_, fingerprint, components): &(_, String, String)| {
        (fingerprint, components) == (&row.fingerprint, &row.components)
    };
    let changed = !newest.as_ref().is_some_and(same);
    if changed {
        let SnapshotRecord { mac, settings, components, .. } = &stored.snapshot;
        match newest {
            // What is searched is that of the newest one, so only what is new about this one is written.
            Some((id, _, before)) if before == row.components => {
                if let Some(known) = since.as_ref().filter(|since| since.id.to_string() == id) {
                    index::change(c, *mac, &known.settings).await?;
                } else {
                    let text: String =
                        snapshots::table.filter(snapshots::id.eq(&id)).select(snapshots::settings).first(c).await?;
                    let before: Settings = Place { table: "snapshots", id: &id }.json("settings", &text)?;
                    index::change(c, *mac, &setting_changes(&before, settings)).await?;
                }
            }
            _ => index::set(c, *mac, settings, components).await?,
        }
        diesel::insert_into(snapshots::table).values((row, snapshots::raw.eq(&stored.raw))).execute(c).await?;
    }
    Ok(changed)
}

pub(crate) async fn get(c: &mut Connection, id: SnapshotId) -> Result<Option<StoredSnapshot>, Kind> {
    let row: Option<(SnapshotRow, String)> = snapshots::table
        .filter(snapshots::id.eq(id.to_string()))
        .select((SnapshotRow::as_select(), snapshots::raw))
        .first(c)
        .await
        .optional()?;
    row.map(|(row, raw)| row.stored(raw)).transpose()
}

pub(crate) async fn latest(c: &mut Connection, mac: Mac) -> Result<Option<StoredSnapshot>, Kind> {
    let newest = newest_first!(mac.to_string()).select(SnapshotRow::as_select());
    let row: Option<SnapshotRow> = newest.first(c).await.optional()?;
    row.map(|row| row.stored(String::new())).transpose()
}

pub(crate) async fn page(c: &mut Connection, mac: Mac, page: &PageRequest) -> Result<Page<StoredSnapshot>, Kind> {
    let mut query = newest_first!(mac.to_string()).select(SnapshotRow::as_select()).into_boxed::<Backend>();
    if let Some(cursor) = &page.cursor {
        let (taken_at, id): (NaiveDateTime, String) = cursor.key()?;
        let behind = snapshots::taken_at.lt(taken_at).or(snapshots::id.lt(id));
        query = query.filter(snapshots::taken_at.le(taken_at)).filter(behind);
    }
    let limit = page.limit();
    let rows: Vec<SnapshotRow> = query.limit(i64::from(limit) + 1).load(c).await?;
    let Page { items, next } = Page::cut(rows, limit, |row: &SnapshotRow| (row.taken_at, row.id.clone()));
    Ok(Page { items: items.into_iter().map(|row| row.stored(String::new())).collect::<Result<_, _>>()?, next })
}
