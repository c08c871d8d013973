//! `SheLr`: links over LoRa.

use serde_json::Value;

use super::common::Created;

options! {
    /// A new link.
    pub struct NewLink {
        /// Name; null for none.
        pub name: Option<String>,
        /// Address on the air.
        pub addr: Option<String>,
        /// Number of the key that is used to send, 1 to 3.
        pub tx_key_id: Option<u8>,
        /// First key.
        pub key1: Option<String>,
        /// Second key.
        pub key2: Option<String>,
        /// Third key.
        pub key3: Option<String>,
        /// What is taken from others: `rpc`, `user`.
        pub accept: Option<Vec<String>>,
    }

    /// Key that is used instead of that of the link.
    pub struct LinkKey {
        /// The key.
        pub tx_key: Option<String>,
        /// Its number, 1 to 3.
        pub tx_key_id: Option<u8>,
    }
}

impl super::Param for NewLink {
    fn param(&self) -> Value {
        let mut members = serde_json::Map::new();
        super::Options::put(self, &mut members);
        Value::Object(members)
    }
}

methods! {
    /// Makes a link.
    fn shelr_create(config: &NewLink; id: u32) -> Created = "SheLr.Create";

    /// Removes a link.
    fn shelr_delete(id: u32) = "SheLr.Delete";

    /// Sends data, base64.
    fn shelr_send(id: u32, lr_addr: &str, data: &str; ..key: LinkKey) = "SheLr.Send";

    /// Calls a method of the device at the other end.
    fn shelr_call(id: u32, lr_addr: &str, method: &str; params: &Value; ..key: LinkKey) -> Value = "SheLr.Call";

    /// Tells the device at the other end something.
    fn shelr_notify(id: u32, lr_addr: &str, method: &str; params: &Value; ..key: LinkKey) = "SheLr.Notify";

    /// Forgets how far the messages of a device were counted.
    fn shelr_reset_rx_counter(id: u32, lr_addr: &str) = "SheLr.ResetRxCounter";
}
