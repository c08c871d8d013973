//! Follows what a Gen1 device tells by itself, over `CoIoT` and over MQTT.

mod channel;
mod document;
mod known;
mod sensor;

use std::time::Instant;

use shelly_gen1::{
    coiot::{Body, Description, DeviceTag, Dictionary, Freshness, News, Packet, Reading, pushes},
    mqtt::{Body as Mqtt, Message},
    reading::{Meaning, Press, PressCount, Presses, Quantity, Unit, Value},
    sleeps,
};
use shelly_types::{ComponentKey, DeviceStatus};

use self::known::Known;
use super::{Leave, Signal};

/// Follows what one Gen1 device tells.
///
/// A reading names one quantity of a component, so the last reading of each component is kept and the quantity is put
/// over it, in the words and units of a polled status. What the device does not tell this way (who switched, where it is
/// in the network) stays as it was read, or becomes unknown where it can no longer be right.
#[derive(Debug)]
pub struct Gen1Follower {
    dictionary: Dictionary,
    known: Known,
    freshness: Freshness,
    presses: Presses,
    mode: Option<String>,
    in_fahrenheit: bool,
    away: bool,
}

impl Gen1Follower {
    /// Follows the device with this order code on from a status that was read; an empty one when none could be read.
    ///
    /// The meaning of `CoIoT` ids comes from the table of its model, by the version that its first packet names.
    pub fn new(model: &str, status: &DeviceStatus) -> Self {
        Self {
            dictionary: Dictionary::default(),
            known: Known::new(status),
            freshness: Freshness::new(sleeps(model)),
            presses: Presses::default(),
            mode: None,
            in_fahrenheit: false,
            away: false,
        }
    }

    /// The same for a device in this mode (`relay`, `roller`, `color`, `white`), see
    /// [`Identity::profile`](shelly_types::Identity).
    #[must_use]
    pub fn with_mode(mut self, mode: Option<String>) -> Self {
        self.mode = mode;
        self
    }

    /// The same with what the device says about its own ids, which comes before the table of its model.
    #[must_use]
    pub fn with_description(mut self, tag: &DeviceTag, description: &Description) -> Self {
        self.dictionary = Dictionary::of_device(tag).with_description(description);
        self
    }

    /// The same for a sensor that is set to degrees Fahrenheit: over MQTT it does not say which unit it means.
    #[must_use]
    pub fn in_fahrenheit(mut self, is_set: bool) -> Self {
        self.in_fahrenheit = is_set;
        self
    }

    /// What a `CoIoT` packet of this device means, which came at `at`. Copies and repetitions mean nothing.
    pub fn take_packet(&mut self, packet: &Packet, at: Instant) -> Vec<Signal> {
        match &packet.body {
            Body::Status(status) => {
                if self.freshness.judge(packet, at) != News::New {
                    return Vec::new();
                }
                if self.dictionary.is_empty()
                    && let Some(tag) = &packet.device
                {
                    self.dictionary = Dictionary::of_device(tag);
                }
                let readings: Vec<Reading> = self.dictionary.readings(status, self.mode.as_deref()).collect();
                self.told(&readings)
            }
            Body::Description(description) => {
                let dictionary = packet.device.as_ref().map(Dictionary::of_device).unwrap_or_default();
                self.dictionary = dictionary.with_description(description);
                Vec::new()
            }
            Body::Get(_) | Body::Other { .. } => Vec::new(),
        }
    }

    /// What an MQTT message of this device means.
    pub fn take_message(&mut self, message: &Message) -> Vec<Signal> {
        let mut signals = Vec::new();
        match &message.body {
            Mqtt::Online(true) => {
                signals.push(Signal::Online);
                if std::mem::take(&mut self.away) {
                    signals.push(Signal::ReadAgain);
                }
            }
            Mqtt::Online(false) => {
                self.away = true;
                signals.push(Signal::Offline(Leave::LastWill));
            }
            Mqtt::Announce(_) => signals.push(Signal::Online),
            Mqtt::Settings(_) => signals.push(Signal::ConfigChanged { revision: None }),
            Mqtt::State(state) => self.state(state.topic.meaning(), &state.value, &mut signals),
            Mqtt::Press(told) => self.pressed(told, false, &mut signals),
            Mqtt::Info(status) => document::whole(&mut self.known, status, self.mode.as_deref()),
            Mqtt::Sensor(told) => document::sensor(&mut self.known, told),
            Mqtt::Light(_, id, light) => document::light(&mut self.known, *id, light),
            Mqtt::ExtTemperatures(list) => document::temperatures(&mut self.known, list),
            Mqtt::ExtHumidities(list) => document::humidities(&mut self.known, list),
            // The same in degrees Celsius comes too; commands are ours or somebody else's.
            _ => {}
        }
        self.known.tell(&mut signals);
        signals
    }

    fn told(&mut self, readings: &[Reading]) -> Vec<Signal> {
        let mut signals = Vec::new();
        for reading in readings {
            let Some(meaning) = reading.meaning else { continue };
            // Most tell both.
            let also_celsius = |other: &Reading| {
                other.meaning.is_some_and(|other| {
                    (other.component, other.quantity, other.unit)
                        == (meaning.component, meaning.quantity, Some(Unit::Celsius))
                })
            };
            if meaning.unit == Some(Unit::Fahrenheit) && readings.iter().any(also_celsius) {
                continue;
            }
            self.reading(meaning, &reading.value, &mut signals);
        }
        let woken_by_button = readings.iter().any(|reading| {
            reading.meaning.is_some_and(|meaning| meaning.quantity == Quantity::WakeReasons)
                && matches!(&reading.value, Value::Words(words) if words.iter().any(|word| word == "button"))
        });
        for told in pushes(readings) {
            self.pressed(&told, woken_by_button, &mut signals);
        }
        self.known.tell(&mut signals);
        signals
    }

    /// A value of MQTT, which has no unit where the owner chose it.
    fn state(&mut self, mut meaning: Meaning, value: &Value, signals: &mut Vec<Signal>) {
        if meaning.unit == Some(Unit::Fahrenheit) {
            return;
        }
        if meaning.quantity == Quantity::Temperature && meaning.unit.is_none() && self.in_fahrenheit {
            meaning.unit = Some(Unit::Fahrenheit);
        }
        self.reading(meaning, value, signals);
    }

    fn reading(&mut self, meaning: Meaning, value: &Value, signals: &mut Vec<Signal>) {
        match (meaning.quantity, value) {
            (Quantity::Mode, Value::Word(mode)) => {
                if self.mode.replace(mode.clone()).is_some_and(|before| before != *mode) {
                    // Other components are there now.
                    signals.extend([Signal::ConfigChanged { revision: None }, Signal::ReadAgain]);
                }
            }
            (Quantity::ConfigChanges, Value::Number(count)) => {
                let revision = whole_number(*count);
                if self.known.revision(revision) {
                    signals.push(Signal::ConfigChanged { revision });
                }
            }
            _ => self.known.put(meaning, value, self.mode.as_deref()),
        }
    }

    fn pressed(&mut self, told: &PressCount, woken_by_button: bool, signals: &mut Vec<Signal>) {
        self.known.presses(told.input, told.press.as_ref().map(word), told.count.into());
        if let Some(pressed) = self.presses.judge(told, woken_by_button) {
            let component = Some(ComponentKey::instance("input", u32::from(pressed.input)));
            signals.push(Signal::Event { component, name: word(&pressed.press).to_owned(), at: None });
        }
    }
}

/// The word of later generations, which have none for pushes of different length: those keep theirs, as in a status.
fn word(press: &Press) -> &str {
    match press {
        Press::Short => "single_push",
        Press::Double => "double_push",
        Press::Triple => "triple_push",
        Press::Long => "long_push",
        other => other.as_str(),
    }
}

/// A count that came as a number with a point.
fn whole_number(number: f64) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
    (0.0..=9_007_199_254_740_992.0).contains(&number).then_some(number as u64)
}

#[cfg(test)]
mod tests;
