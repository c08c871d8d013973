//! Describes lights with adjustable white.

use shelly_types::{wire_enum, wire_object};

use super::common::{Energy, Temperature};

wire_object! {
    /// Settings of a light with adjustable white.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Name the owner gave; null when there is none.
        pub name: String,
        /// State after power returns.
        pub initial_state: InitialState,
        /// Switch on again by itself after `auto_on_delay`.
        pub auto_on: bool,
        /// Delay of `auto_on` in seconds.
        pub auto_on_delay: f64,
        /// Switch off by itself after `auto_off_delay`.
        pub auto_off: bool,
        /// Delay of `auto_off` in seconds.
        pub auto_off_delay: f64,
        /// Length of a fade in seconds.
        pub transition_duration: f64,
        /// Least brightness when switched on, in percent.
        pub min_brightness_on_toggle: f64,
        /// Brightness at night.
        pub night_mode: NightMode,
        /// Speed of dimming with a held button, 1 slow to 5 fast.
        pub button_fade_rate: f64,
        /// What button presses set.
        pub button_presets: ButtonPresets,
        /// Least and greatest, onto which 0 to 100 percent is mapped; null for none.
        pub range_map: Vec<f64>,
        /// Least and greatest colour temperature in kelvin.
        pub ct_range: Vec<f64>,
        /// Current above which the output is switched off, in amperes; null for the default.
        pub current_limit: f64,
        /// Power above which the output is switched off, in watts; null for the greatest.
        pub power_limit: f64,
        /// Voltage above which the output is switched off, in volts; null for the default.
        pub voltage_limit: f64,
        /// How the input controls the output.
        pub in_mode: InMode,
        /// Speed of dimming; bulbs and the Pro Dimmer use this instead of `button_fade_rate`.
        pub fade_rate: f64,
    }

    /// Brightness at night.
    pub struct NightMode {
        /// It is in use.
        pub enable: bool,
        /// Brightness in percent.
        pub brightness: f64,
        /// Colour temperature in kelvin.
        pub ct: f64,
        /// Begin and end, `HH:MM`; empty when not set.
        pub active_between: Vec<String>,
    }

    /// What button presses set.
    pub struct ButtonPresets {
        /// On a double push; null for nothing.
        pub button_doublepush: Preset,
    }

    /// State that a press sets.
    pub struct Preset {
        /// Brightness in percent.
        pub brightness: f64,
        /// Colour temperature in kelvin.
        pub ct: f64,
    }

    /// Reading of a light with adjustable white.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// What changed it last: `init`, `WS_in`, `HTTP_in`, `SHC`, `timer`, ...
        pub source: String,
        /// It is on.
        pub output: bool,
        /// Brightness in percent.
        pub brightness: f64,
        /// Colour temperature in kelvin.
        pub ct: f64,
        /// Begin of the timer in Unix seconds; only while it runs.
        pub timer_started_at: f64,
        /// Length of the timer in seconds; only while it runs.
        pub timer_duration: f64,
        /// Fade, while it lasts.
        pub transition: Transition,
        /// Temperature of the output.
        pub temperature: Temperature,
        /// Active power in watts.
        pub apower: f64,
        /// Voltage in volts.
        pub voltage: f64,
        /// Current in amperes.
        pub current: f64,
        /// What is wrong; absent when nothing is.
        pub errors: Vec<String>,
        /// Mark that a client set with the last change; null for none (firmware 2.0 and later).
        pub tag: String,
        /// Energy taken.
        pub aenergy: Energy,
    }

    /// A fade.
    pub struct Transition {
        /// State it fades to.
        pub target: Target,
        /// Begin in Unix seconds.
        pub started_at: f64,
        /// Length in seconds.
        pub duration: f64,
    }

    /// State it fades to.
    pub struct Target {
        /// It is on.
        pub output: bool,
        /// Brightness in percent.
        pub brightness: f64,
        /// Colour temperature in kelvin.
        pub ct: f64,
        /// Begin in Unix seconds, where it is not beside the target.
        pub started_at: f64,
        /// Length in seconds, where it is not beside the target.
        pub duration: f64,
    }
}

wire_enum! {
    /// State after power returns.
    pub enum InitialState {
        /// Off.
        Off = "off",
        /// On.
        On = "on",
        /// As before.
        RestoreLast = "restore_last",
    }

    /// How the input controls the output.
    pub enum InMode {
        /// The output follows the input.
        Follow = "follow",
        /// Each change of the input toggles.
        Flip = "flip",
        /// The input switches on, a timer off.
        Activate = "activate",
        /// The input does not control the output.
        Detached = "detached",
        /// A button: press toggles, hold dims.
        Dim = "dim",
    }
}
