//! Describes the screen of Wall Displays and of the Pro 4PM.

use shelly_types::wire_object;

wire_object! {
    /// Settings of the screen.
    pub struct Config {
        /// Brightness of the screen.
        pub brightness: Brightness,
        /// How the screen is locked.
        pub lock_type: String,
        /// Ignore gestures while it is locked.
        pub disable_gestures_when_locked: bool,
        /// Show degrees Fahrenheit.
        pub use_f: bool = "use_F",
        /// Screen saver.
        pub screen_saver: ScreenSaver,
        /// Switch the screen off when not in use.
        pub screen_off_when_idle: bool,
        /// Show the state of the relay over everything.
        pub relay_state_overlay: RelayStateOverlay,
        /// Show the favourites.
        pub show_favourites: bool,
        /// Show the graph of the main sensor.
        pub show_main_sensor_graph: bool,
        /// Brightness when not in use, in percent.
        pub idle_brightness: f64,
    }

    /// Brightness of the screen.
    pub struct Brightness {
        /// Follow the room.
        pub auto: bool,
        /// Brightness in percent.
        pub level: f64,
        /// Least brightness.
        pub min_level: f64,
        /// Switch the screen off by itself.
        pub auto_off: AutoOff,
        /// Dim by itself.
        pub auto_dim: AutoDim,
    }

    /// Switching the screen off by itself.
    pub struct AutoOff {
        /// It is in use.
        pub enable: bool,
        /// Let the light sensor decide.
        pub by_lux: bool,
        /// Time in seconds.
        pub timeout: f64,
    }

    /// Dimming by itself.
    pub struct AutoDim {
        /// It is in use.
        pub enable: bool,
        /// Time in seconds.
        pub timeout: f64,
    }

    /// Screen saver.
    pub struct ScreenSaver {
        /// It is in use.
        pub enable: bool,
        /// Time in seconds.
        pub timeout: f64,
        /// What is shown large.
        pub priority_element: String,
        /// Show the clock.
        pub show_clock: bool,
        /// Show the humidity.
        pub show_humidity: bool,
        /// Show the temperature.
        pub show_temperature: bool,
    }

    /// State of the relay over everything.
    pub struct RelayStateOverlay {
        /// It is in use.
        pub enable: bool,
        /// Show it all the time.
        pub always_visible: bool,
    }

    /// State of the screen; empty.
    pub struct Status {}
}
