//! Gives the meaning of ids by model, for devices whose own description is not known.
//!
//! One table a model, version and mode, from reference/gen1/coiot.json; a test compares them with it.

mod lights;
mod meters;
mod relays;
mod sensors;
mod v1_lights;
mod v1_relays;
mod v1_sensors;

use crate::reading::{Component, Meaning, Quantity, Unit};

use super::Version;

/// The readings of a model.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) model: &'static str,
    pub(super) version: Version,
    /// Mode in which it holds; none for all.
    pub(super) mode: Option<&'static str>,
    pub(super) rows: &'static [Row],
}

/// A reading.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) id: u16,
    pub(super) meaning: Meaning,
    /// Marker for no value; empty for none.
    pub(super) missing: &'static str,
}

const fn row(id: u16, component: Component, quantity: Quantity, unit: Option<Unit>, missing: &'static str) -> Row {
    Row { id, meaning: Meaning { component, quantity, unit }, missing }
}

/// Short names of the units, so that a row fits a line.
mod unit {
    use super::Unit;

    pub(super) const NO: Option<Unit> = None;
    pub(super) const W: Option<Unit> = Some(Unit::Watt);
    pub(super) const WMIN: Option<Unit> = Some(Unit::WattMinute);
    pub(super) const WH: Option<Unit> = Some(Unit::WattHour);
    pub(super) const V: Option<Unit> = Some(Unit::Volt);
    pub(super) const A: Option<Unit> = Some(Unit::Ampere);
    pub(super) const C: Option<Unit> = Some(Unit::Celsius);
    pub(super) const F: Option<Unit> = Some(Unit::Fahrenheit);
    pub(super) const K: Option<Unit> = Some(Unit::Kelvin);
    pub(super) const DEG: Option<Unit> = Some(Unit::Degree);
    pub(super) const LUX: Option<Unit> = Some(Unit::Lux);
    pub(super) const PPM: Option<Unit> = Some(Unit::PartsPerMillion);
    pub(super) const S: Option<Unit> = Some(Unit::Second);
    pub(super) const MIN: Option<Unit> = Some(Unit::Minute);
    pub(super) const PC: Option<Unit> = Some(Unit::Percent);
}

const FILES: [&[Table]; 7] = [
    relays::TABLES,
    meters::TABLES,
    lights::TABLES,
    sensors::TABLES,
    v1_relays::TABLES,
    v1_lights::TABLES,
    v1_sensors::TABLES,
];

/// The tables of a model in all its modes.
pub(super) fn of(model: &str, version: Version) -> Vec<&'static Table> {
    let all = FILES.iter().flat_map(|file| file.iter());
    all.filter(|table| table.model == model && table.version == version).collect()
}
