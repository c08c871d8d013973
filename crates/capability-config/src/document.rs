//! Settings of free form: an object or list of JSON, carried as the one text that all its spellings have.

use serde_json::{Map, Value};

use crate::value::number_to_json;

/// The text for a document of free form; none for a plain value, which is no document.
///
/// A member that is null is one that is not there, whichever way a device remembers it.
///
/// ```
/// use capability_config::document_text;
/// use serde_json::json;
///
/// let text = document_text(&json!({"ui": {"step": 1.0, "icon": null}})).unwrap();
/// assert_eq!(text, r#"{"ui":{"step":1}}"#);
/// assert_eq!(document_text(&json!(1)), None);
/// ```
pub fn document_text(document: &Value) -> Option<String> {
    matches!(document, Value::Object(_) | Value::Array(_)).then(|| sorted(document, false).to_string())
}

/// The one text for what `text` says; none when it is not the JSON of an object or list.
pub(crate) fn canonical(text: &str) -> Option<String> {
    document_text(&serde_json::from_str(text).ok()?)
}

/// The same document with sorted members and whole numbers without a fraction. Members that are null go, but for those
/// within a list, which a device takes as a whole.
fn sorted(value: &Value, in_list: bool) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().filter(|(_, member)| in_list || !member.is_null()).collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            let sorted = members.into_iter().map(|(name, member)| (name.clone(), sorted(member, in_list)));
            Value::Object(sorted.collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| sorted(item, true)).collect()),
        Value::Number(number) if number.is_f64() => number.as_f64().map_or(Value::Null, number_to_json),
        plain => plain.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_document_are_one_text() {
        let text = canonical(r#" {"b": [1.0, 0.5, {"e": null}], "a": {"d": null, "c": "x"}} "#);
        assert_eq!(text.as_deref(), Some(r#"{"a":{"c":"x"},"b":[1,0.5,{"e":null}]}"#));
        assert_eq!(canonical(text.as_deref().unwrap()), text);
        for no_document in ["", "1", "null", "\"a\"", "{", "{\"a\": }"] {
            assert_eq!(canonical(no_document), None, "{no_document}");
        }
    }
}
