//! Describes infrared codes that were learnt.

use shelly_types::wire_object;

wire_object! {
    /// Settings of a code.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Name.
        pub name: String,
        /// The `irdevice` it belongs to.
        pub device_id: u32,
    }

    /// State of a code.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// Length of the code in symbols.
        pub symbols: u64,
    }
}
