//! Values of virtual components and of sensors of Bluetooth devices.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

readings! {
    /// A value: a virtual component, or a sensor of a Bluetooth device.
    pub struct ValueStatus {
        /// The value; absent when it has none.
        pub value: Option<ValueReading>,
        /// What changed it last, in the vendor's words.
        pub source: Option<String>,
        /// Last change.
        pub updated_at: Option<DateTime<Utc>>,
    }
}

/// A value. As JSON it is the value itself.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueReading {
    /// True or false.
    Bool(bool),
    /// A number in the unit of the component.
    Number(f64),
    /// Text, or a word out of several.
    Text(String),
    /// The members of a group, or an object of free form.
    Document(Value),
}

impl ValueReading {
    /// The value of plain JSON; none for null.
    pub fn from_json(value: Value) -> Option<Self> {
        Some(match value {
            Value::Null => return None,
            Value::Bool(value) => Self::Bool(value),
            Value::Number(number) => Self::Number(number.as_f64()?),
            Value::String(text) => Self::Text(text),
            Value::Array(_) | Value::Object(_) => Self::Document(value),
        })
    }
}

impl Serialize for ValueReading {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(value) => value.serialize(serializer),
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => text.serialize(serializer),
            Self::Document(document) => document.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for ValueReading {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::from_json(value).ok_or_else(|| serde::de::Error::custom("expected a value and no null"))
    }
}

impl JsonSchema for ValueReading {
    fn schema_name() -> Cow<'static, str> {
        "ValueReading".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Value of a component: true, false, a number, text, a list or an object.",
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_plain_json() {
        for value in [json!(true), json!(21.5), json!("on"), json!(["number:200"]), json!({"a": [1]})] {
            let status = ValueStatus { value: ValueReading::from_json(value.clone()), ..ValueStatus::default() };
            let sent = serde_json::to_value(&status).unwrap();
            assert_eq!(sent, json!({ "value": value }));
            assert_eq!(serde_json::from_value::<ValueStatus>(sent).unwrap(), status);
        }
        assert_eq!(ValueReading::from_json(Value::Null), None);
    }
}
