//! Describes three-phase meters.

use shelly_types::{wire_enum, wire_object};

use super::common::Alarms;

wire_object! {
    /// Settings of a three-phase meter.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Name the owner gave; null when there is none.
        pub name: String,
        /// Energy that the pulse light counts.
        pub blink_mode_selector: BlinkMode,
        /// Phases that the pulse light counts.
        pub phase_selector: PhaseSelector,
        /// Report a wrong order of the phases.
        pub monitor_phase_sequence: bool,
        /// Phases whose power is taken with the opposite sign.
        pub reverse: Reverse,
        /// Current transformer that is connected.
        pub ct_type: String,
        /// Limits that raise an alarm (firmware 2.0 and later).
        pub alarms: PhaseAlarms,
    }

    /// Phases whose power is taken with the opposite sign.
    pub struct Reverse {
        /// Phase A.
        pub a: bool,
        /// Phase B.
        pub b: bool,
        /// Phase C.
        pub c: bool,
    }

    /// Limits that raise an alarm, by phase.
    pub struct PhaseAlarms {
        /// Phase A.
        pub a: Alarms,
        /// Phase B.
        pub b: Alarms,
        /// Phase C.
        pub c: Alarms,
    }

    /// Reading of a three-phase meter.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// Current of phase A in amperes.
        pub a_current: f64,
        /// Voltage of phase A in volts.
        pub a_voltage: f64,
        /// Active power of phase A in watts.
        pub a_act_power: f64,
        /// Apparent power of phase A in volt-amperes.
        pub a_aprt_power: f64,
        /// Power factor of phase A.
        pub a_pf: f64,
        /// Frequency of phase A in hertz.
        pub a_freq: f64,
        /// What is wrong with phase A.
        pub a_errors: Vec<String>,
        /// Limits that phase A exceeds.
        pub a_flags: Vec<String>,
        /// Current of phase B in amperes.
        pub b_current: f64,
        /// Voltage of phase B in volts.
        pub b_voltage: f64,
        /// Active power of phase B in watts.
        pub b_act_power: f64,
        /// Apparent power of phase B in volt-amperes.
        pub b_aprt_power: f64,
        /// Power factor of phase B.
        pub b_pf: f64,
        /// Frequency of phase B in hertz.
        pub b_freq: f64,
        /// What is wrong with phase B.
        pub b_errors: Vec<String>,
        /// Limits that phase B exceeds.
        pub b_flags: Vec<String>,
        /// Current of phase C in amperes.
        pub c_current: f64,
        /// Voltage of phase C in volts.
        pub c_voltage: f64,
        /// Active power of phase C in watts.
        pub c_act_power: f64,
        /// Apparent power of phase C in volt-amperes.
        pub c_aprt_power: f64,
        /// Power factor of phase C.
        pub c_pf: f64,
        /// Frequency of phase C in hertz.
        pub c_freq: f64,
        /// What is wrong with phase C.
        pub c_errors: Vec<String>,
        /// Limits that phase C exceeds.
        pub c_flags: Vec<String>,
        /// Current in the neutral, in amperes; null where it is not measured.
        pub n_current: f64,
        /// What is wrong with the neutral.
        pub n_errors: Vec<String>,
        /// Current of all phases without the neutral, in amperes.
        pub total_current: f64,
        /// Active power of all phases in watts.
        pub total_act_power: f64,
        /// Apparent power of all phases in volt-amperes.
        pub total_aprt_power: f64,
        /// Phases that the user calibrated.
        pub user_calibrated_phase: Vec<String>,
        /// What is wrong; absent when nothing is.
        pub errors: Vec<String>,
    }
}

wire_enum! {
    /// Energy that the pulse light counts.
    pub enum BlinkMode {
        /// Active energy.
        ActiveEnergy = "active_energy",
        /// Apparent energy.
        ApparentEnergy = "apparent_energy",
    }

    /// Phases that the pulse light counts.
    pub enum PhaseSelector {
        /// Phase A.
        A = "a",
        /// Phase B.
        B = "b",
        /// Phase C.
        C = "c",
        /// All phases.
        All = "all",
    }
}
