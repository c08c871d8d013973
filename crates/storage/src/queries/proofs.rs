//! Proofs of secrets that cannot be read back.

use std::collections::{BTreeMap, HashMap};

use capability_config::SettingPath;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use fleet_model::SettingProof;
use shelly_types::Mac;

use super::{Connection, among};
use crate::{
    columns::{Place, time},
    error::Kind,
    schema::setting_proofs,
};

/// Devices named in one query.
const NAMED_ROWS: usize = 500;

pub(crate) async fn of(c: &mut Connection, macs: &[Mac]) -> Result<HashMap<Mac, BTreeMap<SettingPath, String>>, Kind> {
    let mut proofs: HashMap<Mac, BTreeMap<SettingPath, String>> = HashMap::new();
    for chunk in macs.chunks(NAMED_ROWS) {
        let texts: Vec<String> = chunk.iter().map(ToString::to_string).collect();
        let query = setting_proofs::table.filter(among(setting_proofs::mac, &texts));
        let rows: Vec<(String, String, String)> =
            query.select((setting_proofs::mac, setting_proofs::path, setting_proofs::digest)).load(c).await?;
        for (mac, path, digest) in rows {
            let place = Place { table: "setting_proofs", id: &mac };
            proofs.entry(place.parse("mac", &mac)?).or_default().insert(place.parse("path", &path)?, digest);
        }
    }
    Ok(proofs)
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
