//! Keys of WiFi networks, by which devices find their way back.

use capability_config::SecretText;
use chrono::{DateTime, Utc};
use fleet_model::{NetworkKey, NetworkRecord, NewEvent};
use secrets::Context;

use super::{Committed, Result, Store, read, write_with_events};
use crate::error::{Error, Kind};

const KEY: Context<'static> = Context::new("wifi_networks", "secret", "");

impl Store {
    /// Every network whose key is known, by name.
    pub async fn networks_all(&self) -> Result<Vec<NetworkRecord>> {
        let rows = read!(self, "list networks", networks::all())?;
        let record = |(ssid, secret, at): (String, String, chrono::NaiveDateTime)| NetworkRecord {
            ssid,
            is_open: secret.is_empty(),
            updated_at: at.and_utc(),
        };
        Ok(rows.into_iter().map(record).collect())
    }

    /// The key of a network, or that it is open; none when we do not know the network.
    pub async fn network_key(&self, ssid: &str) -> Result<Option<NetworkKey>> {
        let operation = "open the key of a network";
        let name = ssid.to_owned();
        let Some(sealed) = read!(self, operation, networks::get(&name))? else { return Ok(None) };
        if sealed.is_empty() {
            return Ok(Some(NetworkKey::Open));
        }
        let key: Result<_, Kind> = self.unseal(&sealed, &KEY, ssid);
        let key = key.map_err(|kind| Error::new(operation, kind))?;
        Ok(Some(NetworkKey::Key(SecretText::new(key.expose()))))
    }

    /// Stores the key of a network; none for an open one.
    pub async fn network_set(
        &self,
        ssid: String,
        key: Option<SecretText>,
        now: DateTime<Utc>,
        events: Vec<NewEvent>,
    ) -> Result<Committed<()>> {
        let sealed = key.map(|key| self.seal(key.expose(), &Context { row: &ssid, ..KEY })).unwrap_or_default();
        write_with_events!(self, "store the key of a network", events, networks::set(&ssid, &sealed, now))
    }

    /// Forgets a network. `NotFound` when we do not know it.
    pub async fn network_delete(&self, ssid: String, events: Vec<NewEvent>) -> Result<Committed<()>> {
        write_with_events!(self, "forget a network", events, networks::delete(&ssid))
    }
}
