//! Profiles, their versions, and the devices under them.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use fleet_model::{LayerId, LayerScope, ProfileId, ProfileRecord, VersionRecord};
use fleet_query::{Condition, Expr, Field, Op, Pattern, Query, Test};
use shelly_types::Mac;

use super::{Connection, layers, membership};
use crate::{
    columns::{Place, StoredLayer, StoredSetting},
    error::Kind,
    rows::{ProfileRow, VersionRow},
    schema::{profile_devices, profile_versions, profiles},
};

pub(crate) async fn insert(c: &mut Connection, profile: &ProfileRecord) -> Result<ProfileRecord, Kind> {
    diesel::insert_into(profiles::table).values(ProfileRow::new(profile, 1)?).execute(c).await?;
    existing(c, profile.id).await
}

pub(crate) async fn update(c: &mut Connection, profile: &ProfileRecord) -> Result<ProfileRecord, Kind> {
    let row = ProfileRow::new(profile, profile.revision + 1)?;
    let newest = profiles::table.filter(profiles::id.eq(&row.id)).filter(profiles::revision.eq(profile.revision));
    let changed = diesel::update(newest)
        .set((
            profiles::name.eq(row.name),
            profiles::rank.eq(row.rank),
            profiles::models.eq(row.models),
            profiles::query.eq(row.query),
            profiles::revision.eq(row.revision),
        ))
        .execute(c)
        .await?;
    let stored = existing(c, profile.id).await?;
    if changed == 0 { Err(Kind::Conflict) } else { Ok(stored) }
}

pub(crate) async fn delete(c: &mut Connection, id: ProfileId) -> Result<(), Kind> {
    let deleted = diesel::delete(profiles::table.filter(profiles::id.eq(id.to_string()))).execute(c).await?;
    if deleted == 0 { Err(Kind::NotFound) } else { Ok(()) }
}

pub(crate) async fn all(c: &mut Connection) -> Result<Vec<ProfileRecord>, Kind> {
    let rows = profiles::table.order(profiles::name).load(c).await?;
    records(c, rows).await
}

pub(crate) async fn get(c: &mut Connection, id: ProfileId) -> Result<Option<ProfileRecord>, Kind> {
    let rows = profiles::table.filter(profiles::id.eq(id.to_string())).load(c).await?;
    Ok(records(c, rows).await?.pop())
}

pub(crate) async fn by_name(c: &mut Connection, name: &str) -> Result<Option<ProfileRecord>, Kind> {
    let rows = profiles::table.filter(profiles::name.eq(name)).load(c).await?;
    Ok(records(c, rows).await?.pop())
}

pub(crate) async fn assign(
    c: &mut Connection,
    id: ProfileId,
    add: &[Mac],
    remove: &[Mac],
) -> Result<ProfileRecord, Kind> {
    let profile = id.to_string();
    let add: BTreeSet<String> = add.iter().map(ToString::to_string).collect();
    for mac in add {
        diesel::insert_into(profile_devices::table)
            .values((profile_devices::profile_id.eq(&profile), profile_devices::mac.eq(mac)))
            .on_conflict_do_nothing()
            .execute(c)
            .await?;
    }
    for chunk in remove.chunks(500) {
        let macs: Vec<String> = chunk.iter().map(ToString::to_string).collect();
        let assigned = profile_devices::table.filter(profile_devices::profile_id.eq(&profile));
        diesel::delete(assigned.filter(profile_devices::mac.eq_any(macs))).execute(c).await?;
    }
    existing(c, id).await
}

/// The devices that were assigned, by MAC.
pub(crate) async fn assigned(c: &mut Connection, id: ProfileId) -> Result<Vec<Mac>, Kind> {
    membership::macs("profile_devices", &assigned_to(c, &id.to_string()).await?)
}

/// The devices that the scope means, by MAC.
pub(crate) async fn in_scope(c: &mut Connection, id: ProfileId) -> Result<Vec<Mac>, Kind> {
    let profile = existing(c, id).await?;
    membership::macs("devices", &meant(c, &profile, None).await?)
}

/// The profiles that each of these devices is under; of many devices, those of every device.
pub(crate) async fn of(c: &mut Connection, macs: &[Mac]) -> Result<HashMap<Mac, BTreeSet<ProfileId>>, Kind> {
    let texts: Vec<String> = macs.iter().map(ToString::to_string).collect();
    let only = membership::named(&texts);
    let rows: Vec<ProfileRow> = profiles::table.load(c).await?;
    let mut found: HashMap<Mac, BTreeSet<ProfileId>> = HashMap::new();
    for row in rows {
        let profile = row.record()?;
        let mut under: BTreeSet<String> = assigned_to(c, &profile.id.to_string()).await?.into_iter().collect();
        under.extend(meant(c, &profile, only).await?);
        for mac in membership::macs("profile_devices", &under.into_iter().collect::<Vec<_>>())? {
            found.entry(mac).or_default().insert(profile.id);
        }
    }
    Ok(found)
}

/// Adds a version and puts it in force. `Conflict` when it is not the next one.
pub(crate) async fn add_version(
    c: &mut Connection,
    version: &VersionRecord,
    layer: LayerId,
    settings: &[StoredSetting],
) -> Result<StoredLayer, Kind> {
    let next = i64::from(version.id.version);
    let profile = profiles::table.filter(profiles::id.eq(version.id.profile.to_string()));
    let raised = diesel::update(profile.filter(profiles::version.eq(next - 1)))
        .set(profiles::version.eq(next))
        .execute(c)
        .await?;
    if raised == 0 {
        existing(c, version.id.profile).await?;
        return Err(Kind::Conflict);
    }
    diesel::insert_into(profile_versions::table).values(VersionRow::new(version)).execute(c).await?;
    layers::set(c, layer, LayerScope::Profile(version.id), settings, Some(0), version.created_at).await
}

/// How the versions came to be, newest first.
pub(crate) async fn versions(c: &mut Connection, id: ProfileId) -> Result<Vec<VersionRecord>, Kind> {
    let rows: Vec<VersionRow> = profile_versions::table
        .filter(profile_versions::profile_id.eq(id.to_string()))
        .order(profile_versions::version.desc())
        .load(c)
        .await?;
    rows.into_iter().map(VersionRow::record).collect()
}

async fn existing(c: &mut Connection, id: ProfileId) -> Result<ProfileRecord, Kind> {
    get(c, id).await?.ok_or(Kind::NotFound)
}

async fn assigned_to(c: &mut Connection, id: &str) -> Result<Vec<String>, Kind> {
    let assigned = profile_devices::table.filter(profile_devices::profile_id.eq(id));
    Ok(assigned.select(profile_devices::mac).order(profile_devices::mac).load(c).await?)
}

/// The devices that the scope means, of these or of all; none when there is no scope.
async fn meant(c: &mut Connection, profile: &ProfileRecord, of: Option<&[String]>) -> Result<Vec<String>, Kind> {
    if !profile.has_scope() {
        return Ok(Vec::new());
    }
    let mut query = match &profile.query {
        Some(query) => Place { table: "profiles", id: &profile.name }.parse::<Query>("query", query)?,
        None => Query::everything(),
    };
    if !profile.models.is_empty() {
        let models = profile.models.iter().map(|model| Pattern::literal(model.code())).collect();
        query = query.and(Query::of(Expr::One(Condition::Field(Field::Model, Test::Text(Op::Is, models)))));
    }
    membership::meant(c, &query, of).await
}

async fn records(c: &mut Connection, rows: Vec<ProfileRow>) -> Result<Vec<ProfileRecord>, Kind> {
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let mut profile = row.record()?;
        let assigned = assigned_to(c, &profile.id.to_string()).await?;
        profile.assigned = assigned.len() as u64;
        let mut under: BTreeSet<String> = assigned.into_iter().collect();
        under.extend(meant(c, &profile, None).await?);
        profile.devices = under.len() as u64;
        found.push(profile);
    }
    Ok(found)
}
