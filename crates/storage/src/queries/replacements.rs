//! Devices in the place of others: everything that people decided about one goes to the other, and comes back.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use fleet_model::{
    DeviceRecord, JobId, LayerId, LayerScope, LocationRef, PowerSource, ProfileId, ReplacementRecord, SightingState,
    VariableName, VariableScope,
};
use serde::{Deserialize, Serialize};
use shelly_types::Mac;

use super::{
    Connection, devices as device_queries, layers as layer_queries, profiles as profile_queries, units,
    variables as variable_queries,
};
use crate::{
    columns::{Place, StoredLayer, StoredRecords, StoredReplacement, StoredSetting, encode_json, time},
    error::Kind,
    rows::{ReplacementRow, SettingRow, VariableRow},
    schema::{
        device_groups, devices, drift_items, drift_waivers, group_members, layer_settings, layers, locations,
        profile_devices, profiles, replacements, retired_devices, sightings, variables,
    },
};

/// What both devices had before, to be put back. Wishes and variables stand as in their rows: secrets stay sealed.
#[derive(Serialize, Deserialize)]
struct Kept {
    former: Hand,
    successor: Hand,
    record: Ours,
    waivers: Vec<String>,
    fed: Vec<String>,
}

/// What people gave a device in rows of their own.
#[derive(Serialize, Deserialize)]
struct Hand {
    groups: Vec<String>,
    profiles: Vec<String>,
    wishes: Vec<KeptSetting>,
    variables: Vec<KeptVariable>,
}

/// What people decided in the record of a device.
#[derive(Serialize, Deserialize)]
struct Ours {
    label: Option<String>,
    critical: bool,
    poll_interval_s: Option<u32>,
    location: Option<LocationRef>,
    powered_by: Option<PowerSource>,
    tags: Vec<String>,
}

#[derive(Clone, Serialize, Deserialize)]
struct KeptSetting {
    selector: String,
    value: String,
    sealed: bool,
}

#[derive(Clone, Serialize, Deserialize)]
struct KeptVariable {
    name: String,
    value: String,
    sealed: bool,
}

/// What a device would be under if it took the place of another.
pub(crate) struct Foreseen {
    pub(crate) record: DeviceRecord,
    pub(crate) layers: Vec<StoredLayer>,
    pub(crate) profiles: BTreeSet<ProfileId>,
    pub(crate) variables: Vec<VariableRow>,
}

/// Moves the records as a unit says. False when a device of it is not there any more.
pub(crate) async fn carry(c: &mut Connection, records: &StoredRecords) -> Result<bool, Kind> {
    match records {
        StoredRecords::Replace(write) => replace(c, write).await,
        StoredRecords::PutBack { job, layer, at } => put_back(c, *job, *layer, *at).await,
    }
}

/// Does it, and looks; the caller takes it back.
pub(crate) async fn foresee(c: &mut Connection, write: &StoredReplacement) -> Result<Option<Foreseen>, Kind> {
    if !replace(c, write).await? {
        return Ok(None);
    }
    let Some(record) = device_queries::get(c, write.successor).await? else { return Ok(None) };
    let layers = layer_queries::for_devices(c, &[write.successor]).await?;
    let profiles = profile_queries::of(c, &[write.successor]).await?.remove(&write.successor).unwrap_or_default();
    let variables = variable_queries::all(c).await?;
    Ok(Some(Foreseen { record, layers, profiles, variables }))
}

async fn replace(c: &mut Connection, write: &StoredReplacement) -> Result<bool, Kind> {
    let StoredReplacement { job, former, successor, layer, wishes, at } = write;
    let (Some(old), Some(new)) = (device_queries::get(c, *former).await?, device_queries::get(c, *successor).await?)
    else {
        return Ok(false);
    };
    let kept = Kept {
        former: take(c, *former).await?,
        successor: take(c, *successor).await?,
        record: Ours::of(&new),
        waivers: waivers_of(c, *former).await?,
        fed: fed_by(c, *former, *successor).await?,
    };
    let (name, taker) = (old.display_name(), new.display_name());
    let row = ReplacementRow {
        job_id: job.to_string(),
        former: former.to_string(),
        former_name: name,
        former_model: old.model.code().to_owned(),
        successor: successor.to_string(),
        replaced_at: time(*at),
        undone_at: None,
        kept: encode_json(&kept)?,
    };
    diesel::insert_into(replacements::table).values(row).execute(c).await?;
    let mut ours = Ours::of(&old);
    ours.powered_by = ours.powered_by.filter(|source| source.mac != *successor);
    device_queries::update(c, &ours.into_record(new)).await?;
    let Hand { groups, profiles, variables, .. } = kept.former;
    // A sealed variable opens only where it was sealed.
    let variables = variables.into_iter().filter(|variable| !variable.sealed).collect();
    give(c, *successor, &Hand { groups, profiles, wishes: Vec::new(), variables }, (*layer, *at)).await?;
    if !wishes.is_empty() {
        layer_queries::set(c, *layer, LayerScope::Device(*successor), wishes, None, *at).await?;
    }
    hand_over(c, (kept.waivers.as_slice(), kept.fed.as_slice()), *successor).await?;
    forget_drift(c, &[*former, *successor]).await?;
    units::leave_device(c, *former, &format!("{taker} took its place"), *at).await?;
    let text = former.to_string();
    diesel::insert_into(retired_devices::table)
        .values((retired_devices::mac.eq(&text), retired_devices::retired_at.eq(time(*at))))
        .execute(c)
        .await?;
    let note = format!("{successor} took its place");
    set_sighting(c, *former, SightingState::Ignored, Some(&note)).await?;
    Ok(true)
}

async fn put_back(c: &mut Connection, job: JobId, layer: LayerId, at: DateTime<Utc>) -> Result<bool, Kind> {
    let id = job.to_string();
    let row: Option<ReplacementRow> = replacements::table
        .filter(replacements::job_id.eq(&id))
        .filter(replacements::undone_at.is_null())
        .first(c)
        .await
        .optional()?;
    let Some(row) = row else { return Ok(false) };
    let place = Place { table: "replacements", id: &id };
    let kept: Kept = place.json("kept", &row.kept)?;
    let (former, successor): (Mac, Mac) =
        (place.parse("former", &row.former)?, place.parse("successor", &row.successor)?);
    let Some(new) = device_queries::get(c, successor).await? else { return Ok(false) };
    diesel::delete(retired_devices::table.find(&row.former)).execute(c).await?;
    take(c, successor).await?;
    let mut record = kept.record.into_record(new);
    if let Some(location) = &record.location {
        let known: Vec<String> =
            locations::table.filter(locations::id.eq(location.id.to_string())).select(locations::id).load(c).await?;
        if known.is_empty() {
            record.location = None;
        }
    }
    if let Some(source) = &record.powered_by
        && device_queries::get(c, source.mac).await?.is_none()
    {
        record.powered_by = None;
    }
    device_queries::update(c, &record).await?;
    give(c, former, &kept.former, (layer, at)).await?;
    give(c, successor, &kept.successor, (layer, at)).await?;
    hand_over(c, (kept.waivers.as_slice(), kept.fed.as_slice()), former).await?;
    forget_drift(c, &[former, successor]).await?;
    set_sighting(c, former, SightingState::Adopted, None).await?;
    diesel::update(replacements::table.find(&id)).set(replacements::undone_at.eq(time(at))).execute(c).await?;
    Ok(true)
}

impl Ours {
    fn of(device: &DeviceRecord) -> Self {
        let DeviceRecord { label, critical, poll_interval_s, location, powered_by, tags, .. } = device.clone();
        Self { label, critical, poll_interval_s, location, powered_by, tags }
    }

    fn into_record(self, device: DeviceRecord) -> DeviceRecord {
        let Self { label, critical, poll_interval_s, location, powered_by, tags } = self;
        DeviceRecord { label, critical, poll_interval_s, location, powered_by, tags, ..device }
    }
}

/// Takes away what people gave a device in rows of their own, and gives it.
async fn take(c: &mut Connection, mac: Mac) -> Result<Hand, Kind> {
    let text = mac.to_string();
    let members = || group_members::table.filter(group_members::mac.eq(&text));
    let groups = members().select(group_members::group_id).order(group_members::group_id).load(c).await?;
    diesel::delete(members()).execute(c).await?;
    let assigned = || profile_devices::table.filter(profile_devices::mac.eq(&text));
    let profiles = assigned().select(profile_devices::profile_id).order(profile_devices::profile_id).load(c).await?;
    diesel::delete(assigned()).execute(c).await?;
    let of_device = layers::table.filter(layers::scope.eq(LayerScope::Device(mac).to_string())).select(layers::id);
    let layer: Option<String> = of_device.first(c).await.optional()?;
    let mut wishes = Vec::new();
    if let Some(layer) = layer {
        let settings = || layer_settings::table.filter(layer_settings::layer_id.eq(&layer));
        let rows: Vec<SettingRow> = settings().order(layer_settings::selector).load(c).await?;
        wishes.extend(rows.into_iter().map(|SettingRow { selector, value, sealed, .. }| KeptSetting {
            selector,
            value,
            sealed,
        }));
        diesel::delete(settings()).execute(c).await?;
    }
    let own = || variables::table.filter(variables::mac.eq(&text));
    let rows: Vec<VariableRow> = own().order(variables::name).load(c).await?;
    diesel::delete(own()).execute(c).await?;
    let kept = |VariableRow { name, value, sealed, .. }: VariableRow| KeptVariable { name, value, sealed };
    Ok(Hand { groups, profiles, wishes, variables: rows.into_iter().map(kept).collect() })
}

/// Gives a device what people gave it, or another, as far as it is still there to be given.
async fn give(c: &mut Connection, mac: Mac, hand: &Hand, (layer, at): (LayerId, DateTime<Utc>)) -> Result<(), Kind> {
    let Hand { groups, profiles, wishes, variables } = hand;
    let text = mac.to_string();
    let known: Vec<String> =
        device_groups::table.filter(device_groups::id.eq_any(groups)).select(device_groups::id).load(c).await?;
    for group in known {
        diesel::insert_into(group_members::table)
            .values((group_members::group_id.eq(group), group_members::mac.eq(&text)))
            .on_conflict_do_nothing()
            .execute(c)
            .await?;
    }
    let known: Vec<String> = profiles::table.filter(profiles::id.eq_any(profiles)).select(profiles::id).load(c).await?;
    for profile in known {
        diesel::insert_into(profile_devices::table)
            .values((profile_devices::profile_id.eq(profile), profile_devices::mac.eq(&text)))
            .on_conflict_do_nothing()
            .execute(c)
            .await?;
    }
    let place = Place { table: "replacements", id: &text };
    let setting = |kept: &KeptSetting| {
        let selector = place.parse("kept", &kept.selector)?;
        Ok(StoredSetting { selector, value: kept.value.clone(), sealed: kept.sealed })
    };
    let settings: Vec<StoredSetting> = wishes.iter().map(setting).collect::<Result<_, Kind>>()?;
    if !settings.is_empty() {
        layer_queries::set(c, layer, LayerScope::Device(mac), &settings, None, at).await?;
    }
    let scope = VariableScope::Device(mac);
    let row = |kept: &KeptVariable| {
        let name: VariableName = place.parse("kept", &kept.name)?;
        Ok(VariableRow::new(scope, &name, kept.value.clone(), kept.sealed, at))
    };
    let rows: Vec<VariableRow> = variables.iter().map(row).collect::<Result<_, Kind>>()?;
    variable_queries::change(c, scope, &rows, &[]).await
}

/// Settings of a device that are let be.
async fn waivers_of(c: &mut Connection, mac: Mac) -> Result<Vec<String>, Kind> {
    let of_device = drift_waivers::table.filter(drift_waivers::mac.eq(mac.to_string()));
    Ok(of_device.select(drift_waivers::id).order(drift_waivers::id).load(c).await?)
}

/// The devices that a device feeds, without the one that takes its place.
async fn fed_by(c: &mut Connection, mac: Mac, successor: Mac) -> Result<Vec<String>, Kind> {
    let fed = devices::table.filter(devices::powered_by_mac.eq(mac.to_string()));
    let fed = fed.filter(devices::mac.ne(successor.to_string()));
    Ok(fed.select(devices::mac).order(devices::mac).load(c).await?)
}

/// What is let be, and whom it feeds, is that of this device from now on.
async fn hand_over(c: &mut Connection, (waivers, fed): (&[String], &[String]), mac: Mac) -> Result<(), Kind> {
    let text = mac.to_string();
    diesel::update(drift_waivers::table.filter(drift_waivers::id.eq_any(waivers)))
        .set(drift_waivers::mac.eq(&text))
        .execute(c)
        .await?;
    diesel::update(devices::table.filter(devices::mac.eq_any(fed)))
        .set((devices::powered_by_mac.eq(&text), devices::revision.eq(devices::revision + 1)))
        .execute(c)
        .await?;
    Ok(())
}

async fn forget_drift(c: &mut Connection, macs: &[Mac]) -> Result<(), Kind> {
    let texts: Vec<String> = macs.iter().map(ToString::to_string).collect();
    diesel::delete(drift_items::table.filter(drift_items::mac.eq_any(&texts))).execute(c).await?;
    diesel::update(devices::table.filter(devices::mac.eq_any(&texts)))
        .set((devices::drift_state.eq("unknown"), devices::drift_count.eq(0_i64)))
        .execute(c)
        .await?;
    Ok(())
}

async fn set_sighting(c: &mut Connection, mac: Mac, state: SightingState, note: Option<&str>) -> Result<(), Kind> {
    diesel::update(sightings::table.filter(sightings::mac.eq(mac.to_string())))
        .set((sightings::state.eq(state.as_str()), sightings::note.eq(note)))
        .execute(c)
        .await?;
    Ok(())
}

/// Replacements that a device was part of, newest first.
pub(crate) async fn of(c: &mut Connection, mac: Mac) -> Result<Vec<ReplacementRecord>, Kind> {
    let text = mac.to_string();
    let part = replacements::former.eq(&text).or(replacements::successor.eq(&text));
    let order = (replacements::replaced_at.desc(), replacements::job_id.desc());
    let rows: Vec<ReplacementRow> = replacements::table.filter(part).order(order).load(c).await?;
    rows.into_iter().map(ReplacementRow::record).collect()
}

/// The devices whose place this one has, and until when each had it, from the last one back.
pub(crate) async fn predecessors(c: &mut Connection, mac: Mac) -> Result<Vec<(String, chrono::NaiveDateTime)>, Kind> {
    let mut found: Vec<(String, chrono::NaiveDateTime)> = Vec::new();
    let mut waiting = vec![mac.to_string()];
    while let Some(next) = waiting.pop() {
        let before: Vec<(String, chrono::NaiveDateTime)> = replacements::table
            .filter(replacements::successor.eq(&next))
            .filter(replacements::undone_at.is_null())
            .select((replacements::former, replacements::replaced_at))
            .load(c)
            .await?;
        for (former, until) in before {
            if former != mac.to_string() && !found.iter().any(|(known, _)| *known == former) {
                waiting.push(former.clone());
                found.push((former, until));
            }
        }
    }
    Ok(found)
}

/// Every device that is there, retired or not.
pub(crate) async fn kept(c: &mut Connection, mac: Mac) -> Result<Option<DeviceRecord>, Kind> {
    device_queries::even_retired(c, mac).await
}
