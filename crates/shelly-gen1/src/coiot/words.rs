//! Understands the vendor's words for blocks and readings in a description, of `CoIoT` v1 and v2.

use crate::reading::{Component, Meaning, Quantity, Unit};

use super::Sensor;

/// The part of the device that a block name stands for, and whether the name has a number.
///
/// v2 names are `relay_0`, `device`; v1 names are `Relay0`, `Sensors`, `Dimmer`, `RGBW2`.
pub(super) fn component(block: &str) -> (Component, bool) {
    let name = block.to_ascii_lowercase();
    let word = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = name[word.len()..].parse::<u8>().ok();
    let at = number.unwrap_or(0);
    let component = match word.trim_end_matches('_') {
        "relay" => Component::Relay(at),
        "roller" => Component::Roller(at),
        "light" | "dimmer" | "channel" | "bulb" => Component::Light(at),
        "rgbw" => return (Component::Light(0), false),
        "input" => Component::Input(at),
        "emeter" | "meter" => Component::Emeter(at),
        "sensor" | "sensors" => Component::Sensor(at),
        "adc" => Component::Adc(at),
        "valve" => Component::Valve(at),
        _ => return (Component::Device, false),
    };
    (component, number.is_some())
}

/// What a described reading means; none when its name is not known.
pub(super) fn meaning(sensor: &Sensor, block: Component) -> Option<Meaning> {
    let name = sensor.name.as_str()?;
    let (name, number) = match name.rsplit_once('_') {
        Some((name, number)) if number.len() == 1 => (name, number.parse::<u8>().ok()),
        _ => (name, None),
    };
    let word: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let range = sensor.range.get().and_then(|range| range.valid()).unwrap_or_default();
    let quantity = quantity(&word, range, block)?;
    let block = number.map_or(block, |number| block.numbered(number));
    let told = sensor.unit.as_str().and_then(Unit::named).or_else(|| fahrenheit(&word));
    Some(Meaning { component: home(quantity, block), quantity, unit: unit(quantity, told) })
}

/// The unit of a quantity that was told as `told`. A boost is told in % and counted in minutes.
pub(super) fn unit(quantity: Quantity, told: Option<Unit>) -> Option<Unit> {
    match quantity {
        Quantity::BoostMinutes => Some(Unit::Minute),
        _ => told.or(quantity.own_unit()),
    }
}

fn fahrenheit(word: &str) -> Option<Unit> {
    word.ends_with("temperaturef").then_some(Unit::Fahrenheit)
}

/// Inputs are told within relays, sensors or the device; they are parts of their own here.
fn home(quantity: Quantity, block: Component) -> Component {
    match quantity {
        Quantity::Input | Quantity::InputEvent | Quantity::InputEventCount => {
            Component::Input(block.number().unwrap_or(0))
        }
        Quantity::Mode => Component::Device,
        // The old names speak of a device block where the reading belongs to a sensor.
        Quantity::GasAlarm | Quantity::GasConcentration | Quantity::GasOperation | Quantity::SelfTest
            if block == Component::Device =>
        {
            Component::Sensor(0)
        }
        Quantity::Battery | Quantity::Charger | Quantity::DeviceTemperature | Quantity::Overtemperature => {
            Component::Device
        }
        _ => block,
    }
}

fn quantity(word: &str, range: &str, block: Component) -> Option<Quantity> {
    electric(word).or_else(|| light(word)).or_else(|| sensor(word, range, block))
}

fn electric(word: &str) -> Option<Quantity> {
    Some(match word {
        "output" | "state" | "switch" | "vswitch" => Quantity::Output,
        "input" => Quantity::Input,
        "inputevent" => Quantity::InputEvent,
        "inputeventcnt" | "inputeventcounter" => Quantity::InputEventCount,
        "power" | "rollerpower" => Quantity::Power,
        "energy" | "rollerenergy" | "energycountertotalwmin" => Quantity::Energy,
        "energycounter0wmin" => Quantity::EnergyMinute1,
        "energycounter1wmin" => Quantity::EnergyMinute2,
        "energycounter2wmin" => Quantity::EnergyMinute3,
        "energyreturned" => Quantity::EnergyReturned,
        "voltage" | "adc" => Quantity::Voltage,
        "current" => Quantity::Current,
        "powerfactor" | "pf" => Quantity::PowerFactor,
        "overpower" => Quantity::Overpower,
        "overpowervalue" => Quantity::OverpowerValue,
        "devicetemp" => Quantity::DeviceTemperature,
        "overtemp" => Quantity::Overtemperature,
        "roller" => Quantity::Movement,
        "rollerpos" => Quantity::Position,
        "rollerstopreason" => Quantity::StopReason,
        "worktime" | "totalworktime" => Quantity::TotalWorkTime,
        "cfgchanged" => Quantity::ConfigChanges,
        _ => return None,
    })
}

fn light(word: &str) -> Option<Quantity> {
    Some(match word {
        "brightness" => Quantity::Brightness,
        "gain" => Quantity::Gain,
        "colortemp" => Quantity::ColorTemperature,
        "whitelevel" => Quantity::WhiteLevel,
        "red" => Quantity::Red,
        "green" => Quantity::Green,
        "blue" => Quantity::Blue,
        "white" => Quantity::White,
        "effect" => Quantity::Effect,
        "loaderror" => Quantity::LoadError,
        _ => return None,
    })
}

fn sensor(word: &str, range: &str, block: Component) -> Option<Quantity> {
    Some(match word {
        "temp" | "exttemp" | "externaltemperaturec" | "externaltemperaturef" => Quantity::Temperature,
        "temperature" | "temperaturec" | "temperaturef" => match block {
            Component::Sensor(_) => Quantity::Temperature,
            _ => Quantity::DeviceTemperature,
        },
        "targettemp" => Quantity::TargetTemperature,
        "humidity" => Quantity::Humidity,
        "extinput" => Quantity::ExternalInput,
        // Radiator valves use the word of the multi-mode models for a number.
        "mode" if range == "0/5" => Quantity::ThermostatMode,
        "mode" => Quantity::Mode,
        "status" => Quantity::ThermostatStatus,
        "wakeupevent" => Quantity::WakeReasons,
        "battery" => Quantity::Battery,
        "charger" => Quantity::Charger,
        "sensorerror" => Quantity::SensorError,
        "flood" => Quantity::Flood,
        "smoke" => Quantity::Smoke,
        "motion" => Quantity::Motion,
        "motionactive" => Quantity::MotionActive,
        "timestamp" => Quantity::MotionTime,
        "vibration" => Quantity::Vibration,
        "tilt" => Quantity::Tilt,
        "luminosity" | "lux" => Quantity::Illuminance,
        "luminositylevel" => Quantity::Illumination,
        "dwisopened" => Quantity::Open,
        "dwstatechanged" => Quantity::OpenChanged,
        "gas" | "alarmstate" => Quantity::GasAlarm,
        "concentration" | "concentrationppm" => Quantity::GasConcentration,
        "sensorop" | "sensorstate" => Quantity::GasOperation,
        "selftest" | "selfteststate" => Quantity::SelfTest,
        "valve" => Quantity::ValveState,
        "valvepos" => Quantity::ValvePosition,
        "valveerror" => Quantity::ValveError,
        "boostminutes" => Quantity::BoostMinutes,
        _ => return None,
    })
}
