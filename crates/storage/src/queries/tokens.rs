//! API tokens and the code of the first sign-in, by their hashes.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use fleet_model::{TokenId, TokenRecord};
use secrets::{IssuedCode, OneTimeCode};

use super::Connection;
use crate::{
    columns::time,
    error::Kind,
    rows::TokenRow,
    schema::{sign_in_codes, tokens},
};

pub(crate) async fn insert(c: &mut Connection, token: &TokenRecord, hash: &str) -> Result<TokenRecord, Kind> {
    let row = TokenRow {
        id: token.id.to_string(),
        name: token.name.clone(),
        hash: hash.to_owned(),
        permission: token.permission.as_str().to_owned(),
        created_at: time(token.created_at),
        last_used_at: token.last_used_at.map(time),
        expires_at: token.expires_at.map(time),
    };
    diesel::insert_into(tokens::table).values(row).execute(c).await?;
    by_hash(c, hash).await?.ok_or(Kind::NotFound)
}

pub(crate) async fn by_hash(c: &mut Connection, hash: &str) -> Result<Option<TokenRecord>, Kind> {
    let row: Option<TokenRow> = tokens::table.filter(tokens::hash.eq(hash)).first(c).await.optional()?;
    row.map(TokenRow::record).transpose()
}

pub(crate) async fn all(c: &mut Connection) -> Result<Vec<TokenRecord>, Kind> {
    let rows: Vec<TokenRow> = tokens::table.order((tokens::created_at, tokens::id)).load(c).await?;
    rows.into_iter().map(TokenRow::record).collect()
}

pub(crate) async fn touch(c: &mut Connection, id: TokenId, at: DateTime<Utc>) -> Result<(), Kind> {
    diesel::update(tokens::table.filter(tokens::id.eq(id.to_string())))
        .set(tokens::last_used_at.eq(time(at)))
        .execute(c)
        .await?;
    Ok(())
}

pub(crate) async fn delete(c: &mut Connection, id: TokenId) -> Result<(), Kind> {
    let deleted = diesel::delete(tokens::table.filter(tokens::id.eq(id.to_string()))).execute(c).await?;
    if deleted == 0 { Err(Kind::NotFound) } else { Ok(()) }
}

pub(crate) async fn set_code(c: &mut Connection, code: &IssuedCode) -> Result<(), Kind> {
    diesel::delete(sign_in_codes::table).execute(c).await?;
    let row = (sign_in_codes::hash.eq(&code.hash), sign_in_codes::expires_at.eq(time(code.expires_at)));
    diesel::insert_into(sign_in_codes::table).values(row).execute(c).await?;
    Ok(())
}

pub(crate) async fn take_code(c: &mut Connection, code: &OneTimeCode, now: DateTime<Utc>) -> Result<bool, Kind> {
    let fitting = sign_in_codes::table
        .filter(sign_in_codes::hash.eq(code.hash()))
        .filter(sign_in_codes::expires_at.gt(time(now)));
    Ok(diesel::delete(fitting).execute(c).await? == 1)
}
