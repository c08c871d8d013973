//! Nested JSON and dotted fields, one from the other.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::SettingValue;

/// Puts `leaf` at the dotted `field` of the object `tree`.
pub(crate) fn insert(tree: &mut Value, field: &str, leaf: Value) {
    let mut at = tree;
    for word in field.split('.') {
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        at = &mut at[word];
    }
    *at = leaf;
}

/// The leaves of a nested object by dotted field. Empty objects have none.
pub(crate) fn leaves(tree: &Value) -> Result<BTreeMap<String, SettingValue>, String> {
    let Value::Object(members) = tree else {
        return Err("expected an object of settings".to_owned());
    };
    let mut found = BTreeMap::new();
    collect("", members, &mut found)?;
    Ok(found)
}

fn collect(at: &str, members: &Map<String, Value>, found: &mut BTreeMap<String, SettingValue>) -> Result<(), String> {
    for (word, value) in members {
        let field = if at.is_empty() { word.clone() } else { format!("{at}.{word}") };
        match (SettingValue::from_json(value), value) {
            (Some(value), _) => {
                found.insert(field, value);
            }
            (None, Value::Object(members)) => collect(&field, members, found)?,
            (None, _) => return Err(format!("`{field}` holds an object within a list, which no setting does")),
        }
    }
    Ok(())
}
