//! Describes outputs of RGBW controllers.

use shelly_types::wire_object;

wire_object! {
    /// Settings of the outputs (`plusrgbwpm`, `pro_rgbwwpm`).
    pub struct Config {
        /// High frequency of the outputs.
        pub hf_mode: bool,
    }

    /// State of the outputs; empty.
    pub struct Status {}
}
