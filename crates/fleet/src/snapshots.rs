//! Configurations that devices had: any two compared, and what goes back to one.

use capability_config::{ResourceKind, SettingPath, SettingValue, facts};
use fleet_model::{Actor, DeviceRecord, Left, Permission, SettingChange, SnapshotId, SnapshotRecord, setting_changes};
use shelly_types::ComponentKey;
use sync_engine::{Observed, Origin, Resolution, Resolved, Scope};

use crate::{Error, Fleet};

/// Kinds of the components that `virtuals` makes; these have numbers from 200 on.
const VIRTUAL: [&str; 7] = ["boolean", "number", "text", "enum", "object", "button", "group"];

/// Number of the first virtual component.
const FIRST_VIRTUAL: u32 = 200;

/// Two configurations and what differs between them.
#[derive(Debug, Clone)]
pub struct SnapshotDiff {
    /// The one.
    pub left: SnapshotRecord,
    /// Name of its device.
    pub left_name: String,
    /// The other.
    pub right: SnapshotRecord,
    /// Name of its device.
    pub right_name: String,
    /// Settings with the value on the left and on the right.
    pub changes: Vec<SettingChange>,
    /// What was read for one of them only, so that it is not compared.
    pub not_compared: Vec<ComponentKey>,
}

impl Fleet {
    /// Compares two stored configurations, of one device or of two (J12).
    pub async fn snapshot_diff(
        &self,
        actor: &Actor,
        left: SnapshotId,
        right: SnapshotId,
    ) -> Result<SnapshotDiff, Error> {
        Self::authorize(actor, Permission::Read)?;
        let (left, left_of) = self.snapshot_by_id(left).await?;
        let (right, right_of) = self.snapshot_by_id(right).await?;
        let has = |snapshot: &SnapshotRecord, component: &ComponentKey| snapshot.components.contains(component);
        let not_compared: Vec<ComponentKey> = ResourceKind::ALL
            .map(ResourceKind::component)
            .into_iter()
            .filter(|component| has(&left, component) != has(&right, component))
            .collect();
        let mut changes = setting_changes(&left.settings, &right.settings);
        changes.retain(|(path, ..)| !not_compared.contains(path.component()));
        let (left_name, right_name) = (left_of.display_name(), right_of.display_name());
        Ok(SnapshotDiff { left, left_name, right, right_name, changes, not_compared })
    }

    /// A stored configuration, and the device that had it.
    pub(crate) async fn snapshot_by_id(&self, id: SnapshotId) -> Result<(SnapshotRecord, DeviceRecord), Error> {
        let found = self.store().snapshot_get(id).await?;
        let snapshot = found.ok_or_else(|| Error::not_found(format!("snapshot {id}")))?;
        let device = self.record_kept(snapshot.mac).await?;
        Ok((snapshot, device))
    }
}

/// The wish to be again as a snapshot says, for a device that shows this; and what cannot be put back.
pub(crate) fn wish_of(snapshot: &SnapshotRecord, observed: &Observed) -> (Resolution, Vec<Left>) {
    let (mut resolution, mut left) = (Resolution::default(), Vec::new());
    let origin = Origin { layer: "snapshot".into(), scope: Scope::Device };
    let mut wish = |path: &SettingPath, value: SettingValue| {
        let (origin, agreeing, overruled) = (origin.clone(), Vec::new(), Vec::new());
        resolution.settings.insert(path.clone(), Resolved { value, origin, agreeing, overruled });
    };
    for (path, value) in &snapshot.settings {
        if is_read_only(path, observed) || is_covered(path, snapshot) {
            continue;
        }
        if path.component().kind() == "auth" {
            if path.field() == "enable" && observed.get(path) != Some(value) {
                let why = "the login is left as it is, because its password is not known".to_owned();
                left.push(Left { path: path.clone(), why });
            }
        } else if matches!(value, SettingValue::Hidden | SettingValue::Secret(_)) {
            let why = "a secret is not kept in snapshots; what the device has is left as it is".to_owned();
            left.push(Left { path: path.clone(), why });
        } else {
            wish(path, value.clone());
        }
    }
    for path in observed.settings.keys() {
        let is_resource = ResourceKind::of(path.component().kind()).is_some();
        let was_read = is_resource && snapshot.components.contains(path.component());
        if was_read && !snapshot.settings.contains_key(path) && !is_read_only(path, observed) {
            wish(path, SettingValue::Null);
        }
    }
    (resolution, left)
}

fn is_read_only(path: &SettingPath, observed: &Observed) -> bool {
    facts(path.component().kind(), path.field())
        .is_some_and(|facts| facts.is_read_only_on(observed.support.generation()))
}

/// Whether the setting of a component is that of a resource as well, under the name that stays.
fn is_covered(path: &SettingPath, snapshot: &SnapshotRecord) -> bool {
    let component = path.component();
    let has = |kind: ResourceKind| snapshot.components.contains(&kind.component());
    let is_virtual = component.id().is_some_and(|id| id >= FIRST_VIRTUAL) && VIRTUAL.contains(&component.kind());
    (component.kind() == "script" && has(ResourceKind::Scripts)) || (is_virtual && has(ResourceKind::Virtuals))
}

#[cfg(test)]
mod tests {
    use capability_config::{Settings, Support};
    use fleet_model::SnapshotCause;
    use serde_json::Value;
    use shelly_types::{Firmware, Generation, Mac, Model};

    use super::*;

    fn observed(shown: &[(&str, SettingValue)], components: &[&str]) -> Observed {
        let components: Vec<ComponentKey> = components.iter().map(|key| key.parse().unwrap()).collect();
        let settings: Settings = shown.iter().map(|(path, value)| (path.parse().unwrap(), value.clone())).collect();
        let support =
            Support::new(Generation::GEN3, Model::new("S3SW-001P16EU"), Firmware::new("1.4.4"), components.clone());
        Observed::new(components, settings, support)
    }

    fn wished(then: &Observed, now: &Observed) -> (Vec<String>, Vec<String>) {
        let id: SnapshotId = serde_json::from_value(serde_json::json!("00000000-0000-0000-0000-000000000000")).unwrap();
        let mac = Mac::new([1, 2, 3, 4, 5, 6]);
        let at = chrono::DateTime::UNIX_EPOCH;
        let snapshot = SnapshotRecord::of(id, mac, at, SnapshotCause::Pull, then, Value::Null);
        let (resolution, left) = wish_of(&snapshot, now);
        let wish = |(path, wish): (&SettingPath, &Resolved)| format!("{path} {}", wish.value);
        (resolution.settings.iter().map(wish).collect(), left.iter().map(|left| left.path.to_string()).collect())
    }

    /// J12, F11: what was made since goes, secrets and the login are left and named, and what was not read stays.
    #[test]
    fn the_wish_is_what_was() {
        let then = observed(
            &[
                ("auth.enable", true.into()),
                ("auth.password", SettingValue::Hidden),
                ("mqtt.pass", SettingValue::Hidden),
                ("script:1.enable", true.into()),
                ("scripts.a.code", "let x;".into()),
                ("scripts.a.hash", "0".into()),
                ("switch:0.name", SettingValue::Null),
            ],
            &["auth", "mqtt", "script:1", "scripts", "switch:0"],
        );
        let now = observed(
            &[
                ("auth.enable", false.into()),
                ("kvs.b.value", "stays".into()),
                ("scripts.b.code", "let y;".into()),
                ("scripts.b.hash", "1".into()),
                ("switch:0.name", "Pump".into()),
            ],
            &["auth", "kvs", "mqtt", "script:2", "scripts", "switch:0"],
        );
        let (wish, left) = wished(&then, &now);
        assert_eq!(wish, [r#"scripts.a.code "let x;""#, "scripts.b.code null", "switch:0.name null"]);
        assert_eq!(left, ["auth.enable", "mqtt.pass"]);
    }
}
