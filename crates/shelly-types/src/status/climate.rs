//! Thermostats and radiator valves.

use super::BluetoothDeviceStatus;

readings! {
    /// Thermostat or radiator valve.
    pub struct ThermostatStatus {
        /// It regulates.
        pub enabled: Option<bool>,
        /// Target in degrees Celsius.
        pub target_c: Option<f64>,
        /// Temperature of the room in degrees Celsius.
        pub current_c: Option<f64>,
        /// It heats or cools now.
        pub output: Option<bool>,
        /// Opening of the valve in percent.
        pub valve_percent: Option<f64>,
        /// Minutes of a boost that remain.
        pub boost_minutes: Option<f64>,
        /// A window is open.
        pub window_open: Option<bool>,
        /// It follows its timetable.
        pub schedule: Option<bool>,
        /// Number of the timetable in use.
        pub schedule_profile: Option<i64>,
        /// Name of the timetable in use.
        pub schedule_name: Option<String>,
        /// How it is reached, when that is Bluetooth.
        pub radio: Option<Box<BluetoothDeviceStatus>>,
        /// Faults in the vendor's words.
        pub errors: Vec<String>,
    }
}
