//! Turns a `/status` document into readings in the words of all generations.
//!
//! Units (`reference/gen1/capability_map.md`): relay meters count watt-minutes, energy meters watt-hours; positions 101 and
//! -1 mean that none is known.

mod channel;
mod sensor;
mod system;

use std::collections::BTreeMap;

use shelly_gen1::{
    Status,
    scalar::Flag,
    settings::{Mode, TemperatureUnit},
    status::Temperature,
};
use shelly_types::{ComponentKey, ComponentStatus, DeviceStatus, wire::Field};

/// The reading of every component. `mode` is needed for devices that list relays and rollers whatever the mode.
pub(crate) fn status(status: &Status, mode: Option<&Mode>) -> DeviceStatus {
    let mut readings = Readings::default();
    system::read(status, &mut readings);
    channel::read(status, mode, &mut readings);
    sensor::read(status, &mut readings);
    DeviceStatus { components: readings.0 }
}

#[derive(Default)]
struct Readings(BTreeMap<ComponentKey, ComponentStatus>);

impl Readings {
    fn single(&mut self, kind: &str, reading: ComponentStatus) {
        self.0.insert(ComponentKey::single(kind), reading);
    }

    fn instance(&mut self, kind: &str, id: u32, reading: ComponentStatus) {
        self.0.insert(ComponentKey::instance(kind, id), reading);
    }
}

fn is_on(flag: &Field<Flag>) -> Option<bool> {
    flag.copied().map(Flag::is_on)
}

fn text(field: &Field<String>) -> Option<String> {
    field.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A list with numbers.
fn numbered<T>(list: &Field<Vec<T>>) -> impl Iterator<Item = (u32, &T)> {
    (0..).zip(list.get().into_iter().flatten())
}

/// Degrees Celsius of a thermometer that says it is right.
fn celsius(thermometer: &Temperature) -> Option<f64> {
    if is_on(&thermometer.is_valid) == Some(false) {
        return None;
    }
    let value = thermometer.value.copied().map(|value| in_celsius(value, thermometer.units.get()));
    thermometer.celsius.copied().or(value).filter(|celsius| is_measured(*celsius))
}

/// A temperature in the unit of the device as degrees Celsius.
fn in_celsius(value: f64, unit: Option<&TemperatureUnit>) -> f64 {
    if unit == Some(&TemperatureUnit::Fahrenheit) { (value - 32.0) * 5.0 / 9.0 } else { value }
}

/// 999 stands for a sensor that is not there (reference/gen1/coiot.json).
fn is_measured(value: f64) -> bool {
    value < 999.0
}

/// Sensors measure the room, everything else its own inside.
fn measures_room(status: &Status) -> bool {
    status.bat.get().is_some() || status.tmp.get().is_some_and(|thermometer| thermometer.value.get().is_some())
}
