//! Reads and changes JSON documents by path.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value};

/// The value at a dotted path such as `switch:0.auto_off_delay` or `relays.0.name`.
pub(crate) fn at<'a>(document: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(document, |value, step| match value {
        Value::Object(members) => members.get(step),
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => None,
    })
}

/// The value at a dotted path, to change it; none when the path does not exist.
pub(crate) fn at_mut<'a>(document: &'a mut Value, path: &str) -> Option<&'a mut Value> {
    path.split('.').try_fold(document, |value, step| match value {
        Value::Object(members) => members.get_mut(step),
        Value::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
        _ => None,
    })
}

/// Sets a value that exists at a dotted path; does nothing otherwise.
pub(crate) fn set(document: &mut Value, path: &str, value: impl Into<Value>) {
    if let Some(place) = at_mut(document, path) {
        *place = value.into();
    }
}

/// The truth at a dotted path; false when there is none.
pub(crate) fn truth(document: &Value, path: &str) -> bool {
    at(document, path).and_then(Value::as_bool).unwrap_or(false)
}

/// The number at a dotted path.
pub(crate) fn number(document: &Value, path: &str) -> Option<f64> {
    at(document, path).and_then(Value::as_f64)
}

/// The text at a dotted path.
pub(crate) fn text<'a>(document: &'a Value, path: &str) -> Option<&'a str> {
    at(document, path).and_then(Value::as_str)
}

/// Whether two values mean the same: 30 and 30.0 do.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

/// A value in the number kind of the one it replaces: 30 becomes 30.0 where a decimal stood.
pub(crate) fn like(old: &Value, new: Value) -> Value {
    match (old, &new) {
        (Value::Number(old), Value::Number(number)) if old.is_f64() && !number.is_f64() => {
            number.as_f64().and_then(Number::from_f64).map_or(new, Value::Number)
        }
        _ => new,
    }
}

/// A decimal rounded to this many digits after the point.
pub(crate) fn decimal(value: f64, digits: i32) -> Value {
    let scale = 10_f64.powi(digits);
    Number::from_f64((value * scale).round() / scale).map_or(Value::Null, Value::Number)
}

/// An object made of these members.
pub(crate) fn object<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// Puts all members of `more` into `target`, objects member by member.
pub(crate) fn overlay(target: &mut Map<String, Value>, more: &Map<String, Value>) {
    for (key, value) in more {
        match (target.get_mut(key), value) {
            (Some(Value::Object(old)), Value::Object(new)) => overlay(old, new),
            (Some(old), new) => *old = like(old, new.clone()),
            (None, new) => {
                target.insert(key.clone(), new.clone());
            }
        }
    }
}

/// Puts measured values into a status; a path that does not exist is made where its parent does.
pub(crate) fn measure(status: &mut Value, readings: &BTreeMap<String, Value>) {
    for (path, value) in readings {
        if let Some(place) = at_mut(status, path) {
            *place = like(&place.clone(), value.clone());
        } else if let Some((parent, name)) = path.rsplit_once('.')
            && let Some(Value::Object(members)) = at_mut(status, parent)
        {
            members.insert(name.to_owned(), value.clone());
        }
    }
}

/// A document kept as text: a fleet of thousands holds text, not trees.
pub(crate) fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_reach_into_objects_and_arrays() {
        let mut document = json!({"relays": [{"name": null}], "switch:0": {"auto_off_delay": 60.0}});
        set(&mut document, "relays.0.name", "Lamp");
        set(&mut document, "relays.1.name", "nobody");
        assert_eq!(text(&document, "relays.0.name"), Some("Lamp"));
        assert_eq!(number(&document, "switch:0.auto_off_delay"), Some(60.0));
        assert!(at(&document, "switch:0.x.y").is_none());
    }

    #[test]
    fn numbers_keep_their_kind() {
        assert_eq!(like(&json!(60.0), json!(30)).to_string(), "30.0");
        assert!(same(&json!({"a": [1, 2.0]}), &json!({"a": [1.0, 2]})));
        assert!(!same(&json!({"a": 1}), &json!({"a": 1, "b": 2})));
    }
}
