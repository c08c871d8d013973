//! Describes parts that several components share.

use shelly_types::wire_object;

wire_object! {
    /// Something that is in use or not.
    pub struct Enabled {
        /// It is in use.
        pub enable: bool,
    }

    /// An energy counter.
    pub struct Energy {
        /// Total in watt-hours.
        pub total: f64,
        /// The last three full minutes in milliwatt-hours, newest first; absent without a clock.
        pub by_minute: Vec<f64>,
        /// Begin of the current minute in Unix seconds.
        pub minute_ts: u64,
    }

    /// A temperature inside the device.
    pub struct Temperature {
        /// Degrees Celsius; null when out of range.
        pub celsius: f64 = "tC",
        /// Degrees Fahrenheit; null when out of range.
        pub fahrenheit: f64 = "tF",
    }

    /// Limits that raise an alarm: low and high, null for none.
    pub struct Alarms {
        /// Volts.
        pub voltage: Vec<Option<f64>>,
        /// Amperes.
        pub current: Vec<Option<f64>>,
        /// Watts.
        pub power: Vec<Option<f64>>,
    }

    /// What a device computes from a measured value.
    pub struct Expression {
        /// Expression in `x`, at most 100 characters; null for none.
        pub expr: String,
        /// Unit shown with the result, at most 20 characters; null for none.
        pub unit: String,
    }

    /// Brightness at night.
    pub struct NightMode {
        /// It is in use.
        pub enable: bool,
        /// Brightness in percent.
        pub brightness: f64,
        /// Begin and end, `HH:MM`; empty when not set.
        pub active_between: Vec<String>,
    }
}
