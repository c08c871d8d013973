//! Keys of WiFi networks. They are sealed here.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Connection;
use crate::{columns::time, error::Kind, schema::wifi_networks};

/// Name, sealed key and time of every network.
pub(crate) async fn all(c: &mut Connection) -> Result<Vec<(String, String, NaiveDateTime)>, Kind> {
    Ok(wifi_networks::table.order(wifi_networks::ssid).load(c).await?)
}

/// The sealed key of a network.
pub(crate) async fn get(c: &mut Connection, ssid: &str) -> Result<Option<String>, Kind> {
    Ok(wifi_networks::table.find(ssid).select(wifi_networks::secret).first(c).await.optional()?)
}

pub(crate) async fn set(c: &mut Connection, ssid: &str, secret: &str, now: DateTime<Utc>) -> Result<(), Kind> {
    let changed = (wifi_networks::secret.eq(secret), wifi_networks::updated_at.eq(time(now)));
    diesel::insert_into(wifi_networks::table)
        .values((wifi_networks::ssid.eq(ssid), changed))
        .on_conflict(wifi_networks::ssid)
        .do_update()
        .set(changed)
        .execute(c)
        .await?;
    Ok(())
}

pub(crate) async fn delete(c: &mut Connection, ssid: &str) -> Result<(), Kind> {
    let deleted = diesel::delete(wifi_networks::table.find(ssid)).execute(c).await?;
    if deleted == 0 { Err(Kind::NotFound) } else { Ok(()) }
}
