//! CoIoT, the status broadcast of Gen1.

use super::prelude::*;

block! {
    /// CoIoT, the status broadcast of Gen1.
    pub struct Coiot {
        /// Send it.
        enable: bool = flag().gen1().risk(Risk::Integration),
        /// Time between reports.
        update_period: f64 = number().range(15.0, 65535.0).unit(Unit::Seconds).gen1(),
        /// Receiver, `ip:port`; null for multicast.
        peer: String = text(0).nullable().gen1().restart(Always).risk(Risk::Integration),
        /// Take commands over CoIoT (old firmware).
        execute_enable: bool = flag().gen1(),
    }
}
