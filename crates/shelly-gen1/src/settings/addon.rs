//! Sensors of the add-on board, and the analog inputs of the UNI.

use shelly_types::{wire_enum, wire_object};

wire_enum! {
    /// What a relay does beyond a threshold.
    pub enum OutputAction {
        /// Nothing.
        Disabled = "disabled",
        /// It turns on.
        RelayOn = "relay_on",
        /// It turns off.
        RelayOff = "relay_off",
    }
}

wire_object! {
    /// Unit of the add-on.
    pub struct ExtSensors {
        /// C or F.
        pub temperature_unit: super::TemperatureUnit,
    }

    /// A temperature sensor and what the relay does beyond its thresholds.
    pub struct ExtTemperature {
        /// Upper threshold, degrees Celsius.
        pub overtemp_threshold_celsius: f64 = "overtemp_threshold_tC",
        /// Upper threshold, degrees Fahrenheit.
        pub overtemp_threshold_fahrenheit: f64 = "overtemp_threshold_tF",
        /// Lower threshold, degrees Celsius.
        pub undertemp_threshold_celsius: f64 = "undertemp_threshold_tC",
        /// Lower threshold, degrees Fahrenheit.
        pub undertemp_threshold_fahrenheit: f64 = "undertemp_threshold_tF",
        /// Above the upper threshold.
        pub overtemp_act: OutputAction,
        /// Below the lower threshold.
        pub undertemp_act: OutputAction,
        /// Correction, degrees Celsius.
        pub offset_celsius: f64 = "offset_tC",
        /// Correction, degrees Fahrenheit.
        pub offset_fahrenheit: f64 = "offset_tF",
    }

    /// A humidity sensor and what the relay does beyond its thresholds.
    pub struct ExtHumidity {
        /// Upper threshold, %.
        pub overhum_threshold: f64,
        /// Lower threshold, %.
        pub underhum_threshold: f64,
        /// Above the upper threshold.
        pub overhum_act: OutputAction,
        /// Below the lower threshold.
        pub underhum_act: OutputAction,
        /// Correction, %.
        pub offset: f64,
    }

    /// A switch input.
    pub struct ExtSwitch {
        /// Relay it switches; -1 for none.
        pub relay_num: i64,
    }

    /// An analog input.
    pub struct Adc {
        /// Range, 12 or 30 V.
        pub range: f64,
        /// Correction, V.
        pub offset: f64,
        /// What each relay does beyond its thresholds.
        pub relay_actions: Vec<AdcAction>,
    }

    /// What a relay does beyond thresholds of an analog input.
    pub struct AdcAction {
        /// Upper threshold, V.
        pub over_threshold: f64,
        /// Above it.
        pub over_act: OutputAction,
        /// Lower threshold, V.
        pub under_threshold: f64,
        /// Below it.
        pub under_act: OutputAction,
    }
}
