//! Displays and lights of the device.

use super::prelude::*;

block! {
    /// Display of Pro devices and of the Wall Display.
    pub struct Ui {
        /// Brightness while nothing happens (Pro).
        idle_brightness: f64 = number().range(0.0, 100.0).unit(Unit::Percent),
        /// Brightness (Wall Display).
        brightness: UiBrightness,
        /// How the display is locked.
        lock_type: String = text(0),
        /// Heed no gestures while locked.
        disable_gestures_when_locked: bool = flag(),
        /// Show degrees Fahrenheit.
        use_f("use_F"): bool = flag(),
        /// Screen saver.
        screen_saver: UiScreenSaver,
        /// Switch the screen off while nothing happens.
        screen_off_when_idle: bool = flag(),
        /// Show the state of the output.
        relay_state_overlay: UiOverlay,
        /// Show the favourites.
        show_favourites: bool = flag(),
        /// Show the course of the main sensor.
        show_main_sensor_graph: bool = flag(),
    }

    /// Brightness of the display.
    pub struct UiBrightness {
        /// Follow the light of the room.
        auto: bool = flag(),
        /// Brightness.
        level: f64 = number().unit(Unit::Percent),
        /// Least brightness.
        min_level: f64 = number().unit(Unit::Percent),
        /// Switch off after a time.
        auto_off: UiAutoOff,
        /// Dim after a time.
        auto_dim: UiAutoDim,
    }

    /// Switch off after a time.
    pub struct UiAutoOff {
        /// Do so.
        enable: bool = flag(),
        /// In the dark only.
        by_lux: bool = flag(),
        /// After this time, in the unit of the vendor.
        timeout: f64 = number().min(0.0),
    }

    /// Dim after a time.
    pub struct UiAutoDim {
        /// Do so.
        enable: bool = flag(),
        /// After this time, in the unit of the vendor.
        timeout: f64 = number().min(0.0),
    }

    /// Screen saver.
    pub struct UiScreenSaver {
        /// Show it.
        enable: bool = flag(),
        /// After this time, in the unit of the vendor.
        timeout: f64 = number().min(0.0),
        /// What it shows first.
        priority_element: String = text(0),
        /// Show the clock.
        show_clock: bool = flag(),
        /// Show the humidity.
        show_humidity: bool = flag(),
        /// Show the temperature.
        show_temperature: bool = flag(),
    }

    /// State of the output on the screen.
    pub struct UiOverlay {
        /// Show it.
        enable: bool = flag(),
        /// Show it always.
        always_visible: bool = flag(),
    }

    /// Display of the H&T.
    pub struct HtUi {
        /// Unit of temperatures.
        temperature_unit: String = choice(&["C", "F"]),
        /// Clock.
        clock: String = choice(&["12", "24", "disabled"]),
    }

    /// Lights of a wall dimmer.
    pub struct WdUi {
        /// Light the network lamp.
        sys_led_enable: bool = flag(),
        /// What the lamp of the output shows.
        power_led: String = choice(&["off", "on", "match_output", "inverted_output"]),
    }

    /// Lamp of a Bluetooth gateway.
    pub struct BluGw {
        /// Light the network lamp.
        sys_led_enable: bool = flag(),
    }

    /// Light strip controllers.
    pub struct HighFrequency {
        /// Dim at high frequency.
        hf_mode: bool = flag().restart(AsToldByDevice),
    }
}
