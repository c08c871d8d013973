//! A configuration that a device had: its history.

use std::{cmp::Ordering, collections::BTreeMap};

use capability_config::{Resource, ResourceKind, SettingPath, SettingValue, Settings, facts};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shelly_types::{ComponentKey, Mac};
use sync_engine::{Fingerprint, Observed};

use crate::{SnapshotId, word::words};

words! {
    /// Why a configuration was read.
    pub enum SnapshotCause ("snapshot cause") {
        /// The device was adopted.
        Adoption = "adoption",
        /// Someone asked.
        Pull = "pull",
        /// The drift check read it.
        DriftCheck = "drift_check",
        /// A plan was about to be carried out.
        BeforePlan = "before_plan",
        /// A plan was carried out.
        AfterPlan = "after_plan",
    }
}

/// A configuration that a device had. Kept only when it differs from the one before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SnapshotRecord {
    /// Id.
    pub id: SnapshotId,
    /// Device.
    pub mac: Mac,
    /// When it was read.
    pub taken_at: DateTime<Utc>,
    /// Why it was read.
    pub cause: SnapshotCause,
    /// Short name of the settings; two snapshots with the same one are the same configuration.
    pub fingerprint: Fingerprint,
    /// Every setting that is understood.
    pub settings: Settings,
    /// What is not understood, by dotted name, as the device showed it. May hold secrets: not for showing unmasked.
    pub kept: BTreeMap<String, Value>,
    /// Components of the device.
    pub components: Vec<ComponentKey>,
    /// The whole document as the device sent it, null where it was not asked for. May hold secrets: not for showing.
    #[serde(skip)]
    pub raw: Value,
}

/// A setting that differs between two configurations, with its value in the one before and in the one after.
pub type SettingChange = (SettingPath, Option<SettingValue>, Option<SettingValue>);

/// Settings that differ between two configurations, in the order of their names.
pub fn setting_changes(before: &Settings, after: &Settings) -> Vec<SettingChange> {
    let (mut before, mut after) = (before.iter().peekable(), after.iter().peekable());
    let mut changes = Vec::new();
    loop {
        let order = match (before.peek(), after.peek()) {
            (Some((left, _)), Some((right, _))) => left.cmp(right),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return changes,
        };
        let was = if order.is_le() { before.next() } else { None };
        let is = if order.is_ge() { after.next() } else { None };
        if was.map(|(_, value)| value) != is.map(|(_, value)| value)
            && let Some((path, _)) = was.or(is)
        {
            changes.push((path.clone(), was.map(|(_, value)| value.clone()), is.map(|(_, value)| value.clone())));
        }
    }
}

impl SnapshotRecord {
    /// The snapshot of what a device showed.
    pub fn of(
        id: SnapshotId,
        mac: Mac,
        taken_at: DateTime<Utc>,
        cause: SnapshotCause,
        observed: &Observed,
        raw: Value,
    ) -> Self {
        let mut settings = observed.settings.clone();
        for value in settings.values_mut().filter(|value| matches!(value, SettingValue::Secret(_))) {
            *value = SettingValue::Hidden;
        }
        Self {
            id,
            mac,
            taken_at,
            cause,
            fingerprint: observed.fingerprint(),
            settings,
            kept: observed.kept.clone(),
            components: observed.components.clone(),
            raw,
        }
    }

    /// The kinds of scripts, stored values and so on that it holds.
    pub fn resource_kinds(&self) -> impl Iterator<Item = ResourceKind> {
        self.components.iter().filter_map(|component| ResourceKind::of(component.kind()))
    }

    /// Takes over what `before` knows of scripts, stored values and so on that were not read this time, and of those that
    /// are of no interest: what a script stores every minute is no news.
    pub fn keep_unread(&mut self, before: &Self, is_of_interest: impl Fn(Resource<'_>) -> bool) {
        if before.resource_kinds().next().is_none() {
            return;
        }
        let kinds = ResourceKind::ALL.into_iter();
        let of_both: Vec<ResourceKind> = kinds.filter(|kind| before.components.contains(&kind.component())).collect();
        let is_kept = |path: &SettingPath| {
            let resource = Resource::of(path).map(|(resource, _)| resource);
            resource.is_some_and(|resource| of_both.contains(&resource.kind) && !is_of_interest(resource))
        };
        let read: Vec<ComponentKey> = self.components.clone();
        let was_read = |path: &SettingPath| read.contains(path.component());
        self.settings.retain(|path, _| !is_kept(path));
        // A job of the schedule that got a name is known under that name alone.
        let is_number = |path: &SettingPath| {
            Resource::of(path).is_some_and(|(of, field)| of.kind == ResourceKind::Schedules && field == "id")
        };
        let ours = self.settings.iter().filter(|(path, _)| is_number(path));
        let ours: Vec<SettingValue> = ours.map(|(_, value)| value.clone()).collect();
        let has_name = |path: &SettingPath| {
            let of = Resource::of(path).map(|(of, _)| of).filter(|of| of.kind == ResourceKind::Schedules);
            of.and_then(|of| before.settings.get(&of.path("id"))).is_some_and(|number| ours.contains(number))
        };
        let known = before
            .settings
            .iter()
            .filter(|(path, _)| Resource::of(path).is_some() && (is_kept(path) || !was_read(path)))
            .filter(|(path, _)| !has_name(path));
        self.settings.extend(known.map(|(path, value)| (path.clone(), value.clone())));
        // Always in the same order, whichever were read.
        let all = ResourceKind::ALL.map(ResourceKind::component).into_iter();
        let held: Vec<ComponentKey> =
            all.filter(|component| read.contains(component) || before.components.contains(component)).collect();
        self.components.retain(|component| !held.contains(component));
        self.components.extend(held);
        let is_read_only =
            |path: &SettingPath| facts(path.component().kind(), path.field()).is_some_and(|facts| facts.read_only);
        self.fingerprint = Fingerprint::of(self.settings.iter().filter(|(path, _)| !is_read_only(path)));
    }
}

#[cfg(test)]
mod tests {
    use capability_config::{SecretText, Support};
    use shelly_types::{Firmware, Generation, Model};

    use super::*;

    fn snapshot(shown: &[(&str, SettingValue)], components: &[&str]) -> SnapshotRecord {
        let components: Vec<ComponentKey> = components.iter().map(|key| key.parse().unwrap()).collect();
        let settings = shown.iter().map(|(path, value)| (path.parse().unwrap(), value.clone())).collect();
        let support =
            Support::new(Generation::GEN3, Model::new("S3SW-001P16EU"), Firmware::new("1.4.4"), components.clone());
        let observed = Observed::new(components, settings, support);
        let (id, mac) = (SnapshotId::from_uuid(uuid::Uuid::nil()), Mac::new([1, 2, 3, 4, 5, 6]));
        SnapshotRecord::of(id, mac, DateTime::UNIX_EPOCH, SnapshotCause::Pull, &observed, Value::Null)
    }

    /// F2: what is new, gone or otherwise is a difference, and nothing else is.
    #[test]
    fn two_configurations_are_told_apart() {
        let settings = |shown: &[(&str, f64)]| -> Settings {
            shown.iter().map(|(path, value)| (path.parse().unwrap(), SettingValue::from(*value))).collect()
        };
        let before = settings(&[("ble.a", 1.0), ("mqtt.b", 1.0), ("switch:0.c", 1.0), ("wifi.z", 1.0)]);
        let after = settings(&[("mqtt.b", 1.0), ("script:1.n", 1.0), ("switch:0.c", 2.0)]);
        let told = |changes: Vec<SettingChange>| -> Vec<String> {
            let word = |value: Option<SettingValue>| value.map_or("-".to_owned(), |value| value.to_string());
            changes.into_iter().map(|(path, was, is)| format!("{path} {} {}", word(was), word(is))).collect()
        };
        assert_eq!(
            told(setting_changes(&before, &after)),
            ["ble.a 1 -", "script:1.n - 1", "switch:0.c 1 2", "wifi.z 1 -"]
        );
        assert_eq!(setting_changes(&after, &after), []);
        assert_eq!(setting_changes(&Settings::new(), &after).len(), after.len());
    }

    /// F1: reading without scripts does not look as if the scripts were gone.
    #[test]
    fn what_was_not_read_stays_as_it_was() {
        let name = ("switch:0.name", SettingValue::from("Pump"));
        let code = ("scripts.a.code", SettingValue::from("let x;"));
        let stored = ("kvs.a.value", SettingValue::from("1"));
        let whole = snapshot(&[name.clone(), code, stored], &["switch:0", "kvs", "scripts"]);
        let mut plain = snapshot(std::slice::from_ref(&name), &["switch:0"]);
        plain.keep_unread(&whole, |_| true);
        assert_eq!(
            (&plain.settings, &plain.components, &plain.fingerprint),
            (&whole.settings, &whole.components, &whole.fingerprint)
        );

        let mut without = snapshot(std::slice::from_ref(&name), &["switch:0", "scripts"]);
        without.keep_unread(&whole, |_| true);
        let paths: Vec<String> = without.settings.keys().map(ToString::to_string).collect();
        assert_eq!(paths, ["kvs.a.value", "switch:0.name"], "a script that is gone is gone");
        assert_eq!(without.components, whole.components);

        let mut first = snapshot(std::slice::from_ref(&name), &["switch:0"]);
        let fingerprint = first.fingerprint.clone();
        first.keep_unread(&snapshot(&[name], &["switch:0"]), |_| true);
        assert_eq!(first.fingerprint, fingerprint);
    }

    /// What nobody wishes is news only when the whole device is read.
    #[test]
    fn what_is_of_no_interest_is_no_news() {
        let value = |text: &str| [("kvs.ours.value", text.into()), ("kvs.theirs.value", SettingValue::from(text))];
        let before = snapshot(&value("1"), &["kvs"]);
        let mut after = snapshot(&value("2"), &["kvs"]);
        after.keep_unread(&before, |resource| resource.name == "ours");
        let told: Vec<String> = after.settings.iter().map(|(path, value)| format!("{path} {value}")).collect();
        assert_eq!(told, [r#"kvs.ours.value "2""#, r#"kvs.theirs.value "1""#]);
        let mut whole = snapshot(&value("2"), &["kvs"]);
        whole.keep_unread(&before, |_| true);
        assert_eq!(whole.settings.values().filter(|value| **value == "2".into()).count(), 2);
    }

    /// A job of the schedule that nobody named, and that a wish gave a name.
    #[test]
    fn a_job_that_got_a_name_is_not_there_twice() {
        let job = |name: &str| format!("schedules.{name}.id");
        let (theirs, unnamed, named) = (job("job:2"), job("job:1"), job("morning"));
        let before = snapshot(&[(&theirs, 2.0.into()), (&unnamed, 1.0.into())], &["schedules"]);
        let mut after = snapshot(&[(&theirs, 2.0.into()), (&named, 1.0.into())], &["schedules"]);
        after.keep_unread(&before, |resource| resource.name == "morning");
        let told: Vec<String> = after.settings.keys().map(ToString::to_string).collect();
        assert_eq!(told, [theirs, named]);
    }

    #[test]
    fn a_secret_is_in_no_snapshot() {
        let secret = SettingValue::Secret(SecretText::new("planted"));
        let snapshot = snapshot(&[("kvs.a.secret", secret)], &["kvs"]);
        assert_eq!(snapshot.settings.values().next(), Some(&SettingValue::Hidden));
    }
}
