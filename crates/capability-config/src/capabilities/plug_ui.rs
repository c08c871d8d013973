//! Lights and buttons of plugs and power strips.

use super::prelude::*;

block! {
    /// Light ring and button of a plug.
    pub struct PlugUi {
        /// Light ring.
        leds: PlugLeds,
        /// Buttons.
        controls: PlugControls,
    }

    /// Light ring.
    pub struct PlugLeds {
        /// What it shows.
        mode: String = choice(&["power", "switch", "off"]),
        /// Colours.
        colors: PlugColors,
        /// Dimmed at night.
        night_mode: PlugNightMode,
    }

    /// Colours of the light ring. Red, green and blue are percent, not 0 to 255.
    pub struct PlugColors {
        /// While it shows the power.
        power: PlugPower,
        /// While it shows the first output.
        switch_0("switch:0"): PlugOutput,
        /// While it shows the meter of a plug without a switch.
        pm1_0("pm1:0"): PlugOutput,
    }

    /// Colours of an output.
    pub struct PlugOutput {
        /// When it is on.
        on: PlugColor,
        /// When it is off.
        off: PlugColor,
    }

    /// A colour.
    pub struct PlugColor {
        /// Red, green, blue in percent; null for dark.
        rgb: Vec<SettingValue> = list().nullable(),
        /// Brightness.
        brightness: f64 = number().range(0.0, 100.0).unit(Unit::Percent),
    }

    /// Light while it shows the power.
    pub struct PlugPower {
        /// Brightness.
        brightness: f64 = number().range(0.0, 100.0).unit(Unit::Percent),
    }

    /// Dimmed at night.
    pub struct PlugNightMode {
        /// Do so.
        enable: bool = flag(),
        /// Brightness at night.
        brightness: f64 = number().range(0.0, 100.0).unit(Unit::Percent),
        /// Begin and end, `HH:MM`; empty for none.
        active_between: Vec<SettingValue> = list(),
    }

    /// Buttons, by the output they belong to.
    pub struct PlugControls {
        /// Button of the first output.
        switch_0("switch:0"): PlugButton,
        /// Button of the second output.
        switch_1("switch:1"): PlugButton,
        /// Button of the third output.
        switch_2("switch:2"): PlugButton,
        /// Button of the fourth output.
        switch_3("switch:3"): PlugButton,
    }

    /// A button.
    pub struct PlugButton {
        /// What it does.
        in_mode: String = choice(&["momentary", "detached"]).risk(Risk::Load),
    }
}
