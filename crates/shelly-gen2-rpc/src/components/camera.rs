//! Describes cameras. Most of their members are not documented (gaps 20) and kept as they come.

use shelly_types::wire_object;

use super::common::Enabled;

wire_object! {
    /// Settings of a camera.
    pub struct Config {
        /// Stream over RTSP.
        pub rtsp: Enabled,
    }

    /// State of a camera; no member is documented.
    pub struct Status {}
}
