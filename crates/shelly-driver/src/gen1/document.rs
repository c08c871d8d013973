//! Walks a `/settings` document.

use serde_json::{Map, Value, json};

/// What nobody may see.
const SECRETS: &[&str] = &["wifi_ap.key", "login.password", "pin_code"];

/// The value at a dotted path; list items by number.
pub(super) fn at<'a>(document: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(document, |place, word| match place {
        Value::Object(members) => members.get(word),
        Value::Array(items) => items.get(word.parse::<usize>().ok()?),
        _ => None,
    })
}

/// Takes a sensor of the add-on out of the list of one that the Uni puts it in.
pub(super) fn unwrap_sensors(document: &mut Value) {
    for sensors in ["ext_temperature", "ext_humidity"] {
        for sensor in document.get_mut(sensors).and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
            if let Value::Array(items) = sensor
                && let [Value::Object(_)] = items[..]
            {
                *sensor = items.swap_remove(0);
            }
        }
    }
}

/// The number of items of a list or of an object with numbered members.
pub(super) fn count(document: &Value, path: &str) -> u32 {
    let count = match at(document, path) {
        Some(Value::Array(items)) => items.len(),
        Some(Value::Object(members)) => {
            members.keys().filter_map(|key| key.parse::<usize>().ok()).max().map_or(0, |greatest| greatest + 1)
        }
        _ => 0,
    };
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Calls `found` with the path and value of every leaf: scalars, nulls and empty containers.
pub(super) fn leaves(value: &Value, at: &str, found: &mut dyn FnMut(&str, &Value)) {
    let below = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, member) in members {
                leaves(member, &below(name), found);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                leaves(item, &below(&index.to_string()), found);
            }
        }
        _ => found(at, value),
    }
}

/// Hides the secrets of a document. Empty ones say that there is none, and stay.
pub(super) fn mask(document: &mut Value) {
    for secret in SECRETS {
        let pointer = format!("/{}", secret.replace('.', "/"));
        if let Some(value) = document.pointer_mut(&pointer)
            && value.as_str().is_none_or(|text| !text.is_empty())
            && !value.is_null()
        {
            *value = json!({ "hidden": true });
        }
    }
}

/// Whether the leaf at `path` is secret.
pub(super) fn is_secret(path: &str) -> bool {
    SECRETS.contains(&path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_numbered_objects_are_walked() {
        let document = json!({"relays": [{"name": "a"}], "ext": {"0": {"t": 1}, "2": {"t": 3}}, "none": []});
        assert_eq!(at(&document, "relays.0.name"), Some(&json!("a")));
        assert_eq!(at(&document, "ext.2.t"), Some(&json!(3)));
        assert_eq!(at(&document, "relays.1.name"), None);
        assert_eq!((count(&document, "relays"), count(&document, "ext"), count(&document, "none")), (1, 3, 0));
        let mut paths = Vec::new();
        leaves(&document, "", &mut |path, _| paths.push(path.to_owned()));
        assert_eq!(paths, ["ext.0.t", "ext.2.t", "none", "relays.0.name"]);
    }

    #[test]
    fn sensors_of_the_uni_are_as_those_of_others() {
        let mut document = json!({"ext_temperature": {"0": [{"offset_tC": 1}], "1": {"offset_tC": 2}, "2": []}});
        unwrap_sensors(&mut document);
        assert_eq!(document, json!({"ext_temperature": {"0": {"offset_tC": 1}, "1": {"offset_tC": 2}, "2": []}}));
    }

    #[test]
    fn secrets_are_masked() {
        let mut document = json!({"wifi_ap": {"key": "secret"}, "login": {"username": "admin"}, "pin_code": ""});
        mask(&mut document);
        assert_eq!(
            document,
            json!({"wifi_ap": {"key": {"hidden": true}}, "login": {"username": "admin"}, "pin_code": ""})
        );
    }
}
