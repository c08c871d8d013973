//! Outbound WebSocket.

use super::prelude::*;

block! {
    /// Outbound WebSocket: one slot, whoever writes it takes the device away from the former owner.
    pub struct Ws {
        /// Connect.
        enable: bool = flag().restart(AsToldByDevice).risk(Risk::Integration),
        /// Server, `ws://` or `wss://`.
        server: String = text(0).nullable().restart(AsToldByDevice).risk(Risk::Integration),
        /// Certificate check: `*` for none, otherwise the file of authorities.
        ssl_ca: String = choice(&["*", "user_ca.pem", "ca.pem"]).nullable().restart(AsToldByDevice).risk(Risk::Integration),
        /// Present the device's own certificate.
        use_client_cert: bool = flag().restart(AsToldByDevice).risk(Risk::Integration),
    }
}
