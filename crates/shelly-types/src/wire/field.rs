//! A member of a vendor object in its four possible states.

use serde_json::Value;

use super::Wire;

/// A member of a vendor object.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Field<T> {
    /// The member is not there.
    #[default]
    Absent,
    /// The member is `null`.
    Null,
    /// The member has the expected type.
    Value(T),
    /// The member has another type; kept as it came.
    Odd(Value),
}

impl<T> Field<T> {
    /// The value, when there is one of the expected type.
    pub fn get(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null | Self::Odd(_) => None,
        }
    }

    /// The value by move, when there is one of the expected type.
    pub fn into_option(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null | Self::Odd(_) => None,
        }
    }

    /// Whether the member is missing altogether.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Whether the member is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl<T: Copy> Field<T> {
    /// A copy of the value, when there is one of the expected type.
    pub fn copied(&self) -> Option<T> {
        self.get().copied()
    }
}

impl Field<String> {
    /// The text, when there is one.
    pub fn as_str(&self) -> Option<&str> {
        self.get().map(String::as_str)
    }
}

impl<T> From<Option<T>> for Field<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Self::Value)
    }
}

impl<T> From<T> for Field<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T: Wire> Field<T> {
    /// Reads a member that may be missing.
    pub fn read(value: Option<Value>) -> Self {
        match value {
            None => Self::Absent,
            Some(Value::Null) => Self::Null,
            Some(value) => T::from_json(value).map_or_else(Self::Odd, Self::Value),
        }
    }

    /// Writes the member; none when it is absent.
    pub fn write(&self) -> Option<Value> {
        match self {
            Self::Absent => None,
            Self::Null => Some(Value::Null),
            Self::Value(value) => Some(value.to_json()),
            Self::Odd(value) => Some(value.clone()),
        }
    }

    /// Reports what was kept without being understood.
    pub fn unknown(&self, at: &str, found: &mut dyn FnMut(&str, &Value)) {
        match self {
            Self::Absent | Self::Null => {}
            Self::Value(value) => value.unknown(at, found),
            Self::Odd(value) => found(at, value),
        }
    }
}
