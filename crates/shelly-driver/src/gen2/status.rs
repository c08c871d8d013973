//! Turns the status of Gen2 and later into the reading of all generations.

use chrono::DateTime;
use shelly_gen2_rpc::{
    DeviceStatus as Document,
    components::{ComponentStatus as Wire, common, cover, devicepower, em, emdata, script, switch, sys, wifi},
};
use shelly_types::{
    ComponentKey, ComponentStatus, DeviceStatus,
    status::{
        BatteryStatus, ConnectionStatus, CoverStatus, EnergyMeterStatus, EthernetStatus, HumidityStatus, InputStatus,
        LightStatus, MeterReading, ScriptStatus, SwitchStatus, SystemStatus, TemperatureStatus, WifiStatus,
    },
    wire::Field,
};

/// The reading of every component.
pub(crate) fn status(document: &Document) -> DeviceStatus {
    let read = |(key, component): (&String, &Wire)| {
        let key = key.parse().unwrap_or_else(|_| ComponentKey::single(key));
        (key, reading(component))
    };
    DeviceStatus { components: document.components.iter().map(read).collect() }
}

fn reading(component: &Wire) -> ComponentStatus {
    match component {
        Wire::Sys(status) => ComponentStatus::System(system(status)),
        Wire::Wifi(status) => ComponentStatus::Wifi(station(status)),
        Wire::Eth(status) => ComponentStatus::Ethernet(EthernetStatus { ip: text(&status.ip) }),
        Wire::Cloud(status) => ComponentStatus::Cloud(connection(&status.connected)),
        Wire::Mqtt(status) => ComponentStatus::Mqtt(connection(&status.connected)),
        Wire::Ws(status) => ComponentStatus::OutboundWebsocket(connection(&status.connected)),
        Wire::Switch(status) => ComponentStatus::Switch(relay(status)),
        Wire::Cover(status) => ComponentStatus::Cover(blind(status)),
        Wire::Input(status) => ComponentStatus::Input(InputStatus {
            on: status.state.copied(),
            percent: status.percent.copied(),
            last_event: None,
        }),
        Wire::Pm1(_) | Wire::Em1(_) | Wire::Em1Data(_) | Wire::Voltmeter(_) => ComponentStatus::Meter(meter(component)),
        Wire::Em(status) => ComponentStatus::EnergyMeter(phases(status)),
        Wire::EmData(status) => ComponentStatus::EnergyMeter(energies(status)),
        Wire::Temperature(status) => {
            ComponentStatus::Temperature(TemperatureStatus { celsius: status.celsius.copied() })
        }
        Wire::Humidity(status) => ComponentStatus::Humidity(HumidityStatus { percent: status.rh.copied() }),
        Wire::DevicePower(status) => ComponentStatus::Battery(battery(status)),
        Wire::Script(status) => ComponentStatus::Script(program(status)),
        other => light(other).map_or_else(|| ComponentStatus::Other(other.to_json()), ComponentStatus::Light),
    }
}

fn system(status: &sys::Status) -> SystemStatus {
    let updates = status.available_updates.get();
    let version = |release: Option<&Field<sys::Release>>| text(&release?.get()?.version);
    SystemStatus {
        uptime_s: status.uptime.copied(),
        clock_at: status.unixtime.copied().and_then(|at| DateTime::from_timestamp(i64::try_from(at).ok()?, 0)),
        restart_required: status.restart_required.copied(),
        ram_free_bytes: status.ram_free.copied(),
        ram_size_bytes: status.ram_size.copied(),
        fs_free_bytes: status.fs_free.copied(),
        fs_size_bytes: status.fs_size.copied(),
        config_revision: status.cfg_rev.copied(),
        update_stable: version(updates.map(|updates| &updates.stable)),
        update_beta: version(updates.map(|updates| &updates.beta)),
        temperature_c: None,
        overtemperature: None,
        wakeup_period_s: status.wakeup_period.copied(),
    }
}

/// A station that is not connected shows a signal of 0 dBm and the address 0.0.0.0, which are no readings.
fn station(status: &wifi::Status) -> WifiStatus {
    let connected = status.status.get().map(|state| *state == wifi::StationState::GotIp);
    let has_link = connected != Some(false);
    WifiStatus {
        connected,
        ssid: text(&status.ssid).filter(|ssid| !ssid.is_empty()),
        ip: text(&status.sta_ip).filter(|ip| has_link && !ip.is_empty()),
        rssi_dbm: status.rssi.copied().filter(|rssi| *rssi != 0),
        bssid: text(&status.bssid),
    }
}

fn connection(connected: &Field<bool>) -> ConnectionStatus {
    ConnectionStatus { connected: connected.copied() }
}

fn relay(status: &switch::Status) -> SwitchStatus {
    SwitchStatus {
        output: status.output.copied(),
        source: text(&status.source),
        meter: MeterReading {
            power_w: status.apower.copied(),
            voltage_v: status.voltage.copied(),
            current_a: status.current.copied(),
            power_factor: status.pf.copied(),
            frequency_hz: status.freq.copied(),
            energy_wh: energy(&status.aenergy),
            returned_energy_wh: energy(&status.ret_aenergy),
        },
        temperature_c: celsius(&status.temperature),
        errors: words(&status.errors),
    }
}

fn blind(status: &cover::Status) -> CoverStatus {
    CoverStatus {
        state: status.state.get().map(|state| state.as_str().to_owned()),
        position_percent: status.current_pos.copied(),
        source: text(&status.source),
        meter: MeterReading {
            power_w: status.apower.copied(),
            voltage_v: status.voltage.copied(),
            current_a: status.current.copied(),
            power_factor: status.pf.copied(),
            frequency_hz: status.freq.copied(),
            energy_wh: energy(&status.aenergy),
            returned_energy_wh: None,
        },
        errors: words(&status.errors),
    }
}

/// What all lights have in common, which is declared for each kind of its own.
macro_rules! light {
    ($status:expr) => {
        LightStatus {
            output: $status.output.copied(),
            source: text(&$status.source),
            brightness_percent: $status.brightness.copied(),
            meter: MeterReading {
                power_w: $status.apower.copied(),
                voltage_v: $status.voltage.copied(),
                current_a: $status.current.copied(),
                energy_wh: energy(&$status.aenergy),
                ..MeterReading::default()
            },
            errors: words(&$status.errors),
            ..LightStatus::default()
        }
    };
}

fn light(component: &Wire) -> Option<LightStatus> {
    Some(match component {
        Wire::Light(status) => light!(status),
        Wire::Cct(status) => LightStatus { color_temperature_k: kelvin(&status.ct), ..light!(status) },
        Wire::Rgb(status) => LightStatus { rgb: color(&status.rgb), ..light!(status) },
        Wire::Rgbw(status) => {
            LightStatus { rgb: color(&status.rgb), white: status.white.copied().and_then(channel), ..light!(status) }
        }
        Wire::Rgbcct(status) => {
            LightStatus { rgb: color(&status.rgb), color_temperature_k: kelvin(&status.ct), ..light!(status) }
        }
        _ => return None,
    })
}

fn meter(component: &Wire) -> MeterReading {
    match component {
        Wire::Pm1(status) => MeterReading {
            power_w: status.apower.copied(),
            voltage_v: status.voltage.copied(),
            current_a: status.current.copied(),
            power_factor: status.pf.copied(),
            frequency_hz: status.freq.copied(),
            energy_wh: energy(&status.aenergy),
            returned_energy_wh: energy(&status.ret_aenergy),
        },
        Wire::Em1(status) => MeterReading {
            power_w: status.act_power.copied(),
            voltage_v: status.voltage.copied(),
            current_a: status.current.copied(),
            power_factor: status.pf.copied(),
            frequency_hz: status.freq.copied(),
            ..MeterReading::default()
        },
        Wire::Em1Data(status) => MeterReading {
            energy_wh: status.total_act_energy.copied(),
            returned_energy_wh: status.total_act_ret_energy.copied(),
            ..MeterReading::default()
        },
        Wire::Voltmeter(status) => MeterReading { voltage_v: status.voltage.copied(), ..MeterReading::default() },
        _ => MeterReading::default(),
    }
}

fn phases(status: &em::Status) -> EnergyMeterStatus {
    let phase = |power: &Field<f64>,
                 voltage: &Field<f64>,
                 current: &Field<f64>,
                 factor: &Field<f64>,
                 frequency: &Field<f64>| {
        MeterReading {
            power_w: power.copied(),
            voltage_v: voltage.copied(),
            current_a: current.copied(),
            power_factor: factor.copied(),
            frequency_hz: frequency.copied(),
            ..MeterReading::default()
        }
    };
    EnergyMeterStatus {
        phases: vec![
            phase(&status.a_act_power, &status.a_voltage, &status.a_current, &status.a_pf, &status.a_freq),
            phase(&status.b_act_power, &status.b_voltage, &status.b_current, &status.b_pf, &status.b_freq),
            phase(&status.c_act_power, &status.c_voltage, &status.c_current, &status.c_pf, &status.c_freq),
        ],
        total: MeterReading {
            power_w: status.total_act_power.copied(),
            current_a: status.total_current.copied(),
            ..MeterReading::default()
        },
        neutral_current_a: status.n_current.copied(),
    }
}

fn energies(status: &emdata::Status) -> EnergyMeterStatus {
    let counted = |taken: &Field<f64>, returned: &Field<f64>| MeterReading {
        energy_wh: taken.copied(),
        returned_energy_wh: returned.copied(),
        ..MeterReading::default()
    };
    EnergyMeterStatus {
        phases: vec![
            counted(&status.a_total_act_energy, &status.a_total_act_ret_energy),
            counted(&status.b_total_act_energy, &status.b_total_act_ret_energy),
            counted(&status.c_total_act_energy, &status.c_total_act_ret_energy),
        ],
        total: counted(&status.total_act, &status.total_act_ret),
        neutral_current_a: None,
    }
}

fn battery(status: &devicepower::Status) -> BatteryStatus {
    let battery = status.battery.get();
    BatteryStatus {
        percent: battery.and_then(|battery| battery.percent.copied()),
        voltage_v: battery.and_then(|battery| battery.v.copied()),
        external_power: status.external.get().and_then(|external| external.present.copied()),
    }
}

fn program(status: &script::Status) -> ScriptStatus {
    ScriptStatus { running: status.running.copied(), errors: words(&status.errors) }
}

fn text(field: &Field<String>) -> Option<String> {
    field.as_str().map(str::to_owned)
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

fn color(field: &Field<Vec<f64>>) -> Option<[u8; 3]> {
    match field.get()?.as_slice() {
        [red, green, blue] => Some([channel(*red)?, channel(*green)?, channel(*blue)?]),
        _ => None,
    }
}

/// A colour channel, 0 to 255; none outside of it.
fn channel(value: f64) -> Option<u8> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
    (0.0..=255.0).contains(&value).then(|| value.round() as u8)
}

fn kelvin(field: &Field<f64>) -> Option<u32> {
    let value = field.copied()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
    (0.0..=100_000.0).contains(&value).then(|| value.round() as u32)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shelly_types::wire::Wire as _;

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
        assert_eq!(status.components[&"wifi".parse().unwrap()], ComponentStatus::Wifi(expected));
    }

    #[test]
    fn colours_are_rounded_into_their_range() {
        let status = read(json!({"rgbw:0": {"id": 0, "output": true, "rgb": [0.0, 127.6, 255], "white": 300}}));
        let ComponentStatus::Light(light) = &status.components[&"rgbw:0".parse().unwrap()] else { panic!() };
        assert_eq!((light.rgb, light.white), (Some([0, 128, 255]), None));
    }

    #[test]
    fn what_has_no_reading_of_its_own_is_whole() {
        let status = read(json!({"flood:0": {"id": 0, "alarm": true}, "spoon": 1}));
        let other = |key: &str| status.components[&key.parse().unwrap()].clone();
        assert_eq!(other("flood:0"), ComponentStatus::Other(json!({"id": 0, "alarm": true})));
        assert_eq!(other("spoon"), ComponentStatus::Other(json!(1)));
    }
}
