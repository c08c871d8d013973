//! Wishes, configurations and drift as the interface shows them.

use std::collections::{BTreeMap, BTreeSet};

use api_types::{
    config::{
        ConflictView, DeviceConfigView, LayerView, OverruledView, ScopeView, SettingView, SnapshotChange, SnapshotView,
    },
    system::SettingFactsView,
};
use capability_config::{ResourceKind, SettingFacts, SettingPath, SettingValue, Settings};
use fleet::{ConfigOfDevice, LayerOf, ScopeName, SnapshotWithChanges};
use fleet_model::{LayerRecord, LayerScope};
use serde::Serialize;
use sync_engine::{Conflict, Drift, Resolution, Wish};

/// Whose wishes or policy, by name.
pub(crate) fn scope_view(scope: ScopeName) -> ScopeView {
    match scope {
        ScopeName::Fleet => ScopeView::Fleet,
        ScopeName::Location(name) => ScopeView::Location { name },
        ScopeName::Group(name) => ScopeView::Group { name },
        ScopeName::Profile(name) => ScopeView::Profile { name },
        ScopeName::Device(mac) => ScopeView::Device { mac },
    }
}

pub(crate) fn layer(of: &LayerOf) -> LayerView {
    let scope = scope_view(of.scope.clone());
    let layer = of.layer.as_ref();
    LayerView {
        scope,
        settings: layer.map(|layer| layer.settings.clone()).unwrap_or_default(),
        revision: layer.map_or(0, revision),
        updated_at: layer.map(|layer| layer.updated_at),
    }
}

/// Of a profile the version, because every change makes a new one.
fn revision(layer: &LayerRecord) -> i64 {
    match layer.scope {
        LayerScope::Profile(version) => i64::from(version.version),
        LayerScope::Fleet | LayerScope::Location(_) | LayerScope::Group(_) | LayerScope::Device(_) => layer.revision,
    }
}

pub(crate) fn device_config(config: &ConfigOfDevice) -> DeviceConfigView {
    let snapshot = config.snapshot.as_ref();
    let none = Settings::new();
    let observed = snapshot.map_or(&none, |snapshot| &snapshot.settings);
    let paths: BTreeSet<&SettingPath> = observed.keys().chain(config.resolution.settings.keys()).collect();
    let settings =
        paths.into_iter().map(|path| setting(path, observed.get(path), &config.resolution, &config.drift)).collect();
    DeviceConfigView {
        mac: config.record.mac,
        observed_at: snapshot.map(|snapshot| snapshot.taken_at),
        settings,
        kept: snapshot.map(|snapshot| kept(&snapshot.kept)).unwrap_or_default(),
        conflicts: conflicts(&config.resolution),
        unrendered: config.troubles.iter().map(ToString::to_string).collect(),
    }
}

pub(crate) fn conflicts(resolution: &Resolution) -> Vec<ConflictView> {
    let conflict = |conflict: &Conflict| ConflictView {
        path: conflict.path.clone(),
        wishes: conflict.wishes.iter().map(wish).collect(),
    };
    resolution.conflicts.iter().map(conflict).collect()
}

pub(crate) fn snapshot(of: &SnapshotWithChanges) -> SnapshotView {
    let change = |(path, before, after): &(SettingPath, Option<SettingValue>, Option<SettingValue>)| SnapshotChange {
        path: path.clone(),
        before: before.clone(),
        after: after.clone(),
    };
    SnapshotView {
        id: of.snapshot.id.uuid(),
        taken_at: of.snapshot.taken_at,
        cause: of.snapshot.cause.to_string(),
        fingerprint: of.snapshot.fingerprint.to_string(),
        changes: of.changes.iter().map(change).collect(),
    }
}

pub(crate) fn facts(facts: &SettingFacts) -> SettingFactsView {
    let instance = if facts.has_instances { ":*" } else { "" };
    // The name of a resource is given by who wishes it; what says who owns its kind has none.
    let is_of_one = ResourceKind::of(facts.kind).is_some_and(|kind| kind.exclusive().field() != facts.field);
    let name = if is_of_one { ".NAME" } else { "" };
    SettingFactsView {
        path: format!("{}{instance}{name}.{}", facts.kind, facts.field),
        help: facts.help.to_owned(),
        value_type: json(&facts.value),
        unit: facts.unit.as_ref().map(word),
        nullable: facts.nullable,
        sensitive: facts.sensitive,
        write_only: facts.write_only,
        read_only: facts.read_only,
        restart: word(&facts.restart),
        risk: word(&facts.risk),
    }
}

pub(crate) fn setting(
    path: &SettingPath,
    observed: Option<&SettingValue>,
    resolution: &Resolution,
    drift: &Drift,
) -> SettingView {
    let facts = capability_config::facts(path.component().kind(), path.field());
    let resolved = resolution.settings.get(path);
    let not_applicable = drift.not_applicable.iter().find(|entry| entry.path == *path);
    SettingView {
        path: path.clone(),
        help: facts.map(|facts| facts.help.to_owned()),
        unit: facts.and_then(|facts| facts.unit.as_ref()).map(word),
        observed: observed.cloned(),
        desired: resolved.map(|resolved| resolved.value.clone()),
        origin: resolved.map(|resolved| resolved.origin.to_string()),
        overruled: resolved.map(|resolved| resolved.overruled.iter().map(wish).collect()).unwrap_or_default(),
        drifted: drift.differences.iter().any(|difference| difference.path == *path),
        not_applicable: not_applicable.map(|entry| entry.reason.to_string()),
        sensitive: facts.is_some_and(|facts| facts.sensitive),
        read_only: facts.is_some_and(|facts| facts.read_only),
        risk: facts.map_or_else(|| "none".to_owned(), |facts| word(&facts.risk)),
        value_type: facts.map(|facts| json(&facts.value)),
    }
}

fn wish(wish: &Wish) -> OverruledView {
    OverruledView { origin: wish.origin.to_string(), value: wish.value.clone() }
}

/// What is not understood may hold a secret of a kind we do not know: names that sound like one are masked.
fn kept(kept: &BTreeMap<String, serde_json::Value>) -> BTreeMap<String, serde_json::Value> {
    const SECRET_WORDS: [&str; 7] = ["pass", "key", "secret", "token", "ha1", "pin", "jwt"];
    let sounds_secret = |name: &str| {
        let name = name.to_ascii_lowercase();
        SECRET_WORDS.iter().any(|word| name.contains(word))
    };
    let masked = |(name, value): (&String, &serde_json::Value)| {
        let value = if sounds_secret(name) { serde_json::json!({ "hidden": true }) } else { value.clone() };
        (name.clone(), value)
    };
    kept.iter().map(masked).collect()
}

fn json(value: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// The one word that an enum without data serialises to.
fn word(value: &impl Serialize) -> String {
    json(value).as_str().unwrap_or_default().to_owned()
}
