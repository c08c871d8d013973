//! Topics that carry one value as text.

use crate::reading::{
    Component::{self, Adc, Device, Emeter, Input, Light, Relay, Roller, Sensor},
    Meaning, Quantity as Q, Unit, Value,
};

/// How a value is spelt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `on`, `off`, and for a relay that drew too much power the word `overpower`.
    Switch,
    /// `0`, `1`.
    Digit,
    /// `true`, `false`.
    Word,
    /// A decimal number.
    Number,
    /// A word.
    Text,
    /// A JSON list of words, or one word.
    List,
}

#[derive(Debug)]
struct Row {
    /// Path after the device part, with `#` for the number.
    path: &'static str,
    meaning: Meaning,
    form: Form,
}

const fn row(path: &'static str, component: Component, quantity: Q, unit: Option<Unit>, form: Form) -> Row {
    Row { path, meaning: Meaning { component, quantity, unit }, form }
}

const NO: Option<Unit> = None;
const W: Option<Unit> = Some(Unit::Watt);
const WMIN: Option<Unit> = Some(Unit::WattMinute);
const WH: Option<Unit> = Some(Unit::WattHour);
const V: Option<Unit> = Some(Unit::Volt);
const C: Option<Unit> = Some(Unit::Celsius);
const F: Option<Unit> = Some(Unit::Fahrenheit);
const PC: Option<Unit> = Some(Unit::Percent);

/// reference/gen1/mqtt.json, `topics`.
const ROWS: &[Row] = &[
    row("relay/#", Relay(0), Q::Output, NO, Form::Switch),
    row("relay/#/power", Relay(0), Q::Power, W, Form::Number),
    row("relay/#/energy", Relay(0), Q::Energy, WMIN, Form::Number),
    row("relay/#/overpower_value", Relay(0), Q::OverpowerValue, W, Form::Number),
    // One meter for both relays.
    row("relay/power", Device, Q::Power, W, Form::Number),
    row("relay/energy", Device, Q::Energy, WMIN, Form::Number),
    row("input/#", Input(0), Q::Input, NO, Form::Digit),
    row("longpush/#", Input(0), Q::LongPush, NO, Form::Digit),
    row("temperature", Device, Q::DeviceTemperature, C, Form::Number),
    row("temperature_f", Device, Q::DeviceTemperature, F, Form::Number),
    row("overtemperature", Device, Q::Overtemperature, NO, Form::Digit),
    row("temperature_status", Device, Q::TemperatureStatus, NO, Form::Text),
    row("voltage", Device, Q::Voltage, V, Form::Number),
    row("overpower", Device, Q::Overpower, NO, Form::Digit),
    row("ext_temperature/#", Sensor(0), Q::Temperature, C, Form::Number),
    row("ext_temperature_f/#", Sensor(0), Q::Temperature, F, Form::Number),
    row("ext_humidity/#", Sensor(0), Q::Humidity, PC, Form::Number),
    row("ext_switch/#", Sensor(0), Q::ExternalInput, NO, Form::Digit),
    row("adc/#", Adc(0), Q::Voltage, V, Form::Number),
    row("roller/#", Roller(0), Q::Movement, NO, Form::Text),
    row("roller/#/pos", Roller(0), Q::Position, PC, Form::Number),
    row("roller/#/power", Roller(0), Q::Power, W, Form::Number),
    row("roller/#/energy", Roller(0), Q::Energy, WMIN, Form::Number),
    row("roller/#/stop_reason", Roller(0), Q::StopReason, NO, Form::Text),
    row("roller/#/last_direction", Roller(0), Q::LastDirection, NO, Form::Text),
    row("light/#", Light(0), Q::Output, NO, Form::Switch),
    row("light/#/power", Light(0), Q::Power, W, Form::Number),
    row("light/#/energy", Light(0), Q::Energy, WMIN, Form::Number),
    row("color/#", Light(0), Q::Output, NO, Form::Switch),
    row("color/#/power", Light(0), Q::Power, W, Form::Number),
    row("color/#/energy", Light(0), Q::Energy, WMIN, Form::Number),
    row("white/#", Light(0), Q::Output, NO, Form::Switch),
    row("emeter/#/power", Emeter(0), Q::Power, W, Form::Number),
    row("emeter/#/reactive_power", Emeter(0), Q::ReactivePower, Some(Unit::Var), Form::Number),
    row("emeter/#/voltage", Emeter(0), Q::Voltage, V, Form::Number),
    row("emeter/#/current", Emeter(0), Q::Current, Some(Unit::Ampere), Form::Number),
    row("emeter/#/pf", Emeter(0), Q::PowerFactor, NO, Form::Number),
    row("emeter/#/total", Emeter(0), Q::Energy, WH, Form::Number),
    row("emeter/#/total_returned", Emeter(0), Q::EnergyReturned, WH, Form::Number),
    row("emeter/#/energy", Emeter(0), Q::EnergySinceReset, WMIN, Form::Number),
    row("emeter/#/returned_energy", Emeter(0), Q::EnergyReturnedSinceReset, WMIN, Form::Number),
    // In the unit that the device is set to.
    row("sensor/temperature", Sensor(0), Q::Temperature, NO, Form::Number),
    row("sensor/humidity", Sensor(0), Q::Humidity, PC, Form::Number),
    row("sensor/battery", Device, Q::Battery, PC, Form::Number),
    row("sensor/flood", Sensor(0), Q::Flood, NO, Form::Word),
    row("sensor/smoke", Sensor(0), Q::Smoke, NO, Form::Word),
    row("sensor/state", Sensor(0), Q::Open, NO, Form::Text),
    row("sensor/lux", Sensor(0), Q::Illuminance, Some(Unit::Lux), Form::Number),
    row("sensor/illumination", Sensor(0), Q::Illumination, NO, Form::Text),
    row("sensor/tilt", Sensor(0), Q::Tilt, Some(Unit::Degree), Form::Number),
    row("sensor/vibration", Sensor(0), Q::Vibration, NO, Form::Digit),
    row("sensor/motion", Sensor(0), Q::Motion, NO, Form::Word),
    row("sensor/charger", Device, Q::Charger, NO, Form::Word),
    row("sensor/act_reasons", Device, Q::WakeReasons, NO, Form::List),
    row("sensor/wakeupevent", Device, Q::WakeReasons, NO, Form::List),
    row("sensor/gas", Sensor(0), Q::GasAlarm, NO, Form::Text),
    row("sensor/concentration", Sensor(0), Q::GasConcentration, Some(Unit::PartsPerMillion), Form::Number),
    row("sensor/operation", Sensor(0), Q::GasOperation, NO, Form::Text),
    row("sensor/self_test", Sensor(0), Q::SelfTest, NO, Form::Text),
    row("sensor/error", Sensor(0), Q::SensorError, NO, Form::Digit),
];

/// A topic that carries one value.
#[derive(Debug, Clone, Copy)]
pub struct StateTopic {
    row: &'static Row,
    number: u8,
}

impl PartialEq for StateTopic {
    fn eq(&self, other: &Self) -> bool {
        (self.row.path, self.number) == (other.row.path, other.number)
    }
}

impl Eq for StateTopic {}

impl StateTopic {
    /// The topic with this end after the device part, such as `relay/0/power`.
    pub fn find(path: &str) -> Option<Self> {
        ROWS.iter().find_map(|row| matched(row.path, path).map(|number| Self { row, number }))
    }

    /// Every topic, each with number 0.
    pub fn all() -> impl Iterator<Item = Self> {
        ROWS.iter().map(|row| Self { row, number: 0 })
    }

    /// The end of the topic, after the device part.
    pub fn path(&self) -> String {
        self.row.path.replace('#', &self.number.to_string())
    }

    /// What its value means.
    pub fn meaning(&self) -> Meaning {
        let meaning = self.row.meaning;
        let numbered = self.row.path.contains('#');
        Meaning {
            component: if numbered { meaning.component.numbered(self.number) } else { meaning.component },
            ..meaning
        }
    }
}

/// A value with its topic.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Topic.
    pub topic: StateTopic,
    /// Value. A text of another form than the topic has is a word.
    pub value: Value,
}

impl State {
    pub(super) fn read(topic: StateTopic, text: &str) -> Self {
        let value = read(topic.row, text).unwrap_or_else(|| Value::Word(text.to_owned()));
        Self { topic, value }
    }

    pub(super) fn payload(&self) -> String {
        let spelling = |yes: &str, no: &str, on: bool| if on { yes } else { no }.to_owned();
        match (&self.value, self.topic.row.form) {
            (Value::Flag(on), Form::Switch) => spelling("on", "off", *on),
            (Value::Flag(on), Form::Word) => spelling("true", "false", *on),
            (Value::Flag(on), Form::Text) => spelling("open", "close", *on),
            (Value::Flag(on), _) => spelling("1", "0", *on),
            (Value::Number(number), _) => number.to_string(),
            (Value::Word(word), _) => word.clone(),
            (Value::Words(words), _) => serde_json::Value::from(words.clone()).to_string(),
            (Value::Missing, _) => marker(self.topic.row.meaning.quantity).unwrap_or_default().to_string(),
        }
    }
}

/// The number that stands for no value.
fn marker(quantity: Q) -> Option<i16> {
    match quantity {
        Q::Position | Q::Tilt => Some(-1),
        Q::Temperature | Q::Humidity => Some(999),
        _ => None,
    }
}

fn read(row: &Row, text: &str) -> Option<Value> {
    let flag = |yes: &str, no: &str| {
        if text == yes { Some(Value::Flag(true)) } else { (text == no).then_some(Value::Flag(false)) }
    };
    match row.form {
        Form::Switch => flag("on", "off"),
        Form::Digit | Form::Word => flag("1", "0").or_else(|| flag("true", "false")),
        Form::Number => {
            let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite())?;
            let missing = marker(row.meaning.quantity).map(f64::from) == Some(number);
            Some(if missing { Value::Missing } else { Value::Number(number) })
        }
        Form::Text if row.meaning.quantity == Q::Open => flag("open", "close"),
        Form::Text => None,
        Form::List => serde_json::from_str(text).ok().map(Value::Words),
    }
}

/// The number at the place of `#`, 0 without one; none when the path is another one.
fn matched(pattern: &str, path: &str) -> Option<u8> {
    let mut number = 0;
    let (mut pattern, mut path) = (pattern.split('/'), path.split('/'));
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return Some(number),
            (Some("#"), Some(text)) => {
                number = text.parse().ok().filter(|number: &u8| number.to_string() == text)?;
            }
            (Some(left), Some(right)) if left == right => {}
            _ => return None,
        }
    }
}
