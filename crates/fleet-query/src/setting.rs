//! Settings as they are searched: which are, and under what name and value.

use std::collections::{BTreeMap, BTreeSet};

use capability_config::{Instance, SettingFacts, SettingPath, SettingSelector, SettingValue, all_facts, facts};
use shelly_types::ComponentKey;

use crate::suggest;

/// Characters of a text that are searched.
const MAX_TEXT: usize = 200;

/// A setting of one device as it is searched.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexedSetting {
    /// Kind and field without the instance: `switch.auto_off`.
    pub setting: String,
    /// Instance of the component, where its kind has several.
    pub instance: Option<u32>,
    /// The value in lower case, at most its first 200 characters; none when it is null.
    pub text: Option<String>,
    /// The value, when it is a number.
    pub number: Option<f64>,
}

/// What a path in a query names.
pub(crate) enum Found {
    Setting(SettingSelector, &'static SettingFacts),
    Nothing { suggestion: Option<String> },
}

/// How a value is searched; none for what is secret or not understood.
pub fn indexed(path: &SettingPath, value: &SettingValue) -> Option<IndexedSetting> {
    let kind = path.component().kind();
    let facts = facts(kind, path.field())?;
    if facts.sensitive || facts.write_only {
        return None;
    }
    let text = match value {
        SettingValue::Secret(_) | SettingValue::Hidden => return None,
        SettingValue::Null => None,
        SettingValue::Text(text) => Some(text.to_lowercase()),
        SettingValue::Bool(_) | SettingValue::Number(_) | SettingValue::List(_) => {
            Some(value.to_string().to_lowercase())
        }
    };
    Some(IndexedSetting {
        setting: name(kind, path.field()),
        instance: path.component().id(),
        text: text.map(|text| text.chars().take(MAX_TEXT).filter(|c| *c != '\0').collect()),
        number: value.as_number(),
    })
}

/// The words by which components are searched: their kinds and their keys.
pub fn component_words<'a>(components: impl IntoIterator<Item = &'a ComponentKey>) -> BTreeSet<String> {
    components.into_iter().flat_map(|key| [key.kind().to_lowercase(), key.to_string().to_lowercase()]).collect()
}

/// The name under which a setting is searched.
pub(crate) fn name(kind: &str, field: &str) -> String {
    format!("{kind}.{field}")
}

/// The setting that a path names. Without instance, where there are several, every one is meant.
pub(crate) fn find(path: &str) -> Found {
    if let Ok(selector) = path.parse::<SettingSelector>()
        && let Some(facts) = facts(selector.kind(), selector.field())
        && (facts.has_instances || selector.instance() == Instance::Single)
    {
        // A kind of which there are several means each of them.
        let is_each = facts.has_instances && selector.instance() == Instance::Single;
        return Found::Setting(if is_each { facts.selector() } else { selector }, facts);
    }
    Found::Nothing { suggestion: nearest(path) }
}

fn nearest(path: &str) -> Option<String> {
    let searchable = all_facts().iter().filter(|facts| !facts.sensitive && !facts.write_only);
    let names: BTreeMap<String, &SettingFacts> =
        searchable.map(|facts| (name(facts.kind, facts.field), facts)).collect();
    let (component, field) = path.split_once('.').unwrap_or(("", path));
    let (kind, instance) = component.split_once(':').map_or((component, None), |(kind, id)| (kind, Some(id)));
    let plain = if kind.is_empty() { field.to_owned() } else { name(kind, field) };
    let by_end = || names.keys().find(|name| name.ends_with(&format!(".{plain}"))).map(String::as_str);
    let found = suggest::nearest(&plain, names.keys().map(String::as_str)).or_else(by_end)?;
    let facts = names.get(found)?;
    let selector = match instance.and_then(|id| id.parse().ok()).filter(|_| facts.has_instances) {
        Some(id) => SettingSelector::new(facts.kind, Instance::Id(id), facts.field),
        None => facts.selector(),
    };
    Some(selector.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str, value: impl Into<SettingValue>) -> Option<IndexedSetting> {
        indexed(&path.parse().unwrap(), &value.into())
    }

    #[test]
    fn secrets_are_not_indexed() {
        assert_eq!(of("wifi.sta.pass", "hunter2"), None);
        assert_eq!(of("wifi.sta.pass", SettingValue::Hidden), None);
        assert_eq!(of("nobody.knows", true), None);
        let long = of("wifi.sta.ssid", "Ä".repeat(500)).unwrap();
        assert_eq!(long.text.unwrap(), "ä".repeat(MAX_TEXT));
        let delay = of("switch:3.auto_off_delay", 2.5).unwrap();
        assert_eq!(
            (delay.setting.as_str(), delay.instance, delay.number),
            ("switch.auto_off_delay", Some(3), Some(2.5))
        );
        assert_eq!(of("wifi.sta.ssid", SettingValue::Null).unwrap().text, None);
    }
}
