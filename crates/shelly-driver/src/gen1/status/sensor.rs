//! Sensors of the room and of the add-on, and what supplies them.

use chrono::DateTime;
use shelly_gen1::{
    Status,
    scalar::Numbered,
    status::{ContactOrMotion, GasSensor, Thermostat},
};
use shelly_types::{
    ComponentStatus,
    status::{
        AlarmStatus, BatteryStatus, ContactStatus, GasStatus, HumidityStatus, IlluminanceStatus, MotionStatus,
        TemperatureStatus, ThermostatStatus, VoltmeterStatus,
    },
    wire::Field,
};

use super::{Readings, celsius, in_celsius, is_measured, is_on, measures_room, numbered, text};

/// Sensors of the add-on are numbered from here.
pub(super) const ADD_ON: u32 = 100;

pub(super) fn read(status: &Status, readings: &mut Readings) {
    room(status, readings);
    alarms(status, readings);
    add_on(status, readings);
    for (id, valve) in numbered(&status.thermostats) {
        readings.instance("thermostat", id, ComponentStatus::Thermostat(Box::new(regulator(status, valve))));
        readings.instance("temperature", id, thermometer(valve.tmp.get().and_then(celsius), false));
    }
    if let Some(battery) = status.bat.get() {
        let reading = BatteryStatus {
            // Motion sensors and valves say -1 until they know.
            percent: battery.value.copied().filter(|percent| *percent >= 0.0),
            voltage_v: battery.voltage.copied(),
            external_power: is_on(&status.charger),
            ..BatteryStatus::default()
        };
        readings.instance("devicepower", 0, ComponentStatus::Battery(Box::new(reading)));
    }
}

fn thermometer(celsius: Option<f64>, failed: bool) -> ComponentStatus {
    ComponentStatus::Temperature(TemperatureStatus { celsius, errors: fault(failed) })
}

fn hygrometer(percent: Option<f64>, failed: bool) -> ComponentStatus {
    ComponentStatus::Humidity(HumidityStatus { percent: percent.filter(|_| !failed), errors: fault(failed) })
}

/// Later generations call a sensor that cannot be read so.
fn fault(failed: bool) -> Vec<String> {
    failed.then(|| "read".to_owned()).into_iter().collect()
}

/// Whether a sensor tells a number that stands for none.
fn is_missing(value: &Field<f64>) -> bool {
    value.copied().is_some_and(|value| !is_measured(value))
}

fn regulator(status: &Status, valve: &Thermostat) -> ThermostatStatus {
    let target = valve.target_t.get();
    let target_c = target.and_then(|target| Some(in_celsius(target.value.copied()?, target.units.get())));
    let uncalibrated = is_on(&status.calibrated) == Some(false);
    ThermostatStatus {
        enabled: target.and_then(|target| is_on(&target.enabled)),
        target_c,
        current_c: valve.tmp.get().and_then(celsius),
        valve_percent: valve.pos.copied().filter(|percent| *percent >= 0.0),
        boost_minutes: valve.boost_minutes.copied(),
        window_open: is_on(&valve.window_open),
        schedule: is_on(&valve.schedule),
        schedule_profile: valve.schedule_profile.copied(),
        errors: uncalibrated.then(|| "not_calibrated".to_owned()).into_iter().collect(),
        ..ThermostatStatus::default()
    }
}

fn room(status: &Status, readings: &mut Readings) {
    if measures_room(status)
        && let Some(sensor) = status.tmp.get()
    {
        let failed = is_on(&sensor.is_valid) == Some(false) || is_missing(&sensor.celsius);
        readings.instance("temperature", 0, thermometer(celsius(sensor), failed));
    }
    if let Some(sensor) = status.hum.get() {
        let failed = is_on(&sensor.is_valid) == Some(false) || is_missing(&sensor.value);
        readings.instance("humidity", 0, hygrometer(sensor.value.copied(), failed));
    }
    if let Some(light) = status.lux.get().filter(|light| is_on(&light.is_valid) != Some(false)) {
        let reading = IlluminanceStatus {
            lux: light.value.copied(),
            level: text(&light.illumination),
            ..IlluminanceStatus::default()
        };
        readings.instance("illuminance", 0, ComponentStatus::Illuminance(Box::new(reading)));
    }
}

fn alarms(status: &Status, readings: &mut Readings) {
    let alarm = |alarm: bool| AlarmStatus { alarm: Some(alarm), ..AlarmStatus::default() };
    if let Some(water) = is_on(&status.flood) {
        readings.instance("flood", 0, ComponentStatus::Flood(alarm(water)));
    }
    if let Some(smoke) = is_on(&status.smoke) {
        readings.instance("smoke", 0, ComponentStatus::Smoke(alarm(smoke)));
    }
    if let Some(sensor) = status.gas_sensor.get() {
        readings.instance("gas", 0, ComponentStatus::Gas(Box::new(gas(status, sensor))));
    }
    let sensor = status.sensor.get();
    let motion = motion(status, sensor);
    if motion != MotionStatus::default() {
        readings.instance("motion", 0, ComponentStatus::Motion(motion));
    }
    if let Some(contact) = sensor.and_then(|sensor| contact(status, sensor)) {
        readings.instance("contact", 0, ComponentStatus::Contact(contact));
    }
}

fn gas(status: &Status, sensor: &GasSensor) -> GasStatus {
    let level = text(&sensor.alarm_state);
    let concentration = status.concentration.get().filter(|value| is_on(&value.is_valid) != Some(false));
    GasStatus {
        alarm: level.as_deref().map(|level| matches!(level, "mild" | "heavy")),
        level,
        ppm: concentration.and_then(|value| value.ppm.copied()),
        state: text(&sensor.sensor_state),
        self_test: text(&sensor.self_test_state),
        valves: status.valves.get().into_iter().flatten().filter_map(|valve| text(&valve.state)).collect(),
    }
}

fn motion(status: &Status, sensor: Option<&ContactOrMotion>) -> MotionStatus {
    let Some(sensor) = sensor else {
        return MotionStatus { motion: is_on(&status.motion), ..MotionStatus::default() };
    };
    let seen = sensor.timestamp.copied().filter(|seconds| *seconds > 0).and_then(|seconds| i64::try_from(seconds).ok());
    MotionStatus {
        motion: is_on(&sensor.motion).or_else(|| is_on(&status.motion)),
        vibration: is_on(&sensor.vibration),
        active: is_on(&sensor.active),
        seen_at: seen.and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
    }
}

fn contact(status: &Status, sensor: &ContactOrMotion) -> Option<ContactStatus> {
    let state = sensor.state.as_str()?;
    let movement = status.accel.get();
    let shaken = movement.and_then(|movement| movement.vibration.copied());
    Some(ContactStatus {
        open: match state {
            "open" => Some(true),
            "close" => Some(false),
            _ => None,
        },
        tilt_degrees: movement.and_then(|movement| movement.tilt.copied()).filter(|tilt| *tilt >= 0.0),
        vibration: shaken.filter(|shaken| *shaken >= 0.0).map(|shaken| shaken > 0.0),
    })
}

fn add_on(status: &Status, readings: &mut Readings) {
    for (number, sensor) in status.ext_temperature.get().into_iter().flat_map(Numbered::iter) {
        let celsius = sensor.celsius.copied().filter(|celsius| is_measured(*celsius));
        readings.instance("temperature", ADD_ON + number, thermometer(celsius, is_missing(&sensor.celsius)));
    }
    for (number, sensor) in status.ext_humidity.get().into_iter().flat_map(Numbered::iter) {
        let failed = is_missing(&sensor.humidity);
        readings.instance("humidity", ADD_ON + number, hygrometer(sensor.humidity.copied(), failed));
    }
    for (id, input) in numbered(&status.adcs) {
        let reading = VoltmeterStatus { voltage_v: input.voltage.copied(), ..VoltmeterStatus::default() };
        readings.instance("voltmeter", ADD_ON + id, ComponentStatus::Voltmeter(reading));
    }
}
