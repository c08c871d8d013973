//! Merges what `NotifyStatus` tells into what is known of a device.
//!
//! A notification is a deep partial patch (protocol 2): it has the members that changed, null clears one to null, lists
//! come whole, and a component that is not known yet is added. 60 and 60.0 are the same. Only the components in the
//! patch are touched. Members that tell of a timer or a fade vanish on the device without notice; their begin and
//! length tell when they are over.

use serde_json::{Map, Value, map::Entry};
use shelly_types::wire::{join, same};

use crate::{DeviceStatus, components::ComponentStatus};

/// What a notification changed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Merged {
    /// Unix seconds at which the device sent it; none when it does not say.
    pub at_s: Option<f64>,
    /// Components in which something is not as before, each once.
    pub changed: Vec<Changed>,
}

/// A component in which something is not as before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Key, such as `switch:0`.
    pub component: String,
    /// It was not known before.
    pub is_new: bool,
    /// Paths of the members that changed: `output`, `aenergy.total`.
    pub members: Vec<String>,
}

/// Merges `patch` into `target`, and calls `changed` with the path of every member that is not as before.
///
/// ```
/// use serde_json::json;
///
/// let mut status = json!({"output": false, "aenergy": {"total": 1.0, "minute_ts": 60}, "errors": ["overtemp"]});
/// let mut changed = Vec::new();
/// let patch = json!({"output": true, "aenergy": {"total": 1.0, "minute_ts": 120}, "errors": null});
/// shelly_gen2_rpc::merge::merge(&mut status, patch, &mut |path| changed.push(path.to_owned()));
/// assert_eq!(status, json!({"output": true, "aenergy": {"total": 1.0, "minute_ts": 120}, "errors": null}));
/// assert_eq!(changed, ["aenergy.minute_ts", "errors", "output"]);
/// ```
pub fn merge(target: &mut Value, patch: Value, changed: &mut dyn FnMut(&str)) {
    merge_at("", target, patch, changed);
}

fn merge_at(at: &str, target: &mut Value, patch: Value, changed: &mut dyn FnMut(&str)) {
    match (target, patch) {
        (Value::Object(target), Value::Object(patch)) => merge_members(at, target, patch, changed),
        (target, patch) => {
            if !same(target, &patch) {
                *target = patch;
                changed(at);
            }
        }
    }
}

fn merge_members(at: &str, target: &mut Map<String, Value>, patch: Map<String, Value>, changed: &mut dyn FnMut(&str)) {
    for (name, value) in patch {
        match target.entry(name) {
            // A path costs as much as the rest, so it is written only where it is wanted.
            Entry::Occupied(mut member) => match (member.get(), &value) {
                (Value::Object(_), Value::Object(_)) => {
                    let path = join(at, member.key());
                    merge_at(&path, member.get_mut(), value, changed);
                }
                (known, told) if same(known, told) => {}
                _ => {
                    let path = join(at, member.key());
                    member.insert(value);
                    changed(&path);
                }
            },
            Entry::Vacant(place) => {
                let path = join(at, place.key());
                place.insert(value);
                changed(&path);
            }
        }
    }
}

impl DeviceStatus {
    /// Merges the parameters of a `NotifyStatus`.
    pub fn merge(&mut self, patch: Map<String, Value>) -> Merged {
        let mut merged = Merged::default();
        for (key, value) in patch {
            if key == "ts" {
                merged.at_s = value.as_f64();
                continue;
            }
            let mut members = Vec::new();
            let mut is_new = false;
            if let Some(component) = self.components.get_mut(&key) {
                component.merge(&key, value, &mut |path| members.push(path.to_owned()));
            } else {
                is_new = true;
                if let Value::Object(value) = &value {
                    members.extend(value.keys().cloned());
                }
                self.components.insert(key.clone(), ComponentStatus::from_json(&key, value));
            }
            if is_new || !members.is_empty() {
                merged.changed.push(Changed { component: key, is_new, members });
            }
        }
        merged
    }
}

impl ComponentStatus {
    /// Merges a partial reading of the component `key`, and calls `changed` with the path of every member that is not
    /// as before; an empty path is the whole reading.
    pub fn merge(&mut self, key: &str, patch: Value, changed: &mut dyn FnMut(&str)) {
        let mut whole = self.to_json();
        let mut has_changed = false;
        merge(&mut whole, patch, &mut |path| {
            has_changed = true;
            changed(path);
        });
        if has_changed {
            *self = Self::from_json(key, whole);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;
    use shelly_types::wire::Wire;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        let Value::Object(members) = value else { panic!("{value}") };
        members
    }

    #[test]
    fn only_what_changed_is_reported() {
        let whole = json!({
            "switch:0": {"id": 0, "output": false, "apower": 0.0, "aenergy": {"total": 5.5, "by_minute": [1.0, 2.0]}},
            "sys": {"uptime": 10},
        });
        let mut status = DeviceStatus::from_json(whole).unwrap();
        let merged = status.merge(object(json!({
            "ts": 12.5,
            "switch:0": {"id": 0, "output": true, "aenergy": {"total": 5.5, "by_minute": [3.0]}},
            "sys": {"uptime": 10},
            "boolean:200": {"value": true},
        })));
        assert_eq!(merged.at_s, Some(12.5));
        let changed: Vec<(&str, bool, &[String])> =
            merged.changed.iter().map(|change| (change.component.as_str(), change.is_new, &*change.members)).collect();
        let of_switch = ["aenergy.by_minute".to_owned(), "output".to_owned()];
        assert_eq!(changed, [("boolean:200", true, &["value".to_owned()][..]), ("switch:0", false, &of_switch[..])]);
        let ComponentStatus::Switch(switch) = &status.components["switch:0"] else { panic!() };
        assert_eq!((switch.output.copied(), switch.apower.copied()), (Some(true), Some(0.0)));
        assert_eq!(switch.aenergy.get().unwrap().by_minute.get(), Some(&vec![3.0]));
    }

    #[test]
    fn null_clears_and_bare_values_are_replaced() {
        let mut status = DeviceStatus::from_json(json!({"wifi": {"sta_ip": "1.2.3.4"}, "awaiting": true})).unwrap();
        status.merge(object(json!({"wifi": {"sta_ip": null}, "awaiting": false})));
        assert_eq!(status.to_json(), json!({"wifi": {"sta_ip": null}, "awaiting": false}));
    }

    /// Any JSON that has no number which changes on its way through a typed member.
    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<u32>().prop_map(Value::from),
            "[a-c]{0,2}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                proptest::collection::btree_map("output|apower|aenergy|total|id|x", inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    fn any_status() -> impl Strategy<Value = Map<String, Value>> {
        proptest::collection::btree_map("switch:0|sys|wifi|spoon:1", any_value(), 0..4)
            .prop_map(|members| members.into_iter().collect())
    }

    fn typed(status: &Map<String, Value>) -> DeviceStatus {
        DeviceStatus::from_json(Value::Object(status.clone())).unwrap()
    }

    /// The leaves of `value` go to one side or the other.
    fn split(value: &Value, sides: &mut impl Iterator<Item = bool>) -> (Option<Value>, Option<Value>) {
        let Value::Object(members) = value else {
            let side = sides.next().unwrap();
            return if side { (Some(value.clone()), None) } else { (None, Some(value.clone())) };
        };
        let (mut left, mut right) = (Map::new(), Map::new());
        for (name, member) in members {
            let (to_left, to_right) = split(member, sides);
            left.extend(to_left.map(|part| (name.clone(), part)));
            right.extend(to_right.map(|part| (name.clone(), part)));
        }
        (Some(Value::Object(left)), Some(Value::Object(right)))
    }

    proptest! {
        #[test]
        fn a_full_status_changes_nothing(status in any_status()) {
            let mut known = typed(&status);
            let merged = known.merge(status.clone());
            prop_assert_eq!(merged.changed, vec![]);
            prop_assert_eq!(known, typed(&status));
        }

        #[test]
        fn a_patch_twice_is_a_patch_once(status in any_status(), patch in any_status()) {
            let mut known = typed(&status);
            known.merge(patch.clone());
            let once = known.clone();
            prop_assert_eq!(known.merge(patch).changed, vec![]);
            prop_assert_eq!(known, once);
        }

        #[test]
        fn the_order_of_disjoint_patches_does_not_matter(
            status in any_status(), patch in any_status(), sides in proptest::collection::vec(any::<bool>(), 8),
        ) {
            let mut sides = sides.into_iter().cycle();
            let (left, right) = split(&Value::Object(patch), &mut sides);
            let (left, right) = (object(left.unwrap()), object(right.unwrap()));
            let (mut one, mut other) = (typed(&status), typed(&status));
            one.merge(left.clone());
            one.merge(right.clone());
            other.merge(right);
            other.merge(left);
            prop_assert!(same(&one.to_json(), &other.to_json()));
        }

        #[test]
        fn the_typed_and_the_plain_merge_agree(status in any_status(), patch in any_status()) {
            let mut plain = Value::Object(status.clone());
            merge(&mut plain, Value::Object(patch.clone()), &mut |_| {});
            let mut known = typed(&status);
            known.merge(patch);
            prop_assert!(same(&known.to_json(), &plain), "{} {plain}", known.to_json());
        }
    }
}
