//! Input terminals and buttons.

use super::prelude::*;

block! {
    /// Input terminal or button.
    pub struct Input {
        /// Name shown to people.
        name: String = text(64).nullable().both(),
        /// What is connected. `action` is a switch that acts at every change, on Gen1 rollers.
        type_("type"): String = choice(&["switch", "button", "analog", "count", "action"]).both().restart(AsToldByDevice),
        /// Use it; otherwise it reports nothing.
        enable: bool = flag().both().since(1, 0, 8),
        /// Reverse its meaning.
        invert: bool = flag().both(),
        /// Five pushes after power-up reset the device. On Gen1 one setting for all inputs.
        factory_reset: bool = flag().both(),
        /// What the output does with this input, on the Gen1 relay with two inputs.
        in_mode: String = choice(&["follow", "flip", "activate", "detached", "momentary", "momentary_on_release"]).gen1().risk(Risk::Load),
        /// Output that an add-on switch drives; -1 for none.
        relay_num: i64 = integer().range(-1.0, 3.0).gen1().risk(Risk::Load),
        /// Least change of an analogue value that is reported.
        report_thr: f64 = number().range(1.0, 50.0).unit(Unit::Percent),
        /// Least and greatest of an analogue value; null for 0 to 100.
        range_map: Vec<SettingValue> = list().nullable(),
        /// Range of an analogue input: 0 for 0 to 15 V, 1 for 0 to 30 V.
        range: i64 = integer().range(0.0, 1.0),
        /// Converted analogue value.
        xpercent: Expression,
        /// Pulses between reports of a counter.
        count_rep_thr: i64 = integer().range(1.0, 2_147_483_647.0),
        /// Window in which the frequency is measured.
        freq_window: f64 = number().range(1.0, 3600.0).unit(Unit::Seconds),
        /// Least change of the frequency that is reported.
        freq_rep_thr: f64 = number().range(0.0, 10000.0).unit(Unit::Percent),
        /// Converted count.
        xcounts: Expression,
        /// Converted frequency.
        xfreq: Expression,
    }

    /// A value computed from a reading.
    pub struct Expression {
        /// Formula in `x`; null for none.
        expr: String = text(100).nullable(),
        /// Unit of the result; null for none.
        unit: String = text(20).nullable(),
    }
}
