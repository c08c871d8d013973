//! Describes Modbus TCP.

use shelly_types::wire_object;

wire_object! {
    /// Settings of the Modbus TCP server.
    pub struct Config {
        /// Run the Modbus TCP server.
        pub enable: bool,
    }

    /// State of the Modbus TCP server.
    pub struct Status {
        /// The server runs.
        pub enabled: bool,
    }
}
