//! Describes occupancy sensors.

use shelly_types::wire_object;

wire_object! {
    /// Settings of an occupancy sensor.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Wake the screen when somebody comes.
        pub wake_screen: bool,
    }

    /// Reading of an occupancy sensor.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// Somebody is there.
        pub value: bool,
        /// What is wrong; absent when nothing is.
        pub errors: Vec<String>,
    }
}
