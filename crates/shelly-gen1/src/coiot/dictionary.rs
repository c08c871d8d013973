//! Turns the ids and values of a status into readings with a meaning.

use serde_json::Value as Json;

use crate::reading::{Component, Meaning, Press, PressCount, Quantity, Value};

use super::{
    Description, DeviceTag, Sample, Status, Version,
    tables::{self, Table},
    words,
};

/// One value of a status.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Id in the status.
    pub id: u16,
    /// What it means; none when neither the description nor the table of the model knows it.
    pub meaning: Option<Meaning>,
    /// The value.
    pub value: Value,
}

/// What the ids of one device mean.
#[derive(Debug, Clone, Default)]
pub struct Dictionary {
    /// From the description of the device.
    own: Vec<Entry>,
    /// From the model.
    tables: Vec<&'static Table>,
}

#[derive(Debug, Clone)]
struct Entry {
    id: u16,
    meaning: Meaning,
    missing: Option<Box<str>>,
}

impl Dictionary {
    /// The table of a model. A model that is not listed has an empty one, and its readings keep their ids.
    pub fn of_model(model: &str, version: Version) -> Self {
        Self { own: Vec::new(), tables: tables::of(model, version) }
    }

    /// The table of the device that sent a datagram with this tag.
    pub fn of_device(tag: &DeviceTag) -> Self {
        Self::of_model(tag.model.code(), tag.version)
    }

    /// The same, with the description of the device, which comes before the table. It changes with the mode.
    #[must_use]
    pub fn with_description(mut self, description: &Description) -> Self {
        self.own = described(description);
        self
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.own.is_empty() && self.tables.is_empty()
    }

    /// What `id` means on the device in `mode` (relay, roller, color, white). Without the mode, an id whose meaning
    /// depends on it has none.
    pub fn meaning(&self, id: u16, mode: Option<&str>) -> Option<Meaning> {
        self.entry(id, mode).map(|(meaning, _)| meaning)
    }

    fn entry(&self, id: u16, mode: Option<&str>) -> Option<(Meaning, Option<&str>)> {
        if let Some(entry) = self.own.iter().find(|entry| entry.id == id) {
            return Some((entry.meaning, entry.missing.as_deref()));
        }
        let holds = |table: &&&Table| table.mode.is_none() || mode.is_none() || table.mode == mode;
        let rows = self.tables.iter().filter(holds).filter_map(|table| table.rows.iter().find(|row| row.id == id));
        let mut rows = rows.map(|row| (row.meaning, Some(row.missing).filter(|marker| !marker.is_empty())));
        let first = rows.next()?;
        rows.all(|row| row.0 == first.0).then_some(first)
    }

    /// The readings of a status, in its order. `mode` is that of the device, where it has one and the status does not
    /// tell it (`CoIoT` v1).
    pub fn readings<'a>(&'a self, status: &'a Status, mode: Option<&'a str>) -> impl Iterator<Item = Reading> + 'a {
        let told = status.samples.iter().find(|sample| {
            self.own.iter().any(|entry| entry.id == sample.id && entry.meaning.quantity == Quantity::Mode)
                || (sample.id == MODE && sample.value.is_string())
        });
        let mode = told.and_then(|sample| sample.value.as_str()).or(mode);
        status.samples.iter().map(move |sample| self.reading(sample, mode))
    }

    fn reading(&self, sample: &Sample, mode: Option<&str>) -> Reading {
        let entry = self.entry(sample.id, mode);
        let meaning = entry.map(|(meaning, _)| meaning);
        let value = value(&sample.value, meaning.map(|meaning| meaning.quantity), entry.and_then(|(_, marker)| marker));
        Reading { id: sample.id, meaning, value }
    }
}

/// The id of the mode in `CoIoT` v2.
const MODE: u16 = 9101;

fn described(description: &Description) -> Vec<Entry> {
    let blocks: Vec<(u32, Component, bool)> = description
        .blocks
        .get()
        .into_iter()
        .flatten()
        .filter_map(|block| {
            let (component, numbered) = words::component(block.name.as_str()?);
            Some((block.id.copied()?, component, numbered))
        })
        .collect();
    let mut entries: Vec<Entry> = Vec::new();
    for sensor in description.sensors.get().into_iter().flatten() {
        let Some(id) = sensor.id.copied() else { continue };
        let block = sensor.block.get().and_then(super::Blocks::first);
        let block = block.and_then(|block| blocks.iter().find(|(id, ..)| *id == block));
        let (component, numbered) = block.map_or((Component::Device, false), |block| (block.1, block.2));
        let Some(mut meaning) = words::meaning(sensor, component) else { continue };
        // The blocks of v1 have no number where there are several inputs or add-on sensors: they are told in order.
        let taken = |meaning: &Meaning| entries.iter().any(|entry| entry.meaning == *meaning);
        while !numbered && taken(&meaning) {
            let Some(next) = meaning.component.number().and_then(|number| number.checked_add(1)) else { break };
            meaning.component = meaning.component.numbered(next);
        }
        let missing = sensor.range.get().and_then(super::Range::missing).filter(|marker| !marker.is_empty());
        entries.push(Entry { id, meaning, missing: missing.map(Box::from) });
    }
    entries
}

fn value(sent: &Json, quantity: Option<Quantity>, marker: Option<&str>) -> Value {
    match sent {
        Json::Number(number) => number.as_f64().map_or(Value::Missing, |number| numeric(number, quantity, marker)),
        Json::String(word) if marker == Some(word.as_str()) => Value::Missing,
        // No push so far.
        Json::String(word) if word.is_empty() && quantity == Some(Quantity::InputEvent) => Value::Missing,
        Json::String(word) => Value::Word(word.clone()),
        Json::Bool(on) => Value::Flag(*on),
        Json::Array(words) => Value::Words(words.iter().map(plain).collect()),
        Json::Null => Value::Missing,
        Json::Object(_) => Value::Word(sent.to_string()),
    }
}

fn numeric(number: f64, quantity: Option<Quantity>, marker: Option<&str>) -> Value {
    if marker.and_then(|marker| marker.parse::<f64>().ok()) == Some(number) {
        return Value::Missing;
    }
    match quantity {
        // 2 is a push that is held (v1).
        Some(Quantity::Input) if number == 2.0 => Value::Flag(true),
        Some(quantity) if quantity.is_flag() && (number == 0.0 || number == 1.0) => Value::Flag(number == 1.0),
        // 101 for unknown (reference/gen1/coiot.json, 1103).
        Some(Quantity::Position) if !(0.0..=100.0).contains(&number) => Value::Missing,
        _ => Value::Number(number),
    }
}

fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The pushes that readings tell, one for each input with a counter; see [`Presses`](crate::reading::Presses).
pub fn pushes(readings: &[Reading]) -> Vec<PressCount> {
    let of = |component: Component, quantity: Quantity| {
        readings.iter().find(|reading| {
            reading.meaning.is_some_and(|meaning| meaning.component == component && meaning.quantity == quantity)
        })
    };
    let count = |reading: &Reading| {
        let meaning = reading.meaning.filter(|meaning| meaning.quantity == Quantity::InputEventCount)?;
        let input = meaning.component.number()?;
        let event = of(meaning.component, Quantity::InputEvent).and_then(|event| event.value.as_word());
        let count = reading.value.as_number().filter(|count| (0.0..=f64::from(u32::MAX)).contains(count))?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounds were checked")]
        let count = count as u32;
        Some(PressCount { input, press: event.map(|word| Press::from(word.to_owned())), count })
    };
    readings.iter().filter_map(count).collect()
}

#[cfg(test)]
mod tests;
