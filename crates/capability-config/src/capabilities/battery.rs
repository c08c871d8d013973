//! Monitors of battery packs.

use super::prelude::*;

block! {
    /// Monitor of a battery pack.
    pub struct BatteryMonitor {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// Reverse the direction of the current.
        reverse: bool = flag().restart(Always),
        /// How the voltage is measured: at the terminals, or by a transducer.
        probe_type: String = choice(&["direct", "vt"]),
        /// Chemistry of the batteries.
        kind("type"): String = choice(&["none", "lead-vrla", "lead-gel", "lead-start", "lifepo4", "li-ion"]),
        /// Batteries in the pack.
        batt_count: i64 = integer().min(0.0),
        /// Nominal voltage of a battery.
        batt_vnom: f64 = number().min(0.0).unit(Unit::Volts),
        /// Capacity.
        capacity: f64 = number().min(0.0).unit(Unit::AmpereHours),
        /// Nominal current.
        current_nom: f64 = number().min(0.0).unit(Unit::Amperes),
        /// Limits of the current, charging and discharging, in amperes.
        ilimits: Vec<SettingValue> = list(),
        /// Least and greatest voltage of a battery, in volts.
        batt_vlimits: Vec<SettingValue> = list(),
        /// Least and greatest temperature of a battery, in degrees Celsius.
        batt_tlimits: Vec<SettingValue> = list(),
        /// Difference between batteries that raises an alarm.
        batt_ballance_thr: f64 = number().min(0.0).unit(Unit::Volts),
        /// How the charge is computed.
        soc: BatteryCharge,
        /// How the health is computed.
        soh: BatteryHealth,
    }

    /// How the charge is computed.
    pub struct BatteryCharge {
        /// Compute it.
        enable: bool = flag(),
        /// By which rule.
        method: String = choice(&["matrix", "peukert"]),
        /// Second capacity of the rule of Peukert.
        capacity_s: f64 = number().min(0.0).unit(Unit::AmpereHours),
        /// Current of the second capacity.
        current_s: f64 = number().min(0.0).unit(Unit::Amperes),
        /// Exponent of the rule of Peukert.
        peukert: f64 = number().min(0.0),
        /// Share of the charge that is stored, in the unit of the vendor.
        charge_eff: f64 = number().min(0.0),
        /// Voltage of a full battery.
        charged_voltage: f64 = number().min(0.0).unit(Unit::Volts),
        /// Current below which it counts as full.
        tail_current: f64 = number().min(0.0).unit(Unit::Amperes),
        /// Change of the capacity with the temperature, in the unit of the vendor.
        capacity_temp_change: f64 = number(),
        /// Change of the voltage with the temperature, in the unit of the vendor.
        voltage_temp_change: f64 = number(),
        /// Temperature of the nominal capacity.
        capacity_nom_c("capacity_nom_tC"): f64 = number().unit(Unit::Celsius),
        /// Loss in a month without use, in the unit of the vendor.
        self_discharge_month: f64 = number().min(0.0),
        /// Charge that should be kept, in the unit of the vendor.
        discharge_floor: f64 = number().min(0.0),
    }

    /// How the health is computed.
    pub struct BatteryHealth {
        /// Compute it.
        enable: bool = flag(),
        /// Resistance when new, in milliohms.
        initial_r_mohm: f64 = number().min(0.0),
        /// Change of the resistance with the temperature, in the unit of the vendor.
        r_temp_change: f64 = number(),
        /// Cycles until 80 percent of the capacity are left.
        cycles_80prc: f64 = number().min(0.0),
        /// Installation in Unix seconds.
        installation_ts: f64 = number().min(0.0),
        /// Health that raises a warning, in the unit of the vendor.
        level_warning: f64 = number().min(0.0),
        /// Health that raises an alarm, in the unit of the vendor.
        level_danger: f64 = number().min(0.0),
    }
}
