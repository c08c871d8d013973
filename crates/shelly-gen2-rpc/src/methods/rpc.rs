//! `RPC`: the channel itself.

use shelly_types::wire_object;

wire_object! {
    /// Answer of `RPC.Ping`.
    pub struct Pong {
        /// What the device knows of the channel.
        pub channel_info: String,
    }
}

methods! {
    /// Whether the channel works.
    fn rpc_ping() -> Pong = "RPC.Ping";
}
