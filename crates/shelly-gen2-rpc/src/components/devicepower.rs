//! Describes battery and external supply.

use shelly_types::wire_object;

wire_object! {
    /// Settings of the supply.
    pub struct Config {
        /// Instance number.
        pub id: u32,
    }

    /// Reading of the supply.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// Battery in percent.
        pub battery: Battery,
        /// External supply.
        pub external: External,
        /// What is wrong; absent when nothing is.
        pub errors: Vec<String>,
    }

    /// Battery.
    pub struct Battery {
        /// Voltage in volts.
        pub v: f64 = "V",
        /// Charge in percent; null when unknown.
        pub percent: f64,
    }

    /// External supply.
    pub struct External {
        /// It is connected.
        pub present: bool,
    }
}
