//! `PM1`, `BM`: power meters and battery monitors.

use super::common::{Counter, Counters, Restart};

/// Namespaces of meters with counters.
const METERS: &[&str] = &["PM1", "BM"];

methods! {
    of METERS as SHARED:

    /// Resets energy counters of `pm1:0` or `bm:0`, all or some; answers what they stood at.
    fn meter_reset_counters(meter; counters: &[Counter] = "type") -> Counters = "ResetCounters";
}

methods! {
    /// Tells a battery monitor the charge in percent; full when none.
    fn bm_reset_charge(id: u32; soc: f64) -> Restart = "BM.ResetCharge";

    /// Tells a battery monitor that the batteries are new, or how many cycles they have done.
    fn bm_replace_battery(id: u32; cycles: f64) -> Restart = "BM.ReplaceBattery";
}
