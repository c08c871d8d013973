//! Relays, with the input and the timers of each.

use shelly_types::{wire_enum, wire_object};

use crate::scalar::Flag;

wire_enum! {
    /// What a relay does when power returns.
    pub enum RelayDefault {
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
    pub enum RelayInput {
        /// A push toggles.
        Momentary = "momentary",
        /// The output follows the switch.
        Toggle = "toggle",
        /// Each flip toggles.
        Edge = "edge",
        /// Nothing; events only.
        Detached = "detached",
        /// Either position turns on.
        Action = "action",
        /// A push toggles, on release.
        MomentaryOnRelease = "momentary_on_release",
        /// Each push goes to the next combination of the outputs.
        Cycle = "cycle",
    }
}

wire_object! {
    /// A relay.
    pub struct Relay {
        /// Name.
        pub name: String,
        /// What is connected: General, socket, Light, ...
        pub appliance_type: String,
        /// Whether it is on.
        pub ison: Flag,
        /// Whether a timer runs.
        pub has_timer: Flag,
        /// Whether too much power was drawn.
        pub overpower: Flag,
        /// What it does when power returns.
        pub default_state: RelayDefault,
        /// What the input does.
        pub btn_type: RelayInput,
        /// Whether the input is inverted.
        pub btn_reverse: Flag,
        /// What the first input does (1L).
        pub btn1_type: RelayInput,
        /// Whether the first input is inverted (1L).
        pub btn1_reverse: Flag,
        /// What the second input does (1L).
        pub btn2_type: RelayInput,
        /// Whether the second input is inverted (1L).
        pub btn2_reverse: Flag,
        /// Whether the inputs are exchanged (1L).
        pub swap_inputs: Flag,
        /// Seconds off until it turns on again; 0 for never.
        pub auto_on: f64,
        /// Seconds on until it turns off again; 0 for never.
        pub auto_off: f64,
        /// Power shown while on, on models that do not measure, W.
        pub power: f64,
        /// Power that turns it off, W; 0 for no limit.
        pub max_power: f64,
        /// Whether the schedule runs.
        pub schedule: Flag,
        /// Schedule rules.
        pub schedule_rules: Vec<String>,
        /// Called when the input turns on, firmware before 1.8.
        pub btn_on_url: String,
        /// Called when the input turns off, firmware before 1.8.
        pub btn_off_url: String,
        /// Called when the first input turns on, firmware before 1.8.
        pub btn1_on_url: String,
        /// Called when the first input turns off, firmware before 1.8.
        pub btn1_off_url: String,
        /// Called when the second input turns on, firmware before 1.8.
        pub btn2_on_url: String,
        /// Called when the second input turns off, firmware before 1.8.
        pub btn2_off_url: String,
        /// Called when the output turns on, firmware before 1.8.
        pub out_on_url: String,
        /// Called when the output turns off, firmware before 1.8.
        pub out_off_url: String,
        /// Called on a long push, firmware before 1.8.
        pub longpush_url: String,
        /// Called on a short push, firmware before 1.8.
        pub shortpush_url: String,
        /// Called on a long push of the first input, firmware before 1.8.
        pub btn1_longpush_url: String,
        /// Called on a short push of the first input, firmware before 1.8.
        pub btn1_shortpush_url: String,
        /// Called on a long push of the second input, firmware before 1.8.
        pub btn2_longpush_url: String,
        /// Called on a short push of the second input, firmware before 1.8.
        pub btn2_shortpush_url: String,
    }
}
