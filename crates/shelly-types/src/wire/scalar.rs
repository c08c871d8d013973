//! Scalars, lists and maps as devices send them.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value};

use super::{Wire, join};

impl Wire for bool {
    fn from_json(value: Value) -> Result<Self, Value> {
        value.as_bool().ok_or(value)
    }

    fn to_json(&self) -> Value {
        Value::Bool(*self)
    }
}

impl Wire for String {
    fn from_json(value: Value) -> Result<Self, Value> {
        match value {
            Value::String(text) => Ok(text),
            other => Err(other),
        }
    }

    fn to_json(&self) -> Value {
        Value::String(self.clone())
    }
}

impl Wire for f64 {
    fn from_json(value: Value) -> Result<Self, Value> {
        value.as_f64().ok_or(value)
    }

    fn to_json(&self) -> Value {
        Number::from_f64(*self).map_or(Value::Null, Value::Number)
    }
}

/// Counters and ids. A fixed-point zero fraction (`60.000000`, which some firmware prints) is the same number;
/// anything else with a fraction is odd.
macro_rules! integer {
    ($($type:ty => $get:ident),*) => {$(
        impl Wire for $type {
            fn from_json(value: Value) -> Result<Self, Value> {
                let exact = value.$get().or_else(|| {
                    let number = value.as_f64()?;
                    (number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0)
                        .then(|| Number::from_f64(number))??
                        .to_string()
                        .split('.')
                        .next()?
                        .parse()
                        .ok()
                });
                exact.and_then(|number| <$type>::try_from(number).ok()).ok_or(value)
            }

            fn to_json(&self) -> Value {
                Value::from(*self)
            }
        }
    )*};
}

integer!(u8 => as_u64, u16 => as_u64, u32 => as_u64, u64 => as_u64, i32 => as_i64, i64 => as_i64);

impl Wire for Value {
    fn from_json(value: Value) -> Result<Self, Value> {
        Ok(value)
    }

    fn to_json(&self) -> Value {
        self.clone()
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn from_json(value: Value) -> Result<Self, Value> {
        let Value::Array(items) = value else { return Err(value) };
        let mut read = Self::with_capacity(items.len());
        let mut rest = items.into_iter();
        while let Some(item) = rest.next() {
            match T::from_json(item) {
                Ok(item) => read.push(item),
                Err(odd) => {
                    let mut whole: Vec<Value> = read.iter().map(T::to_json).collect();
                    whole.push(odd);
                    whole.extend(rest);
                    return Err(Value::Array(whole));
                }
            }
        }
        Ok(read)
    }

    fn to_json(&self) -> Value {
        Value::Array(self.iter().map(T::to_json).collect())
    }

    fn unknown(&self, at: &str, found: &mut dyn FnMut(&str, &Value)) {
        for (index, item) in self.iter().enumerate() {
            item.unknown(&format!("{at}[{index}]"), found);
        }
    }
}

impl<T: Wire> Wire for Option<T> {
    fn from_json(value: Value) -> Result<Self, Value> {
        if value.is_null() { Ok(None) } else { T::from_json(value).map(Some) }
    }

    fn to_json(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::to_json)
    }

    fn unknown(&self, at: &str, found: &mut dyn FnMut(&str, &Value)) {
        if let Some(value) = self {
            value.unknown(at, found);
        }
    }
}

impl<T: Wire> Wire for BTreeMap<String, T> {
    fn from_json(value: Value) -> Result<Self, Value> {
        let Value::Object(members) = value else { return Err(value) };
        let mut read = Self::new();
        let mut rest = members.into_iter();
        while let Some((name, member)) = rest.next() {
            match T::from_json(member) {
                Ok(member) => {
                    read.insert(name, member);
                }
                Err(odd) => {
                    let mut whole: Map<String, Value> =
                        read.iter().map(|(name, member)| (name.clone(), member.to_json())).collect();
                    whole.insert(name, odd);
                    whole.extend(rest);
                    return Err(Value::Object(whole));
                }
            }
        }
        Ok(read)
    }

    fn to_json(&self) -> Value {
        Value::Object(self.iter().map(|(name, member)| (name.clone(), member.to_json())).collect())
    }

    fn unknown(&self, at: &str, found: &mut dyn FnMut(&str, &Value)) {
        for (name, member) in self {
            member.unknown(&join(at, name), found);
        }
    }
}
