//! Describes pilot wire outputs, which control French electric heaters.

use shelly_types::{wire_enum, wire_object};

use super::common::{Energy, Temperature};

wire_object! {
    /// Settings of a pilot wire output.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Name the owner gave; null when there is none.
        pub name: String,
        /// Order after power returns.
        pub initial_mode: InitialMode,
        /// Power above which the output is switched off, in watts; null for the greatest.
        pub power_limit: f64,
        /// Voltage above which the output is switched off, in volts; null for the default.
        pub voltage_limit: f64,
        /// Voltage below which the output is switched off, in volts; 0 for never.
        pub undervoltage_limit: f64,
        /// Current above which the output is switched off, in amperes; null for the default.
        pub current_limit: f64,
    }

    /// Reading of a pilot wire output.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// Order to the heater.
        pub mode: Mode,
        /// Active power in watts.
        pub apower: f64,
        /// Voltage in volts.
        pub voltage: f64,
        /// Current in amperes.
        pub current: f64,
        /// Frequency in hertz.
        pub freq: f64,
        /// Power factor, -1 to 1.
        pub pf: f64,
        /// Energy taken.
        pub aenergy: Energy,
        /// Temperature of the output.
        pub temperature: Temperature,
        /// What is wrong; absent when nothing is.
        pub errors: Vec<String>,
    }
}

wire_enum! {
    /// Order to a heater.
    pub enum Mode {
        /// Off.
        Off = "off",
        /// Comfort.
        Comfort = "comfort",
        /// Eco.
        Eco = "eco",
        /// Keep frost away.
        FrostProtect = "frost_protect",
        /// One degree below comfort.
        ComfortMinus1 = "comfort-1",
        /// Two degrees below comfort.
        ComfortMinus2 = "comfort-2",
    }

    /// Order after power returns.
    pub enum InitialMode {
        /// As before.
        RestoreLast = "restore_last",
        /// Off.
        Off = "off",
        /// Comfort.
        Comfort = "comfort",
        /// Eco.
        Eco = "eco",
        /// Keep frost away.
        FrostProtect = "frost_protect",
        /// One degree below comfort.
        ComfortMinus1 = "comfort-1",
        /// Two degrees below comfort.
        ComfortMinus2 = "comfort-2",
    }
}
