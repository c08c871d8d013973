//! Jobs.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use fleet_model::{JobId, JobRecord, JobState, JobUnit, Page, PageRequest};

use super::{Backend, Connection, units};
use crate::{columns::time, error::Kind, rows::JobRow, schema::jobs, store::JobWrite};

pub(crate) async fn insert(c: &mut Connection, job: &JobRecord, job_units: &[JobUnit]) -> Result<JobRecord, Kind> {
    diesel::insert_into(jobs::table).values(JobRow::new(job, 1)?).execute(c).await?;
    units::insert(c, job_units).await?;
    get(c, job.id).await?.ok_or(Kind::NotFound)
}

pub(crate) async fn get(c: &mut Connection, id: JobId) -> Result<Option<JobRecord>, Kind> {
    let rows = jobs::table.filter(jobs::id.eq(id.to_string())).load(c).await?;
    Ok(records(c, rows).await?.pop())
}

pub(crate) async fn page(c: &mut Connection, page: &PageRequest) -> Result<Page<JobRecord>, Kind> {
    let mut query = jobs::table.into_boxed::<Backend>();
    if let Some(cursor) = &page.cursor {
        let (created_at, id): (NaiveDateTime, String) = cursor.key()?;
        let behind = jobs::created_at.lt(created_at).or(jobs::id.lt(id));
        query = query.filter(jobs::created_at.le(created_at)).filter(behind);
    }
    let limit = page.limit();
    let order = (jobs::created_at.desc(), jobs::id.desc());
    let rows: Vec<JobRow> = query.order(order).limit(i64::from(limit) + 1).load(c).await?;
    let cut = Page::cut(rows, limit, |row: &JobRow| (row.created_at, row.id.clone()));
    Ok(Page { items: records(c, cut.items).await?, next: cut.next })
}

pub(crate) async fn in_states(c: &mut Connection, states: &[JobState]) -> Result<Vec<JobRecord>, Kind> {
    let states: Vec<&str> = states.iter().map(|state| state.as_str()).collect();
    let query = jobs::table.filter(jobs::state.eq_any(states)).order((jobs::created_at, jobs::id));
    let rows = query.load(c).await?;
    records(c, rows).await
}

pub(crate) async fn set_state(c: &mut Connection, write: &JobWrite) -> Result<JobRecord, Kind> {
    let JobWrite { id, revision, state, at, reason, approved_by, leave } = write;
    let newest = jobs::table.filter(jobs::id.eq(id.to_string())).filter(jobs::revision.eq(revision));
    let changed = diesel::update(newest)
        .set((
            jobs::state.eq(state.as_str()),
            jobs::reason.eq(reason),
            jobs::finished_at.eq(state.is_final().then(|| time(*at))),
            jobs::revision.eq(revision + 1),
        ))
        .execute(c)
        .await?;
    if changed == 0 {
        return Err(get(c, *id).await?.map_or(Kind::NotFound, |_| Kind::Conflict));
    }
    let this = || jobs::table.filter(jobs::id.eq(id.to_string()));
    if let Some(approved_by) = approved_by {
        diesel::update(this()).set(jobs::approved_by.eq(approved_by)).execute(c).await?;
    }
    if state.is_going() {
        let first = this().filter(jobs::started_at.is_null());
        diesel::update(first).set(jobs::started_at.eq(time(*at))).execute(c).await?;
    }
    if let Some(why) = leave {
        units::leave(c, *id, why, *at).await?;
    }
    get(c, *id).await?.ok_or(Kind::NotFound)
}

async fn records(c: &mut Connection, rows: Vec<JobRow>) -> Result<Vec<JobRecord>, Kind> {
    let mut counts = units::counts(c, rows.iter().map(|row| row.id.clone()).collect()).await?;
    let record = |row: JobRow| {
        let units = counts.remove(&row.id).unwrap_or_default();
        row.record(units)
    };
    rows.into_iter().map(record).collect()
}
