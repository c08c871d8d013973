//! Rows of devices in the place of others.

use chrono::NaiveDateTime;
use diesel::{Insertable, Queryable};
use fleet_model::ReplacementRecord;
use shelly_types::Model;

use crate::{columns::Place, error::Kind, schema::replacements};

/// A device that took the place of another.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = replacements, treat_none_as_default_value = false)]
pub(crate) struct ReplacementRow {
    pub(crate) job_id: String,
    pub(crate) former: String,
    pub(crate) former_name: String,
    pub(crate) former_model: String,
    pub(crate) successor: String,
    pub(crate) replaced_at: NaiveDateTime,
    pub(crate) undone_at: Option<NaiveDateTime>,
    pub(crate) kept: String,
}

impl ReplacementRow {
    pub(crate) fn record(self) -> Result<ReplacementRecord, Kind> {
        let place = Place { table: "replacements", id: &self.job_id };
        Ok(ReplacementRecord {
            job: place.parse("job_id", &self.job_id)?,
            former: place.parse("former", &self.former)?,
            successor: place.parse("successor", &self.successor)?,
            former_name: self.former_name,
            former_model: Model::new(self.former_model),
            replaced_at: self.replaced_at.and_utc(),
            undone_at: self.undone_at.map(|at| at.and_utc()),
        })
    }
}
