//! Rows of work that one manager of several does.

use chrono::NaiveDateTime;
use diesel::{AsChangeset, Insertable, Queryable};
use fleet_model::UpkeepRecord;

use crate::{columns::Place, error::Kind, schema::upkeep};

/// Work, who is at it, and what came of it last.
#[derive(Debug, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = upkeep, primary_key(name), treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct UpkeepRow {
    pub(crate) name: String,
    pub(crate) owner: Option<String>,
    pub(crate) lease_until: Option<NaiveDateTime>,
    pub(crate) began_at: NaiveDateTime,
    pub(crate) ended_at: Option<NaiveDateTime>,
    pub(crate) removed: String,
}

impl UpkeepRow {
    pub(crate) fn record(self) -> Result<UpkeepRecord, Kind> {
        let place = Place { table: "upkeep", id: &self.name };
        Ok(UpkeepRecord {
            removed: place.json("removed", &self.removed)?,
            owner: self.owner,
            lease_until: self.lease_until.map(|at| at.and_utc()),
            began_at: self.began_at.and_utc(),
            ended_at: self.ended_at.map(|at| at.and_utc()),
        })
    }
}
