//! The value of a setting.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeMap};
use serde_json::Value;
use smol_str::SmolStr;

/// The value of a setting. As JSON it is the plain scalar or list; what must not be seen is `{"hidden": true}`.
#[derive(Debug, Clone, PartialEq)]
pub enum SettingValue {
    /// Explicitly nothing: the device's own default.
    Null,
    /// True or false.
    Bool(bool),
    /// A number in the unit of the setting.
    Number(f64),
    /// Text, or a word of a closed set.
    Text(SmolStr),
    /// A list, compared as a whole.
    List(Box<[SettingValue]>),
    /// A secret that we know. Never printed, never serialised.
    Secret(SecretText),
    /// A secret that exists but is not shown to us.
    Hidden,
}

/// Text that cannot be printed by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(Box<str>);

impl SecretText {
    /// Wraps a secret.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self(text.as_ref().into())
    }

    /// The secret, for the place that seals it or sends it to its device.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl SettingValue {
    /// The value of plain JSON; none for objects other than `{"hidden": true}`, which no setting has.
    pub fn from_json(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(number.as_f64()?),
            Value::String(text) => Self::Text(text.into()),
            Value::Array(items) => Self::List(items.iter().map(Self::from_json).collect::<Option<_>>()?),
            Value::Object(members) => {
                return (members.len() == 1 && members.get("hidden") == Some(&Value::Bool(true)))
                    .then_some(Self::Hidden);
            }
        })
    }

    /// Plain JSON, safe to show: secrets become `{"hidden": true}`.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Number(number) => number_to_json(*number),
            Self::Text(text) => Value::String(text.to_string()),
            Self::List(items) => Value::Array(items.iter().map(Self::to_json).collect()),
            Self::Secret(_) | Self::Hidden => serde_json::json!({ "hidden": true }),
        }
    }

    /// Plain JSON with the secret in the clear, for the wire to its device only.
    pub fn expose_json(&self) -> Value {
        match self {
            Self::Secret(secret) => Value::String(secret.expose().to_owned()),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::List(_) | Self::Hidden => {
                self.to_json()
            }
        }
    }

    /// The boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<f64> {
        if let Self::Number(value) = self { Some(*value) } else { None }
    }

    /// The text, if it is plain text.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(value) = self { Some(value) } else { None }
    }
}

/// Whole numbers print without a fraction.
pub(crate) fn number_to_json(number: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and within the exact range")]
    if number.fract() == 0.0 && number.abs() < EXACT {
        return Value::from(number as i64);
    }
    serde_json::Number::from_f64(number).map_or(Value::Null, Value::Number)
}

impl fmt::Display for SettingValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret(_) | Self::Hidden => f.write_str("[hidden]"),
            other => write!(f, "{}", other.to_json()),
        }
    }
}

impl From<bool> for SettingValue {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<f64> for SettingValue {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<&str> for SettingValue {
    fn from(value: &str) -> Self {
        Self::Text(value.into())
    }
}

impl From<SmolStr> for SettingValue {
    fn from(value: SmolStr) -> Self {
        Self::Text(value)
    }
}

impl From<Vec<Self>> for SettingValue {
    fn from(items: Vec<Self>) -> Self {
        Self::List(items.into())
    }
}

impl From<String> for SettingValue {
    fn from(value: String) -> Self {
        Self::Text(value.into())
    }
}

impl Serialize for SettingValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => number_to_json(*number).serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => items.serialize(serializer),
            Self::Secret(_) | Self::Hidden => {
                let mut object = serializer.serialize_map(Some(1))?;
                object.serialize_entry("hidden", &true)?;
                object.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for SettingValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::from_json(&value).ok_or_else(|| de::Error::custom("expected null, true, false, a number, text or a list"))
    }
}

impl JsonSchema for SettingValue {
    fn schema_name() -> Cow<'static, str> {
        "SettingValue".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Value of a setting: null, true, false, a number, text or a list. A value that must not be seen is `{\"hidden\": true}`.",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_small() {
        // A plan for ten thousand devices holds some million of them.
        assert!(size_of::<SettingValue>() <= 24, "{}", size_of::<SettingValue>());
    }
}
