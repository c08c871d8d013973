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
        /// Service it belongs to; empty for the owner.
        owner: String = text(0).read_only(),
        /// Who may do what.
        access: String = text(0).read_only(),
    }

    /// Virtual button, group or object.
    pub struct VirtualPlain {
        /// Name shown to people.
        name: String = text(64).nullable(),
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
        /// Device behind it.
        trv: String = text(0).read_only(),
        /// Thermometers it follows.
        temp_sensors: Vec<SettingValue> = list(),
        /// Window contacts it heeds.
        dw_sensors: Vec<SettingValue> = list(),
        /// Time after which an override begins, in the unit of the vendor.
        override_delay: f64 = number().min(0.0),
    }

    /// Service that the vendor put on the device.
    pub struct Service {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// Divide the current of the house.
        auto_balance: ServiceBalance,
        /// Charge at once.
        auto_charge: bool = flag().risk(Risk::Load),
        /// Greatest energy of a charge; null for none.
        global_charge_limit: f64 = number().range(0.0, 1000.0).unit(Unit::KilowattHours).nullable(),
        /// Greatest time of a charge; null for none.
        global_time_limit: f64 = number().range(0.0, 1440.0).unit(Unit::Minutes).nullable(),
        /// What happens when power fails.
        on_power_loss: String = choice(&["close", "open", "none", "set_position"]).risk(Risk::Load),
        /// What happens when power returns.
        on_power_restore: String = choice(&["close", "open", "none", "set_position", "restore_last"]).risk(Risk::Load),
        /// Position when power returns.
        power_restored_pos: f64 = number().range(0.0, 100.0).unit(Unit::Percent).risk(Risk::Load),
        /// Position when power fails.
        power_loss_pos: f64 = number().range(0.0, 100.0).unit(Unit::Percent).risk(Risk::Load),
    }

    /// Divide the current of the house.
    pub struct ServiceBalance {
        /// Do so.
        enable: bool = flag().risk(Risk::Load),
        /// Address of the meter; null for none.
        em_ip: String = text(15).nullable(),
        /// Greatest current of the house.
        max_current: f64 = number().min(0.0).unit(Unit::Amperes).risk(Risk::Load),
        /// The meter does not see this device.
        exclude_self_current: bool = flag().risk(Risk::Load),
    }
}
