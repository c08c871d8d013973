//! Plans.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use fleet_model::{Page, PageRequest, PlanId, PlanRecord, PlanState, PlanUnit};

use super::{Backend, Connection, units};
use crate::{columns::time, error::Kind, rows::PlanRow, schema::plans};

pub(crate) async fn insert(c: &mut Connection, plan: &PlanRecord, plan_units: &[PlanUnit]) -> Result<PlanRecord, Kind> {
    diesel::insert_into(plans::table).values(PlanRow::new(plan, 1)).execute(c).await?;
    units::insert(c, plan_units).await?;
    get(c, plan.id).await?.ok_or(Kind::NotFound)
}

pub(crate) async fn get(c: &mut Connection, id: PlanId) -> Result<Option<PlanRecord>, Kind> {
    let rows = plans::table.filter(plans::id.eq(id.to_string())).load(c).await?;
    Ok(records(c, rows).await?.pop())
}

pub(crate) async fn page(c: &mut Connection, page: &PageRequest) -> Result<Page<PlanRecord>, Kind> {
    let mut query = plans::table.into_boxed::<Backend>();
    if let Some(cursor) = &page.cursor {
        let (created_at, id): (NaiveDateTime, String) = cursor.key()?;
        let behind = plans::created_at.lt(created_at).or(plans::id.lt(id));
        query = query.filter(plans::created_at.le(created_at)).filter(behind);
    }
    let limit = page.limit();
    let order = (plans::created_at.desc(), plans::id.desc());
    let rows: Vec<PlanRow> = query.order(order).limit(i64::from(limit) + 1).load(c).await?;
    let cut = Page::cut(rows, limit, |row: &PlanRow| (row.created_at, row.id.clone()));
    Ok(Page { items: records(c, cut.items).await?, next: cut.next })
}

pub(crate) async fn in_state(c: &mut Connection, state: PlanState) -> Result<Vec<PlanRecord>, Kind> {
    let query = plans::table.filter(plans::state.eq(state.as_str())).order((plans::created_at, plans::id));
    let rows = query.load(c).await?;
    records(c, rows).await
}

pub(crate) async fn set_state(
    c: &mut Connection,
    id: PlanId,
    revision: i64,
    state: PlanState,
    now: DateTime<Utc>,
) -> Result<PlanRecord, Kind> {
    let newest = plans::table.filter(plans::id.eq(id.to_string())).filter(plans::revision.eq(revision));
    let changed = diesel::update(newest)
        .set((
            plans::state.eq(state.as_str()),
            plans::finished_at.eq(state.is_final().then(|| time(now))),
            plans::revision.eq(revision + 1),
        ))
        .execute(c)
        .await?;
    let stored = get(c, id).await?.ok_or(Kind::NotFound)?;
    if changed == 0 { Err(Kind::Conflict) } else { Ok(stored) }
}

async fn records(c: &mut Connection, rows: Vec<PlanRow>) -> Result<Vec<PlanRecord>, Kind> {
    let mut counts = units::counts(c, rows.iter().map(|row| row.id.clone()).collect()).await?;
    let record = |row: PlanRow| {
        let units = counts.remove(&row.id).unwrap_or_default();
        row.record(units)
    };
    rows.into_iter().map(record).collect()
}
