//! Proofs of secrets that cannot be read back.

use std::collections::BTreeMap;

use capability_config::SettingPath;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use fleet_model::SettingProof;
use shelly_types::Mac;

use super::Connection;
use crate::{
    columns::{Place, time},
    error::Kind,
    schema::setting_proofs,
};

pub(crate) async fn of(c: &mut Connection, mac: Mac) -> Result<BTreeMap<SettingPath, String>, Kind> {
    let mac = mac.to_string();
    let query = setting_proofs::table.filter(setting_proofs::mac.eq(&mac));
    let rows: Vec<(String, String)> = query.select((setting_proofs::path, setting_proofs::digest)).load(c).await?;
    let place = Place { table: "setting_proofs", id: &mac };
    rows.into_iter().map(|(path, digest)| Ok((place.parse("path", &path)?, digest))).collect()
}

pub(crate) async fn set(c: &mut Connection, proofs: &[SettingProof]) -> Result<(), Kind> {
    for proof in proofs {
        let proven = (setting_proofs::digest.eq(&proof.digest), setting_proofs::proven_at.eq(time(proof.proven_at)));
        diesel::insert_into(setting_proofs::table)
            .values((
                setting_proofs::mac.eq(proof.mac.to_string()),
                setting_proofs::path.eq(proof.path.to_string()),
                proven,
            ))
            .on_conflict((setting_proofs::mac, setting_proofs::path))
            .do_update()
            .set(proven)
            .execute(c)
            .await?;
    }
    Ok(())
}

pub(crate) async fn clear(c: &mut Connection, mac: Mac) -> Result<(), Kind> {
    diesel::delete(setting_proofs::table.filter(setting_proofs::mac.eq(mac.to_string()))).execute(c).await?;
    Ok(())
}
