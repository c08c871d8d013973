//! Passwords that devices are about to get: both the old and the new one are kept until the device proves one.

use capability_config::SecretText;
use chrono::{DateTime, Utc};
use fleet_model::{JobId, NewEvent, PasswordChange, PasswordState};
use secrets::Context;
use shelly_types::{Credentials, Mac};

use super::{Committed, Result, Store, read, write, write_with_events};
use crate::{
    columns::{Place, time},
    error::{Error, Kind},
    rows::PasswordChangeRow,
};

const NEW: Context<'static> = Context::new("password_changes", "secret", "");
const OWN: Context<'static> = Context::new("device_secrets", "password", "");

/// What became of a password that a device was to get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PasswordEnd {
    /// It has the new one.
    Has { user: String, sealed: String, at: DateTime<Utc> },
    /// It asks for none any more.
    Open,
}

impl Store {
    /// Stores what devices are about to get, in the place of what they were to get and was not sent.
    pub async fn password_changes_plan(&self, changes: Vec<PasswordChange>) -> Result<()> {
        let row = |change: PasswordChange| {
            let mac = change.mac.to_string();
            let seal = |password: SecretText| self.seal(password.expose(), &Context { row: &mac, ..NEW });
            PasswordChangeRow {
                secret: change.password.map(seal),
                mac: mac.clone(),
                job_id: change.job_id.to_string(),
                user_name: change.user,
                state: change.state.as_str().to_owned(),
                created_at: time(change.created_at),
            }
        };
        let rows: Vec<PasswordChangeRow> = changes.into_iter().map(row).collect();
        write!(self, "store new passwords", passwords::plan(&rows))
    }

    /// What a device is about to get, or may have got.
    pub async fn password_change(&self, mac: Mac) -> Result<Option<PasswordChange>> {
        let operation = "open a new password";
        let Some(row) = read!(self, operation, passwords::get(mac))? else { return Ok(None) };
        self.open_change(mac, row).map(Some).map_err(|kind| Error::new(operation, kind))
    }

    fn open_change(&self, mac: Mac, row: PasswordChangeRow) -> Result<PasswordChange, Kind> {
        let PasswordChangeRow { mac: id, job_id, user_name: user, secret, state, created_at } = row;
        let open = |sealed: String| -> Result<SecretText, Kind> {
            Ok(SecretText::new(self.unseal(&sealed, &NEW, &id)?.expose()))
        };
        let place = Place { table: "password_changes", id: &id };
        let (job_id, state): (JobId, PasswordState) = (place.parse("job_id", &job_id)?, place.parse("state", &state)?);
        let password: Option<SecretText> = secret.map(open).transpose()?;
        Ok(PasswordChange { mac, job_id, user, password, state, created_at: created_at.and_utc() })
    }

    /// The devices of these that may have got a password which they did not prove yet.
    pub async fn passwords_in_doubt(&self, macs: Vec<Mac>) -> Result<Vec<Mac>> {
        read!(self, "look for passwords in doubt", passwords::in_doubt(&macs))
    }

    /// Notes how far the change of a job has come. Whether there is one.
    pub async fn password_change_state(&self, mac: Mac, job: JobId, state: PasswordState) -> Result<bool> {
        write!(self, "note how far a password is", passwords::set_state(mac, job, state))
    }

    /// Forgets the change of a job. There being none is no error.
    pub async fn password_change_delete(&self, mac: Mac, job: JobId) -> Result<()> {
        write!(self, "forget a change of a password", passwords::delete(mac, job))
    }

    /// The device has proven that it has the password of a change: it becomes the one that is kept. None says that it asks
    /// for none.
    pub async fn password_change_proven(
        &self,
        mac: Mac,
        job: JobId,
        has: Option<Credentials>,
        at: DateTime<Utc>,
        events: Vec<NewEvent>,
    ) -> Result<Committed<bool>> {
        let end = match has {
            None => PasswordEnd::Open,
            Some(credentials) => PasswordEnd::Has {
                sealed: self.seal(credentials.expose_password(), &Context { row: &mac.to_string(), ..OWN }),
                user: credentials.user,
                at,
            },
        };
        write_with_events!(self, "store a proven password", events, passwords::proven(mac, job, &end))
    }
}
