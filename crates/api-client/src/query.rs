//! Query strings from typed queries.

use serde::Serialize;
use serde_json::Value;

/// `path?key=value` with every member of `query` that is a scalar.
pub(crate) fn with_query(path: &str, query: &impl Serialize) -> String {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    if let Ok(Value::Object(members)) = serde_json::to_value(query) {
        for (name, value) in members {
            match value {
                Value::Null | Value::Object(_) | Value::Array(_) => {}
                Value::String(value) => {
                    text.append_pair(&name, &value);
                }
                Value::Bool(_) | Value::Number(_) => {
                    text.append_pair(&name, &value.to_string());
                }
            }
        }
    }
    let text = text.finish();
    if text.is_empty() { path.to_owned() } else { format!("{path}?{text}") }
}

#[cfg(test)]
mod tests {
    use api_types::devices::DeviceQuery;

    use super::*;

    #[test]
    fn only_what_is_given_is_sent() {
        assert_eq!(with_query("/devices", &DeviceQuery::default()), "/devices");
        let query = DeviceQuery { q: Some("a b&c".to_owned()), limit: Some(5), ..Default::default() };
        assert_eq!(with_query("/devices", &query), "/devices?limit=5&q=a+b%26c");
    }
}
