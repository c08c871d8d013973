//! Describes serial ports.

use serde_json::Value;
use shelly_types::{wire_enum, wire_object};

wire_object! {
    /// Settings of a serial port.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Who uses it.
        pub mode: Mode,
        /// Speed and format.
        pub serial: Port,
        /// Modbus server.
        pub mb_server: ModbusServer,
        /// Modbus client; no member is documented.
        pub mb_client: Value,
    }

    /// Speed and format of a serial port.
    pub struct Port {
        /// Bits per second.
        pub baud: u64,
        /// Data bits, parity (`N`, `E`, `O`), stop bits (`1`, `2`, `x` for one and a half): `8N1`.
        pub format: String,
        /// Half duplex.
        pub hd: bool,
        /// The driver is enabled by a low level.
        pub de_al: bool,
    }

    /// Modbus server on a serial port.
    pub struct ModbusServer {
        /// Address on the bus, 1 to 247.
        pub addr: u8,
    }

    /// State of a serial port; empty.
    pub struct Status {}
}

wire_enum! {
    /// Who uses a serial port.
    pub enum Mode {
        /// Nobody.
        Disabled = "disabled",
        /// Scripts.
        Scripts = "jsuart",
        /// The Modbus server.
        ModbusServer = "mb_server",
        /// The Modbus client.
        ModbusClient = "mb_client",
    }
}
