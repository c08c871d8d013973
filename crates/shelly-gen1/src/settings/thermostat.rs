//! The radiator valve.

use shelly_types::wire_object;

use crate::scalar::Flag;

use super::TemperatureUnit;

wire_object! {
    /// A radiator valve.
    pub struct Thermostat {
        /// Target temperature.
        pub target_t: TargetTemperature,
        /// Whether the schedule runs.
        pub schedule: Flag,
        /// Schedule in use, 1 to 5.
        pub schedule_profile: i64,
        /// Names of the schedules.
        pub schedule_profile_names: Vec<String>,
        /// Rules of the schedule in use.
        pub schedule_rules: Vec<String>,
        /// Correction of the temperature.
        pub temperature_offset: f64,
        /// Outside temperature sensor.
        pub ext_t: ExternalTemperature,
        /// Automatic control.
        pub t_auto: AutomaticControl,
        /// Minutes of full heat on a boost.
        pub boost_minutes: f64,
        /// Least opening, %.
        pub valve_min_percent: f64,
        /// Least change of the opening that is reported, %.
        pub valve_min_report: f64,
        /// Whether the valve is closed with force.
        pub force_close: Flag,
        /// Whether the calibration is corrected.
        pub calibration_correction: Flag,
        /// Whether the valve is pressed harder.
        pub extra_pressure: Flag,
        /// Whether an open window is reported.
        pub open_window_report: Flag,
    }

    /// Target temperature.
    pub struct TargetTemperature {
        /// Whether the device keeps to it.
        pub enabled: Flag,
        /// Temperature.
        pub value: f64,
        /// Meaning unknown.
        pub value_op: f64,
        /// C or F.
        pub units: TemperatureUnit,
        /// Whether it heats up faster.
        pub accelerated_heating: Flag,
    }

    /// Outside temperature sensor.
    pub struct ExternalTemperature {
        /// Whether it is used.
        pub enabled: Flag,
        /// Whether it measures the floor.
        pub floor_heating: Flag,
    }

    /// Automatic control.
    pub struct AutomaticControl {
        /// Whether it is on.
        pub enabled: Flag,
    }

    /// Display of the valve.
    pub struct Display {
        /// Brightness, 1 to 7.
        pub brightness: f64,
        /// Whether it stands on its head.
        pub flipped: Flag,
    }
}
