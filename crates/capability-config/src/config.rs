//! The whole configuration of a device, typed; what is absent is not managed.

pub(crate) mod tree;

use std::{borrow::Cow, collections::BTreeMap};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value};
use shelly_types::ComponentKey;

use crate::{
    Instance, SettingFacts, SettingPath, SettingSelector, Settings,
    capabilities::{
        auth, battery, ble, bridges, camera, cct, cloud, coiot, cover, eth, favorite, infrared, input, led, light,
        meter, motion, mqtt, plug_ui, push, rgb, rgbcct, rgbw, script, sensor, service, special, switch, sys,
        thermostat, ui, virtuals, wifi, ws,
    },
    capability::{Block, facts_of},
    check, schema,
};

/// Declares the components of a device. `one` names kinds without a number (`wifi`), `many` those with (`switch:0`).
macro_rules! device_config {
    (
        one { $($(#[doc = $one_help:literal])* $one:ident $one_kind:literal : $one_block:ty,)* }
        many { $($(#[doc = $many_help:literal])* $many:ident $many_kind:literal : $many_block:ty,)* }
    ) => {
        /// The whole configuration of a device, typed. What is absent is not managed.
        ///
        /// As JSON it is an object by component key: `{"wifi": {"sta": {"ssid": "home"}}, "switch:0": {"auto_off": true}}`.
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct DeviceConfig {
            $($(#[doc = $one_help])* pub $one: Option<$one_block>,)*
            $($(#[doc = $many_help])* pub $many: BTreeMap<u32, $many_block>,)*
        }

        impl DeviceConfig {
            /// The typed form of `settings`, and those that have no place in it: unknown ones, and ones of another type.
            pub fn from_settings(settings: &Settings) -> (Self, Settings) {
                let mut rest = settings.clone();
                let mut config = Self::default();
                for component in components(settings) {
                    match (component.kind(), component.id()) {
                        $(($one_kind, None) => config.$one = take(&component, &mut rest),)*
                        $(($many_kind, Some(id)) => {
                            if let Some(block) = take(&component, &mut rest) {
                                config.$many.insert(id, block);
                            }
                        })*
                        _ => {}
                    }
                }
                (config, rest)
            }

            /// The settings it manages.
            pub fn to_settings(&self) -> Settings {
                let mut settings = Settings::new();
                $(if let Some(block) = &self.$one {
                    put(&ComponentKey::single($one_kind), block, &mut settings);
                })*
                $(for (id, block) in &self.$many {
                    put(&ComponentKey::instance($many_kind, *id), block, &mut settings);
                })*
                settings
            }
        }

        /// The facts of every setting, in no order.
        pub(crate) fn rows() -> Vec<SettingFacts> {
            let mut rows = Vec::new();
            $(facts_of($one_kind, false, "", <$one_block>::members(), &mut rows);)*
            $(facts_of($many_kind, true, "", <$many_block>::members(), &mut rows);)*
            rows
        }

        /// Every component kind: name, whether it has instances, what it is, its schema.
        pub(crate) fn kinds() -> Vec<Kind> {
            vec![
                $(Kind::of::<$one_block>($one_kind, false),)*
                $(Kind::of::<$many_block>($many_kind, true),)*
            ]
        }
    };
}

device_config! {
    one {
        /// The device itself.
        sys "sys": sys::Sys,
        /// WiFi.
        wifi "wifi": wifi::Wifi,
        /// Wired network.
        eth "eth": eth::Eth,
        /// The vendor's cloud.
        cloud "cloud": cloud::Cloud,
        /// MQTT.
        mqtt "mqtt": mqtt::Mqtt,
        /// Outbound WebSocket.
        ws "ws": ws::Ws,
        /// Bluetooth.
        ble "ble": ble::Ble,
        /// Login.
        auth "auth": auth::Auth,
        /// CoIoT (Gen1).
        coiot "coiot": coiot::Coiot,
        /// Indicator lights (Gen1).
        led "led": led::Led,
        /// Timing of buttons (Gen1).
        push "push": push::Push,
        /// Sensor add-on (Gen1).
        addon "addon": sensor::Addon,
        /// Use of favourite positions (Gen1).
        favorites "favorites": favorite::Favorites,
        /// Matter.
        matter "matter": bridges::Matter,
        /// Modbus over TCP.
        modbus "modbus": bridges::Modbus,
        /// KNX.
        knx "knx": bridges::Knx,
        /// Zigbee.
        zigbee "zigbee": bridges::Zigbee,
        /// Quick setup by the phone.
        ffs "ffs": bridges::Ffs,
        /// Display.
        ui "ui": ui::Ui,
        /// Display of the H&T.
        ht_ui "ht_ui": ui::HtUi,
        /// Lights of a wall dimmer.
        wd_ui "wd_ui": ui::WdUi,
        /// Lamp of a Bluetooth gateway.
        blugw "blugw": ui::BluGw,
        /// Light strip controller.
        plusrgbwpm "plusrgbwpm": ui::HighFrequency,
        /// Light strip controller of the Pro line.
        pro_rgbwwpm "pro_rgbwwpm": ui::HighFrequency,
        /// Light ring of a plug.
        plugs_ui "plugs_ui": plug_ui::PlugUi,
        /// Light ring of a UK plug.
        pluguk_ui "pluguk_ui": plug_ui::PlugUi,
        /// Light ring of a metering plug.
        plugpm_ui "plugpm_ui": plug_ui::PlugUi,
        /// Lights of a power strip.
        powerstrip_ui "powerstrip_ui": plug_ui::PlugUi,
        /// Presence sensor.
        presence "presence": special::Presence,
        /// Pins of The Pill.
        pill "pill": special::Pill,
    }
    many {
        /// Relays.
        switch "switch": switch::Switch,
        /// Inputs.
        input "input": input::Input,
        /// Rollers and blinds.
        cover "cover": cover::Cover,
        /// Dimmers, bulbs, white channels.
        light "light": light::Light,
        /// Colour channels.
        rgb "rgb": rgb::Rgb,
        /// Colour channels with white.
        rgbw "rgbw": rgbw::Rgbw,
        /// White channels with colour temperature.
        cct "cct": cct::Cct,
        /// Colour bulbs with colour temperature.
        rgbcct "rgbcct": rgbcct::Rgbcct,
        /// Single-phase meters.
        pm1 "pm1": meter::Pm1,
        /// Single-phase meters with a clamp.
        em1 "em1": meter::Em1,
        /// Three-phase meters.
        em "em": meter::Em,
        /// Thermometers.
        temperature "temperature": sensor::Temperature,
        /// Hygrometers.
        humidity "humidity": sensor::Humidity,
        /// Batteries.
        devicepower "devicepower": sensor::DevicePower,
        /// Light meters.
        illuminance "illuminance": sensor::Illuminance,
        /// Voltmeters.
        voltmeter "voltmeter": sensor::Voltmeter,
        /// Flood sensors.
        flood "flood": sensor::Flood,
        /// Smoke detectors.
        smoke "smoke": sensor::Smoke,
        /// Gas detectors (Gen1).
        gas "gas": sensor::Gas,
        /// Motion sensors (Gen1).
        motion "motion": motion::Motion,
        /// Door and window sensors (Gen1).
        contact "contact": motion::Contact,
        /// Thermostats.
        thermostat "thermostat": thermostat::Thermostat,
        /// Favourite positions (Gen1).
        favorite "favorite": favorite::Favorite,
        /// Scripts.
        script "script": script::Script,
        /// Virtual true or false.
        boolean "boolean": virtuals::VirtualBoolean,
        /// Virtual numbers.
        number "number": virtuals::VirtualNumber,
        /// Virtual texts.
        text "text": virtuals::VirtualText,
        /// Virtual choices.
        enumeration "enum": virtuals::VirtualEnum,
        /// Virtual buttons.
        button "button": virtuals::VirtualPlain,
        /// Virtual groups.
        group "group": virtuals::VirtualPlain,
        /// Virtual objects.
        object "object": virtuals::VirtualPlain,
        /// Bluetooth devices.
        bthomedevice "bthomedevice": virtuals::BthomeDevice,
        /// Readings of Bluetooth devices.
        bthomesensor "bthomesensor": virtuals::BthomeSensor,
        /// Remote controls by Bluetooth.
        bthomecontrol "bthomecontrol": virtuals::BthomeControl,
        /// Radiator valves by Bluetooth.
        blutrv "blutrv": virtuals::BluTrv,
        /// Circuit breakers by Bluetooth.
        blumcb "blumcb": virtuals::BluMcb,
        /// Monitors of battery packs.
        bm "bm": battery::BatteryMonitor,
        /// Cameras.
        camera "camera": camera::Camera,
        /// Zones of a camera.
        camerazone "camerazone": camera::CameraZone,
        /// Devices that are controlled by infrared.
        irdevice "irdevice": infrared::InfraredDevice,
        /// Codes that are sent by infrared.
        ircode "ircode": infrared::InfraredCode,
        /// Links over LoRa.
        shelr "shelr": bridges::SheLr,
        /// Services of the vendor.
        service "service": service::Service,
        /// Circuit breakers.
        cb "cb": special::Breaker,
        /// Fans.
        fan "fan": special::Fan,
        /// Heaters by pilot wire.
        pilotwire "pilotwire": special::PilotWire,
        /// Zones of a presence sensor.
        presencezone "presencezone": special::PresenceZone,
        /// Presence in a room.
        occupancy "occupancy": special::Occupancy,
        /// Diffusers.
        cury "cury": special::Cury,
        /// Light strips with single lamps.
        ledstrip "ledstrip": special::LedStrip,
        /// LoRa radios.
        lora "lora": bridges::LoRa,
        /// Local networks of LoRa devices.
        lnm "lnm": bridges::Lnm,
        /// Serial lines.
        serial "serial": bridges::Serial,
    }
}

/// A component kind.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) has_instances: bool,
    pub(crate) help: &'static str,
    pub(crate) schema: fn(&mut SchemaGenerator) -> Schema,
}

impl Kind {
    fn of<B: Block + JsonSchema>(name: &'static str, has_instances: bool) -> Self {
        let schema = |generator: &mut SchemaGenerator| generator.subschema_for::<B>();
        Self { name, has_instances, help: B::HELP.trim(), schema }
    }
}

/// The components that `settings` speak of.
fn components(settings: &Settings) -> Vec<ComponentKey> {
    let mut components: Vec<_> = settings.keys().map(|path| path.component().clone()).collect();
    components.dedup();
    components
}

fn take<B: Block + Default + PartialEq>(component: &ComponentKey, settings: &mut Settings) -> Option<B> {
    let block = B::take("", &mut |field, offer| {
        let path = SettingPath::new(component.clone(), field);
        if settings.get(&path).is_some_and(offer) {
            settings.remove(&path);
        }
    });
    (block != B::default()).then_some(block)
}

fn put<B: Block>(component: &ComponentKey, block: &B, settings: &mut Settings) {
    block.put("", &mut |field, value| {
        settings.insert(SettingPath::new(component.clone(), field), value);
    });
}

impl Serialize for DeviceConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut components = Map::new();
        for (path, value) in self.to_settings() {
            let at = components.entry(path.component().to_string()).or_insert_with(|| Value::Object(Map::new()));
            tree::insert(at, path.field(), value.to_json());
        }
        components.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for DeviceConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut settings = Settings::new();
        for (key, value) in BTreeMap::<ComponentKey, Value>::deserialize(deserializer)? {
            let instance = key.id().map_or(Instance::Single, Instance::Id);
            for (field, value) in tree::leaves(&value).map_err(|fault| de::Error::custom(format!("{key}: {fault}")))? {
                let selector = SettingSelector::new(key.kind(), instance, &field);
                let facts = check::facts_of(&selector).map_err(de::Error::custom)?;
                let value = check::check_value(&selector, facts, value).map_err(de::Error::custom)?;
                settings.insert(SettingPath::new(key.clone(), field), value);
            }
        }
        Ok(Self::from_settings(&settings).0)
    }
}

impl JsonSchema for DeviceConfig {
    fn schema_name() -> Cow<'static, str> {
        "DeviceConfig".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        schema::device(generator)
    }
}
