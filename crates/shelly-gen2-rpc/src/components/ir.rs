//! Describes the infrared transmitter.

use shelly_types::wire_object;

wire_object! {
    /// Settings of the infrared transmitter; empty.
    pub struct Config {}

    /// State of the infrared transmitter; empty.
    pub struct Status {}
}
