//! Describes peers of the local network messaging.

use shelly_types::wire_object;

use super::common::Enabled;

wire_object! {
    /// Settings of a peer.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// MAC address of the peer, lower case.
        pub addr: String,
        /// Let the peer call methods.
        pub rpc_enable: bool,
        /// What is sent to the peer.
        pub tx: Sent,
        /// What is taken from the peer.
        pub rx: Enabled,
    }

    /// What is sent to a peer.
    pub struct Sent {
        /// Send.
        pub enable: bool,
        /// Components whose readings are sent.
        pub components: Vec<String>,
    }

    /// State of a peer.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// Messages so far.
        pub stats: Stats,
    }

    /// Messages so far.
    pub struct Stats {
        /// Sent.
        pub tx_msgs: u64,
        /// Received.
        pub rx_msgs: u64,
        /// Begin of the count in Unix seconds.
        pub since: f64,
    }
}
