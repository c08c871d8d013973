//! Colour bulbs with colour temperature.

use super::prelude::*;

block! {
    /// Colour bulb with colour temperature.
    pub struct Rgbcct {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// Colour or white.
        mode: String = choice(&["rgb", "cct"]).risk(Risk::Load),
        /// What the inputs do.
        in_mode: String = choice(&["activate", "dim", "detached", "follow", "flip"]).risk(Risk::Load),
        /// What the output does when power returns.
        initial_state: String = choice(&["off", "on", "restore_last"]).risk(Risk::Load),
        /// Switch on again after a time.
        auto_on: bool = flag().risk(Risk::Load),
        /// Time after which it switches on again.
        auto_on_delay: f64 = number().min(0.0).unit(Unit::Seconds).risk(Risk::Load),
        /// Switch off again after a time.
        auto_off: bool = flag().risk(Risk::Load),
        /// Time after which it switches off again.
        auto_off_delay: f64 = number().min(0.0).unit(Unit::Seconds).risk(Risk::Load),
        /// Time of a change of colour or brightness.
        transition_duration: f64 = number().min(0.0).unit(Unit::Seconds),
        /// Least brightness when it is switched on.
        min_brightness_on_toggle: f64 = number().range(0.0, 100.0).unit(Unit::Percent),
        /// Speed of dimming by button, 1 slow to 5 fast.
        button_fade_rate: i64 = integer().range(1.0, 5.0),
        /// Speed of dimming, 1 slow to 5 fast (bulbs).
        fade_rate: i64 = integer().range(1.0, 5.0),
        /// Greatest current; null for the default.
        current_limit: f64 = number().min(0.0).unit(Unit::Amperes).nullable().risk(Risk::Load),
        /// Greatest voltage; null for the default.
        voltage_limit: f64 = number().min(0.0).unit(Unit::Volts).nullable().risk(Risk::Load),
        /// Greatest power; null for the greatest of the model.
        power_limit: f64 = number().min(0.0).unit(Unit::Watts).nullable().risk(Risk::Load),
        /// Least and greatest colour temperature in kelvin.
        ct_range: Vec<SettingValue> = list().nullable(),
        /// Other light at night.
        night_mode: RgbcctNightMode,
    }

    /// Other light at night.
    pub struct RgbcctNightMode {
        /// Do so.
        enable: bool = flag(),
        /// Brightness at night; null for no change.
        brightness: f64 = number().range(0.0, 100.0).unit(Unit::Percent).nullable(),
        /// Red, green, blue, 0 to 255; null for no change.
        rgb: Vec<SettingValue> = list().nullable(),
        /// Colour temperature at night; null for no change.
        ct: f64 = number().range(1000.0, 10000.0).unit(Unit::Kelvin).nullable(),
        /// Colour or white at night; null for no change.
        mode: String = choice(&["rgb", "cct"]).nullable(),
        /// Begin and end, `HH:MM`; empty for none.
        active_between: Vec<SettingValue> = list(),
    }
}
