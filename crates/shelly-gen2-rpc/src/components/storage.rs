//! Describes memory cards of cameras. No member is documented.

use shelly_types::wire_object;

wire_object! {
    /// Settings of a memory card; none is documented.
    pub struct Config {}

    /// State of a memory card; no member is documented.
    pub struct Status {}
}
