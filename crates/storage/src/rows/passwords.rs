//! Rows of passwords that devices are about to get.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::schema::password_changes;

#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = password_changes)]
pub(crate) struct PasswordChangeRow {
    pub(crate) mac: String,
    pub(crate) job_id: String,
    pub(crate) user_name: String,
    pub(crate) secret: Option<String>,
    pub(crate) state: String,
    pub(crate) created_at: NaiveDateTime,
}
