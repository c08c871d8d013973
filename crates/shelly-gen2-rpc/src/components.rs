//! Knows the components of a device: one file for each namespace, with its settings and its reading.

pub mod ble;
pub mod blugw;
pub mod blumcb;
pub mod blutrv;
pub mod bm;
pub mod boolean;
pub mod bthome;
pub mod bthomecontrol;
pub mod bthomedevice;
pub mod bthomesensor;
pub mod button;
pub mod camera;
pub mod camerazone;
pub mod cb;
pub mod cct;
pub mod cloud;
pub mod common;
pub mod cover;
pub mod cury;
pub mod dali;
pub mod devicepower;
pub mod em;
pub mod em1;
pub mod em1data;
pub mod emdata;
pub mod enumeration;
pub mod eth;
pub mod fan;
pub mod ffs;
pub mod flood;
pub mod group;
pub mod ht_ui;
pub mod humidity;
pub mod illuminance;
pub mod input;
pub mod ir;
pub mod ircode;
pub mod irdevice;
pub mod knx;
pub mod kvs;
pub mod ledstrip;
pub mod light;
pub mod lnm;
pub mod lora;
pub mod matter;
pub mod mbrtuclient;
pub mod media;
pub mod modbus;
pub mod mqtt;
pub mod number;
pub mod object;
pub mod occupancy;
pub mod pill;
pub mod pilotwire;
pub mod plug_ui;
pub mod pm1;
pub mod presence;
pub mod presencezone;
pub mod pwm;
pub mod rgb;
pub mod rgbcct;
pub mod rgbw;
pub mod schedule;
pub mod script;
pub mod serial;
pub mod service;
pub mod shelly;
pub mod shelr;
pub mod smoke;
pub mod storage;
pub mod switch;
pub mod sys;
pub mod temperature;
pub mod text;
pub mod thermostat;
pub mod trv;
pub mod ui;
pub mod voltmeter;
pub mod wd_ui;
pub mod webhook;
pub mod wifi;
pub mod ws;
pub mod zigbee;

use serde_json::Value;
use shelly_types::wire::Wire;

/// Declares the table of components: the variant, its module, and each key with the namespace of its methods.
macro_rules! registry {
    ($($(#[$doc:meta])* $variant:ident : $module:ident = $($kind:literal => $namespace:literal)|+;)*) => {
        /// Settings of a component.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum ComponentConfig {
            $($(#[$doc])* $variant(Box<$module::Config>),)*
            /// A component that is not known here, or something else than an object; whole.
            Unknown(Value),
        }

        /// Reading of a component.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum ComponentStatus {
            $($(#[$doc])* $variant(Box<$module::Status>),)*
            /// A component that is not known here, or something else than an object; whole.
            Unknown(Value),
        }

        impl ComponentConfig {
            /// Reads the settings of the component `key`, such as `switch:0`.
            pub fn from_json(key: &str, value: Value) -> Self {
                match kind(key) {
                    $($($kind)|+ => $module::Config::from_json(value)
                        .map_or_else(Self::Unknown, |config| Self::$variant(Box::new(config))),)*
                    _ => Self::Unknown(value),
                }
            }

            /// Writes them as they were read.
            pub fn to_json(&self) -> Value {
                match self {
                    $(Self::$variant(config) => config.to_json(),)*
                    Self::Unknown(value) => value.clone(),
                }
            }

            /// Calls `found` with every part that was kept without being understood.
            pub fn unknown(&self, at: &str, found: &mut dyn FnMut(&str, &Value)) {
                match self {
                    $(Self::$variant(config) => config.unknown(at, found),)*
                    Self::Unknown(value) => found(at, value),
                }
            }
        }

        impl ComponentStatus {
            /// Reads the reading of the component `key`, such as `switch:0`.
            pub fn from_json(key: &str, value: Value) -> Self {
                match kind(key) {
                    $($($kind)|+ => $module::Status::from_json(value)
                        .map_or_else(Self::Unknown, |status| Self::$variant(Box::new(status))),)*
                    _ => Self::Unknown(value),
                }
            }

            /// Writes it as it was read.
            pub fn to_json(&self) -> Value {
                match self {
                    $(Self::$variant(status) => status.to_json(),)*
                    Self::Unknown(value) => value.clone(),
                }
            }

            /// Calls `found` with every part that was kept without being understood.
            pub fn unknown(&self, at: &str, found: &mut dyn FnMut(&str, &Value)) {
                match self {
                    $(Self::$variant(status) => status.unknown(at, found),)*
                    Self::Unknown(value) => found(at, value),
                }
            }
        }

        /// The namespace of the methods of a component kind: `Switch` of `switch`.
        ///
        /// Devices ignore letter case in method names, so an unknown kind is its own namespace.
        pub fn namespace(kind: &str) -> &str {
            match kind {
                $($($kind => $namespace,)+)*
                _ => kind,
            }
        }
    };
}

registry! {
    /// Bluetooth Low Energy.
    Ble: ble = "ble" => "BLE";
    /// BLU Gateway.
    BluGw: blugw = "blugw" => "BluGw";
    /// BLU circuit breakers.
    BluMcb: blumcb = "blumcb" => "BluMCB";
    /// BLU TRV radiator valves.
    BluTrv: blutrv = "blutrv" => "BluTrv";
    /// Battery monitors.
    Bm: bm = "bm" => "BM";
    /// Virtual on-off values.
    Boolean: boolean = "boolean" => "Boolean";
    /// The BTHome receiver.
    BtHome: bthome = "bthome" => "BTHome";
    /// BTHome remotes.
    BtHomeControl: bthomecontrol = "bthomecontrol" => "BTHomeControl";
    /// BTHome devices.
    BtHomeDevice: bthomedevice = "bthomedevice" => "BTHomeDevice";
    /// BTHome sensors.
    BtHomeSensor: bthomesensor = "bthomesensor" => "BTHomeSensor";
    /// Virtual buttons.
    Button: button = "button" => "Button";
    /// Cameras.
    Camera: camera = "camera" => "Camera";
    /// Zones of a camera.
    CameraZone: camerazone = "camerazone" => "CameraZone";
    /// Circuit breakers.
    CircuitBreaker: cb = "cb" => "CB";
    /// Lights with adjustable white.
    Cct: cct = "cct" => "CCT";
    /// The vendor's cloud.
    Cloud: cloud = "cloud" => "Cloud";
    /// Covers and rollers.
    Cover: cover = "cover" => "Cover";
    /// Cury scent diffusers.
    Cury: cury = "cury" => "Cury";
    /// The DALI bus.
    Dali: dali = "dali" => "DALI";
    /// Battery and external supply.
    DevicePower: devicepower = "devicepower" => "DevicePower";
    /// Three-phase meters.
    Em: em = "em" => "EM";
    /// Single-phase meters.
    Em1: em1 = "em1" => "EM1";
    /// Energy counters of single-phase meters.
    Em1Data: em1data = "em1data" => "EM1Data";
    /// Energy counters of three-phase meters.
    EmData: emdata = "emdata" => "EMData";
    /// Virtual choices.
    Enumeration: enumeration = "enum" => "Enum";
    /// The wired network.
    Eth: eth = "eth" => "Eth";
    /// Fans.
    Fan: fan = "fan" => "Fan";
    /// The component `ffs`, which the vendor does not document.
    Ffs: ffs = "ffs" => "ffs";
    /// Flood sensors.
    Flood: flood = "flood" => "Flood";
    /// Groups of virtual components.
    Group: group = "group" => "Group";
    /// The display of humidity and temperature sensors.
    HtUi: ht_ui = "ht_ui" => "HT_UI";
    /// Hygrometers.
    Humidity: humidity = "humidity" => "Humidity";
    /// Light sensors.
    Illuminance: illuminance = "illuminance" => "Illuminance";
    /// Inputs.
    Input: input = "input" => "Input";
    /// The infrared transmitter.
    Ir: ir = "ir" => "IR";
    /// Infrared codes.
    IrCode: ircode = "ircode" => "IRCode";
    /// Devices that are controlled by infrared.
    IrDevice: irdevice = "irdevice" => "IRDevice";
    /// KNX IP.
    Knx: knx = "knx" => "KNX";
    /// LED strips.
    LedStrip: ledstrip = "ledstrip" => "LedStrip";
    /// Dimmers and white lights.
    Light: light = "light" => "Light";
    /// Peers of the local network messaging.
    Lnm: lnm = "lnm" => "LNM";
    /// The LoRa add-on.
    LoRa: lora = "lora" => "LoRa";
    /// Matter.
    Matter: matter = "matter" => "Matter";
    /// The Modbus RTU client.
    ModbusRtuClient: mbrtuclient = "mbrtuclient" => "MbRtuClient";
    /// The media player of Wall Displays.
    Media: media = "media" => "Media";
    /// Modbus TCP.
    Modbus: modbus = "modbus" => "Modbus";
    /// MQTT.
    Mqtt: mqtt = "mqtt" => "Mqtt";
    /// Virtual numbers.
    Number: number = "number" => "Number";
    /// Virtual objects.
    Object: object = "object" => "Object";
    /// Occupancy sensors.
    Occupancy: occupancy = "occupancy" => "Occupancy";
    /// The connector of The Pill.
    Pill: pill = "pill" => "Pill";
    /// Pilot wire outputs.
    PilotWire: pilotwire = "pilotwire" => "PilotWire";
    /// Lights and buttons of plugs and power strips.
    PlugUi: plug_ui = "plugs_ui" => "PLUGS_UI" | "pluguk_ui" => "PLUGUK_UI" | "plugpm_ui" => "PLUGPM_UI" | "powerstrip_ui" => "POWERSTRIP_UI";
    /// Power meters.
    Pm1: pm1 = "pm1" => "PM1";
    /// The presence radar.
    Presence: presence = "presence" => "Presence";
    /// Zones of a presence radar.
    PresenceZone: presencezone = "presencezone" => "PresenceZone";
    /// Outputs of RGBW controllers.
    Pwm: pwm = "plusrgbwpm" => "PlusRGBWPM" | "pro_rgbwwpm" => "ProRGBWWPM";
    /// Coloured lights.
    Rgb: rgb = "rgb" => "RGB";
    /// Coloured lights with adjustable white.
    Rgbcct: rgbcct = "rgbcct" => "RGBCCT";
    /// Coloured lights with a white channel.
    Rgbw: rgbw = "rgbw" => "RGBW";
    /// Scripts.
    Script: script = "script" => "Script";
    /// Serial ports.
    Serial: serial = "serial" => "Serial";
    /// Services of partner products.
    Service: service = "service" => "Service";
    /// Links over LoRa.
    SheLr: shelr = "shelr" => "SheLr";
    /// Smoke detectors.
    Smoke: smoke = "smoke" => "Smoke";
    /// Memory cards.
    Storage: storage = "storage" => "Storage";
    /// Relays.
    Switch: switch = "switch" => "Switch";
    /// The device itself.
    Sys: sys = "sys" => "Sys";
    /// Thermometers.
    Temperature: temperature = "temperature" => "Temperature";
    /// Virtual texts.
    Text: text = "text" => "Text";
    /// Thermostats of Wall Displays.
    Thermostat: thermostat = "thermostat" => "Thermostat";
    /// The regulator inside a BLU TRV.
    Trv: trv = "trv" => "Trv";
    /// The screen of Wall Displays and of the Pro 4PM.
    Ui: ui = "ui" => "UI";
    /// Voltmeters.
    Voltmeter: voltmeter = "voltmeter" => "Voltmeter";
    /// Lights of wall dimmers.
    WdUi: wd_ui = "wd_ui" => "WD_UI";
    /// WiFi.
    Wifi: wifi = "wifi" => "WiFi";
    /// The outbound WebSocket.
    Ws: ws = "ws" => "Ws";
    /// Zigbee.
    Zigbee: zigbee = "zigbee" => "Zigbee";
}

/// The kind in a component key: `switch` of `switch:0`.
fn kind(key: &str) -> &str {
    key.split_once(':').map_or(key, |(kind, _)| kind)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_known_component_is_typed() {
        let sent = json!({"id": 0, "in_mode": "follow", "auto_off_delay": 60.0, "news": true});
        let config = ComponentConfig::from_json("switch:0", sent.clone());
        let ComponentConfig::Switch(switch) = &config else { panic!("{config:?}") };
        assert_eq!(switch.in_mode.get(), Some(&switch::InMode::Follow));
        assert_eq!(config.to_json(), sent);
        let mut unknown = Vec::new();
        config.unknown("switch:0", &mut |path, _| unknown.push(path.to_owned()));
        assert_eq!(unknown, ["switch:0.news"]);
    }

    #[test]
    fn what_is_not_known_is_kept_whole() {
        for (key, value) in
            [("awaiting_auth_code", json!(true)), ("spoon:1", json!({"id": 1})), ("switch:0", json!([]))]
        {
            let status = ComponentStatus::from_json(key, value.clone());
            assert_eq!(status, ComponentStatus::Unknown(value.clone()));
            assert_eq!(status.to_json(), value);
        }
    }

    #[test]
    fn namespaces_are_spelt_as_the_vendor_does() {
        for (kind, expected) in [("switch", "Switch"), ("wifi", "WiFi"), ("plugs_ui", "PLUGS_UI"), ("spoon", "spoon")] {
            assert_eq!(namespace(kind), expected);
        }
    }
}
