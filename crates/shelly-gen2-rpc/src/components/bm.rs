//! Describes battery monitors.

use std::collections::BTreeMap;

use shelly_types::{wire_enum, wire_object};

use super::common::Energy;

wire_object! {
    /// Settings of a battery monitor.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Name the owner gave; null when there is none.
        pub name: String,
        /// Take the current with the opposite sign; takes effect after a restart.
        pub reverse: bool,
        /// How the voltage is measured.
        pub probe_type: Probe,
        /// Chemistry of the batteries.
        pub chemistry: Chemistry = "type",
        /// Number of batteries in the pack.
        pub batt_count: u32,
        /// Nominal voltage of a battery in volts.
        pub batt_vnom: f64,
        /// Capacity in ampere-hours.
        pub capacity: f64,
        /// Nominal current in amperes.
        pub current_nom: f64,
        /// Limits of the current in amperes: charging and discharging.
        pub ilimits: Vec<f64>,
        /// Limits of the voltage of a battery in volts: low and high.
        pub batt_vlimits: Vec<f64>,
        /// Limits of the temperature of a battery in degrees Celsius: low and high.
        pub batt_tlimits: Vec<f64>,
        /// Difference between batteries that raises an alarm, in volts.
        pub batt_ballance_thr: f64,
        /// Computation of the charge.
        pub soc: Charge,
        /// Computation of the health.
        pub soh: Health,
    }

    /// Computation of the state of charge.
    pub struct Charge {
        /// Compute it.
        pub enable: bool,
        /// By what rule.
        pub method: ChargeMethod,
        /// Second capacity of the Peukert rule in ampere-hours.
        pub capacity_s: f64,
        /// Current of the second capacity in amperes.
        pub current_s: f64,
        /// Exponent of the Peukert rule.
        pub peukert: f64,
        /// Share of the charge that is stored.
        pub charge_eff: f64,
        /// Voltage of a full battery in volts.
        pub charged_voltage: f64,
        /// Current below which it counts as full, in amperes.
        pub tail_current: f64,
        /// Change of the capacity with temperature.
        pub capacity_temp_change: f64,
        /// Change of the voltage with temperature.
        pub voltage_temp_change: f64,
        /// Temperature of the nominal capacity in degrees Celsius.
        pub capacity_nom_c: f64 = "capacity_nom_tC",
        /// Loss in a month without use.
        pub self_discharge_month: f64,
        /// Charge that should be kept.
        pub discharge_floor: f64,
    }

    /// Computation of the state of health.
    pub struct Health {
        /// Compute it.
        pub enable: bool,
        /// Resistance when new in milliohms.
        pub initial_r_mohm: f64,
        /// Change of the resistance with temperature.
        pub r_temp_change: f64,
        /// Cycles until 80 percent of the capacity are left.
        pub cycles_80prc: f64,
        /// Installation in Unix seconds.
        pub installation_ts: f64,
        /// Health that raises a warning.
        pub level_warning: f64,
        /// Health that raises an alarm.
        pub level_danger: f64,
    }

    /// Reading of a battery monitor.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// Voltage in volts.
        pub voltage: f64,
        /// Current in amperes.
        pub current: f64,
        /// Power in watts.
        pub power: f64,
        /// Energy charged.
        pub energy_ch: Energy,
        /// Energy discharged.
        pub energy_disch: Energy,
        /// The batteries of the pack.
        pub batteries: BTreeMap<String, Battery>,
        /// Charge in percent.
        pub soc: f64,
        /// Time until it is empty; unit not documented.
        pub remaining_time: f64,
        /// Average current behind `remaining_time` in amperes.
        pub remaining_iavg: f64,
        /// Health in percent.
        pub soh: f64,
        /// Resistance in milliohms.
        pub resistance_mohm: f64,
        /// Charging cycles so far.
        pub cycles: f64,
        /// Installation in Unix seconds.
        pub installation_ts: f64,
        /// What is wrong; absent when nothing is.
        pub errors: Vec<String>,
    }

    /// One battery of a pack.
    pub struct Battery {
        /// Voltage in volts.
        pub voltage: f64,
        /// Temperature in degrees Celsius.
        pub celsius: f64 = "tC",
        /// What is wrong; absent when nothing is.
        pub errors: Vec<String>,
    }
}

wire_enum! {
    /// How the voltage is measured.
    pub enum Probe {
        /// At the terminals.
        Direct = "direct",
        /// By a voltage transducer.
        Transducer = "vt",
    }

    /// Chemistry of a battery.
    pub enum Chemistry {
        /// Not set.
        None = "none",
        /// Lead, sealed.
        LeadSealed = "lead-vrla",
        /// Lead, gel.
        LeadGel = "lead-gel",
        /// Lead, starter battery.
        LeadStarter = "lead-start",
        /// Lithium iron phosphate.
        LithiumIronPhosphate = "lifepo4",
        /// Lithium ion.
        LithiumIon = "li-ion",
    }

    /// How the charge is computed.
    pub enum ChargeMethod {
        /// From a table.
        Matrix = "matrix",
        /// By the rule of Peukert.
        Peukert = "peukert",
    }
}
