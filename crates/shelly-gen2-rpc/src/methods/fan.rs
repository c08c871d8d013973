//! `Fan`: fans.

use super::wire_params;
use crate::components::fan::Mode;

wire_params!(Mode);

methods! {
    /// Switches a fan, sets its speed, or lets the device decide.
    fn fan_set(id: u32, mode: &Mode; on: bool, speed: f64) = "Fan.Set";
}
