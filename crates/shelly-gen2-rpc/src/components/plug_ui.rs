//! Describes lights and buttons of plugs and power strips.

use std::collections::BTreeMap;

use shelly_types::{wire_enum, wire_object};

use super::common::NightMode;

wire_object! {
    /// Settings of lights and buttons (`plugs_ui`, `pluguk_ui`, `plugpm_ui`, `powerstrip_ui`).
    pub struct Config {
        /// Lights of the device.
        pub leds: Leds,
        /// Buttons of the device by the component they switch.
        pub controls: BTreeMap<String, Control>,
    }

    /// Lights of the device.
    pub struct Leds {
        /// What the lights show.
        pub mode: LedMode,
        /// Colours by cause: `power`, or a component such as `switch:0`.
        pub colors: BTreeMap<String, LedColors>,
        /// Brightness at night.
        pub night_mode: NightMode,
    }

    /// Colours of the lights for one cause.
    pub struct LedColors {
        /// Brightness in percent, where there is no colour to choose.
        pub brightness: f64,
        /// While the output is on.
        pub on: LedColor,
        /// While the output is off.
        pub off: LedColor,
    }

    /// A colour.
    pub struct LedColor {
        /// Red, green, blue in percent, not 0 to 255; null for none.
        pub rgb: Vec<f64>,
        /// Brightness in percent.
        pub brightness: f64,
    }

    /// A button of the device.
    pub struct Control {
        /// What a press does.
        pub in_mode: ControlMode,
    }

    /// State of lights and buttons; empty.
    pub struct Status {}
}

wire_enum! {
    /// What the lights show.
    pub enum LedMode {
        /// By the state of the output.
        Switch = "switch",
        /// By the power that is drawn.
        Power = "power",
        /// Off.
        Off = "off",
    }

    /// What a press does.
    pub enum ControlMode {
        /// A press toggles.
        Momentary = "momentary",
        /// A press does not switch.
        Detached = "detached",
    }
}
