//! Passwords that devices are about to get. They are sealed here.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use fleet_model::{JobId, PasswordState};
use shelly_types::Mac;

use super::{Connection, among, credentials};
use crate::{
    columns::Place,
    error::Kind,
    rows::PasswordChangeRow,
    schema::{devices, password_changes},
    store::PasswordEnd,
};

const SENT: &str = PasswordState::Sent.as_str();

/// Devices named in one query.
const NAMED_ROWS: usize = 500;

/// Stores what devices are about to get. What a device may have got already is kept: it is the only way in.
pub(crate) async fn plan(c: &mut Connection, rows: &[PasswordChangeRow]) -> Result<(), Kind> {
    for row in rows {
        let replaced = password_changes::table.find(&row.mac).filter(password_changes::state.ne(SENT));
        diesel::delete(replaced).execute(c).await?;
        diesel::insert_into(password_changes::table).values(row).on_conflict_do_nothing().execute(c).await?;
    }
    Ok(())
}

pub(crate) async fn get(c: &mut Connection, mac: Mac) -> Result<Option<PasswordChangeRow>, Kind> {
    Ok(password_changes::table.find(mac.to_string()).first(c).await.optional()?)
}

/// The devices of these with a password that they may have got, and nobody proved.
pub(crate) async fn in_doubt(c: &mut Connection, macs: &[Mac]) -> Result<Vec<Mac>, Kind> {
    let mut found = Vec::new();
    for chunk in macs.chunks(NAMED_ROWS) {
        let texts: Vec<String> = chunk.iter().map(ToString::to_string).collect();
        let query = password_changes::table.filter(among(password_changes::mac, &texts));
        let query = query.filter(password_changes::state.eq(SENT)).select(password_changes::mac);
        let macs: Vec<String> = query.load(c).await?;
        for mac in &macs {
            found.push(Place { table: "password_changes", id: mac }.parse("mac", mac)?);
        }
    }
    Ok(found)
}

/// Notes how far a change of this job has come. Whether there is one.
pub(crate) async fn set_state(c: &mut Connection, mac: Mac, job: JobId, state: PasswordState) -> Result<bool, Kind> {
    let change = password_changes::table.find(mac.to_string()).filter(password_changes::job_id.eq(job.to_string()));
    Ok(diesel::update(change).set(password_changes::state.eq(state.as_str())).execute(c).await? > 0)
}

/// Forgets a change of this job.
pub(crate) async fn delete(c: &mut Connection, mac: Mac, job: JobId) -> Result<(), Kind> {
    let change = password_changes::table.find(mac.to_string()).filter(password_changes::job_id.eq(job.to_string()));
    diesel::delete(change).execute(c).await?;
    Ok(())
}

/// The device has proven that it has the new password: it becomes the one that is kept.
pub(crate) async fn proven(c: &mut Connection, mac: Mac, job: JobId, end: &PasswordEnd) -> Result<bool, Kind> {
    let is_there = set_state(c, mac, job, PasswordState::Proven).await?;
    match end {
        PasswordEnd::Has { user, sealed, at } => credentials::set_own(c, mac, user, sealed, *at).await?,
        PasswordEnd::Open => {
            credentials::clear_own(c, mac).await?;
            let device = devices::table.filter(devices::mac.eq(mac.to_string()));
            diesel::update(device).set(devices::credential_id.eq(None::<String>)).execute(c).await?;
        }
    }
    Ok(is_there)
}
