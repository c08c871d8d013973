//! Describes inputs.

use shelly_types::{wire_enum, wire_object};

use super::common::Expression;

wire_object! {
    /// Settings of an input.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Name the owner gave; null when there is none.
        pub name: String,
        /// What is connected.
        pub kind: Kind = "type",
        /// It is in use; otherwise it is silent.
        pub enable: bool,
        /// Take off for on.
        pub invert: bool,
        /// Presses of this input may reset the device.
        pub factory_reset: bool,
        /// Report a change above this, in percent.
        pub report_thr: f64,
        /// Least and greatest, onto which 0 to 100 percent is mapped; null for none.
        pub range_map: Vec<f64>,
        /// Range: 0 for 0 to 15 V, 1 for 0 to 30 V (Plus Uni).
        pub range: u32,
        /// Expression for the value.
        pub xpercent: Expression,
        /// Report after this many counts.
        pub count_rep_thr: f64,
        /// Time over which the frequency is measured, in seconds.
        pub freq_window: f64,
        /// Report a change of the frequency above this, in percent.
        pub freq_rep_thr: f64,
        /// Expression for the count.
        pub xcounts: Expression,
        /// Expression for the frequency.
        pub xfreq: Expression,
    }

    /// Reading of an input.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// State of a switch input; null for a button or when not in use.
        pub state: bool,
        /// Value of an analogue input in percent.
        pub percent: f64,
        /// Value after the expression.
        pub xpercent: f64,
        /// Counters.
        pub counts: Counts,
        /// Frequency in hertz.
        pub freq: f64,
        /// Frequency after the expression.
        pub xfreq: f64,
        /// What is wrong; absent when nothing is.
        pub errors: Vec<String>,
    }

    /// Counters of a pulse input.
    pub struct Counts {
        /// Total.
        pub total: u64,
        /// `total` after the expression.
        pub xtotal: f64,
        /// The last three full minutes, newest first; absent without a clock.
        pub by_minute: Vec<f64>,
        /// `by_minute` after the expression.
        pub xby_minute: Vec<f64>,
        /// Begin of the current minute in Unix seconds.
        pub minute_ts: u64,
    }
}

wire_enum! {
    /// What is connected.
    pub enum Kind {
        /// A switch.
        Switch = "switch",
        /// A button.
        Button = "button",
        /// An analogue signal.
        Analog = "analog",
        /// A pulse counter.
        Count = "count",
    }
}
