//! Colour channels with white.

use super::prelude::*;

block! {
    /// Colour channel with white.
    pub struct Rgbw {
        /// Name shown to people.
        name: String = text(64).nullable(),
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
        /// Other light at night.
        night_mode: RgbwNightMode,
        /// Speed of dimming by button, 1 slow to 5 fast.
        button_fade_rate: i64 = integer().range(1.0, 5.0),
        /// Speed of dimming, 1 slow to 5 fast (bulbs).
        fade_rate: i64 = integer().range(1.0, 5.0),
        /// What pushes of the button do.
        button_presets: RgbwPresets,
        /// Greatest current; null for the default.
        current_limit: f64 = number().min(0.0).unit(Unit::Amperes).nullable().risk(Risk::Load),
        /// Greatest voltage; null for the default.
        voltage_limit: f64 = number().min(0.0).unit(Unit::Volts).nullable().risk(Risk::Load),
        /// Greatest power; null for the greatest of the model.
        power_limit: f64 = number().min(0.0).unit(Unit::Watts).nullable().risk(Risk::Load),
    }

    /// Other light at night.
    pub struct RgbwNightMode {
        /// Do so.
        enable: bool = flag(),
        /// Brightness at night; null for no change.
        brightness: f64 = number().range(0.0, 100.0).unit(Unit::Percent).nullable(),
        /// Red, green, blue, 0 to 255; null for no change.
        rgb: Vec<SettingValue> = list().nullable(),
        /// White, 0 to 255; null for no change.
        white: i64 = integer().range(0.0, 255.0).nullable(),
        /// Begin and end, `HH:MM`; empty for none.
        active_between: Vec<SettingValue> = list(),
    }

    /// What pushes of the button do.
    pub struct RgbwPresets {
        /// What a double push does.
        button_doublepush: RgbwPreset,
    }

    /// What a double push does.
    pub struct RgbwPreset {
        /// Brightness it sets; null for no change.
        brightness: f64 = number().range(0.0, 100.0).unit(Unit::Percent).nullable(),
        /// Red, green, blue it sets, 0 to 255; null for no change.
        rgb: Vec<SettingValue> = list().nullable(),
        /// White it sets, 0 to 255; null for no change.
        white: i64 = integer().range(0.0, 255.0).nullable(),
    }
}
