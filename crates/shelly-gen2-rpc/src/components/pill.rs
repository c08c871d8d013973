//! Describes the connector of The Pill.

use shelly_types::{wire_enum, wire_object};

wire_object! {
    /// Settings of the connector.
    pub struct Config {
        /// Use of the connector; changes which components exist.
        pub mode: Mode,
        /// Use of pin 0.
        pub pin0_mode: PinMode,
        /// Use of pin 1.
        pub pin1_mode: PinMode,
        /// Use of pin 2.
        pub pin2_mode: PinMode,
    }

    /// State of the connector; empty.
    pub struct Status {}
}

wire_enum! {
    /// Use of the connector.
    pub enum Mode {
        /// Serial port.
        Serial = "serial",
        /// OneWire sensors.
        Onewire = "onewire",
        /// DHT22 sensor.
        Dht22 = "dht22",
        /// Analogue input.
        AnalogIn = "analog_in",
        /// Solid state relay.
        Ssr = "ssr",
        /// Digital inputs and outputs.
        DigitalIo = "digital_io",
    }

    /// Use of a pin.
    pub enum PinMode {
        /// Nothing.
        None = "none",
        /// Taken by the mode.
        Reserved = "reserved",
        /// Input, active low.
        DigitalIn = "digital_in",
        /// Output.
        DigitalOut = "digital_out",
    }
}
