//! The forms a setting has in the device's words, read and written.

use capability_config::{SecretText, SettingValue};
use serde_json::Value;
use shelly_gen1::scalar::{Flag, Quantity};
use shelly_types::wire::Wire;

/// Words of the device and ours.
pub(super) type Words = &'static [(&'static str, &'static str)];

/// How one value is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Form {
    /// Yes or no.
    Flag,
    /// Yes or no, told in our words: the one for no, the one for yes.
    FlagWord(&'static str, &'static str),
    /// A number.
    Number,
    /// A number or null.
    OptionalNumber,
    /// A number, this many times ours.
    Scaled(f64),
    /// A number, 0 for null.
    Limit,
    /// A number that is not negative; a negative one says that it is not used.
    Positive,
    /// A number that stands for a word.
    NumberWord(&'static [(f64, &'static str)]),
    /// Text.
    Text,
    /// Text, null or empty for null.
    Optional,
    /// Text, this word or empty for null.
    OptionalWord(&'static str),
    /// A word; one that is not listed is the same on both sides.
    Word(Words),
    /// A list of texts, written with commas.
    List,
    /// Text that must not be seen, empty for none.
    Secret,
}

impl Form {
    /// Our value; none when the device's is not of this form.
    pub(super) fn read(self, value: &Value) -> Option<SettingValue> {
        let flag = || Flag::from_json(value.clone()).ok().map(Flag::is_on);
        let number = || Quantity::from_json(value.clone()).ok().map(|number| number.number());
        let text = || value.as_str();
        Some(match self {
            Self::Flag => flag()?.into(),
            Self::FlagWord(no, yes) => if flag()? { yes } else { no }.into(),
            Self::OptionalNumber | Self::Optional | Self::OptionalWord(_) if value.is_null() => SettingValue::Null,
            Self::Number | Self::OptionalNumber => number()?.into(),
            Self::Scaled(factor) => (number()? / factor).into(),
            Self::Limit => match number()? {
                0.0 => SettingValue::Null,
                limit => limit.into(),
            },
            Self::Positive => number().filter(|number| *number >= 0.0)?.into(),
            Self::NumberWord(words) => {
                let number = number()?;
                words.iter().find(|(known, _)| *known == number)?.1.into()
            }
            Self::Text => text()?.into(),
            Self::Optional => optional(text()?, ""),
            Self::OptionalWord(none) => optional(text()?, none),
            Self::Word(words) => {
                let word = text()?;
                words.iter().find(|(theirs, _)| *theirs == word).map_or(word, |(_, ours)| ours).into()
            }
            Self::List => {
                let items: Option<Vec<SettingValue>> =
                    value.as_array()?.iter().map(|item| item.as_str().map(SettingValue::from)).collect();
                SettingValue::List(items?.into())
            }
            Self::Secret => match text()? {
                "" => SettingValue::Null,
                secret => SettingValue::Secret(SecretText::new(secret)),
            },
        })
    }

    /// The text of a parameter; none when the value cannot be told in this form.
    pub(super) fn write(self, value: &SettingValue) -> Option<String> {
        let flag = |on: bool| if on { "true" } else { "false" }.to_owned();
        Some(match self {
            Self::Flag => flag(value.as_bool()?),
            Self::FlagWord(no, yes) => {
                let word = value.as_text().filter(|word| [no, yes].contains(word))?;
                flag(word == yes)
            }
            Self::OptionalNumber | Self::Optional | Self::Secret if *value == SettingValue::Null => String::new(),
            Self::OptionalWord(none) if *value == SettingValue::Null => none.to_owned(),
            Self::Limit if *value == SettingValue::Null => number(0.0),
            Self::Number | Self::OptionalNumber | Self::Positive | Self::Limit => number(value.as_number()?),
            Self::Scaled(factor) => number(value.as_number()? * factor),
            Self::NumberWord(words) => {
                let word = value.as_text()?;
                number(words.iter().find(|(_, known)| *known == word)?.0)
            }
            Self::Text | Self::Optional | Self::OptionalWord(_) => value.as_text()?.to_owned(),
            Self::Word(words) => {
                let word = value.as_text()?;
                words.iter().find(|(_, ours)| *ours == word).map_or(word, |(theirs, _)| theirs).to_owned()
            }
            Self::List => {
                let SettingValue::List(items) = value else { return None };
                let texts: Option<Vec<&str>> = items.iter().map(SettingValue::as_text).collect();
                texts.filter(|texts| texts.iter().all(|text| !text.contains(',')))?.join(",")
            }
            Self::Secret => match value {
                SettingValue::Secret(secret) => secret.expose().to_owned(),
                _ => return None,
            },
        })
    }
}

fn optional(text: &str, none: &str) -> SettingValue {
    if text.is_empty() || text == none { SettingValue::Null } else { text.into() }
}

/// A number as a parameter: at most six decimals, which hides the error of a multiplication, none when it is whole.
pub(super) fn number(number: f64) -> String {
    let text = format!("{number:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_short() {
        for (value, text) in [(300.0, "300"), (0.1 * 3.0, "0.3"), (1.1 * 1000.0, "1100"), (-0.0, "0"), (-70.0, "-70")] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn what_is_written_is_what_was_read() {
        const WORDS: Words = &[("last", "restore_last"), ("off", "off")];
        for (form, sent, text) in [
            (Form::Flag, json!(1), "true"),
            (Form::FlagWord("normal", "rain"), json!(false), "false"),
            (Form::Scaled(1000.0), json!(1500), "1500"),
            (Form::Limit, json!(0), "0"),
            (Form::Optional, json!(null), ""),
            (Form::OptionalWord("mcast"), json!(""), "mcast"),
            (Form::Word(WORDS), json!("last"), "last"),
            (Form::Word(WORDS), json!("news"), "news"),
            (Form::List, json!(["0700-0123456-on", "2200-01234-off"]), "0700-0123456-on,2200-01234-off"),
            (Form::NumberWord(&[(50.0, "50A")]), json!(50), "50"),
        ] {
            let read = form.read(&sent).unwrap();
            assert_eq!(form.write(&read).as_deref(), Some(text), "{form:?} {sent}");
        }
        assert_eq!(Form::Positive.read(&json!(-1)), None);
        assert_eq!(Form::Secret.write(&SettingValue::Hidden), None);
    }
}
