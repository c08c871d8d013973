//! Turns the status of Gen2 and later into the reading of all generations.

/// The meter behind an output, in the members that all kinds of outputs share.
macro_rules! output_meter {
    ($status:expr) => {
        MeterReading {
            power_w: $status.apower.copied(),
            voltage_v: $status.voltage.copied(),
            current_a: $status.current.copied(),
            power_factor: $status.pf.copied(),
            frequency_hz: $status.freq.copied(),
            energy_wh: energy(&$status.aenergy),
            ..MeterReading::default()
        }
    };
}

/// How a Bluetooth device is heard; `$seen` is the member that says when, which is not spelt alike everywhere.
macro_rules! radio {
    ($status:expr, $seen:ident) => {
        BluetoothDeviceStatus {
            paired: $status.paired.copied(),
            rpc: $status.rpc.copied(),
            rssi_dbm: $status.rssi.copied(),
            battery_percent: $status.battery.copied(),
            seen_at: stamp(&$status.$seen),
            packet: $status.packet_id.copied(),
            firmware: text(&$status.fw_ver),
            ..BluetoothDeviceStatus::default()
        }
    };
}

mod added;
mod device;
mod meter;
mod output;
mod product;
mod sensor;

use chrono::{DateTime, Utc};
use serde_json::Value;
use shelly_gen2_rpc::{
    DeviceStatus as Document,
    components::{ComponentStatus as Wire, common},
};
use shelly_types::{
    ComponentKey, ComponentStatus, DeviceStatus,
    wire::{Field, Wire as Payload},
};

/// The reading of every component.
pub(crate) fn status(document: &Document) -> DeviceStatus {
    let read = |(key, component): (&String, &Wire)| {
        let key = key.parse().unwrap_or_else(|_| ComponentKey::single(key));
        (key, reading(component))
    };
    DeviceStatus { components: document.components.iter().map(read).collect() }
}

/// The reading of one component.
pub(crate) fn reading(component: &Wire) -> ComponentStatus {
    match component {
        Wire::Sys(status) => ComponentStatus::System(Box::new(device::system(status))),
        Wire::Wifi(status) => ComponentStatus::Wifi(Box::new(device::station(status))),
        Wire::Eth(status) => ComponentStatus::Ethernet(device::cable(status)),
        Wire::Cloud(status) => ComponentStatus::Cloud(device::connection(&status.connected)),
        Wire::Mqtt(status) => ComponentStatus::Mqtt(device::connection(&status.connected)),
        Wire::Ws(status) => ComponentStatus::OutboundWebsocket(device::connection(&status.connected)),
        Wire::Ble(status) => ComponentStatus::Bluetooth(Box::new(device::bluetooth(status))),
        Wire::Matter(status) => ComponentStatus::Matter(device::matter(status)),
        Wire::Zigbee(status) => ComponentStatus::Zigbee(device::zigbee(status)),
        Wire::Modbus(status) => ComponentStatus::Modbus(device::modbus(status)),
        Wire::Script(status) => ComponentStatus::Script(Box::new(device::script(status))),
        Wire::Service(status) => ComponentStatus::Service(Box::new(device::service(status))),
        Wire::Switch(status) => ComponentStatus::Switch(Box::new(output::relay(status))),
        Wire::Cover(status) => ComponentStatus::Cover(Box::new(output::blind(status))),
        Wire::Fan(status) => ComponentStatus::Fan(Box::new(output::fan(status))),
        Wire::CircuitBreaker(status) => ComponentStatus::Breaker(Box::new(output::breaker(status))),
        Wire::BluMcb(status) => ComponentStatus::Breaker(Box::new(output::bluetooth_breaker(status))),
        Wire::PilotWire(status) => ComponentStatus::PilotWire(Box::new(output::pilot_wire(status))),
        Wire::Input(status) => ComponentStatus::Input(Box::new(output::input(status))),
        Wire::Pm1(status) => ComponentStatus::Meter(Box::new(meter::single(status))),
        Wire::Em1(status) => ComponentStatus::Meter(Box::new(meter::clamp(status))),
        Wire::Em1Data(status) => ComponentStatus::Meter(Box::new(meter::counter(status))),
        Wire::Em(status) => ComponentStatus::EnergyMeter(Box::new(meter::phases(status))),
        Wire::EmData(status) => ComponentStatus::EnergyMeter(Box::new(meter::energies(status))),
        Wire::Voltmeter(status) => ComponentStatus::Voltmeter(meter::voltage(status)),
        Wire::DevicePower(status) => ComponentStatus::Battery(Box::new(meter::battery(status))),
        Wire::Bm(status) => ComponentStatus::BatteryMonitor(Box::new(meter::battery_monitor(status))),
        Wire::Temperature(status) => ComponentStatus::Temperature(sensor::temperature(status)),
        Wire::Humidity(status) => ComponentStatus::Humidity(sensor::humidity(status)),
        Wire::Illuminance(status) => ComponentStatus::Illuminance(Box::new(sensor::illuminance(status))),
        Wire::Smoke(status) => ComponentStatus::Smoke(sensor::smoke(status)),
        Wire::Flood(status) => ComponentStatus::Flood(sensor::flood(status)),
        Wire::Occupancy(status) => ComponentStatus::Occupancy(sensor::occupancy(status)),
        Wire::PresenceZone(status) => ComponentStatus::Occupancy(sensor::zone(status)),
        Wire::Presence(status) => ComponentStatus::Presence(sensor::presence(status)),
        Wire::Thermostat(status) => ComponentStatus::Thermostat(Box::new(sensor::thermostat(status))),
        Wire::BluTrv(status) => ComponentStatus::Thermostat(Box::new(sensor::radiator_valve(status))),
        Wire::Trv(status) => ComponentStatus::Thermostat(Box::new(sensor::regulator(status))),
        Wire::BtHome(status) => ComponentStatus::BluetoothReceiver(added::receiver(status)),
        Wire::BtHomeDevice(status) => ComponentStatus::BluetoothDevice(Box::new(added::bluetooth_device(status))),
        Wire::BtHomeControl(status) => ComponentStatus::RemoteControl(added::remote_control(status)),
        Wire::Media(status) => ComponentStatus::Media(Box::new(product::media(status))),
        Wire::Cury(status) => ComponentStatus::Scent(Box::new(product::scent(status))),
        Wire::Dali(status) => ComponentStatus::Dali(product::dali(status)),
        Wire::IrDevice(status) => ComponentStatus::InfraredDevice(product::infrared_device(status)),
        Wire::IrCode(status) => ComponentStatus::InfraredCode(product::infrared_code(status)),
        Wire::LoRa(status) => ComponentStatus::Lora(Box::new(product::lora(status))),
        Wire::Lnm(status) => ComponentStatus::LoraMessages(product::lora_messages(status)),
        other => output::light(other)
            .map(|light| ComponentStatus::Light(Box::new(light)))
            .or_else(|| added::value(other).map(Box::new).map(ComponentStatus::Value))
            .unwrap_or_else(|| silent(other)),
    }
}

/// A component that measures nothing, unless it does.
fn silent(component: &Wire) -> ComponentStatus {
    let mut is_known = !matches!(component, Wire::Unknown(_) | Wire::Ffs(_));
    component.unknown("", &mut |_, _| is_known = false);
    if is_known { ComponentStatus::Silent {} } else { ComponentStatus::Other(component.to_json()) }
}

fn text(field: &Field<String>) -> Option<String> {
    field.as_str().map(str::to_owned)
}

/// The device's word, when there is one.
fn word<T: Payload>(field: &Field<T>) -> Option<String> {
    match field.get()?.to_json() {
        Value::String(word) => Some(word),
        _ => None,
    }
}

fn words(field: &Field<Vec<String>>) -> Vec<String> {
    field.get().cloned().unwrap_or_default()
}

fn energy(field: &Field<common::Energy>) -> Option<f64> {
    field.get().and_then(|counter| counter.total.copied())
}

fn celsius(field: &Field<common::Temperature>) -> Option<f64> {
    field.get().and_then(|temperature| temperature.celsius.copied())
}

/// A moment; 0 stands for none.
fn moment(seconds: f64) -> Option<DateTime<Utc>> {
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
    (1.0..=253_402_300_799.0).contains(&seconds).then(|| DateTime::from_timestamp(seconds as i64, 0)).flatten()
}

/// A moment told in whole seconds.
fn stamp(field: &Field<u64>) -> Option<DateTime<Utc>> {
    field.copied().and_then(|seconds| DateTime::from_timestamp(i64::try_from(seconds).ok().filter(|at| *at > 0)?, 0))
}

/// The end of what began and lasts for some seconds.
fn end(started_at: &Field<f64>, duration: &Field<f64>) -> Option<DateTime<Utc>> {
    moment(started_at.copied()? + duration.copied()?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shelly_types::status::{ValueReading, WifiStatus};

    use super::*;

    fn read(document: serde_json::Value) -> DeviceStatus {
        status(&Document::from_json(document).unwrap())
    }

    #[test]
    fn a_relay_is_read() {
        let status =
            read(json!({"switch:0": {"id": 0, "source": "init", "output": true, "apower": 8.9, "voltage": 237.5,
            "aenergy": {"total": 6.5, "by_minute": [0.0], "minute_ts": 1}, "temperature": {"tC": 23.6, "tF": 74.4}}}));
        let ComponentStatus::Switch(switch) = &status.components[&"switch:0".parse().unwrap()] else { panic!() };
        assert_eq!((switch.output, switch.temperature_c), (Some(true), Some(23.6)));
        assert_eq!((switch.meter.power_w, switch.meter.energy_wh), (Some(8.9), Some(6.5)));
    }

    #[test]
    fn a_station_without_link_has_no_signal() {
        let status = read(json!({"wifi": {"sta_ip": "0.0.0.0", "status": "disconnected", "ssid": "", "rssi": 0}}));
        let expected = WifiStatus { connected: Some(false), ..WifiStatus::default() };
        assert_eq!(status.components[&"wifi".parse().unwrap()], ComponentStatus::Wifi(Box::new(expected)));
    }

    #[test]
    fn colours_are_rounded_into_their_range() {
        let status = read(json!({"rgbw:0": {"id": 0, "output": true, "rgb": [0.0, 127.6, 255], "white": 300}}));
        let ComponentStatus::Light(light) = &status.components[&"rgbw:0".parse().unwrap()] else { panic!() };
        assert_eq!((light.rgb, light.white), (Some([0, 128, 255]), None));
    }

    #[test]
    fn what_is_not_known_is_whole() {
        let status = read(json!({"spoon": 1, "knx": {}, "plugs_ui": {"glow": 1}, "pill": []}));
        let other = |key: &str| status.components[&key.parse().unwrap()].clone();
        assert_eq!(other("spoon"), ComponentStatus::Other(json!(1)));
        assert_eq!(other("knx"), ComponentStatus::Silent {});
        assert_eq!(other("plugs_ui"), ComponentStatus::Other(json!({"glow": 1})));
        assert_eq!(other("pill"), ComponentStatus::Other(json!([])));
    }

    #[test]
    fn a_timer_has_an_end() {
        let status = read(json!({"switch:0": {"id": 0, "timer_started_at": 1_700_000_000.5, "timer_duration": 60}}));
        let ComponentStatus::Switch(switch) = &status.components[&"switch:0".parse().unwrap()] else { panic!() };
        assert_eq!(switch.timer_ends_at.map(|at| at.timestamp()), Some(1_700_000_060));
    }

    #[test]
    fn the_same_fact_is_one_member_of_every_valve() {
        let status = read(json!({
            "thermostat:0": {"id": 0, "enable": true, "target_C": 21, "current_C": 20.5, "output": true,
                "schedules": {"enable": true, "profile_id": 2, "profile_name": "Week"}},
            "blutrv:200": {"id": 200, "target_C": 21, "current_C": 20.5, "pos": 40, "rssi": -60, "battery": 90},
        }));
        let valve = |key: &str| match &status.components[&key.parse().unwrap()] {
            ComponentStatus::Thermostat(valve) => valve.clone(),
            other => panic!("{other:?}"),
        };
        let (wall, radiator) = (valve("thermostat:0"), valve("blutrv:200"));
        assert_eq!((wall.target_c, wall.current_c), (radiator.target_c, radiator.current_c));
        assert_eq!((wall.output, wall.schedule_name.as_deref()), (Some(true), Some("Week")));
        assert_eq!(radiator.valve_percent, Some(40.0));
        assert_eq!(radiator.radio.and_then(|radio| radio.battery_percent), Some(90.0));
    }

    #[test]
    fn values_of_virtual_components_and_sensors_are_read() {
        let status = read(json!({
            "number:200": {"value": 21.5, "source": "init", "last_update_ts": 1_700_000_000},
            "enum:200": {"value": null, "source": "init", "last_update_ts": 0},
            "group:200": {"value": ["number:200"], "source": "init", "last_update_ts": 0},
            "bthomesensor:200": {"id": 200, "value": true, "last_updated_ts": 1_700_000_000},
        }));
        let value = |key: &str| match &status.components[&key.parse().unwrap()] {
            ComponentStatus::Value(value) => (value.value.clone(), value.updated_at.map(|at| at.timestamp())),
            other => panic!("{other:?}"),
        };
        let changed = Some(1_700_000_000);
        assert_eq!(value("number:200"), (Some(ValueReading::Number(21.5)), changed));
        assert_eq!(value("enum:200"), (None, None));
        assert_eq!(value("group:200"), (Some(ValueReading::Document(json!(["number:200"]))), None));
        assert_eq!(value("bthomesensor:200"), (Some(ValueReading::Bool(true)), changed));
    }
}
