//! Keeps the last reading of each component of a Gen1 device, and notes what changed.

use shelly_gen1::reading::{Component, Meaning, Quantity as Q, Unit, Value};
use shelly_types::{
    ComponentKey, ComponentStatus, DeviceStatus,
    status::{MeterReading, SystemStatus},
};

use super::{super::Signal, channel, sensor};

/// Components that say nothing over `CoIoT` and MQTT, and are not kept.
const SILENT: [&str; 4] = ["wifi", "eth", "cloud", "mqtt"];

/// The last reading of each component, in the order of their keys.
#[derive(Debug)]
pub(super) struct Known {
    components: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    key: ComponentKey,
    reading: ComponentStatus,
    changed: bool,
}

impl Known {
    pub(super) fn new(status: &DeviceStatus) -> Self {
        let kept = status.components.iter().filter(|(key, _)| !SILENT.contains(&key.kind()));
        let entry = |(key, reading): (&ComponentKey, &ComponentStatus)| Entry {
            key: key.clone(),
            reading: reading.clone(),
            changed: false,
        };
        Self { components: kept.map(entry).collect() }
    }

    /// Tells which components are not as before, once.
    pub(super) fn tell(&mut self, signals: &mut Vec<Signal>) {
        for entry in &mut self.components {
            if std::mem::take(&mut entry.changed) {
                signals.push(Signal::Component(entry.key.clone(), entry.reading.clone()));
            }
        }
    }

    /// Puts one value over what is known. `mode` is that of the device.
    pub(super) fn put(&mut self, meaning: Meaning, value: &Value, mode: Option<&str>) {
        match meaning.component {
            Component::Relay(id) => {
                self.change(&instance("switch", id), |reading| channel::relay(reading, meaning, value));
            }
            Component::Roller(id) => {
                self.change(&instance("cover", id), |reading| channel::roller(reading, meaning, value));
            }
            Component::Light(id) => {
                self.change(&instance("light", id), |reading| channel::light(reading, meaning, value, mode));
            }
            Component::Input(id) => {
                if meaning.quantity == Q::Input
                    && let Some(on) = value.as_flag()
                {
                    self.change(&instance("input", id), |reading| channel::input(reading, on));
                }
            }
            Component::Emeter(id) => {
                self.change(&instance("em1", id), |reading| channel::energy_meter(reading, meaning, value));
            }
            Component::Device => self.device(meaning, value),
            Component::Sensor(_) | Component::Adc(_) | Component::Thermostat(_) => sensor::put(self, meaning, value),
            // A status says nothing about the valve, and perhaps there are other parts some day.
            _ => {}
        }
    }

    /// What is told about the device as a whole, and in a polled status about some of its components too.
    fn device(&mut self, meaning: Meaning, value: &Value) {
        match meaning.quantity {
            Q::DeviceTemperature => {
                let celsius = celsius(meaning, value);
                self.system(|system| put(&mut system.temperature_c, celsius));
                self.each("switch", |reading| channel::temperature(reading, celsius));
            }
            Q::Overtemperature => {
                let Some(is_hot) = value.as_flag() else { return };
                self.system(|system| put(&mut system.overtemperature, Some(is_hot)));
                for kind in ["switch", "cover", "light"] {
                    self.each(kind, |reading| channel::fault(reading, "overtemp", is_hot));
                }
            }
            Q::Overpower => {
                let Some(is_too_much) = value.as_flag() else { return };
                self.each("light", |reading| channel::fault(reading, "overpower", is_too_much));
            }
            Q::LoadError => {
                let Some(is_wrong) = value.as_flag() else { return };
                self.each("light", |reading| channel::fault(reading, "unsupported_load", is_wrong));
            }
            Q::Voltage | Q::Power | Q::Energy => self.meters(meaning, value),
            _ => sensor::put(self, meaning, value),
        }
    }

    /// The voltage is that of all channels; one meter for two relays shows up at the first.
    fn meters(&mut self, meaning: Meaning, value: &Value) {
        let first_only = meaning.quantity != Q::Voltage;
        for entry in &mut self.components {
            let is_channel = matches!(entry.key.kind(), "switch" | "cover" | "light");
            if is_channel && (!first_only || entry.key.id() == Some(0)) {
                entry.changed |= channel::meter(&mut entry.reading).is_some_and(|meter| measure(meter, meaning, value));
            }
        }
    }

    /// Notes the revision of the configuration; whether it is another one than before.
    pub(super) fn revision(&mut self, revision: Option<u64>) -> bool {
        let mut is_other = false;
        self.system(|system| {
            is_other = system.config_revision.is_some() && system.config_revision != revision;
            put(&mut system.config_revision, revision)
        });
        is_other
    }

    /// Notes the last push of an input, and how many there were.
    pub(super) fn presses(&mut self, input: u8, last: Option<&str>, count: u64) {
        self.change(&instance("input", input), |reading| {
            if !matches!(reading, ComponentStatus::Input(_)) {
                *reading = ComponentStatus::Input(Box::default());
            }
            let ComponentStatus::Input(input) = reading else { return false };
            let is_other = last.is_some() && input.last_event.as_deref() != last;
            if is_other {
                input.last_event = last.map(str::to_owned);
            }
            put(&mut input.events, Some(count)) || is_other
        });
    }

    fn system(&mut self, change: impl FnOnce(&mut SystemStatus) -> bool) {
        self.change(&ComponentKey::single("sys"), |reading| {
            if !matches!(reading, ComponentStatus::System(_)) {
                *reading = ComponentStatus::System(Box::default());
            }
            let ComponentStatus::System(system) = reading else { return false };
            change(system)
        });
    }

    fn each(&mut self, kind: &str, mut change: impl FnMut(&mut ComponentStatus) -> bool) {
        for entry in &mut self.components {
            if entry.key.kind() == kind {
                entry.changed |= change(&mut entry.reading);
            }
        }
    }

    pub(super) fn get(&self, key: &ComponentKey) -> Option<&ComponentStatus> {
        self.components.iter().find(|entry| entry.key == *key).map(|entry| &entry.reading)
    }

    /// Whether there is a component of this kind.
    pub(super) fn has(&self, kind: &str) -> bool {
        self.components.iter().any(|entry| entry.key.kind() == kind)
    }

    /// Changes the reading of a component. One that is not known comes to be when the change wants it.
    pub(super) fn change(&mut self, key: &ComponentKey, change: impl FnOnce(&mut ComponentStatus) -> bool) {
        match self.components.binary_search_by(|entry| entry.key.cmp(key)) {
            Ok(at) => {
                let entry = &mut self.components[at];
                entry.changed |= change(&mut entry.reading);
            }
            Err(at) => {
                let mut reading = ComponentStatus::Other(serde_json::Value::Null);
                if change(&mut reading) {
                    self.components.insert(at, Entry { key: key.clone(), reading, changed: true });
                }
            }
        }
    }

    /// Takes a whole reading.
    pub(super) fn replace(&mut self, key: &ComponentKey, reading: ComponentStatus) {
        if !SILENT.contains(&key.kind()) {
            self.change(key, |known| put(known, reading));
        }
    }
}

pub(super) fn instance(kind: &str, id: u8) -> ComponentKey {
    ComponentKey::instance(kind, u32::from(id))
}

/// Sets a value; whether it is another one than before.
pub(super) fn put<T: PartialEq>(place: &mut T, value: T) -> bool {
    let is_other = *place != value;
    if is_other {
        *place = value;
    }
    is_other
}

pub(super) fn celsius(meaning: Meaning, value: &Value) -> Option<f64> {
    let number = value.as_number()?;
    Some(if meaning.unit == Some(Unit::Fahrenheit) { (number - 32.0) * 5.0 / 9.0 } else { number })
}

/// Sets one value of a meter; whether it is another one than before.
pub(super) fn measure(meter: &mut MeterReading, meaning: Meaning, value: &Value) -> bool {
    let number = value.as_number();
    let energy = number.map(|number| if meaning.unit == Some(Unit::WattMinute) { number / 60.0 } else { number });
    match meaning.quantity {
        Q::Power => put(&mut meter.power_w, number),
        Q::Voltage => put(&mut meter.voltage_v, number),
        Q::Current => put(&mut meter.current_a, number),
        Q::PowerFactor => put(&mut meter.power_factor, number),
        Q::Energy => put(&mut meter.energy_wh, energy),
        Q::EnergyReturned => put(&mut meter.returned_energy_wh, energy),
        _ => false,
    }
}
