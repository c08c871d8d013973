//! The radiator valve.

use super::form;
use crate::schedule::Rule;

form! {
    /// Valve `i` (`/settings/thermostats/{i}`).
    pub struct ThermostatForm {
        /// Target temperature, 4 to 31 degrees Celsius.
        pub target_celsius: f64 = "target_t",
        /// Whether the device keeps to it.
        pub target_enabled: bool = "target_t_enabled",
        /// Automatic control.
        pub auto_enabled: bool = "t_auto_enabled",
        /// Correction of the temperature, -9 to 9.
        pub temperature_offset: f64,
        /// Whether the schedule runs.
        pub schedule: bool,
        /// Schedule in use, 1 to 5.
        pub schedule_profile: u8,
        /// Rules of the schedule in use; the write name is that of the other models and not verified here.
        pub schedule_rules: Vec<Rule>,
        /// Whether an outside temperature sensor is used.
        pub external_enabled: bool = "ext_t_enabled",
        /// Least opening, %; -1 for none.
        pub valve_min_percent: f64,
        /// Minutes of full heat on a boost, 0 to 1440.
        pub boost_minutes: u16,
        /// Opening, %, while it does not control itself.
        pub position_percent: f64 = "pos",
        /// Whether it heats up faster; the write name is not verified, as for the next five.
        pub accelerated_heating: bool,
        /// Whether the valve is closed with force.
        pub force_close: bool,
        /// Whether the valve is pressed harder.
        pub extra_pressure: bool,
        /// Whether the calibration is corrected.
        pub calibration_correction: bool,
        /// Whether an open window is reported.
        pub open_window_report: bool,
        /// Least change of the opening that is reported, %.
        pub valve_min_report: f64,
    }

    /// What valve `i` does now (`/thermostats/{i}`).
    pub struct ThermostatCommand {
        /// Target temperature, 4 to 31 degrees Celsius.
        pub target_celsius: f64 = "target_t",
        /// Opening, %.
        pub position_percent: f64 = "pos",
        /// Minutes of full heat; 0 ends a boost.
        pub boost_minutes: u16,
        /// Whether the schedule runs.
        pub schedule: bool,
        /// Schedule in use, 1 to 5.
        pub schedule_profile: u8,
    }

    /// The valve as a whole.
    pub struct ValveSettings: SettingsForm {
        /// Whether the buttons are locked.
        pub child_lock: bool,
        /// Brightness of the display, 1 to 7.
        pub display_brightness: u8,
        /// Whether the display stands on its head.
        pub display_flipped: bool,
        /// Whether the valve moves now and then so that it does not stick.
        pub clog_prevention: bool,
        /// Whether the outside sensor measures the floor.
        pub floor_heating: bool,
    }
}
