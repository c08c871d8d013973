//! The status payload: ids and values.

use serde_json::{Map, Value, json};
use shelly_types::wire::Wire;

/// One `[channel, id, value]` of a status.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Always 0.
    pub channel: u32,
    /// Id; its meaning depends on the model.
    pub id: u16,
    /// Number, text, null, or a list of texts (9102).
    pub value: Value,
}

/// `{"G": [[0, 1101, 1], ...]}`, whole or in part.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Status {
    /// The values.
    pub samples: Vec<Sample>,
    /// Rows of another form, kept as they came.
    pub odd: Vec<Value>,
    /// Members beside `G`, kept as they came.
    pub extra: Map<String, Value>,
}

impl Status {
    /// The value of `id`.
    pub fn value(&self, id: u16) -> Option<&Value> {
        self.samples.iter().find(|sample| sample.id == id).map(|sample| &sample.value)
    }
}

impl Wire for Status {
    fn from_json(value: Value) -> Result<Self, Value> {
        let Value::Object(mut extra) = value else { return Err(value) };
        let rows = match extra.remove("G") {
            Some(Value::Array(rows)) => rows,
            other => {
                extra.extend(other.map(|other| ("G".to_owned(), other)));
                return Err(Value::Object(extra));
            }
        };
        let mut status = Self { samples: Vec::with_capacity(rows.len()), odd: Vec::new(), extra };
        for row in rows {
            match sample(row) {
                Ok(sample) => status.samples.push(sample),
                Err(odd) => status.odd.push(odd),
            }
        }
        Ok(status)
    }

    fn to_json(&self) -> Value {
        let mut rows: Vec<Value> =
            self.samples.iter().map(|sample| json!([sample.channel, sample.id, sample.value])).collect();
        rows.extend(self.odd.iter().cloned());
        let mut members = self.extra.clone();
        members.insert("G".to_owned(), Value::Array(rows));
        Value::Object(members)
    }

    fn unknown(&self, at: &str, found: &mut dyn FnMut(&str, &Value)) {
        self.odd.iter().for_each(|odd| found(at, odd));
        self.extra.values().for_each(|value| found(at, value));
    }
}

fn sample(row: Value) -> Result<Sample, Value> {
    let Value::Array(mut items) = row else { return Err(row) };
    let head = match items.as_slice() {
        [channel, id, _] => channel.as_u64().zip(id.as_u64()),
        _ => None,
    };
    let head = head.and_then(|(channel, id)| Some((u32::try_from(channel).ok()?, u16::try_from(id).ok()?)));
    match (head, items.pop()) {
        (Some((channel, id)), Some(value)) => Ok(Sample { channel, id, value }),
        (_, last) => {
            items.extend(last);
            Err(Value::Array(items))
        }
    }
}
