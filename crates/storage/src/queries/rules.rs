//! What people decide about rules of good order, and what rules look at.

use std::collections::BTreeSet;

use diesel::{dsl::max, prelude::*};
use diesel_async::RunQueryDsl;
use fleet_model::{OwnRule, RulePolicy, Rulebook, SnapshotId, WaiverId, WaiverRecord};
use shelly_types::Mac;

use super::Connection;
use crate::{
    columns::Place,
    error::Kind,
    rows::{OwnRuleRow, PolicyRow, WaiverRow},
    schema::{device_secrets, own_rules, rule_policies, rule_waivers, snapshots},
    store::NewestSettings,
};

/// Configurations in one statement: each may hold some hundred settings.
const ROWS: usize = 100;

pub(crate) async fn book(c: &mut Connection) -> Result<Rulebook, Kind> {
    let policies: Vec<PolicyRow> = rule_policies::table.order(rule_policies::rule).load(c).await?;
    let own: Vec<OwnRuleRow> = own_rules::table.order(own_rules::id).load(c).await?;
    let waivers: Vec<WaiverRow> =
        rule_waivers::table.order((rule_waivers::created_at, rule_waivers::id)).load(c).await?;
    Ok(Rulebook {
        policies: policies.into_iter().map(PolicyRow::record).collect::<Result<_, _>>()?,
        own: own.into_iter().map(OwnRuleRow::record).collect::<Result<_, _>>()?,
        waivers: waivers.into_iter().map(WaiverRow::record).collect::<Result<_, _>>()?,
    })
}

pub(crate) async fn set_policy(c: &mut Connection, policy: &RulePolicy) -> Result<(), Kind> {
    diesel::delete(rule_policies::table.filter(rule_policies::rule.eq(&policy.rule))).execute(c).await?;
    if policy.is_off || policy.severity.is_some() {
        diesel::insert_into(rule_policies::table).values(PolicyRow::new(policy)).execute(c).await?;
    }
    Ok(())
}

pub(crate) async fn insert_own(c: &mut Connection, rule: &OwnRule) -> Result<OwnRule, Kind> {
    diesel::insert_into(own_rules::table).values(OwnRuleRow::new(rule, 1)).execute(c).await?;
    existing(c, &rule.id).await
}

pub(crate) async fn update_own(c: &mut Connection, rule: &OwnRule) -> Result<OwnRule, Kind> {
    let newest = own_rules::table.filter(own_rules::id.eq(&rule.id)).filter(own_rules::revision.eq(rule.revision));
    let changed = diesel::update(newest)
        .set((
            own_rules::title.eq(&rule.title),
            own_rules::severity.eq(rule.severity.as_str()),
            own_rules::why.eq(&rule.why),
            own_rules::expression.eq(&rule.expression),
            own_rules::group_id.eq(rule.group.map(|group| group.to_string())),
            own_rules::revision.eq(rule.revision + 1),
        ))
        .execute(c)
        .await?;
    let stored = existing(c, &rule.id).await?;
    if changed == 0 { Err(Kind::Conflict) } else { Ok(stored) }
}

pub(crate) async fn delete_own(c: &mut Connection, id: &str) -> Result<(), Kind> {
    let deleted = diesel::delete(own_rules::table.filter(own_rules::id.eq(id))).execute(c).await?;
    if deleted == 0 {
        return Err(Kind::NotFound);
    }
    diesel::delete(rule_policies::table.filter(rule_policies::rule.eq(id))).execute(c).await?;
    diesel::delete(rule_waivers::table.filter(rule_waivers::rule.eq(id))).execute(c).await?;
    Ok(())
}

pub(crate) async fn insert_waiver(c: &mut Connection, waiver: &WaiverRecord) -> Result<(), Kind> {
    diesel::insert_into(rule_waivers::table).values(WaiverRow::new(waiver)).execute(c).await?;
    Ok(())
}

pub(crate) async fn delete_waiver(c: &mut Connection, id: WaiverId) -> Result<(), Kind> {
    let deleted = diesel::delete(rule_waivers::table.filter(rule_waivers::id.eq(id.to_string()))).execute(c).await?;
    if deleted == 0 { Err(Kind::NotFound) } else { Ok(()) }
}

/// The newest configuration of each device. Ids sort by age.
pub(crate) async fn newest(c: &mut Connection) -> Result<Vec<(Mac, SnapshotId)>, Kind> {
    let rows: Vec<(String, Option<String>)> =
        snapshots::table.group_by(snapshots::mac).select((snapshots::mac, max(snapshots::id))).load(c).await?;
    let pair = |(mac, id): (String, Option<String>)| {
        let place = Place { table: "snapshots", id: &mac };
        Ok((place.parse("mac", &mac)?, place.parse("id", &id.unwrap_or_default())?))
    };
    rows.into_iter().map(pair).collect()
}

/// Settings and components of these configurations, without what is sealed.
pub(crate) async fn settings_of(c: &mut Connection, ids: &[SnapshotId]) -> Result<Vec<NewestSettings>, Kind> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(ROWS) {
        let texts: Vec<String> = chunk.iter().map(ToString::to_string).collect();
        let columns = (snapshots::id, snapshots::mac, snapshots::components, snapshots::settings);
        let query = snapshots::table.filter(snapshots::id.eq_any(texts)).select(columns);
        let rows: Vec<(String, String, String, String)> = query.load(c).await?;
        for (id, mac, components, settings) in rows {
            let place = Place { table: "snapshots", id: &id };
            found.push(NewestSettings {
                id: place.parse("id", &id)?,
                mac: place.parse("mac", &mac)?,
                components: place.json("components", &components)?,
                settings: place.json("settings", &settings)?,
            });
        }
    }
    Ok(found)
}

/// Devices that have a password of their own.
pub(crate) async fn with_password(c: &mut Connection) -> Result<BTreeSet<Mac>, Kind> {
    let macs: Vec<String> = device_secrets::table.select(device_secrets::mac).load(c).await?;
    macs.iter().map(|mac| Place { table: "device_secrets", id: mac }.parse("mac", mac)).collect()
}

async fn existing(c: &mut Connection, id: &str) -> Result<OwnRule, Kind> {
    let row: Option<OwnRuleRow> = own_rules::table.filter(own_rules::id.eq(id)).first(c).await.optional()?;
    row.ok_or(Kind::NotFound)?.record()
}
