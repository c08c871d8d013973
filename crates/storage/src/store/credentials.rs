//! Credentials that are tried in order, and passwords of single devices.

use chrono::{DateTime, Utc};
use fleet_model::{CredentialId, CredentialRecord, NewEvent};
use secrets::{Context, Secret};
use shelly_types::{Credentials, Mac};

use super::{Committed, Result, Store, read, write_with_events};
use crate::error::{Error, Kind};

const COMMON: Context<'static> = Context::new("credentials", "password", "");
const OWN: Context<'static> = Context::new("device_secrets", "password", "");

impl Store {
    /// Stores credentials at the end of the order; the position given is ignored. `Conflict` when the label is taken.
    pub async fn credential_insert(
        &self,
        credential: CredentialRecord,
        password: Secret<String>,
        events: Vec<NewEvent>,
    ) -> Result<Committed<CredentialRecord>> {
        let row = credential.id.to_string();
        let sealed = self.seal(password.expose(), &Context { row: &row, ..COMMON });
        write_with_events!(self, "store credentials", events, credentials::insert(&credential, &sealed))
    }

    /// Every set of credentials, in the order in which they are tried.
    pub async fn credentials_all(&self) -> Result<Vec<CredentialRecord>> {
        let found = read!(self, "list credentials", credentials::all())?;
        Ok(found.into_iter().map(|(record, _)| record).collect())
    }

    /// Every set with its password, in the order in which they are tried.
    pub async fn credentials_open(&self) -> Result<Vec<(CredentialRecord, Credentials)>> {
        let operation = "open the credentials";
        let found = read!(self, operation, credentials::all())?;
        let open = |(record, sealed): (CredentialRecord, String)| {
            let password = self.unseal(&sealed, &COMMON, &record.id.to_string())?;
            let credentials = Credentials::new(record.user.clone(), password.expose());
            Ok((record, credentials))
        };
        found.into_iter().map(open).collect::<Result<_, Kind>>().map_err(|kind| Error::new(operation, kind))
    }

    /// Puts the sets into this order. Sets that are not named come after those that are, in their old order.
    pub async fn credentials_reorder(
        &self,
        order: Vec<CredentialId>,
        events: Vec<NewEvent>,
    ) -> Result<Committed<Vec<CredentialRecord>>> {
        write_with_events!(self, "reorder credentials", events, credentials::reorder(&order))
    }

    /// Removes a set. Devices that were opened by it have none then. `NotFound` when there is none.
    pub async fn credential_delete(&self, id: CredentialId, events: Vec<NewEvent>) -> Result<Committed<()>> {
        write_with_events!(self, "remove credentials", events, credentials::delete(id))
    }

    /// Stores the password of one device. `NotFound` when there is no such device.
    pub async fn device_password_set(
        &self,
        mac: Mac,
        credentials: Credentials,
        now: DateTime<Utc>,
        events: Vec<NewEvent>,
    ) -> Result<Committed<()>> {
        let sealed = self.seal(credentials.expose_password(), &Context { row: &mac.to_string(), ..OWN });
        let user = credentials.user;
        write_with_events!(self, "store a device password", events, credentials::set_own(mac, &user, &sealed, now))
    }

    /// Takes the password of one device away. There being none is no error.
    pub async fn device_password_clear(&self, mac: Mac, events: Vec<NewEvent>) -> Result<Committed<()>> {
        write_with_events!(self, "remove a device password", events, credentials::clear_own(mac))
    }

    /// The password of one device.
    pub async fn device_password(&self, mac: Mac) -> Result<Option<Credentials>> {
        let operation = "open a device password";
        let Some((user, sealed)) = read!(self, operation, credentials::own(mac))? else {
            return Ok(None);
        };
        let password = self.unseal(&sealed, &OWN, &mac.to_string()).map_err(|kind| Error::new(operation, kind))?;
        Ok(Some(Credentials::new(user, password.expose())))
    }

    /// What opens a device: its own password, else the set that opened it before.
    pub async fn device_credentials(&self, mac: Mac) -> Result<Option<Credentials>> {
        if let Some(own) = self.device_password(mac).await? {
            return Ok(Some(own));
        }
        let operation = "open the credentials of a device";
        let Some((id, user, sealed)) = read!(self, operation, credentials::common_of(mac))? else {
            return Ok(None);
        };
        let password = self.unseal(&sealed, &COMMON, &id).map_err(|kind| Error::new(operation, kind))?;
        Ok(Some(Credentials::new(user, password.expose())))
    }
}
