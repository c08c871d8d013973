//! Names a setting of a component, or the same setting of every instance.

use std::{
    fmt::{self, Write},
    str::FromStr,
};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use shelly_types::ComponentKey;
use smol_str::SmolStr;

/// One setting of one component: `switch:0.auto_off_delay`, `wifi.sta.ssid`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SettingPath {
    component: ComponentKey,
    field: SmolStr,
}

/// What a layer names: a [`SettingPath`], or one setting of every instance (`switch:*.auto_off`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SettingSelector {
    kind: SmolStr,
    instance: Instance,
    field: SmolStr,
}

/// Which instances of a component kind are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Instance {
    /// The kind has no instances: `wifi`.
    Single,
    /// Every instance: `switch:*`.
    Every,
    /// One instance: `switch:0`.
    Id(u32),
}

/// The text names no setting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not a setting path: expected component and field such as `switch:0.name`, `switch:*.name` or `wifi.sta.ssid`"
)]
pub struct ParsePathError {
    text: String,
}

impl SettingPath {
    /// The setting `field` of `component`.
    pub fn new(component: ComponentKey, field: impl Into<SmolStr>) -> Self {
        Self { component, field: field.into() }
    }

    /// The component.
    pub fn component(&self) -> &ComponentKey {
        &self.component
    }

    /// The field within the component, dotted: `sta.ssid`.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The component and the field within it.
    pub fn into_parts(self) -> (ComponentKey, SmolStr) {
        (self.component, self.field)
    }
}

impl SettingSelector {
    /// The setting `field` of the given instances of `kind`.
    pub fn new(kind: impl Into<SmolStr>, instance: Instance, field: impl Into<SmolStr>) -> Self {
        Self { kind: kind.into(), instance, field: field.into() }
    }

    /// The component kind.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Which instances.
    pub fn instance(&self) -> Instance {
        self.instance
    }

    /// The field within the component.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The field as a name that is cheap to copy.
    pub fn field_name(&self) -> &SmolStr {
        &self.field
    }

    /// Whether `path` is among what this names.
    pub fn matches(&self, path: &SettingPath) -> bool {
        self.field == path.field && self.matches_component(&path.component)
    }

    /// Whether settings of `component` are among what this names.
    pub fn matches_component(&self, component: &ComponentKey) -> bool {
        self.kind == component.kind()
            && match self.instance {
                Instance::Single => component.id().is_none(),
                Instance::Every => component.id().is_some(),
                Instance::Id(id) => component.id() == Some(id),
            }
    }

    /// The one path this names; none when it names every instance.
    pub fn as_path(&self) -> Option<SettingPath> {
        let component = match self.instance {
            Instance::Single => ComponentKey::single(self.kind.clone()),
            Instance::Id(id) => ComponentKey::instance(self.kind.clone(), id),
            Instance::Every => return None,
        };
        Some(SettingPath::new(component, self.field.clone()))
    }
}

impl From<&SettingPath> for SettingSelector {
    fn from(path: &SettingPath) -> Self {
        let instance = path.component.id().map_or(Instance::Single, Instance::Id);
        Self::new(path.component.kind(), instance, path.field.clone())
    }
}

fn split(text: &str) -> Result<(&str, &str), ParsePathError> {
    let error = || ParsePathError { text: text.chars().take(128).collect() };
    let (component, field) = text.split_once('.').ok_or_else(error)?;
    // A field may name another component: `plugs_ui.leds.colors.switch:0.on.rgb`. Names that people gave have `%20` for a
    // space.
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':' | '%');
    let words = field.split('.').all(|word| !word.is_empty() && word.chars().all(is_word));
    if words && field.len() <= 200 { Ok((component, field)) } else { Err(error()) }
}

impl FromStr for SettingPath {
    type Err = ParsePathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (component, field) = split(text)?;
        let component = component.parse().map_err(|_| ParsePathError { text: text.chars().take(128).collect() })?;
        Ok(Self { component, field: field.into() })
    }
}

impl FromStr for SettingSelector {
    type Err = ParsePathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (component, field) = split(text)?;
        match component.strip_suffix(":*") {
            Some(kind) if kind.parse::<ComponentKey>().is_ok_and(|key| key.id().is_none()) => {
                Ok(Self::new(kind, Instance::Every, field))
            }
            _ => Ok(Self::from(&text.parse::<SettingPath>()?)),
        }
    }
}

impl fmt::Display for SettingPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.component.fmt(f)?;
        f.write_char('.')?;
        f.write_str(&self.field)
    }
}

impl fmt::Display for SettingSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.instance {
            Instance::Single => write!(f, "{}.{}", self.kind, self.field),
            Instance::Every => write!(f, "{}:*.{}", self.kind, self.field),
            Instance::Id(id) => write!(f, "{}:{id}.{}", self.kind, self.field),
        }
    }
}

/// Both paths travel as text.
macro_rules! as_text {
    ($($type:ident, $description:literal, $example:literal);*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "description": $description, "examples": [$example] })
            }
        }
    )*};
}

as_text!(
    SettingPath, "A setting of a component.", "switch:0.auto_off_delay";
    SettingSelector, "A setting of a component, or of every instance.", "switch:*.auto_off_delay"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_survive_text() {
        for text in ["switch:0.auto_off_delay", "wifi.sta.ssid", "plugs_ui.leds.colors.switch:0.on.rgb"] {
            assert_eq!(text.parse::<SettingPath>().unwrap().to_string(), text);
            assert_eq!(text.parse::<SettingSelector>().unwrap().to_string(), text);
        }
        assert_eq!("switch:*.name".parse::<SettingSelector>().unwrap().to_string(), "switch:*.name");
        for text in ["", "switch:0", "switch:0.", ".name", "switch:*", "switch:0.a..b", "a b.c", ":*.name"] {
            assert!(text.parse::<SettingSelector>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_instance_is_matched() {
        let every: SettingSelector = "switch:*.name".parse().unwrap();
        assert!(every.matches(&"switch:3.name".parse().unwrap()));
        assert!(!every.matches(&"switch:3.auto_on".parse().unwrap()));
        assert!(!every.matches(&"cover:0.name".parse().unwrap()));
        assert_eq!(every.as_path(), None);
    }
}
