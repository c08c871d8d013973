//! Loads what each Gen1 model reports over CoIoT, and writes `/cit/d`.

use std::{borrow::Cow, sync::LazyLock};

use serde::Deserialize;
use serde_json::{Value, json};

/// One value a device reports.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Sensor(
    /// Id on the wire.
    pub(crate) u16,
    /// What it is.
    pub(crate) Cow<'static, str>,
    /// Letter of its type.
    pub(crate) Cow<'static, str>,
    /// Unit; may be empty.
    pub(crate) Cow<'static, str>,
    /// Range; may be empty.
    pub(crate) Cow<'static, str>,
    /// Value when invalid; `-` for none.
    pub(crate) Cow<'static, str>,
    /// Number of the block it belongs to.
    pub(crate) u16,
);

/// What a model reports in a mode.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    model: String,
    #[serde(default)]
    mode: String,
    blocks: Vec<(u16, String)>,
    sensors: Vec<Sensor>,
    /// Ids in the order of the status; those missing are announced and never sent.
    status: Vec<u16>,
    /// Version of the protocol.
    #[serde(skip, default = "two")]
    pub(crate) version: u8,
}

#[derive(Deserialize)]
struct File {
    tables: Vec<Table>,
}

#[derive(Deserialize)]
struct OldFile {
    tables: Vec<OldTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OldTable {
    model: String,
    #[serde(default)]
    mode: String,
    ids: Vec<(u16, String, String)>,
}

fn two() -> u8 {
    2
}

static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("../../catalogue/coiot.toml")).expect("the file is read by a test");
    file.tables
});

static OLD_TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| {
    let file: OldFile =
        toml::from_str(include_str!("../../catalogue/coiot-1.toml")).expect("the file is read by a test");
    file.tables.into_iter().map(Table::from).collect()
});

impl From<OldTable> for Table {
    fn from(old: OldTable) -> Self {
        let mut blocks: Vec<(u16, String)> = Vec::new();
        let mut sensors = Vec::new();
        for (id, block, what) in old.ids {
            let known = blocks.iter().find(|(_, known)| *known == block).map(|(number, _)| *number);
            let number = known.unwrap_or_else(|| {
                let number = u16::try_from(blocks.len()).unwrap_or(u16::MAX) + 1;
                blocks.push((number, block));
                number
            });
            let kind = match what.as_str() {
                "power" => "P",
                "extTemp" | "deviceTemp" => "T",
                "humidity" => "H",
                "battery" => "B",
                "energy" => "E",
                _ => "S",
            };
            let none = Cow::Borrowed("");
            sensors.push(Sensor(id, what.into(), kind.into(), none.clone(), none, "-".into(), number));
        }
        let status = sensors.iter().map(|sensor| sensor.0).collect();
        Self { model: old.model, mode: old.mode, blocks, sensors, status, version: 1 }
    }
}

/// The table of a model in a mode. Firmware from 1.8.0 speaks version 2.
pub(crate) fn find(model: &str, mode: &str, modern: bool) -> Option<&'static Table> {
    let tables: &'static [Table] = if modern { &TABLES } else { &OLD_TABLES };
    let mut fitting = tables.iter().filter(|table| table.model == model);
    fitting.clone().find(|table| table.mode == mode).or_else(|| fitting.find(|table| table.mode.is_empty()))
}

impl Table {
    /// Values of the status in their order: id, what, unit, block.
    pub(crate) fn values(&self) -> impl Iterator<Item = (&Sensor, &str)> {
        self.status.iter().filter_map(|id| {
            let sensor = self.sensors.iter().find(|sensor| sensor.0 == *id)?;
            let block = self.blocks.iter().find(|(number, _)| *number == sensor.6)?;
            Some((sensor, block.1.as_str()))
        })
    }

    /// The payload of `/cit/d`.
    pub(crate) fn description(&self) -> Value {
        let blocks: Vec<Value> = self.blocks.iter().map(|(id, name)| json!({"I": id, "D": name})).collect();
        let sensors: Vec<Value> = self.sensors.iter().map(Sensor::description).collect();
        if self.version == 1 {
            return json!({"blk": blocks, "sen": sensors, "act": []});
        }
        json!({"blk": blocks, "sen": sensors})
    }
}

impl Sensor {
    fn description(&self) -> Value {
        let Self(id, what, kind, unit, range, invalid, block) = self;
        let mut value = json!({"I": id, "T": kind, "D": what});
        if !unit.is_empty() {
            value["U"] = json!(unit);
        }
        if !range.is_empty() {
            value["R"] = if invalid == "-" { json!(range) } else { json!([range, invalid]) };
        }
        value["L"] = json!(block);
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A5: tables exist for every Gen1 model of the catalogue in every mode.
    #[test]
    fn every_model_has_a_table() {
        for spec in crate::catalogue::catalogue().iter().filter(|spec| spec.generation.is_gen1()) {
            for profile in &spec.profiles {
                let table = find(spec.model.code(), &profile.name, true);
                let table = table.unwrap_or_else(|| panic!("{} {}", spec.model, profile.name));
                assert_eq!(table.values().count(), table.status.len(), "{}", spec.model);
                assert!(table.description()["sen"].as_array().is_some_and(|sensors| sensors.len() >= 2));
            }
        }
        let old = find("SHSW-25", "roller", false).expect("a table of version 1");
        assert_eq!(old.description()["blk"].as_array().map(Vec::len), Some(7));
        assert!(find("SHXX", "", true).is_none());
    }
}
