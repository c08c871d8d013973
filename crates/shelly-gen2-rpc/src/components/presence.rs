//! Describes the presence radar.

use shelly_types::{wire_enum, wire_object};

use super::common::NightMode;

wire_object! {
    /// Settings of the radar.
    pub struct Config {
        /// Watch.
        pub enable: bool,
        /// Lower edge in metres.
        pub zmin: f64,
        /// Upper edge in metres.
        pub zmax: f64,
        /// Radar sensor.
        pub sensor: Sensor,
        /// Display of the app.
        pub ui: Ui,
        /// Rectangles `[x0, y0, x1, y1]` that are not watched, on a grid of half metres.
        pub blind: Vec<Vec<f64>>,
        /// Lights of the device.
        pub leds: Leds,
        /// Zone that covers the whole room, such as `presencezone:200`.
        pub main_zone: String,
    }

    /// Radar sensor.
    pub struct Sensor {
        /// It hangs upside down.
        pub flipped: bool,
        /// Height of the mounting in metres.
        pub height: f64,
        /// Tilt in degrees.
        pub tilt: f64,
        /// Points that make an object.
        pub points: f64,
        /// Least speed that counts as movement, metres per second.
        pub velocity: f64,
        /// Signal to noise that makes an object.
        pub snr: f64,
        /// Greatest speed that is followed, metres per second.
        pub max_velocity: f64,
        /// Place of the mounting.
        pub position: Position,
        /// Strength of the transmitter.
        pub power: Power,
        /// Frames that a change of state takes.
        pub state: Frames,
        /// Sensitivity.
        pub sensitivity: Sensitivity,
    }

    /// Frames that a change of state takes.
    pub struct Frames {
        /// Frames until a detection counts as active.
        pub det_act_thr: f64,
        /// Frames until a detection is dropped.
        pub det_free_thr: f64,
        /// Frames until an active object is dropped.
        pub act_free_thr: f64,
        /// Frames until a still object is dropped.
        pub stat_free_thr: f64,
        /// Frames until a sleeping object is dropped.
        pub sleep_free_thr: f64,
    }

    /// Display of the app.
    pub struct Ui {
        /// Show feet and inches.
        pub imperial: bool,
    }

    /// Lights of the device.
    pub struct Leds {
        /// Brightness in percent.
        pub brightness: f64,
        /// Brightness at night.
        pub night_mode: NightMode,
    }

    /// State of the radar.
    pub struct Status {
        /// Live tracking, while it runs.
        pub live_track: LiveTrack,
        /// Version of the sensor.
        pub sensor_ver: String,
    }

    /// Live tracking.
    pub struct LiveTrack {
        /// Begin of the timer in Unix seconds; only while it runs.
        pub timer_started_at: f64,
        /// Length of the timer in seconds; only while it runs.
        pub timer_duration: f64,
        /// Time between two in seconds.
        pub interval: f64,
    }
}

wire_enum! {
    /// Place of the mounting.
    pub enum Position {
        /// Left.
        Left = "left",
        /// Centre.
        Center = "center",
        /// Right.
        Right = "right",
    }

    /// Strength of the transmitter.
    pub enum Power {
        /// Low.
        Low = "low",
        /// Medium.
        Medium = "medium",
        /// High.
        High = "high",
    }

    /// Sensitivity.
    pub enum Sensitivity {
        /// Low.
        Low = "low",
        /// Medium.
        Medium = "medium",
        /// High.
        High = "high",
        /// As set one by one.
        Custom = "custom",
    }
}
