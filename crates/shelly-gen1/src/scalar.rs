//! Values that Gen1 firmware spells in more than one way, read by meaning and written back as they came.

use std::collections::BTreeMap;

use serde_json::Value;
use shelly_types::wire::{Wire, join};

/// Yes or no: `true`, `1`, `"true"` or `"1"`, depending on key, model and firmware.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flag {
    on: bool,
    spelling: Spelling,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spelling {
    Bool,
    Number,
    Word,
    Digit,
}

impl Flag {
    /// Whether it says yes.
    pub fn is_on(self) -> bool {
        self.on
    }
}

impl From<bool> for Flag {
    fn from(on: bool) -> Self {
        Self { on, spelling: Spelling::Bool }
    }
}

impl Wire for Flag {
    fn from_json(value: Value) -> Result<Self, Value> {
        let (on, spelling) = match &value {
            Value::Bool(on) => (*on, Spelling::Bool),
            Value::Number(number) if number.as_f64() == Some(0.0) => (false, Spelling::Number),
            Value::Number(number) if number.as_f64() == Some(1.0) => (true, Spelling::Number),
            Value::String(text) => match text.as_str() {
                "true" => (true, Spelling::Word),
                "false" => (false, Spelling::Word),
                "1" => (true, Spelling::Digit),
                "0" => (false, Spelling::Digit),
                _ => return Err(value),
            },
            _ => return Err(value),
        };
        Ok(Self { on, spelling })
    }

    fn to_json(&self) -> Value {
        match self.spelling {
            Spelling::Bool => self.on.into(),
            Spelling::Number => u8::from(self.on).into(),
            Spelling::Word => self.on.to_string().into(),
            Spelling::Digit => u8::from(self.on).to_string().into(),
        }
    }
}

/// A number, or a text that is one.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    number: f64,
    text: Option<String>,
}

impl Quantity {
    /// The number.
    pub fn number(&self) -> f64 {
        self.number
    }
}

impl Wire for Quantity {
    fn from_json(value: Value) -> Result<Self, Value> {
        match value {
            Value::Number(ref digits) => digits.as_f64().map(|number| Self { number, text: None }).ok_or(value),
            Value::String(text) => match text.trim().parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Self { number, text: Some(text) }),
                _ => Err(Value::String(text)),
            },
            other => Err(other),
        }
    }

    fn to_json(&self) -> Value {
        self.text.clone().map_or_else(|| self.number.to_json(), Value::String)
    }
}

/// A text, or a number that stands for one, such as a production batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Label {
    /// Text.
    Text(String),
    /// Whole number.
    Number(i64),
}

impl Wire for Label {
    fn from_json(value: Value) -> Result<Self, Value> {
        match value {
            Value::String(text) => Ok(Self::Text(text)),
            other => i64::from_json(other).map(Self::Number),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Text(text) => text.clone().into(),
            Self::Number(number) => (*number).into(),
        }
    }
}

/// Whether a meter saw too much power: a plain yes or no, or the power in W that tripped it (0 when none did).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Overpower {
    /// Yes or no.
    Tripped(Flag),
    /// Power that tripped the limit, W.
    Watts(f64),
}

impl Overpower {
    /// Whether the limit was tripped.
    pub fn is_tripped(self) -> bool {
        match self {
            Self::Tripped(flag) => flag.is_on(),
            Self::Watts(watts) => watts != 0.0,
        }
    }
}

impl Wire for Overpower {
    fn from_json(value: Value) -> Result<Self, Value> {
        match value.as_f64() {
            Some(watts) => Ok(Self::Watts(watts)),
            None => Flag::from_json(value).map(Self::Tripped),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Tripped(flag) => flag.to_json(),
            Self::Watts(watts) => watts.to_json(),
        }
    }
}

/// Numbered things: a list, or an object whose keys are the numbers.
#[derive(Debug, Clone, PartialEq)]
pub enum Numbered<T> {
    /// `[a, b]`, and `[]` for none.
    List(Vec<T>),
    /// `{"0": a, "2": b}`, and `{}` for none.
    Keyed(BTreeMap<String, T>),
}

impl<T> Numbered<T> {
    /// The things with their numbers, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        let mut all: Vec<(u32, &T)> = match self {
            Self::List(items) => (0..).zip(items).collect(),
            Self::Keyed(items) => items.iter().filter_map(|(key, item)| Some((key.parse().ok()?, item))).collect(),
        };
        all.sort_by_key(|(number, _)| *number);
        all.into_iter()
    }

    /// The thing with this number.
    pub fn at(&self, number: u32) -> Option<&T> {
        self.iter().find(|(found, _)| *found == number).map(|(_, item)| item)
    }
}

impl<T: Wire> Wire for Numbered<T> {
    fn from_json(value: Value) -> Result<Self, Value> {
        match value {
            Value::Array(_) => Vec::from_json(value).map(Self::List),
            Value::Object(ref members) if members.keys().all(|key| key.parse::<u32>().is_ok()) => {
                BTreeMap::from_json(value).map(Self::Keyed)
            }
            other => Err(other),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::List(items) => items.to_json(),
            Self::Keyed(items) => items.to_json(),
        }
    }

    fn unknown(&self, at: &str, found: &mut dyn FnMut(&str, &Value)) {
        match self {
            Self::List(items) => items.unknown(at, found),
            Self::Keyed(items) => items.iter().for_each(|(key, item)| item.unknown(&join(at, key), found)),
        }
    }
}

/// One thing, or a list of one for each channel.
#[derive(Debug, Clone, PartialEq)]
pub enum OneOrMany<T> {
    /// One for all channels.
    One(T),
    /// One a channel.
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    /// The things in channel order; the first is the only one where the device has one for all.
    pub fn as_slice(&self) -> &[T] {
        match self {
            Self::One(item) => std::slice::from_ref(item),
            Self::Many(items) => items,
        }
    }
}

impl<T: Wire> Wire for OneOrMany<T> {
    fn from_json(value: Value) -> Result<Self, Value> {
        if value.is_array() { Vec::from_json(value).map(Self::Many) } else { T::from_json(value).map(Self::One) }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::One(item) => item.to_json(),
            Self::Many(items) => items.to_json(),
        }
    }

    fn unknown(&self, at: &str, found: &mut dyn FnMut(&str, &Value)) {
        match self {
            Self::One(item) => item.unknown(at, found),
            Self::Many(items) => items.unknown(at, found),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn flags_keep_their_spelling() {
        for (sent, on) in [
            (json!(true), true),
            (json!(0), false),
            (json!(1.0), true),
            (json!("true"), true),
            (json!("false"), false),
            (json!("1"), true),
        ] {
            let flag = Flag::from_json(sent.clone()).unwrap();
            assert_eq!(flag.is_on(), on);
            assert!(shelly_types::wire::same(&flag.to_json(), &sent), "{sent}");
        }
        for odd in [json!(2), json!("yes"), json!([]), json!({})] {
            assert_eq!(Flag::from_json(odd.clone()), Err(odd));
        }
    }

    #[test]
    fn numbers_may_be_text() {
        assert_eq!(Quantity::from_json(json!("21.5")).unwrap().number(), 21.5);
        assert_eq!(Quantity::from_json(json!("21.50")).unwrap().to_json(), json!("21.50"));
        assert_eq!(Quantity::from_json(json!(3)).unwrap().to_json(), json!(3.0));
        assert!(Quantity::from_json(json!("NaN")).is_err());
        assert_eq!(Label::from_json(json!("3872d")).unwrap().to_json(), json!("3872d"));
        assert_eq!(Label::from_json(json!(38610)).unwrap().to_json(), json!(38610));
    }

    #[test]
    fn lists_and_keyed_objects_are_numbered() {
        let list = Numbered::<f64>::from_json(json!([1.5, 2.5])).unwrap();
        assert_eq!(list.at(1), Some(&2.5));
        let keyed = Numbered::<f64>::from_json(json!({"10": 1.5, "2": 2.5})).unwrap();
        assert_eq!(keyed.iter().collect::<Vec<_>>(), [(2, &2.5), (10, &1.5)]);
        assert_eq!(keyed.to_json(), json!({"10": 1.5, "2": 2.5}));
        for empty in [json!([]), json!({})] {
            let none = Numbered::<f64>::from_json(empty.clone()).unwrap();
            assert_eq!((none.iter().count(), none.to_json()), (0, empty));
        }
        assert!(Numbered::<f64>::from_json(json!({"a": 1.0})).is_err());
    }
}
