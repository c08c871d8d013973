//! Checks a wish against the facts: known path, right type, in range.

use std::fmt::Write as _;

use crate::{
    Instance, SecretText, SettingFacts, SettingSelector, SettingValue, ValueType, all_facts, document, facts, resources,
};

/// A wish that no device could fulfil.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSetting {
    /// No device has such a setting.
    #[error("`{path}` is not a known setting{}", nearest.as_ref().map(|path| format!("; did you mean `{path}`?")).unwrap_or_default())]
    Unknown {
        /// What was named.
        path: String,
        /// The known setting that looks most like it.
        nearest: Option<String>,
    },
    /// The component has a number and none was given, or the other way round.
    #[error("`{path}` does not say which component: write {expected}")]
    Instance {
        /// What was named.
        path: String,
        /// How it is written.
        expected: String,
    },
    /// Devices report it, but nobody can set it.
    #[error("`{path}` can be read but not set")]
    ReadOnly {
        /// What was named.
        path: String,
    },
    /// Not a value of this setting.
    #[error("`{path}` cannot be {given}: expected {expected}")]
    Value {
        /// What was named.
        path: String,
        /// What was given; hidden if the setting is secret.
        given: String,
        /// What is allowed.
        expected: String,
    },
}

/// Checks that `value` can be wished for at `selector` and brings it into the setting's form: text of a secret setting
/// becomes a [`SettingValue::Secret`], a document of free form is spelt as [`crate::document_text`] does.
///
/// A word that is not listed passes, because newer firmware may know it; [`crate::validate()`] mentions it.
pub fn check(selector: &SettingSelector, value: SettingValue) -> Result<SettingValue, InvalidSetting> {
    let facts = facts_of(selector)?;
    if facts.read_only {
        return Err(InvalidSetting::ReadOnly { path: selector.to_string() });
    }
    if value == SettingValue::Hidden {
        return Err(refused(selector, facts, &value));
    }
    if let Some(instead) = resources::shows_secret(selector, &value) {
        let (path, given) = (selector.to_string(), "[hidden]".to_owned());
        let expected =
            format!("addresses without a password or key; those with one are wished at `{instead}`, a line each");
        return Err(InvalidSetting::Value { path, given, expected });
    }
    check_value(selector, facts, value)
}

/// The facts of the settings that `selector` names.
pub(crate) fn facts_of(selector: &SettingSelector) -> Result<&'static SettingFacts, InvalidSetting> {
    let Some(facts) = facts(selector.kind(), selector.field()) else {
        return Err(InvalidSetting::Unknown { path: selector.to_string(), nearest: nearest(selector) });
    };
    if facts.has_instances == (selector.instance() == Instance::Single) {
        let (kind, field) = (facts.kind, facts.field);
        let expected = if facts.has_instances {
            format!("`{kind}:0.{field}` for one, `{kind}:*.{field}` for all")
        } else {
            format!("`{kind}.{field}`")
        };
        return Err(InvalidSetting::Instance { path: selector.to_string(), expected });
    }
    Ok(facts)
}

/// Checks the value alone; read-only settings pass.
pub(crate) fn check_value(
    selector: &SettingSelector,
    facts: &SettingFacts,
    value: SettingValue,
) -> Result<SettingValue, InvalidSetting> {
    match value {
        SettingValue::Text(text) if facts.sensitive && facts.fits(&SettingValue::Text(text.clone())) => {
            Ok(SettingValue::Secret(SecretText::new(text)))
        }
        SettingValue::Text(text) if facts.is_document => match document::canonical(&text) {
            Some(text) => Ok(text.into()),
            None => Err(refused(selector, facts, &SettingValue::Text(text))),
        },
        value if facts.fits(&value) => Ok(value),
        value => Err(refused(selector, facts, &value)),
    }
}

fn refused(selector: &SettingSelector, facts: &SettingFacts, value: &SettingValue) -> InvalidSetting {
    let given = if facts.sensitive { "[hidden]".to_owned() } else { shortened(&value.to_string()) };
    InvalidSetting::Value { path: selector.to_string(), given, expected: expected(facts) }
}

fn shortened(text: &str) -> String {
    const ENOUGH: usize = 80;
    if text.chars().count() <= ENOUGH {
        return text.to_owned();
    }
    text.chars().take(ENOUGH).chain("...".chars()).collect()
}

/// What is allowed, in words: "a number from 0 (s)".
pub(crate) fn expected(facts: &SettingFacts) -> String {
    let mut words = match facts.value {
        ValueType::Bool => "true or false".to_owned(),
        ValueType::Number { min, max } => format!("a number{}", limits(min, max)),
        ValueType::Integer { min, max } => format!("a whole number{}", limits(min, max)),
        ValueType::Text { .. } if facts.is_document => "the JSON of an object or list".to_owned(),
        ValueType::Text { max_length: Some(max) } => format!("text of at most {max} characters"),
        ValueType::Text { max_length: None } => "text".to_owned(),
        ValueType::Choice { words } => format!("one of {}", words.join(", ")),
        ValueType::List => "a list".to_owned(),
        ValueType::Plain => "text, a number, true or false".to_owned(),
    };
    if let Some(unit) = facts.unit {
        let _ = write!(words, " ({})", unit.sign());
    }
    if facts.nullable {
        words.push_str(", or null");
    }
    words
}

fn limits(min: Option<f64>, max: Option<f64>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!(" from {min} to {max}"),
        (Some(min), None) => format!(" from {min}"),
        (None, Some(max)) => format!(" up to {max}"),
        (None, None) => String::new(),
    }
}

/// The known setting whose spelling is nearest, if one is near enough to be meant.
fn nearest(selector: &SettingSelector) -> Option<String> {
    let named = format!("{}.{}", selector.kind(), selector.field());
    let near_enough = 2.max(named.len() / 4);
    let distance_to = |row: &&SettingFacts| distance(&named, &format!("{}.{}", row.kind, row.field));
    let row = all_facts().iter().min_by_key(distance_to)?;
    if distance_to(&row) > near_enough {
        return None;
    }
    let instance = match (row.has_instances, selector.instance()) {
        (false, _) => Instance::Single,
        (true, Instance::Single) => Instance::Every,
        (true, instance) => instance,
    };
    Some(SettingSelector::new(row.kind, instance, row.field).to_string())
}

/// Letters to insert, remove or replace to make one text of the other.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (at, letter) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (column, other) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn try_out(path: &str, value: impl Into<SettingValue>) -> Result<SettingValue, String> {
        check(&path.parse().unwrap(), value.into()).map_err(|error| error.to_string())
    }

    #[test]
    fn good_wishes_pass() {
        assert_eq!(try_out("switch:0.auto_off_delay", 60.0), Ok(60.0.into()));
        assert_eq!(try_out("switch:*.auto_off", true), Ok(true.into()));
        assert_eq!(try_out("switch:0.name", SettingValue::Null), Ok(SettingValue::Null));
        assert_eq!(try_out("switch:0.initial_state", "newer_word"), Ok("newer_word".into()));
        assert!(matches!(try_out("wifi.sta.pass", "letmein123"), Ok(SettingValue::Secret(_))));
    }

    #[test]
    fn a_typo_names_what_was_meant() {
        let cases = [
            (
                "switch:0.auto_of_delay",
                "`switch:0.auto_of_delay` is not a known setting; did you mean `switch:0.auto_off_delay`?",
            ),
            ("mqtt.sever", "`mqtt.sever` is not a known setting; did you mean `mqtt.server`?"),
            ("swich:*.name", "`swich:*.name` is not a known setting; did you mean `switch:*.name`?"),
            ("toaster.crispness", "`toaster.crispness` is not a known setting"),
            (
                "switch.name",
                "`switch.name` does not say which component: write `switch:0.name` for one, `switch:*.name` for all",
            ),
            ("wifi:0.sta.ssid", "`wifi:0.sta.ssid` does not say which component: write `wifi.sta.ssid`"),
        ];
        for (path, message) in cases {
            assert_eq!(try_out(path, true).unwrap_err(), message);
        }
    }

    #[test]
    fn a_wrong_value_names_what_is_allowed() {
        let refused = |path, value: SettingValue| try_out(path, value).unwrap_err();
        assert_eq!(
            refused("switch:0.auto_off_delay", "soon".into()),
            "`switch:0.auto_off_delay` cannot be \"soon\": expected a number from 0 (s)"
        );
        assert_eq!(
            refused("cover:0.maxtime_open", 301.0.into()),
            "`cover:0.maxtime_open` cannot be 301: expected a number from 0.1 to 300 (s)"
        );
        assert_eq!(
            refused("switch:0.auto_off", SettingValue::Null),
            "`switch:0.auto_off` cannot be null: expected true or false"
        );
        assert!(refused("sys.rpc_udp.listen_port", 0.5.into()).contains("a whole number from 1 to 65535, or null"));
        assert!(refused("switch:0.power_limit", f64::NAN.into()).contains("a number"));
        assert!(refused("wifi.sta.is_open", true.into()).contains("can be read but not set"));
    }

    #[test]
    fn a_refused_secret_is_not_printed() {
        let error = try_out("wifi.sta.pass", "x".repeat(99)).unwrap_err();
        assert!(!error.contains("xx") && error.contains("[hidden]"), "{error}");
    }
}
