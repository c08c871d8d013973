//! Settings of free form: an object or list of JSON, carried as the one text that all its spellings have.

use serde_json::{Map, Value};

use crate::value::number_to_json;

/// The text for a document of free form; none for a plain value, which is no document.
///
/// ```
/// use capability_config::document_text;
/// use serde_json::json;
///
/// let text = document_text(&json!({"ui": {"step": 1.0, "icon": null}})).unwrap();
/// assert_eq!(text, r#"{"ui":{"icon":null,"step":1}}"#);
/// assert_eq!(document_text(&json!(1)), None);
/// ```
pub fn document_text(document: &Value) -> Option<String> {
    matches!(document, Value::Object(_) | Value::Array(_)).then(|| sorted(document).to_string())
}

/// The one text for what `text` says; none when it is not the JSON of an object or list.
pub(crate) fn canonical(text: &str) -> Option<String> {
    document_text(&serde_json::from_str(text).ok()?)
}

/// The same document with sorted members, and whole numbers without a fraction.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort_unstable();
            Value::Object(names.into_iter().map(|name| (name.clone(), sorted(&members[name]))).collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        Value::Number(number) if number.is_f64() => number.as_f64().map_or(Value::Null, number_to_json),
        plain => plain.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_document_are_one_text() {
        let text = canonical(r#" {"b": [1.0, 0.5], "a": {"d": null, "c": "x"}} "#);
        assert_eq!(text.as_deref(), Some(r#"{"a":{"c":"x","d":null},"b":[1,0.5]}"#));
        assert_eq!(canonical(text.as_deref().unwrap()), text);
        for no_document in ["", "1", "null", "\"a\"", "{", "{\"a\": }"] {
            assert_eq!(canonical(no_document), None, "{no_document}");
        }
    }
}
