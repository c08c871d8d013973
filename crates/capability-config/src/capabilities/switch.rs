//! Relays.

use super::{prelude::*, schedule::Timetable};

block! {
    /// Relay.
    pub struct Switch {
        /// Name shown to people.
        name: String = text(64).nullable().both(),
        /// What the input does. `momentary_on_release` exists on Gen1 only.
        in_mode: String = choice(&["momentary", "follow", "flip", "detached", "cycle", "activate", "momentary_on_release"]).both().risk(Risk::Load),
        /// Ignore the input.
        in_locked: bool = flag().since(1, 5, 0),
        /// What the output does when power returns.
        initial_state: String = choice(&["off", "on", "restore_last", "match_input"]).both().risk(Risk::Load),
        /// Switch on again after a time.
        auto_on: bool = flag().both().risk(Risk::Load),
        /// Time after which it switches on again. On Gen1 it is kept only while `auto_on` is true.
        auto_on_delay: f64 = number().min(0.0).unit(Unit::Seconds).both().risk(Risk::Load),
        /// Switch off again after a time.
        auto_off: bool = flag().both().risk(Risk::Load),
        /// Time after which it switches off again. On Gen1 it is kept only while `auto_off` is true.
        auto_off_delay: f64 = number().min(0.0).unit(Unit::Seconds).both().risk(Risk::Load),
        /// Switch on again when the voltage is right again.
        autorecover_voltage_errors: bool = flag().risk(Risk::Load),
        /// Input that drives it.
        input_id: i64 = integer().range(0.0, 1.0).restart(AsToldByDevice),
        /// Greatest power; null for the greatest of the model (no limit on Gen1).
        power_limit: f64 = number().min(0.0).unit(Unit::Watts).nullable().both().risk(Risk::Load),
        /// Greatest voltage; null for the default.
        voltage_limit: f64 = number().min(0.0).unit(Unit::Volts).nullable().risk(Risk::Load),
        /// Least voltage; 0 for none.
        undervoltage_limit: f64 = number().min(0.0).unit(Unit::Volts).nullable().risk(Risk::Load),
        /// Greatest current; null for the default.
        current_limit: f64 = number().min(0.0).unit(Unit::Amperes).nullable().risk(Risk::Load),
        /// Reverse the direction of the meter.
        reverse: bool = flag().restart(Always),
        /// Counters of use.
        counts: SwitchCounts,
        /// What it feeds, as the vendor's app shows it.
        appliance_type: String = text(0).gen1(),
        /// Power reported while on, for relays without a meter.
        constant_power: f64 = number().range(0.0, 4000.0).unit(Unit::Watts).gen1(),
        /// Swap the two inputs.
        swap_inputs: bool = flag().gen1().risk(Risk::Load),
        /// Weekly timetable.
        schedule: Timetable,
    }

    /// Counters of use.
    pub struct SwitchCounts {
        /// Count.
        enable: bool = flag().since(2, 0, 0),
        /// Power from which use is counted.
        power_thr: f64 = number().min(0.0).unit(Unit::Watts).since(2, 0, 0),
    }
}
