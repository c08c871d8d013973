//! `LoRa`: the LoRa add-on.

methods! {
    /// Sends bytes, base64.
    fn lora_send(id: u32, data: &str) = "LoRa.SendBytes";
}
