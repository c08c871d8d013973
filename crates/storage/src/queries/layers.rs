//! Layers of wishes.

use std::collections::{BTreeSet, HashMap};

use capability_config::SettingSelector;
use chrono::{DateTime, Utc};
use diesel::{dsl::exists, prelude::*};
use diesel_async::RunQueryDsl;
use fleet_model::{LayerId, LayerOwner, LayerScope, LocationTree, ProfileVersion};
use shelly_types::Mac;

use super::{Connection, among, membership};
use crate::{
    columns::{Place, StoredLayer, StoredSetting, time},
    error::Kind,
    rows::{LayerRow, SettingRow},
    schema::{device_groups, devices, layer_settings, layers, profiles},
};

/// Devices named in a query at most; above that everything is read.
const NAMED_ROWS: usize = 500;

pub(crate) async fn get(c: &mut Connection, scope: LayerScope) -> Result<Option<StoredLayer>, Kind> {
    let rows = layers::table.filter(layers::scope.eq(scope.to_string())).load(c).await?;
    Ok(stored(c, rows).await?.pop())
}

/// Every layer in force: of profiles only the newest version.
pub(crate) async fn all(c: &mut Connection) -> Result<Vec<StoredLayer>, Kind> {
    let newest = profiles::table
        .filter(profiles::id.nullable().eq(layers::profile_id))
        .filter(profiles::version.nullable().eq(layers::profile_version));
    let in_force = layers::table.filter(layers::profile_id.is_null().or(exists(newest)));
    let rows = in_force.load(c).await?;
    stored(c, rows).await
}

pub(crate) async fn for_devices(c: &mut Connection, macs: &[Mac]) -> Result<Vec<StoredLayer>, Kind> {
    if macs.len() > NAMED_ROWS {
        return all(c).await;
    }
    let texts: Vec<String> = macs.iter().map(ToString::to_string).collect();
    let mut scopes: BTreeSet<String> = macs.iter().map(|mac| LayerScope::Device(*mac).to_string()).collect();
    scopes.insert(LayerScope::Fleet.to_string());
    let groups = membership::groups_of(c, &texts).await?;
    scopes.extend(groups.into_values().flatten().map(|group| LayerScope::Group(group.id).to_string()));
    for profile in super::profiles::of(c, macs).await?.into_values().flatten().collect::<BTreeSet<_>>() {
        let version = profiles::table.filter(profiles::id.eq(profile.to_string())).select(profiles::version);
        let version: i64 = version.first(c).await?;
        let version = Place { table: "profiles", id: "(any)" }.number("version", version)?;
        scopes.insert(LayerScope::Profile(ProfileVersion { profile, version }).to_string());
    }
    let places = devices::table.filter(among(devices::mac, &texts)).select(devices::location);
    let places: Vec<Option<String>> = places.distinct().load(c).await?;
    if places.iter().any(Option::is_some) {
        let tree = membership::tree(c).await?;
        for place in places.iter().flatten() {
            let id = Place { table: "devices", id: place }.parse("location", place)?;
            scopes.extend(tree.outwards(id).map(|around| LayerScope::Location(around.id).to_string()));
        }
    }
    let scopes: Vec<String> = scopes.into_iter().collect();
    let rows = layers::table.filter(among(layers::scope, &scopes)).load(c).await?;
    stored(c, rows).await
}

pub(crate) async fn set(
    c: &mut Connection,
    id: LayerId,
    scope: LayerScope,
    settings: &[StoredSetting],
    revision: Option<i64>,
    now: DateTime<Utc>,
) -> Result<StoredLayer, Kind> {
    let layer_id = match raise(c, scope, revision, now).await? {
        Some(id) => id,
        None => create(c, id, scope, now).await?,
    };
    for StoredSetting { selector, value, sealed } in settings {
        let row = SettingRow {
            layer_id: layer_id.clone(),
            selector: selector.to_string(),
            value: value.clone(),
            sealed: *sealed,
        };
        diesel::insert_into(layer_settings::table)
            .values(row)
            .on_conflict((layer_settings::layer_id, layer_settings::selector))
            .do_update()
            .set((layer_settings::value.eq(value), layer_settings::sealed.eq(sealed)))
            .execute(c)
            .await?;
    }
    get(c, scope).await?.ok_or(Kind::NotFound)
}

pub(crate) async fn clear(
    c: &mut Connection,
    scope: LayerScope,
    selectors: &[SettingSelector],
    revision: Option<i64>,
    now: DateTime<Utc>,
) -> Result<StoredLayer, Kind> {
    let layer_id = raise(c, scope, revision, now).await?.ok_or(Kind::NotFound)?;
    let named: Vec<String> = selectors.iter().map(ToString::to_string).collect();
    let settings = layer_settings::table
        .filter(layer_settings::layer_id.eq(layer_id))
        .filter(layer_settings::selector.eq_any(named));
    diesel::delete(settings).execute(c).await?;
    get(c, scope).await?.ok_or(Kind::NotFound)
}

/// Raises the revision of the layer and gives its id; none when there is no layer and none was expected.
async fn raise(
    c: &mut Connection,
    scope: LayerScope,
    revision: Option<i64>,
    now: DateTime<Utc>,
) -> Result<Option<String>, Kind> {
    let layer = layers::table.filter(layers::scope.eq(scope.to_string()));
    // The update comes first: on PostgreSQL it makes other writers of this layer wait.
    let raised: Option<(String, i64)> = diesel::update(layer)
        .set((layers::revision.eq(layers::revision + 1), layers::updated_at.eq(time(now))))
        .returning((layers::id, layers::revision))
        .get_result(c)
        .await
        .optional()?;
    match (raised, revision) {
        (Some((id, new)), Some(expected)) if new == expected + 1 => Ok(Some(id)),
        (Some((id, _)), None) => Ok(Some(id)),
        (None, None | Some(0)) => Ok(None),
        (Some(_) | None, Some(_)) => Err(Kind::Conflict),
    }
}

async fn create(c: &mut Connection, id: LayerId, scope: LayerScope, now: DateTime<Utc>) -> Result<String, Kind> {
    let id = id.to_string();
    diesel::insert_into(layers::table).values(LayerRow::new(id.clone(), scope, now)).execute(c).await?;
    Ok(id)
}

/// The layers of rows with their settings and whom they are for, the weakest first.
async fn stored(c: &mut Connection, rows: Vec<LayerRow>) -> Result<Vec<StoredLayer>, Kind> {
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let settings: Vec<SettingRow> = layer_settings::table.filter(among(layer_settings::layer_id, &ids)).load(c).await?;
    let mut by_layer: HashMap<String, Vec<StoredSetting>> = HashMap::new();
    for row in settings {
        by_layer.entry(row.layer_id.clone()).or_default().push(row.setting()?);
    }
    let group_ids: Vec<String> = rows.iter().filter_map(|row| row.group_id.clone()).collect();
    let groups: Vec<(String, String, i64)> = device_groups::table
        .filter(among(device_groups::id, &group_ids))
        .select((device_groups::id, device_groups::name, device_groups::rank))
        .load(c)
        .await?;
    let mut named: HashMap<String, LayerOwner> = HashMap::new();
    for (id, name, rank) in groups {
        let rank = Place { table: "device_groups", id: &id }.number("rank", rank)?;
        named.insert(id, LayerOwner { name, rank });
    }
    let profile_ids: Vec<String> = rows.iter().filter_map(|row| row.profile_id.clone()).collect();
    let profiles: Vec<(String, String, i64)> = profiles::table
        .filter(among(profiles::id, &profile_ids))
        .select((profiles::id, profiles::name, profiles::rank))
        .load(c)
        .await?;
    for (id, name, rank) in profiles {
        let rank = Place { table: "profiles", id: &id }.number("rank", rank)?;
        named.insert(id, LayerOwner { name, rank });
    }
    let has_places = rows.iter().any(|row| row.location_id.is_some());
    let tree = if has_places { membership::tree(c).await? } else { LocationTree::default() };
    let mut layers = Vec::with_capacity(rows.len());
    for row in rows {
        let settings = by_layer.remove(&row.id).unwrap_or_default();
        let owner = row.group_id.as_ref().or(row.profile_id.as_ref()).and_then(|id| named.get(id).cloned());
        let mut layer = row.record(owner)?;
        if let LayerScope::Location(id) = layer.scope {
            let place = tree.get(id).map(|place| place.name.clone());
            layer.owner = place.map(|name| LayerOwner { name, rank: tree.depth(id) });
        }
        layers.push(StoredLayer { layer, settings });
    }
    layers.sort_by_key(|stored| stored.layer.scope);
    Ok(layers)
}
