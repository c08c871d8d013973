//! Sensors of the add-on board, and the analog input of the UNI.

use super::form;
use crate::settings::OutputAction;

form! {
    /// Temperature sensor `i` (`/settings/ext_temperature/{i}`).
    pub struct ExtTemperatureForm {
        /// Upper threshold, degrees Celsius.
        pub overtemp_threshold_celsius: f64 = "overtemp_threshold_tC",
        /// Upper threshold, degrees Fahrenheit.
        pub overtemp_threshold_fahrenheit: f64 = "overtemp_threshold_tF",
        /// Lower threshold, degrees Celsius.
        pub undertemp_threshold_celsius: f64 = "undertemp_threshold_tC",
        /// Lower threshold, degrees Fahrenheit.
        pub undertemp_threshold_fahrenheit: f64 = "undertemp_threshold_tF",
        /// What the relay does above the upper threshold.
        pub overtemp_act: OutputAction,
        /// What the relay does below the lower threshold.
        pub undertemp_act: OutputAction,
        /// Correction, degrees Celsius.
        pub offset_celsius: f64 = "offset_tC",
        /// Correction, degrees Fahrenheit.
        pub offset_fahrenheit: f64 = "offset_tF",
    }

    /// Humidity sensor `i` (`/settings/ext_humidity/{i}`).
    pub struct ExtHumidityForm {
        /// Upper threshold, %.
        pub overhum_threshold: f64,
        /// Lower threshold, %.
        pub underhum_threshold: f64,
        /// What the relay does above the upper threshold.
        pub overhum_act: OutputAction,
        /// What the relay does below the lower threshold.
        pub underhum_act: OutputAction,
        /// Correction, %.
        pub offset: f64,
    }

    /// Switch input `i` (`/settings/ext_switch/{i}`).
    pub struct ExtSwitchForm {
        /// Relay it switches; -1 for none.
        pub relay_num: i32,
    }

    /// Analog input `i` (`/settings/adc/{i}`).
    pub struct AdcForm {
        /// Range, 12 or 30 V.
        pub range_volts: u8 = "range",
        /// Correction, V.
        pub offset_volts: f64 = "offset",
    }

    /// What relay `r` does beyond thresholds of analog input `i` (`/settings/adc/{i}/relay_actions.{r}`).
    pub struct AdcActionForm {
        /// Upper threshold, V.
        pub over_threshold_volts: f64 = "over_threshold",
        /// Above it.
        pub over_act: OutputAction,
        /// Lower threshold, V.
        pub under_threshold_volts: f64 = "under_threshold",
        /// Below it.
        pub under_act: OutputAction,
    }
}
