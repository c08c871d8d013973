//! Describes the Modbus RTU client of devices with a serial port.

use shelly_types::wire_object;

wire_object! {
    /// Settings of the Modbus RTU client; none is documented.
    pub struct Config {}

    /// State of the Modbus RTU client; empty.
    pub struct Status {}
}
