//! Colour channels.

use super::prelude::*;

block! {
    /// Colour channel.
    pub struct Rgb {
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
        night_mode: RgbNightMode,
        /// Speed of dimming by button, 1 slow to 5 fast.
        button_fade_rate: i64 = integer().range(1.0, 5.0),
        /// Speed of dimming, 1 slow to 5 fast (bulbs).
        fade_rate: i64 = integer().range(1.0, 5.0),
        /// First light (old firmware).
        default: RgbDefault,
        /// What pushes of the button do.
        button_presets: RgbPresets,
        /// Greatest current; null for the default.
        current_limit: f64 = number().min(0.0).unit(Unit::Amperes).nullable().risk(Risk::Load),
        /// Greatest voltage; null for the default.
        voltage_limit: f64 = number().min(0.0).unit(Unit::Volts).nullable().risk(Risk::Load),
        /// Greatest power; null for the greatest of the model.
        power_limit: f64 = number().min(0.0).unit(Unit::Watts).nullable().risk(Risk::Load),
    }

    /// Other light at night.
    pub struct RgbNightMode {
        /// Do so.
        enable: bool = flag(),
        /// Brightness at night; null for no change.
        brightness: f64 = number().range(0.0, 100.0).unit(Unit::Percent).nullable(),
        /// Red, green, blue, 0 to 255; null for no change.
        rgb: Vec<SettingValue> = list().nullable(),
        /// Begin and end, `HH:MM`; empty for none.
        active_between: Vec<SettingValue> = list(),
    }

    /// What pushes of the button do.
    pub struct RgbPresets {
        /// What a double push does.
        button_doublepush: RgbPreset,
        /// Brightness that a double push sets (old firmware).
        double_click: f64 = number().range(0.0, 100.0).unit(Unit::Percent),
        /// Brightness that a triple push sets (old firmware).
        triple_click: f64 = number().range(0.0, 100.0).unit(Unit::Percent),
    }

    /// What a double push does.
    pub struct RgbPreset {
        /// Brightness it sets; null for no change.
        brightness: f64 = number().range(0.0, 100.0).unit(Unit::Percent).nullable(),
        /// Red, green, blue it sets, 0 to 255; null for no change.
        rgb: Vec<SettingValue> = list().nullable(),
    }

    /// First light (old firmware).
    pub struct RgbDefault {
        /// Brightness.
        brightness: f64 = number().range(0.0, 100.0).unit(Unit::Percent).removed_in(1, 4, 0),
        /// Time of the change.
        transition: f64 = number().min(0.0).unit(Unit::Seconds).removed_in(1, 4, 0),
        /// Red, green, blue, 0 to 255.
        rgb: Vec<SettingValue> = list().removed_in(1, 4, 0),
    }
}
