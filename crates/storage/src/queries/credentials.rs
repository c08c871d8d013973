//! Credentials that are tried in order, and passwords of single devices. Passwords are sealed here.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use fleet_model::{CredentialId, CredentialRecord};
use shelly_types::Mac;

use super::Connection;
use crate::{
    columns::time,
    error::Kind,
    rows::CredentialRow,
    schema::{credentials, device_secrets, devices},
};

pub(crate) async fn insert(
    c: &mut Connection,
    credential: &CredentialRecord,
    password: &str,
) -> Result<CredentialRecord, Kind> {
    let last: Option<i64> = credentials::table.select(diesel::dsl::max(credentials::position)).get_result(c).await?;
    let row = CredentialRow {
        id: credential.id.to_string(),
        label: credential.label.clone(),
        user_name: credential.user.clone(),
        password: password.to_owned(),
        position: last.map_or(0, |last| last + 1),
        created_at: time(credential.created_at),
    };
    diesel::insert_into(credentials::table).values(row).execute(c).await?;
    let query = credentials::table.filter(credentials::id.eq(credential.id.to_string()));
    let (record, _) = query.first::<CredentialRow>(c).await?.record()?;
    Ok(record)
}

pub(crate) async fn all(c: &mut Connection) -> Result<Vec<(CredentialRecord, String)>, Kind> {
    let rows: Vec<CredentialRow> = credentials::table.order((credentials::position, credentials::id)).load(c).await?;
    rows.into_iter().map(CredentialRow::record).collect()
}

pub(crate) async fn reorder(c: &mut Connection, order: &[CredentialId]) -> Result<Vec<CredentialRecord>, Kind> {
    let mut records: Vec<CredentialRecord> = all(c).await?.into_iter().map(|(record, _)| record).collect();
    let place = |record: &CredentialRecord| order.iter().position(|id| *id == record.id).unwrap_or(order.len());
    records.sort_by_key(place);
    for (record, position) in records.iter_mut().zip(0_u32..) {
        record.position = position;
        diesel::update(credentials::table.filter(credentials::id.eq(record.id.to_string())))
            .set(credentials::position.eq(i64::from(position)))
            .execute(c)
            .await?;
    }
    Ok(records)
}

pub(crate) async fn delete(c: &mut Connection, id: CredentialId) -> Result<(), Kind> {
    let deleted = diesel::delete(credentials::table.filter(credentials::id.eq(id.to_string()))).execute(c).await?;
    if deleted == 0 { Err(Kind::NotFound) } else { Ok(()) }
}

pub(crate) async fn set_own(
    c: &mut Connection,
    mac: Mac,
    user: &str,
    password: &str,
    now: DateTime<Utc>,
) -> Result<(), Kind> {
    let (updated_at, changed) = (
        device_secrets::updated_at.eq(time(now)),
        (device_secrets::user_name.eq(user), device_secrets::password.eq(password)),
    );
    diesel::insert_into(device_secrets::table)
        .values((device_secrets::mac.eq(mac.to_string()), changed, updated_at))
        .on_conflict(device_secrets::mac)
        .do_update()
        .set((changed, updated_at))
        .execute(c)
        .await?;
    Ok(())
}

pub(crate) async fn clear_own(c: &mut Connection, mac: Mac) -> Result<(), Kind> {
    diesel::delete(device_secrets::table.filter(device_secrets::mac.eq(mac.to_string()))).execute(c).await?;
    Ok(())
}

/// User and sealed password of one device.
pub(crate) async fn own(c: &mut Connection, mac: Mac) -> Result<Option<(String, String)>, Kind> {
    let query = device_secrets::table.filter(device_secrets::mac.eq(mac.to_string()));
    Ok(query.select((device_secrets::user_name, device_secrets::password)).first(c).await.optional()?)
}

/// Id, user and sealed password of the set that opened a device before.
pub(crate) async fn common_of(c: &mut Connection, mac: Mac) -> Result<Option<(String, String, String)>, Kind> {
    let query = devices::table
        .inner_join(credentials::table.on(devices::credential_id.eq(credentials::id.nullable())))
        .filter(devices::mac.eq(mac.to_string()))
        .select((credentials::id, credentials::user_name, credentials::password));
    Ok(query.first(c).await.optional()?)
}
