//! Describes vendor payloads so that reading them loses nothing and cannot fail.
//!
//! A payload is parsed once into a [`serde_json::Value`], then its parts move into typed fields. A [`Field`] knows four
//! states: absent, null, a value of the expected type, or odd (something else, kept as it came). Members without a
//! field are kept in `extra`. Writing the object back gives what was read; [`Wire::unknown`] lists what was kept
//! without being understood.

mod as_sent;
mod field;
mod object;
mod scalar;

pub use as_sent::AsSent;
pub use field::Field;
#[doc(hidden)]
pub use serde_json as json;

use serde_json::Value;

/// A value that a device sends, read from JSON and written back.
pub trait Wire: Sized {
    /// Reads it; a value of another shape is given back unharmed.
    ///
    /// # Errors
    /// The value itself, when it is not of this type.
    fn from_json(value: Value) -> Result<Self, Value>;

    /// Writes it.
    fn to_json(&self) -> Value;

    /// Calls `found` with the path and value of every part that was kept without being understood.
    fn unknown(&self, at: &str, found: &mut dyn FnMut(&str, &Value)) {
        let _ = (at, found);
    }
}

/// The number of leaves in `value`: scalars, nulls, and empty containers.
pub fn leaves(value: &Value) -> usize {
    match value {
        Value::Array(items) if !items.is_empty() => items.iter().map(leaves).sum(),
        Value::Object(members) if !members.is_empty() => members.values().map(leaves).sum(),
        _ => 1,
    }
}

/// Whether two payloads mean the same: 60 and 60.0 are equal, absent and null are not.
pub fn same(left: &Value, right: &Value) -> bool {
    difference(left, right).is_none()
}

/// The path of the first difference between two payloads, compared by meaning as in [`same`].
pub fn difference(left: &Value, right: &Value) -> Option<String> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            let equal = left == right || left.as_f64() == right.as_f64();
            (!equal).then(String::new)
        }
        (Value::Array(left), Value::Array(right)) => {
            if left.len() != right.len() {
                return Some(String::new());
            }
            let mut pairs = left.iter().zip(right).enumerate();
            pairs.find_map(|(index, (left, right))| difference(left, right).map(|rest| format!("[{index}]{rest}")))
        }
        (Value::Object(left), Value::Object(right)) => {
            let missing = |from: &json::Map<String, Value>, than: &json::Map<String, Value>| {
                than.keys().find(|key| !from.contains_key(*key)).map(|key| format!(".{key}"))
            };
            missing(left, right).or_else(|| missing(right, left)).or_else(|| {
                left.iter().find_map(|(key, value)| difference(value, &right[key]).map(|rest| format!(".{key}{rest}")))
            })
        }
        _ => (left != right).then(String::new),
    }
}

/// `at` extended by a member name.
#[doc(hidden)]
pub fn join(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}
