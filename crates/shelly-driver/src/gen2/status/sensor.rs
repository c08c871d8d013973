//! Sensors of the room, thermostats and radiator valves.

use shelly_gen2_rpc::components::{
    blutrv, flood, humidity, illuminance, occupancy, presence, presencezone, smoke, temperature, thermostat, trv,
};
use shelly_types::status::{
    AlarmStatus, BluetoothDeviceStatus, HumidityStatus, IlluminanceStatus, OccupancyStatus, PresenceStatus,
    TemperatureStatus, ThermostatStatus,
};

use super::{end, stamp, text, word, words};

pub(super) fn temperature(status: &temperature::Status) -> TemperatureStatus {
    TemperatureStatus { celsius: status.celsius.copied(), errors: words(&status.errors) }
}

pub(super) fn humidity(status: &humidity::Status) -> HumidityStatus {
    HumidityStatus { percent: status.rh.copied(), errors: words(&status.errors) }
}

pub(super) fn illuminance(status: &illuminance::Status) -> IlluminanceStatus {
    IlluminanceStatus { lux: status.lux.copied(), level: word(&status.illumination), errors: words(&status.errors) }
}

pub(super) fn smoke(status: &smoke::Status) -> AlarmStatus {
    AlarmStatus { alarm: status.alarm.copied(), muted: status.mute.copied(), errors: Vec::new() }
}

pub(super) fn flood(status: &flood::Status) -> AlarmStatus {
    AlarmStatus { alarm: status.alarm.copied(), muted: status.mute.copied(), errors: words(&status.errors) }
}

pub(super) fn occupancy(status: &occupancy::Status) -> OccupancyStatus {
    OccupancyStatus { occupied: status.value.copied(), objects: None, errors: words(&status.errors) }
}

pub(super) fn zone(status: &presencezone::Status) -> OccupancyStatus {
    OccupancyStatus { occupied: status.value.copied(), objects: status.num_objects.copied(), errors: Vec::new() }
}

pub(super) fn presence(status: &presence::Status) -> PresenceStatus {
    let tracking = status.live_track.get();
    PresenceStatus {
        firmware: text(&status.sensor_ver),
        tracking_until: tracking.and_then(|track| end(&track.timer_started_at, &track.timer_duration)),
    }
}

pub(super) fn thermostat(status: &thermostat::Status) -> ThermostatStatus {
    let schedules = status.schedules.get();
    ThermostatStatus {
        enabled: status.enable.copied(),
        target_c: status.target_c.copied(),
        current_c: status.current_c.copied(),
        output: status.output.copied(),
        schedule: schedules.and_then(|schedules| schedules.enable.copied()),
        schedule_profile: schedules
            .and_then(|schedules| schedules.profile_id.copied())
            .and_then(|profile| i64::try_from(profile).ok()),
        schedule_name: schedules.and_then(|schedules| text(&schedules.profile_name)),
        errors: words(&status.errors),
        ..ThermostatStatus::default()
    }
}

pub(super) fn radiator_valve(status: &blutrv::Status) -> ThermostatStatus {
    ThermostatStatus {
        target_c: status.target_c.copied(),
        current_c: status.current_c.copied(),
        valve_percent: status.pos.copied(),
        radio: Some(Box::new(BluetoothDeviceStatus {
            connected: status.connected.copied(),
            ..radio!(status, last_updated_ts)
        })),
        errors: words(&status.errors),
        ..ThermostatStatus::default()
    }
}

pub(super) fn regulator(status: &trv::Status) -> ThermostatStatus {
    ThermostatStatus {
        target_c: status.target_c.copied(),
        current_c: status.current_c.copied(),
        valve_percent: status.pos.copied(),
        ..ThermostatStatus::default()
    }
}
