//! A reading of a whole device, in the same words and units for every generation.

/// Declares readings. What a device does not measure is absent, here and in JSON.
macro_rules! readings {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[$field_meta:meta])* pub $field:ident : $type:ty),* $(,)?
        }
    )*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        pub struct $name {
            $(
                $(#[$field_meta])*
                #[serde(default, skip_serializing_if = "crate::status::is_absent")]
                pub $field: $type,
            )*
        }
    )*};
}

mod bluetooth;
mod channel;
mod climate;
mod meter;
mod network;
mod product;
mod radio;
mod sensor;
mod system;
mod value;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::{
    bluetooth::{BluetoothDeviceStatus, BluetoothReceiverStatus, BluetoothStatus, RemoteControlStatus},
    channel::{BreakerStatus, CoverStatus, FanStatus, InputStatus, LightStatus, PilotWireStatus, SwitchStatus},
    climate::ThermostatStatus,
    meter::{BatteryMonitorStatus, BatteryStatus, EnergyMeterStatus, MeterReading, VoltmeterStatus},
    network::{ConnectionStatus, EthernetStatus, MatterStatus, ServerStatus, WifiStatus, ZigbeeStatus},
    product::{DaliStatus, InfraredCodeStatus, InfraredDeviceStatus, MediaStatus, ScentSide, ScentStatus},
    radio::{LoRaMessagesStatus, LoRaStatus},
    sensor::{
        AlarmStatus, ContactStatus, GasStatus, HumidityStatus, IlluminanceStatus, MotionStatus, OccupancyStatus,
        PresenceStatus, TemperatureStatus,
    },
    system::{Revisions, ScriptStatus, ServiceStatus, SystemStatus, Wakeup},
    value::{ValueReading, ValueStatus},
};
use crate::ComponentKey;

/// Percent of its heap that a device needs free: with less it is short of memory. Chosen, documented nowhere.
pub const LEAST_FREE_HEAP_PERCENT: u64 = 10;

/// What a device reported about itself at one moment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeviceStatus {
    /// Newest reading of each component.
    pub components: BTreeMap<ComponentKey, ComponentStatus>,
}

impl DeviceStatus {
    /// What the device says of itself as a whole.
    pub fn system(&self) -> Option<&SystemStatus> {
        self.components.values().find_map(|reading| match reading {
            ComponentStatus::System(system) => Some(&**system),
            _ => None,
        })
    }
}

/// The reading of one component. What a device does not measure is absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", content = "reading", rename_all = "snake_case")]
pub enum ComponentStatus {
    /// The device itself.
    System(Box<SystemStatus>),
    /// WiFi station.
    Wifi(Box<WifiStatus>),
    /// Wired network.
    Ethernet(EthernetStatus),
    /// Connection to the vendor's cloud.
    Cloud(ConnectionStatus),
    /// Connection to the MQTT broker.
    Mqtt(ConnectionStatus),
    /// Connection of the outbound WebSocket.
    OutboundWebsocket(ConnectionStatus),
    /// Bluetooth of the device.
    Bluetooth(Box<BluetoothStatus>),
    /// Matter.
    Matter(MatterStatus),
    /// Zigbee.
    Zigbee(ZigbeeStatus),
    /// Modbus over TCP.
    Modbus(ServerStatus),
    /// LoRa radio.
    Lora(Box<LoRaStatus>),
    /// Messages in the local network of LoRa devices.
    LoraMessages(LoRaMessagesStatus),
    /// Relay.
    Switch(Box<SwitchStatus>),
    /// Roller or blind.
    Cover(Box<CoverStatus>),
    /// Dimmer, bulb, white or colour channel, light strip.
    Light(Box<LightStatus>),
    /// Fan.
    Fan(Box<FanStatus>),
    /// Circuit breaker.
    Breaker(Box<BreakerStatus>),
    /// Electric heater by pilot wire.
    PilotWire(Box<PilotWireStatus>),
    /// Input terminal or button.
    Input(Box<InputStatus>),
    /// Single-phase meter.
    Meter(Box<MeterReading>),
    /// Three-phase meter.
    EnergyMeter(Box<EnergyMeterStatus>),
    /// Voltmeter.
    Voltmeter(VoltmeterStatus),
    /// Battery or external supply.
    Battery(Box<BatteryStatus>),
    /// Monitor of a battery pack.
    BatteryMonitor(Box<BatteryMonitorStatus>),
    /// Thermometer.
    Temperature(TemperatureStatus),
    /// Hygrometer.
    Humidity(HumidityStatus),
    /// Light meter.
    Illuminance(Box<IlluminanceStatus>),
    /// Smoke detector.
    Smoke(AlarmStatus),
    /// Flood sensor.
    Flood(AlarmStatus),
    /// Gas detector.
    Gas(Box<GasStatus>),
    /// Motion sensor.
    Motion(MotionStatus),
    /// Door or window contact.
    Contact(ContactStatus),
    /// Presence of somebody in a room or zone.
    Occupancy(OccupancyStatus),
    /// Radar of a presence sensor.
    Presence(PresenceStatus),
    /// Thermostat or radiator valve.
    Thermostat(Box<ThermostatStatus>),
    /// A value: a virtual component, or a sensor of a Bluetooth device.
    Value(Box<ValueStatus>),
    /// Bluetooth device that the gateway knows.
    BluetoothDevice(Box<BluetoothDeviceStatus>),
    /// Receiver of Bluetooth devices.
    BluetoothReceiver(BluetoothReceiverStatus),
    /// Remote control by Bluetooth.
    RemoteControl(RemoteControlStatus),
    /// Script.
    Script(Box<ScriptStatus>),
    /// Service of a partner product.
    Service(Box<ServiceStatus>),
    /// Media player.
    Media(Box<MediaStatus>),
    /// Scent diffuser.
    Scent(Box<ScentStatus>),
    /// DALI bus.
    Dali(DaliStatus),
    /// Device that is controlled by infrared.
    InfraredDevice(InfraredDeviceStatus),
    /// Code that is sent by infrared.
    InfraredCode(InfraredCodeStatus),
    /// A component that is there and measures nothing: displays, lamps, buttons.
    Silent {},
    /// A component that is not known here, whole in the vendor's words.
    Other(serde_json::Value),
}

/// Whether a member of a reading tells nothing.
fn is_absent<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_measured_is_not_in_json() {
        let meter = MeterReading { power_w: Some(8.9), ..MeterReading::default() };
        let reading =
            ComponentStatus::Switch(Box::new(SwitchStatus { output: Some(true), meter, ..SwitchStatus::default() }));
        let sent = json!({"kind": "switch", "reading": {"output": true, "meter": {"power_w": 8.9}}});
        assert_eq!(serde_json::to_value(&reading).unwrap(), sent);
        assert_eq!(serde_json::from_value::<ComponentStatus>(sent).unwrap(), reading);
        let silent = json!({"kind": "silent", "reading": {}});
        assert_eq!(serde_json::to_value(ComponentStatus::Silent {}).unwrap(), silent);
        assert_eq!(serde_json::from_value::<ComponentStatus>(silent).unwrap(), ComponentStatus::Silent {});
    }

    #[test]
    fn a_reading_of_an_older_release_is_read() {
        let stored = json!({"kind": "switch", "reading": {"output": true, "source": null, "meter": {"power_w": null},
            "temperature_c": 23.5, "errors": []}});
        let expected = SwitchStatus { output: Some(true), temperature_c: Some(23.5), ..SwitchStatus::default() };
        assert_eq!(
            serde_json::from_value::<ComponentStatus>(stored).unwrap(),
            ComponentStatus::Switch(Box::new(expected))
        );
    }

    #[test]
    fn readings_are_small() {
        // A device has about fifteen of them in memory.
        assert!(size_of::<ComponentStatus>() <= 64, "{}", size_of::<ComponentStatus>());
    }
}
