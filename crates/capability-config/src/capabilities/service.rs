//! Services of partner products, which the vendor puts on a device.

use super::prelude::*;

block! {
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
        /// Least and greatest target of the thermostat, degrees Celsius.
        temp_range: Vec<SettingValue> = list(),
        /// Hysteresis of the thermostat.
        temp_hysteresis: f64 = number().min(0.0).unit(Unit::Celsius).risk(Risk::Load),
        /// What the thermostat does.
        thermostat_mode: String = text(0).risk(Risk::Load),
        /// Unit of temperatures.
        temp_unit: String = choice(&["C", "F"]),
        /// Correction of the temperature.
        temp_offset: f64 = number().unit(Unit::Celsius),
        /// Correction of the humidity.
        humidity_offset: f64 = number().unit(Unit::Percent),
        /// Temperature that is kept against frost.
        temp_anti_freeze: f64 = number().unit(Unit::Celsius).risk(Risk::Load),
        /// Remember the state over a power cut.
        power_down_memory: bool = flag().risk(Risk::Load),
        /// Temperature at which watering times are not adjusted.
        base_temp: f64 = number().unit(Unit::Celsius),
        /// Adjustment of watering times, in the unit of the vendor.
        duration_offset: f64 = number(),
        /// Zones that water at a time.
        limit_zones: i64 = integer().min(0.0).risk(Risk::Load),
        /// Let the weather decide about watering.
        weather_api: bool = flag(),
        /// Zones that are watered.
        zones: String = document().risk(Risk::Load),
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
