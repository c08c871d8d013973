//! Thermometers, hygrometers, light, water, smoke, voltage, supply.

use super::prelude::*;

block! {
    /// Thermometer. Those of an add-on are numbered from 100.
    pub struct Temperature {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// Least change that is reported.
        report_thr_c("report_thr_C"): f64 = number().range(0.1, 5.0).unit(Unit::Celsius).both(),
        /// Correction.
        offset_c("offset_C"): f64 = number().range(-50.0, 50.0).unit(Unit::Celsius).both(),
        /// Unit on the device's display.
        unit: String = choice(&["C", "F"]).gen1(),
        /// Temperature from which the output is switched.
        over_thr_c("over_thr_C"): f64 = number().range(-55.0, 125.0).unit(Unit::Celsius).gen1().risk(Risk::Load),
        /// What the output does above that temperature.
        over_act: String = choice(&["disabled", "relay_on", "relay_off"]).gen1().risk(Risk::Load),
        /// Temperature below which the output is switched.
        under_thr_c("under_thr_C"): f64 = number().range(-55.0, 125.0).unit(Unit::Celsius).gen1().risk(Risk::Load),
        /// What the output does below that temperature.
        under_act: String = choice(&["disabled", "relay_on", "relay_off"]).gen1().risk(Risk::Load),
    }

    /// Hygrometer. Those of an add-on are numbered from 100.
    pub struct Humidity {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// Least change that is reported. 5 to 50 on Gen1, 1 to 20 later.
        report_thr: f64 = number().range(1.0, 50.0).unit(Unit::Percent).both(),
        /// Correction.
        offset: f64 = number().range(-50.0, 50.0).unit(Unit::Percent).both(),
        /// Humidity from which the output is switched.
        over_thr: f64 = number().range(0.0, 100.0).unit(Unit::Percent).gen1().risk(Risk::Load),
        /// What the output does above that humidity.
        over_act: String = choice(&["disabled", "relay_on", "relay_off"]).gen1().risk(Risk::Load),
        /// Humidity below which the output is switched.
        under_thr: f64 = number().range(0.0, 100.0).unit(Unit::Percent).gen1().risk(Risk::Load),
        /// What the output does below that humidity.
        under_act: String = choice(&["disabled", "relay_on", "relay_off"]).gen1().risk(Risk::Load),
    }

    /// Battery or external supply.
    pub struct DevicePower {
        /// An external supply is fitted.
        external_power: bool = flag().gen1(),
    }

    /// Light meter.
    pub struct Illuminance {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// Below this it is dark.
        dark_thr: f64 = number().range(0.0, 100_000.0).unit(Unit::Lux).both(),
        /// Above this it is bright, between the two twilight.
        bright_thr: f64 = number().range(0.0, 100_000.0).unit(Unit::Lux).both(),
        /// Wake when the light changes.
        wakeup_enable: bool = flag().gen1(),
    }

    /// Flood sensor.
    pub struct Flood {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// How it sounds; null while the cable is out. `rain` reports water as rain and is the only other word of Gen1.
        alarm_mode: String = choice(&["disabled", "normal", "intense", "rain"]).nullable().both(),
        /// Time before a change is reported.
        report_holdoff: f64 = number().range(0.0, 60.0).unit(Unit::Seconds),
    }

    /// Smoke detector.
    pub struct Smoke {
        /// Name shown to people.
        name: String = text(64).nullable(),
    }

    /// Gas detector of Gen1.
    pub struct Gas {
        /// Volume of the alarm, 1 to 11.
        volume: i64 = integer().range(1.0, 11.0).gen1(),
    }

    /// Voltmeter. Those of an add-on are numbered from 100.
    pub struct Voltmeter {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// Least change that is reported.
        report_thr: f64 = number().min(0.0).unit(Unit::Volts),
        /// Range: 0 for the lower, 1 for 0 to 30 V.
        range: i64 = integer().range(0.0, 1.0),
        /// Converted reading.
        xvoltage: super::input::Expression,
        /// Greatest voltage of the range, 12 or 30 (Gen1).
        range_v: f64 = number().range(12.0, 30.0).unit(Unit::Volts).gen1(),
        /// Correction.
        offset: f64 = number().unit(Unit::Volts).gen1(),
        /// What the first output does with the reading.
        switch_0("switch:0"): VoltmeterAction,
        /// What the second output does with the reading.
        switch_1("switch:1"): VoltmeterAction,
    }

    /// What an output does with the reading of a voltmeter.
    pub struct VoltmeterAction {
        /// Voltage from which the output is switched.
        over_thr: f64 = number().unit(Unit::Volts).gen1().risk(Risk::Load),
        /// What the output does above that voltage.
        over_act: String = choice(&["disabled", "relay_on", "relay_off"]).gen1().risk(Risk::Load),
        /// Voltage below which the output is switched.
        under_thr: f64 = number().unit(Unit::Volts).gen1().risk(Risk::Load),
        /// What the output does below that voltage.
        under_act: String = choice(&["disabled", "relay_on", "relay_off"]).gen1().risk(Risk::Load),
    }

    /// Sensor add-on of Gen1.
    pub struct Addon {
        /// Unit of its temperatures.
        temperature_unit: String = choice(&["C", "F"]).gen1(),
    }
}
