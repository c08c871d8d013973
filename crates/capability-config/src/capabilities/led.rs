//! Indicator lights of Gen1.

use super::prelude::*;

block! {
    /// Indicator lights of Gen1.
    pub struct Led {
        /// Keep the network light dark.
        status_disable: bool = flag().gen1(),
        /// Keep the light of the output dark (plugs).
        power_disable: bool = flag().gen1(),
    }
}
