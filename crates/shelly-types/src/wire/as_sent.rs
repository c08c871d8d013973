//! An object in the words of the device.

use serde_json::{Map, Value};

use super::Wire;

/// An object as a device sent it, for those who work with its words: nothing of it is read into typed fields.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AsSent(Map<String, Value>);

impl AsSent {
    /// Its members.
    pub fn members(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Its members, to add to them.
    pub fn members_mut(&mut self) -> &mut Map<String, Value> {
        &mut self.0
    }

    /// The value at a path of member names.
    pub fn at(&self, path: &[&str]) -> Option<&Value> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.0.get(*first)?, |value, name| value.get(*name))
    }
}

impl Wire for AsSent {
    fn from_json(value: Value) -> Result<Self, Value> {
        match value {
            Value::Object(members) => Ok(Self(members)),
            other => Err(other),
        }
    }

    fn to_json(&self) -> Value {
        Value::Object(self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_an_object_is_one() {
        let sent = json!({ "sys": { "cfg_rev": 7 } });
        let read = AsSent::from_json(sent.clone()).unwrap();
        assert_eq!(read.at(&["sys", "cfg_rev"]), Some(&json!(7)));
        assert_eq!((read.at(&["sys", "no"]), read.at(&["no"]), read.at(&[])), (None, None, None));
        assert_eq!(read.to_json(), sent);
        assert_eq!(AsSent::from_json(json!([1])), Err(json!([1])));
    }
}
