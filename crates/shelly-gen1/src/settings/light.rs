//! Lights: dimmers, white and coloured channels.

use shelly_types::{wire_enum, wire_object};

use crate::scalar::Flag;

use super::Mode;

wire_enum! {
    /// What a light does when power returns.
    pub enum LightDefault {
        /// Off.
        Off = "off",
        /// On.
        On = "on",
        /// As it was.
        Last = "last",
        /// As the wired switch says.
        Switch = "switch",
    }

    /// What the wired input does.
    pub enum LightInput {
        /// A push toggles, holding dims.
        Momentary = "momentary",
        /// One button toggles and dims.
        OneButton = "one_button",
        /// One button for brighter, one for darker.
        DualButton = "dual_button",
        /// The light follows the switch.
        Toggle = "toggle",
        /// Each flip toggles.
        Edge = "edge",
        /// Nothing; events only.
        Detached = "detached",
        /// Either position turns on.
        Action = "action",
    }
}

wire_object! {
    /// A light.
    pub struct Light {
        /// Name.
        pub name: String,
        /// What is connected.
        pub appliance_type: String,
        /// Whether it is on.
        pub ison: Flag,
        /// White or colour, where it can be both.
        pub mode: Mode,
        /// Red, 0 to 255.
        pub red: f64,
        /// Green, 0 to 255.
        pub green: f64,
        /// Blue, 0 to 255.
        pub blue: f64,
        /// White channel, 0 to 255; share of cold white, %, on a Duo.
        pub white: f64,
        /// Brightness of the colours, %.
        pub gain: f64,
        /// Colour temperature, K.
        pub temp: f64,
        /// Brightness, %.
        pub brightness: f64,
        /// Moving effect, 0 for none.
        pub effect: f64,
        /// Fade time, ms.
        pub transition: f64,
        /// What it does when power returns.
        pub default_state: LightDefault,
        /// Seconds off until it turns on again; 0 for never.
        pub auto_on: f64,
        /// Seconds on until it turns off again; 0 for never.
        pub auto_off: f64,
        /// Power now, W.
        pub power: f64,
        /// Whether the schedule runs.
        pub schedule: Flag,
        /// Schedule rules.
        pub schedule_rules: Vec<String>,
        /// What the input does.
        pub btn_type: LightInput,
        /// Whether the input is inverted.
        pub btn_reverse: Flag,
        /// Debounce of the buttons, ms.
        pub btn_debounce: f64,
        /// Whether the inputs are exchanged.
        pub swap_inputs: Flag,
        /// Dimming at night.
        pub night_mode: NightMode,
        /// Called when it turns on, firmware before 1.8.
        pub out_on_url: String,
        /// Called when it turns off, firmware before 1.8.
        pub out_off_url: String,
        /// Called when the input turns on, firmware before 1.8.
        pub btn_on_url: String,
        /// Called when the input turns off, firmware before 1.8.
        pub btn_off_url: String,
        /// Called when the first input turns on, firmware before 1.8.
        pub btn1_on_url: String,
        /// Called when the first input turns off, firmware before 1.8.
        pub btn1_off_url: String,
        /// Called on a long push of the first input, firmware before 1.8.
        pub btn1_longpush_url: String,
        /// Called on a short push of the first input, firmware before 1.8.
        pub btn1_shortpush_url: String,
        /// Called when the second input turns on, firmware before 1.8.
        pub btn2_on_url: String,
        /// Called when the second input turns off, firmware before 1.8.
        pub btn2_off_url: String,
        /// Called on a long push of the second input, firmware before 1.8.
        pub btn2_longpush_url: String,
        /// Called on a short push of the second input, firmware before 1.8.
        pub btn2_shortpush_url: String,
    }

    /// Dimming at night. Needs a clock.
    pub struct NightMode {
        /// Whether it is on.
        pub enabled: Flag,
        /// Beginning, `HH:MM`.
        pub start_time: String,
        /// End, `HH:MM`.
        pub end_time: String,
        /// Brightness meanwhile, %.
        pub brightness: f64,
    }

    /// Brighter start for loads that need it.
    pub struct WarmUp {
        /// Whether it is on.
        pub enabled: Flag,
        /// Brightness at the start, %.
        pub brightness: f64,
        /// For how long, ms.
        pub time: f64,
    }
}
