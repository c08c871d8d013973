//! Keeps the settings that a plan relies on.

use std::{borrow::Cow, collections::BTreeMap};

use capability_config::{SettingPath, SettingValue, Settings};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use shelly_types::ComponentKey;
use smol_str::SmolStr;

/// Settings and their values, by component. They are most of a plan, and a plan is held for each device of a job, so each
/// component is named once. As JSON it is the same as [`Settings`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reliance(BTreeMap<ComponentKey, Vec<(SmolStr, SettingValue)>>);

impl Reliance {
    /// Whether it is about nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Number of settings.
    pub fn len(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    /// The value that a setting must have, if the plan relies on it.
    pub fn get(&self, path: &SettingPath) -> Option<&SettingValue> {
        let fields = self.0.get(path.component())?;
        let place = fields.binary_search_by(|(field, _)| field.as_str().cmp(path.field())).ok()?;
        fields.get(place).map(|(_, value)| value)
    }

    /// Relies on one more.
    pub fn insert(&mut self, path: SettingPath, value: SettingValue) {
        let (component, field) = path.into_parts();
        let fields = self.0.entry(component).or_default();
        match fields.binary_search_by(|(known, _)| known.cmp(&field)) {
            Ok(place) => fields[place].1 = value,
            Err(place) => fields.insert(place, (field, value)),
        }
    }

    /// Relies no longer on those of which `stays` says no.
    pub fn retain(&mut self, stays: impl Fn(&SettingPath) -> bool) {
        self.0.retain(|component, fields| {
            fields.retain(|(field, _)| stays(&SettingPath::new(component.clone(), field.clone())));
            !fields.is_empty()
        });
    }

    /// All of them, by path.
    pub fn iter(&self) -> impl Iterator<Item = (SettingPath, &SettingValue)> {
        self.0.iter().flat_map(|(component, fields)| {
            fields.iter().map(|(field, value)| (SettingPath::new(component.clone(), field.clone()), value))
        })
    }

    /// The components that they are of.
    pub fn components(&self) -> impl Iterator<Item = &ComponentKey> {
        self.0.keys()
    }
}

impl FromIterator<(SettingPath, SettingValue)> for Reliance {
    fn from_iter<I: IntoIterator<Item = (SettingPath, SettingValue)>>(settings: I) -> Self {
        let mut all = Self::default();
        for (path, value) in settings {
            all.insert(path, value);
        }
        for fields in all.0.values_mut() {
            fields.shrink_to_fit();
        }
        all
    }
}

impl Serialize for Reliance {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Reliance {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Settings::deserialize(deserializer)?.into_iter().collect())
    }
}

impl JsonSchema for Reliance {
    fn inline_schema() -> bool {
        Settings::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        Settings::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        Settings::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Settings::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> SettingPath {
        text.parse().unwrap()
    }

    #[test]
    fn it_is_a_map_of_settings() {
        let settings = ["switch:1.auto_off", "wifi.sta.enable", "switch:0.name", "switch:0.auto_on"];
        let mut all: Reliance = settings.iter().map(|text| (path(text), SettingValue::from(*text))).collect();
        let map: Settings = settings.iter().map(|text| (path(text), SettingValue::from(*text))).collect();
        assert_eq!(all.len(), 4);
        assert!(all.iter().eq(map.iter().map(|(path, value)| (path.clone(), value))));
        assert_eq!(serde_json::to_value(&all).unwrap(), serde_json::to_value(&map).unwrap());
        assert_eq!(serde_json::from_str::<Reliance>(&serde_json::to_string(&all).unwrap()).unwrap(), all);
        all.insert(path("switch:0.name"), true.into());
        assert_eq!((all.len(), all.get(&path("switch:0.name"))), (4, Some(&true.into())));
        all.retain(|path| path.component().kind() != "switch");
        assert_eq!((all.len(), all.components().count(), all.get(&path("switch:0.name"))), (1, 1, None));
        all.retain(|_| false);
        assert_eq!(all, Reliance::default());
    }
}
