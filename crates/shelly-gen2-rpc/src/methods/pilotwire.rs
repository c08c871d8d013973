//! `PilotWire`: orders to electric heaters.

use super::wire_params;
use crate::components::pilotwire::Mode;

wire_params!(Mode);

methods! {
    /// Gives a heater an order.
    fn pilotwire_set(id: u32, mode: &Mode) = "PilotWire.Set";
}
