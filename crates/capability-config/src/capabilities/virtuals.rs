//! Virtual components, which the owner or a service adds.

use super::prelude::*;

block! {
    /// Virtual true or false.
    pub struct VirtualBoolean {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// Keep the value over a restart.
        persisted: bool = flag(),
        /// First value when it is not kept.
        default_value: bool = flag(),
        /// Notes for the web page, the app and the cloud: view, unit, icon, titles, what is logged.
        meta: String = document().nullable(),
        /// What it means to the service it belongs to.
        role: String = text(0).read_only(),
        /// Service it belongs to; empty for the owner.
        owner: String = text(0).read_only(),
        /// Who may do what.
        access: String = text(0).read_only(),
    }

    /// Virtual number.
    pub struct VirtualNumber {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// Keep the value over a restart.
        persisted: bool = flag(),
        /// First value when it is not kept.
        default_value: f64 = number(),
        /// Least value.
        min: f64 = number(),
        /// Greatest value.
        max: f64 = number(),
        /// Notes for the web page, the app and the cloud: view, unit, icon, titles, what is logged.
        meta: String = document().nullable(),
        /// What it means to the service it belongs to.
        role: String = text(0).read_only(),
        /// Service it belongs to; empty for the owner.
        owner: String = text(0).read_only(),
        /// Who may do what.
        access: String = text(0).read_only(),
    }

    /// Virtual text.
    pub struct VirtualText {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// Keep the value over a restart.
        persisted: bool = flag(),
        /// First value when it is not kept.
        default_value: String = text(255),
        /// Greatest length.
        max_len: i64 = integer().min(0.0),
        /// Notes for the web page, the app and the cloud: view, unit, icon, titles, what is logged.
        meta: String = document().nullable(),
        /// What it means to the service it belongs to.
        role: String = text(0).read_only(),
        /// Service it belongs to; empty for the owner.
        owner: String = text(0).read_only(),
        /// Who may do what.
        access: String = text(0).read_only(),
    }

    /// Virtual choice.
    pub struct VirtualEnum {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// Keep the value over a restart.
        persisted: bool = flag(),
        /// Words to choose from.
        options: Vec<SettingValue> = list(),
        /// First value when it is not kept.
        default_value: String = text(0).nullable(),
        /// Notes for the web page, the app and the cloud: view, unit, icon, titles, what is logged.
        meta: String = document().nullable(),
        /// What it means to the service it belongs to.
        role: String = text(0).read_only(),
        /// Service it belongs to; empty for the owner.
        owner: String = text(0).read_only(),
        /// Who may do what.
        access: String = text(0).read_only(),
    }

    /// Virtual button, group or object.
    pub struct VirtualPlain {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// Notes for the web page, the app and the cloud: view, unit, icon, titles, what is logged.
        meta: String = document().nullable(),
        /// What it means to the service it belongs to.
        role: String = text(0).read_only(),
        /// Service it belongs to; empty for the owner.
        owner: String = text(0).read_only(),
        /// Who may do what.
        access: String = text(0).read_only(),
    }

    /// Bluetooth device that the gateway knows.
    pub struct BthomeDevice {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// Hardware address.
        addr: String = text(0).read_only(),
        /// Key with which it encrypts, in hex; null for none.
        key: SecretText = secret(32).nullable(),
        /// Notes for the web page, the app and the cloud.
        meta: String = document().nullable(),
    }

    /// A reading of a Bluetooth device.
    pub struct BthomeSensor {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// What it is, as BTHome numbers it.
        obj_id: i64 = integer().read_only(),
        /// Which one of several.
        idx: i64 = integer().read_only(),
        /// Hardware address.
        addr: String = text(0).read_only(),
        /// Notes for the web page, the app and the cloud.
        meta: String = document().nullable(),
    }

    /// Remote control by Bluetooth.
    pub struct BthomeControl {
        /// How a remote moves covers.
        blu_remote_cover_mode: i64 = integer().range(0.0, 1.0),
    }

    /// Radiator valve that the gateway controls by Bluetooth.
    pub struct BluTrv {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// Hardware address.
        addr: String = text(0).read_only(),
        /// Key with which it encrypts, in hex; null for none.
        key: SecretText = secret(32).nullable(),
        /// Notes for the web page, the app and the cloud.
        meta: String = document().nullable(),
        /// Device behind it.
        trv: String = text(0).read_only(),
        /// Thermometers it follows.
        temp_sensors: Vec<SettingValue> = list(),
        /// Window contacts it heeds.
        dw_sensors: Vec<SettingValue> = list(),
        /// Time after which an override begins.
        override_delay: f64 = number().min(0.0).unit(Unit::Seconds),
        /// The valve regulates. This and what follows the valve tells of itself; no source says how it takes them.
        enable: bool = flag().read_only(),
        /// Least opening of the valve.
        min_valve_position: f64 = number().unit(Unit::Percent).read_only(),
        /// Length of a boost.
        default_boost_duration: f64 = number().unit(Unit::Seconds).read_only(),
        /// Overrides are allowed.
        override_enable: bool = flag().read_only(),
        /// Length of an override.
        default_override_duration: f64 = number().unit(Unit::Seconds).read_only(),
        /// Target of an override.
        default_override_target_c("default_override_target_C"): f64 = number().unit(Unit::Celsius).read_only(),
        /// Options of the valve, in the vendor's words.
        flags: Vec<SettingValue> = list().read_only(),
        /// Name it advertises.
        local_name: String = text(0).read_only(),
    }

    /// Circuit breaker that the gateway controls by Bluetooth.
    pub struct BluMcb {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// Hardware address.
        addr: String = text(0).read_only(),
        /// Key with which it encrypts, in hex; null for none.
        key: SecretText = secret(32).nullable(),
        /// Notes for the web page, the app and the cloud.
        meta: String = document().nullable(),
        /// Device behind it.
        mcb: String = text(0).read_only(),
        /// Current above which it opens; null for the default.
        current_limit: f64 = number().min(0.0).unit(Unit::Amperes).nullable().risk(Risk::Load),
        /// Voltage above which it opens; null for the default.
        voltage_limit: f64 = number().min(0.0).unit(Unit::Volts).nullable().risk(Risk::Load),
        /// Power above which it opens; null for the greatest.
        power_limit: f64 = number().min(0.0).unit(Unit::Watts).nullable().risk(Risk::Load),
    }
}
