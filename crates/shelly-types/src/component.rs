//! The key of a component, such as `switch:0` or `wifi`.

use std::{cmp::Ordering, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use smol_str::SmolStr;

/// Key of a component: a kind in the vendor's lower-case words, and an instance where there can be several.
///
/// Gen1 parts are named with the words of Gen2+: relay 0 is `switch:0`, a roller is `cover:0`.
/// Kinds are an open set; an unknown one is as good a key as any.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ComponentKey {
    kind: SmolStr,
    id: Option<u32>,
}

/// The text is not a component key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a component: expected a name such as `wifi`, or a name and a number such as `switch:0`")]
pub struct ParseComponentKeyError {
    text: String,
}

impl ComponentKey {
    /// The instance `id` of `kind`.
    pub fn instance(kind: impl Into<SmolStr>, id: u32) -> Self {
        Self { kind: kind.into(), id: Some(id) }
    }

    /// The one component of `kind`.
    pub fn single(kind: impl Into<SmolStr>) -> Self {
        Self { kind: kind.into(), id: None }
    }

    /// The kind: `switch` of `switch:0`.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The instance: 0 of `switch:0`, none of `wifi`.
    pub fn id(&self) -> Option<u32> {
        self.id
    }
}

impl Ord for ComponentKey {
    fn cmp(&self, other: &Self) -> Ordering {
        (&self.kind, self.id).cmp(&(&other.kind, other.id))
    }
}

impl PartialOrd for ComponentKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl FromStr for ComponentKey {
    type Err = ParseComponentKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseComponentKeyError { text: text.chars().take(64).collect() };
        let (kind, id) = match text.split_once(':') {
            Some((kind, id)) if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) => {
                (kind, Some(id.parse().map_err(|_| error())?))
            }
            Some(_) => return Err(error()),
            None => (text, None),
        };
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if kind.is_empty() || !kind.chars().all(is_word) {
            return Err(error());
        }
        Ok(Self { kind: kind.into(), id })
    }
}

impl fmt::Display for ComponentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.id {
            Some(id) => write!(f, "{}:{id}", self.kind),
            None => f.write_str(&self.kind),
        }
    }
}

impl Serialize for ComponentKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ComponentKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for ComponentKey {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ComponentKey".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "Component of a device.",
            "examples": ["switch:0", "wifi"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_survive_text() {
        for text in ["switch:0", "wifi", "bthomesensor:203", "plugs_ui"] {
            assert_eq!(text.parse::<ComponentKey>().unwrap().to_string(), text);
        }
        for text in ["", ":", "switch:", ":0", "switch:x", "switch:-1", "switch:99999999999", "a b"] {
            assert!(text.parse::<ComponentKey>().is_err(), "{text}");
        }
    }

    #[test]
    fn instances_sort_by_number() {
        let mut keys: Vec<ComponentKey> =
            ["switch:10", "switch:2", "cover:0"].iter().map(|key| key.parse().unwrap()).collect();
        keys.sort();
        let text: Vec<String> = keys.iter().map(ToString::to_string).collect();
        assert_eq!(text, ["cover:0", "switch:2", "switch:10"]);
    }
}
