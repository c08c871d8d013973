//! Thermostats: Wall Display and the Gen1 radiator valve.

use super::{prelude::*, schedule::ValveTimetable};

block! {
    /// Thermostat.
    pub struct Thermostat {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// Regulate to the target temperature.
        enable: bool = flag().both().risk(Risk::Load),
        /// Heating or cooling.
        type_("type"): String = choice(&["heating", "cooling"]).risk(Risk::Load),
        /// Thermometer it follows.
        sensor: String = text(0),
        /// Output it drives.
        actuator: String = text(0).risk(Risk::Load),
        /// Target temperature.
        target_c("target_C"): f64 = number().range(4.0, 35.0).unit(Unit::Celsius).both().risk(Risk::Load),
        /// Target temperature in degrees Fahrenheit.
        target_f("target_F"): f64 = number().read_only(),
        /// Distance from the target at which it switches.
        hysteresis: f64 = number().min(0.0).unit(Unit::Celsius),
        /// Reverse the output.
        invert_output: bool = flag().risk(Risk::Load),
        /// Unit on the display.
        display_unit: String = choice(&["C", "F"]).both().read_only_on_gen1(),
        /// Report failures of sensor or output.
        failure_detection: bool = flag(),
        /// Regulate the valve by itself.
        auto_enable: bool = flag().gen1().risk(Risk::Load),
        /// Correction of the valve's thermometer.
        temperature_offset: f64 = number().range(-9.0, 9.0).unit(Unit::Celsius).gen1(),
        /// Another thermometer tells the temperature.
        ext_sensor: ThermostatSensor,
        /// Least opening of the valve; -1 for none.
        valve_min_percent: f64 = number().range(-1.0, 100.0).unit(Unit::Percent).gen1().risk(Risk::Load),
        /// Least change of the opening that is reported.
        valve_min_report: f64 = number().unit(Unit::Percent).gen1().read_only(),
        /// Length of a boost.
        boost_time: i64 = integer().range(0.0, 1440.0).unit(Unit::Minutes).gen1(),
        /// Heat up faster.
        accelerated_heating: bool = flag().gen1().read_only(),
        /// Close with force.
        force_close: bool = flag().gen1().read_only(),
        /// Press harder.
        extra_pressure: bool = flag().gen1().read_only(),
        /// Correct the calibration by itself.
        calibration_correction: bool = flag().gen1().read_only(),
        /// Report open windows.
        open_window_report: bool = flag().gen1().read_only(),
        /// Move the valve now and then.
        clog_prevention: bool = flag().gen1(),
        /// Lock the buttons.
        child_lock: bool = flag().gen1(),
        /// Display of the valve.
        display: ThermostatDisplay,
        /// Weekly timetable.
        schedule: ValveTimetable,
        /// Timetable in use, 1 to 5.
        schedule_profile: i64 = integer().range(1.0, 5.0).gen1().risk(Risk::Load),
        /// Names of the timetables.
        schedule_profile_names: Vec<SettingValue> = list().gen1().read_only(),
    }

    /// Another thermometer tells the temperature.
    pub struct ThermostatSensor {
        /// Follow it.
        enable: bool = flag().gen1().risk(Risk::Load),
        /// It measures a heated floor.
        floor_heating: bool = flag().gen1().risk(Risk::Load),
    }

    /// Display of the valve.
    pub struct ThermostatDisplay {
        /// Brightness, 1 to 7.
        brightness: i64 = integer().range(1.0, 7.0).gen1(),
        /// Turned upside down.
        flipped: bool = flag().gen1(),
    }
}
