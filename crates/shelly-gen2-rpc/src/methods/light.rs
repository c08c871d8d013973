//! `Light`, `RGB`, `RGBW`, `RGBCCT`, `CCT`: lights of every kind, by component key.

use shelly_types::wire_enum;

use super::{
    common::{Counter, Counters, Results},
    wire_params,
};

/// Namespaces of lights.
const LIGHTS: &[&str] = &["Light", "RGB", "RGBW", "RGBCCT", "CCT"];

options! {
    /// Change of a light. What is none stays as it is.
    pub struct LightChange {
        /// On or off.
        pub on: Option<bool>,
        /// Brightness in percent.
        pub brightness: Option<f64>,
        /// Red, green, blue, 0 to 255 (`rgb`, `rgbw`, `rgbcct`).
        pub rgb: Option<[u8; 3]>,
        /// White channel, 0 to 255 (`rgbw`).
        pub white: Option<u8>,
        /// Colour temperature in kelvin (`cct`, `rgbcct`).
        pub color_temperature_k: Option<u32> = "ct",
        /// Length of the fade in seconds.
        pub transition_s: Option<f64> = "transition_duration",
    }

    /// What else a change of a light can be told.
    pub struct LightOptions {
        /// Seconds after which the light is toggled back.
        pub toggle_after_s: Option<f64> = "toggle_after",
        /// Step of the brightness, -100 to 100, instead of a brightness.
        pub offset: Option<f64>,
        /// What shines (`rgbcct`).
        pub mode: Option<ColorMode>,
        /// Mark that the reading then shows (firmware 2.0 and later).
        pub tag: Option<String>,
    }
}

options! {
    /// Change of several dimmers. What is none stays as it is.
    pub struct DimmerChange {
        /// On or off.
        pub on: Option<bool>,
        /// Brightness in percent.
        pub brightness: Option<f64>,
        /// Step of the brightness, -100 to 100, instead of a brightness.
        pub offset: Option<f64>,
        /// Length of the fade in seconds.
        pub transition_s: Option<f64> = "transition_duration",
        /// Seconds after which they are toggled back.
        pub toggle_after_s: Option<f64> = "toggle_after",
    }
}

wire_enum! {
    /// What shines of a light that has both.
    pub enum ColorMode {
        /// Colour.
        Rgb = "rgb",
        /// Adjustable white.
        Cct = "cct",
    }
}

wire_params!(ColorMode);

methods! {
    of LIGHTS as SHARED:

    /// Changes a light of any kind: `light:0`, `rgb:0`, `rgbw:0`, `cct:0`, `rgbcct:0`.
    fn light_set(light; ..change: LightChange) = "Set";

    /// Changes a light of any kind, with more said about it.
    fn light_set_with(light; ..change: LightChange, ..options: LightOptions) = "Set";

    /// Toggles a light of any kind.
    fn light_toggle(light) = "Toggle";

    /// Makes a light brighter until it is told to stop; the rate is 1 to 5.
    fn light_dim_up(light; fade_rate: u8) = "DimUp";

    /// Makes a light darker until it is told to stop; the rate is 1 to 5.
    fn light_dim_down(light; fade_rate: u8) = "DimDown";

    /// Ends dimming.
    fn light_dim_stop(light) = "DimStop";
}

methods! {
    /// Toggles a light with colour and adjustable white, and marks the change.
    fn rgbcct_toggle_tagged(id: u32, tag: &str) = "RGBCCT.Toggle";

    /// Changes all dimmers.
    fn light_set_all(; ..change: DimmerChange) -> Results = "Light.SetAll";

    /// Changes several dimmers.
    fn light_set_many(ids: &[u32]; tag: &str; ..change: DimmerChange) -> Results = "Light.SetMany";

    /// Lets a dimmer find out about its lamp; how far it is the reading shows.
    fn light_calibrate(id: u32) = "Light.Calibrate";

    /// Resets the energy counter; answers what it stood at.
    fn light_reset_counters(id: u32; counters: &[Counter] = "type") -> Counters = "Light.ResetCounters";
}
