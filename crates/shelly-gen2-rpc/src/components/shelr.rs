//! Describes links over LoRa.

use shelly_types::wire_object;

wire_object! {
    /// Settings of a link; also what `SheLr.Create` takes, where the keys are texts.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Name the owner gave; null when there is none.
        pub name: String,
        /// Address on the air.
        pub addr: String,
        /// Number of the key that is used to send, 1 to 3.
        pub tx_key_id: u8,
        /// The first key is set.
        pub key1: bool,
        /// The second key is set.
        pub key2: bool,
        /// The third key is set.
        pub key3: bool,
        /// What is taken from others: `rpc`, `user`; null for nothing.
        pub accept: Vec<String>,
    }

    /// State of a link.
    pub struct Status {
        /// Instance number.
        pub id: u32,
    }
}
