//! Describes BLU Gateway.

use shelly_types::wire_object;

wire_object! {
    /// Settings of a BLU gateway.
    pub struct Config {
        /// Light the system light.
        pub sys_led_enable: bool,
    }

    /// State of a BLU gateway; empty.
    pub struct Status {}
}
