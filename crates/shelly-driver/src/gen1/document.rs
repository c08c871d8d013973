//! Walks a `/settings` document.

use std::{borrow::Cow, fmt::Write, ptr};

use serde_json::{Map, Value, json};

use super::rules::numbered;

/// A `/settings` document, or an object in it.
pub(super) type Members = Map<String, Value>;

/// What nobody may see.
const SECRETS: &[&str] = &["wifi_ap.key", "login.password", "pin_code"];

/// Where the sensors of an add-on are.
const SENSORS: [&str; 2] = ["ext_temperature", "ext_humidity"];

/// The value at a dotted path; list items by number.
pub(super) fn at<'a>(document: &'a Members, path: &str) -> Option<&'a Value> {
    let mut words = path.split('.');
    words.clone().skip(1).try_fold(document.get(words.next()?)?, below)
}

/// The same for the path of a rule, in which the number of the channel is left open.
pub(super) fn at_channel<'a>(document: &'a Members, path: &'static str, index: u32) -> Option<&'a Value> {
    let mut words = path.split('.').map(|word| numbered(word, index));
    let first = document.get(&*words.next()?)?;
    words.try_fold(first, |place, word| below(place, &word))
}

/// The member or item of this name.
fn below<'a>(place: &'a Value, word: &str) -> Option<&'a Value> {
    match place {
        Value::Object(members) => members.get(word),
        Value::Array(items) => items.get(word.parse::<usize>().ok()?),
        _ => None,
    }
}

/// Takes a sensor of the add-on out of the list of one that the Uni puts it in.
pub(super) fn without_lists_of_sensors(document: &Members) -> Cow<'_, Members> {
    let is_in_list = |sensor: &Value| matches!(sensor, Value::Array(items) if matches!(items[..], [Value::Object(_)]));
    let sensors = |name: &&str| document.get(*name).and_then(Value::as_object).into_iter().flat_map(Map::values);
    if !SENSORS.iter().flat_map(sensors).any(is_in_list) {
        return Cow::Borrowed(document);
    }
    let mut document = document.clone();
    for name in SENSORS {
        for sensor in document.get_mut(name).and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
            if let Value::Array(items) = sensor
                && let [Value::Object(_)] = items[..]
            {
                *sensor = items.swap_remove(0);
            }
        }
    }
    Cow::Owned(document)
}

/// The number of items of a list or of an object with numbered members.
pub(super) fn count(document: &Members, path: &str) -> u32 {
    let count = match at(document, path) {
        Some(Value::Array(items)) => items.len(),
        Some(Value::Object(members)) => {
            members.keys().filter_map(|key| key.parse::<usize>().ok()).max().map_or(0, |greatest| greatest + 1)
        }
        _ => 0,
    };
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Parts of a document, by where they are in memory.
#[derive(Default)]
pub(super) struct Parts(Vec<*const Value>);

impl Parts {
    pub(super) fn add(&mut self, part: &Value) {
        self.0.push(ptr::from_ref(part));
    }

    /// Calls `found` with the path and value of every leaf that is in none of the parts: scalars, nulls and empty
    /// containers.
    pub(super) fn rest(mut self, document: &Members, found: &mut dyn FnMut(&str, &Value)) {
        self.0.sort_unstable();
        let mut path = String::new();
        for (name, member) in document {
            path.clear();
            path.push_str(name);
            self.leaves(member, &mut path, found);
        }
    }

    /// The same for the value at `path`, which comes back as it was.
    fn leaves(&self, value: &Value, path: &mut String, found: &mut dyn FnMut(&str, &Value)) {
        if self.0.binary_search(&ptr::from_ref(value)).is_ok() {
            return;
        }
        let end = path.len();
        match value {
            Value::Object(members) if !members.is_empty() => {
                for (name, member) in members {
                    path.push('.');
                    path.push_str(name);
                    self.leaves(member, path, found);
                    path.truncate(end);
                }
            }
            Value::Array(items) if !items.is_empty() => {
                for (index, item) in items.iter().enumerate() {
                    // Text takes everything.
                    let _ = write!(path, ".{index}");
                    self.leaves(item, path, found);
                    path.truncate(end);
                }
            }
            _ => found(path, value),
        }
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
        let document = members(&document);
        assert_eq!(at(&document, "relays.0.name"), Some(&json!("a")));
        assert_eq!(at_channel(&document, "relays.{}.name", 0), Some(&json!("a")));
        assert_eq!(at_channel(&document, "ext.{+}.t", 1), Some(&json!(3)));
        assert_eq!(at(&document, "ext.2.t"), Some(&json!(3)));
        assert_eq!(at(&document, "relays.1.name"), None);
        assert_eq!((count(&document, "relays"), count(&document, "ext"), count(&document, "none")), (1, 3, 0));
        let rest = |parts: Parts| {
            let mut paths = Vec::new();
            parts.rest(&document, &mut |path, _| paths.push(path.to_owned()));
            paths
        };
        assert_eq!(rest(Parts::default()), ["ext.0.t", "ext.2.t", "none", "relays.0.name"]);
        let mut parts = Parts::default();
        for path in ["ext.2", "relays.0.name"] {
            parts.add(at(&document, path).unwrap());
        }
        assert_eq!(rest(parts), ["ext.0.t", "none"], "a part is there with all that is in it");
    }

    fn members(document: &Value) -> Members {
        document.as_object().unwrap().clone()
    }

    #[test]
    fn sensors_of_the_uni_are_as_those_of_others() {
        let sent = members(&json!({"ext_temperature": {"0": [{"offset_tC": 1}], "1": {"offset_tC": 2}, "2": []}}));
        let expected = json!({"ext_temperature": {"0": {"offset_tC": 1}, "1": {"offset_tC": 2}, "2": []}});
        let unwrapped = without_lists_of_sensors(&sent);
        assert_eq!(*unwrapped, members(&expected));
        assert!(matches!(without_lists_of_sensors(&unwrapped), Cow::Borrowed(_)), "nothing is copied without need");
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
