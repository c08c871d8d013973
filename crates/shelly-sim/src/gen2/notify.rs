//! Finds what to say in `NotifyStatus`: a deep patch of what changed (gen2 protocol 2).

use serde_json::{Map, Value};

use crate::json;

/// Members that change all the time and are never a reason to speak.
const RESTLESS: &[(&str, &[&str])] = &[
    ("sys", &["time", "unixtime", "uptime", "ram_free", "ram_min_free", "fs_free", "last_sync_ts"]),
    ("wifi", &["rssi", "channel"]),
];

/// Counters, said on the full minute only.
const COUNTERS: &[&str] = &["aenergy", "ret_aenergy", "counts", "freq_counts"];

/// Components that are counters as a whole.
const COUNTING: &[&str] = &["emdata", "em1data"];

/// The members of `new` that differ from `known`, which is brought up to what is said. A key that is gone is not
/// mentioned, as real devices do not mention it; a value that became null is said as null.
pub(crate) fn patch(known: &mut Value, new: &Value, full_minute: bool) -> Option<Map<String, Value>> {
    let (Value::Object(known), Value::Object(new)) = (known, new) else { return None };
    known.retain(|key, _| new.contains_key(key));
    let mut patch = Map::new();
    for (key, value) in new {
        let kind = key.split(':').next().unwrap_or(key);
        let Some(old) = known.get_mut(key) else {
            known.insert(key.clone(), value.clone());
            patch.insert(key.clone(), value.clone());
            continue;
        };
        if !full_minute && COUNTING.contains(&kind) {
            continue;
        }
        let mut changed = component(old, value, kind, full_minute);
        if changed.is_empty() {
            continue;
        }
        if let Some(id) = value.get("id") {
            changed.insert("id".into(), id.clone());
        }
        patch.insert(key.clone(), Value::Object(changed));
    }
    (!patch.is_empty()).then_some(patch)
}

fn component(old: &mut Value, new: &Value, kind: &str, full_minute: bool) -> Map<String, Value> {
    let restless = RESTLESS.iter().find(|(of, _)| *of == kind).map_or(&[][..], |(_, names)| names);
    let skip = |name: &str| restless.contains(&name) || (!full_minute && COUNTERS.contains(&name));
    let (Value::Object(old), Value::Object(new)) = (old, new) else { return Map::new() };
    old.retain(|name, _| new.contains_key(name) || skip(name));
    new.iter()
        .filter(|(name, _)| !skip(name))
        .filter_map(|(name, value)| difference(old, name, value).map(|change| (name.clone(), change)))
        .collect()
}

/// What to say of one member, and the member brought up to date.
fn difference(old: &mut Map<String, Value>, name: &str, new: &Value) -> Option<Value> {
    match (old.get_mut(name), new) {
        (Some(Value::Object(before)), Value::Object(after)) => {
            before.retain(|name, _| after.contains_key(name));
            let changed: Map<String, Value> = after
                .iter()
                .filter_map(|(name, value)| difference(before, name, value).map(|change| (name.clone(), change)))
                .collect();
            (!changed.is_empty()).then_some(Value::Object(changed))
        }
        (Some(before), after) if json::same(before, after) => None,
        _ => {
            old.insert(name.to_owned(), new.clone());
            Some(new.clone())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A3: only what changed, null clears, counters wait for the minute, gone keys are not mentioned.
    #[test]
    fn only_what_changed_is_said() {
        let mut known = json!({
            "switch:0": {"id": 0, "output": false, "timer_duration": 5, "errors": ["x"], "aenergy": {"total": 1.0, "minute_ts": 60}},
            "sys": {"uptime": 4, "cfg_rev": 7},
            "em1data:0": {"id": 0, "total_act_energy": 3.0}
        });
        let mut new = known.clone();
        assert_eq!(patch(&mut known, &new, true), None);
        new["switch:0"] = json!({"id": 0, "output": true, "errors": null, "aenergy": {"total": 2.0, "minute_ts": 60}});
        new["sys"]["uptime"] = json!(5);
        new["em1data:0"]["total_act_energy"] = json!(4.0);
        let said = patch(&mut known, &new, false).unwrap();
        assert_eq!(Value::Object(said), json!({"switch:0": {"id": 0, "output": true, "errors": null}}));
        assert_eq!(patch(&mut known, &new, false), None);
        let said = patch(&mut known, &new, true).unwrap();
        let expected = json!({
            "switch:0": {"id": 0, "aenergy": {"total": 2.0}}, "em1data:0": {"id": 0, "total_act_energy": 4.0}
        });
        assert_eq!(Value::Object(said), expected);
        assert_eq!(patch(&mut known, &new, true), None);
    }
}
