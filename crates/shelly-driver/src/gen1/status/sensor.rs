//! Sensors of the room and of the add-on, and what supplies them.

use serde_json::Value;
use shelly_gen1::{Status, scalar::Numbered};
use shelly_types::{
    ComponentStatus,
    status::{BatteryStatus, HumidityStatus, TemperatureStatus},
    wire::{Field, Wire},
};

use super::{Readings, celsius, is_measured, is_on, measures_room, numbered};

/// Sensors of the add-on are numbered from here.
pub(super) const ADD_ON: u32 = 100;

pub(super) fn read(status: &Status, readings: &mut Readings) {
    room(status, readings);
    alarms(status, readings);
    add_on(status, readings);
    for (id, valve) in numbered(&status.thermostats) {
        readings.instance("thermostat", id, ComponentStatus::Other(valve.to_json()));
        let room = valve.tmp.get().and_then(celsius);
        readings.instance("temperature", id, ComponentStatus::Temperature(TemperatureStatus { celsius: room }));
    }
    if let Some(battery) = status.bat.get() {
        let reading = BatteryStatus {
            // Motion sensors and valves say -1 until they know.
            percent: battery.value.copied().filter(|percent| *percent >= 0.0),
            voltage_v: battery.voltage.copied(),
            external_power: is_on(&status.charger),
        };
        readings.instance("devicepower", 0, ComponentStatus::Battery(reading));
    }
}

fn room(status: &Status, readings: &mut Readings) {
    if measures_room(status)
        && let Some(thermometer) = status.tmp.get()
    {
        let reading = TemperatureStatus { celsius: celsius(thermometer) };
        readings.instance("temperature", 0, ComponentStatus::Temperature(reading));
    }
    if let Some(hygrometer) = status.hum.get() {
        let percent = hygrometer.value.copied().filter(|_| is_on(&hygrometer.is_valid) != Some(false));
        let reading = HumidityStatus { percent: percent.filter(|percent| is_measured(*percent)) };
        readings.instance("humidity", 0, ComponentStatus::Humidity(reading));
    }
    if let Some(light) = status.lux.get().filter(|light| is_on(&light.is_valid) != Some(false)) {
        readings.other("illuminance", 0, &[("lux", sent(&light.value)), ("illumination", sent(&light.illumination))]);
    }
}

fn alarms(status: &Status, readings: &mut Readings) {
    readings.other("flood", 0, &[("alarm", flag(is_on(&status.flood)))]);
    readings.other("smoke", 0, &[("alarm", flag(is_on(&status.smoke)))]);
    if let Some(gas) = status.gas_sensor.get() {
        let ppm = status.concentration.get().filter(|value| is_on(&value.is_valid) != Some(false));
        readings.other(
            "gas",
            0,
            &[
                ("sensor_state", sent(&gas.sensor_state)),
                ("self_test_state", sent(&gas.self_test_state)),
                ("alarm_state", sent(&gas.alarm_state)),
                ("ppm", ppm.and_then(|value| sent(&value.ppm))),
            ],
        );
    }
    let moving = status.sensor.get();
    let motion = moving.and_then(|sensor| is_on(&sensor.motion)).or_else(|| is_on(&status.motion));
    readings.other(
        "motion",
        0,
        &[
            ("motion", flag(motion)),
            ("vibration", moving.and_then(|sensor| flag(is_on(&sensor.vibration)))),
            ("active", moving.and_then(|sensor| flag(is_on(&sensor.active)))),
        ],
    );
    if let Some(contact) = moving.filter(|sensor| sensor.state.get().is_some()) {
        let accel = status.accel.get();
        readings.other(
            "contact",
            0,
            &[
                ("state", sent(&contact.state)),
                ("tilt", accel.and_then(|accel| sent(&accel.tilt))),
                ("vibration", accel.and_then(|accel| sent(&accel.vibration))),
            ],
        );
    }
}

fn add_on(status: &Status, readings: &mut Readings) {
    for (number, thermometer) in status.ext_temperature.get().into_iter().flat_map(Numbered::iter) {
        let celsius = thermometer.celsius.copied().filter(|celsius| is_measured(*celsius));
        let reading = ComponentStatus::Temperature(TemperatureStatus { celsius });
        readings.instance("temperature", ADD_ON + number, reading);
    }
    for (number, hygrometer) in status.ext_humidity.get().into_iter().flat_map(Numbered::iter) {
        let percent = hygrometer.humidity.copied().filter(|percent| is_measured(*percent));
        readings.instance("humidity", ADD_ON + number, ComponentStatus::Humidity(HumidityStatus { percent }));
    }
    for (id, input) in numbered(&status.adcs) {
        readings.other("voltmeter", ADD_ON + id, &[("voltage", sent(&input.voltage))]);
    }
}

fn sent<T: Wire>(field: &Field<T>) -> Option<Value> {
    field.get().map(T::to_json)
}

fn flag(value: Option<bool>) -> Option<Value> {
    value.map(Value::from)
}
