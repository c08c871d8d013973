//! A managed value and the Rust types that settings have.

use crate::{SecretText, SettingValue};

/// The value of a setting that is managed. A setting that is not managed is absent altogether.
#[derive(Debug, Clone, PartialEq)]
pub enum Managed<T> {
    /// Explicitly nothing: unset, or the device's own default.
    Null,
    /// A value.
    Value(T),
    /// A secret that exists and is not shown.
    Hidden,
}

impl<T> Managed<T> {
    /// The value, if there is one to see.
    pub fn get(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Null | Self::Hidden => None,
        }
    }
}

impl<T> From<T> for Managed<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

/// The managed value that a setting's value stands for; none when it is of another type.
pub(crate) fn from_value<T: Leaf>(value: &SettingValue) -> Option<Managed<T>> {
    match value {
        SettingValue::Null => Some(Managed::Null),
        SettingValue::Hidden => Some(Managed::Hidden),
        value => T::from_value(value).map(Managed::Value),
    }
}

/// The setting's value.
pub(crate) fn to_value<T: Leaf>(managed: &Managed<T>) -> SettingValue {
    match managed {
        Managed::Null => SettingValue::Null,
        Managed::Hidden => SettingValue::Hidden,
        Managed::Value(value) => value.to_value(),
    }
}

/// A Rust type that a setting can have.
pub(crate) trait Leaf: Sized {
    /// Reads it; none when the value is of another type.
    fn from_value(value: &SettingValue) -> Option<Self>;
    /// Writes it.
    fn to_value(&self) -> SettingValue;
}

impl Leaf for bool {
    fn from_value(value: &SettingValue) -> Option<Self> {
        value.as_bool()
    }

    fn to_value(&self) -> SettingValue {
        SettingValue::Bool(*self)
    }
}

impl Leaf for f64 {
    fn from_value(value: &SettingValue) -> Option<Self> {
        value.as_number()
    }

    fn to_value(&self) -> SettingValue {
        SettingValue::Number(*self)
    }
}

impl Leaf for i64 {
    fn from_value(value: &SettingValue) -> Option<Self> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let number = value.as_number()?;
        #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and within the exact range")]
        (number.fract() == 0.0 && number.abs() < EXACT).then_some(number as i64)
    }

    fn to_value(&self) -> SettingValue {
        SettingValue::Number(*self as f64)
    }
}

impl Leaf for String {
    fn from_value(value: &SettingValue) -> Option<Self> {
        value.as_text().map(str::to_owned)
    }

    fn to_value(&self) -> SettingValue {
        self.clone().into()
    }
}

impl Leaf for SecretText {
    fn from_value(value: &SettingValue) -> Option<Self> {
        match value {
            SettingValue::Secret(secret) => Some(secret.clone()),
            SettingValue::Text(text) => Some(Self::new(text)),
            _ => None,
        }
    }

    fn to_value(&self) -> SettingValue {
        SettingValue::Secret(self.clone())
    }
}

impl Leaf for Vec<SettingValue> {
    fn from_value(value: &SettingValue) -> Option<Self> {
        if let SettingValue::List(items) = value { Some(items.to_vec()) } else { None }
    }

    fn to_value(&self) -> SettingValue {
        self.clone().into()
    }
}
