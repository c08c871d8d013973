//! Answers that several methods give.

use serde_json::Value;
use shelly_types::{wire_enum, wire_object};

use super::wire_params;

wire_object! {
    /// Answer of methods that change settings.
    pub struct Restart {
        /// The change takes effect after a restart.
        pub restart_required: bool,
    }

    /// Answer of methods that switch something.
    pub struct WasOn {
        /// It was on before.
        pub was_on: bool,
    }

    /// Answer of methods that add a component.
    pub struct Added {
        /// Its key, such as `bthomedevice:200`.
        pub added: String,
    }

    /// Answer of methods that make an entry or component.
    pub struct Created {
        /// Its number.
        pub id: u32,
        /// New revision of the list, where there is a list.
        pub rev: u64,
    }

    /// Answer of methods that change a list.
    pub struct Revision {
        /// New revision of the list.
        pub rev: u64,
    }

    /// Answer of methods that act on several components.
    pub struct Results {
        /// For each component null, or what went wrong.
        pub results: Vec<Option<Refusal>>,
    }

    /// Why a part of a call failed.
    pub struct Refusal {
        /// Code of protocol 5.
        pub code: i64,
        /// Text in free form.
        pub message: String,
    }

    /// Answer of methods that reset counters: what they stood at.
    pub struct Counters {
        /// Energy taken in watt-hours.
        pub aenergy: Total,
        /// Energy fed in, in watt-hours.
        pub ret_aenergy: Total,
        /// Pulses.
        pub counts: Total,
        /// Time on.
        pub on_time: Total,
        /// Times it was switched on.
        pub switch_on: Total,
        /// Time above the power threshold while on.
        pub on_above_thr: Total,
    }

    /// What a counter stood at.
    pub struct Total {
        /// Total, in the unit of the counter.
        pub total: f64,
    }

    /// Answer of `CheckExpression`.
    pub struct Checked {
        /// For each input: input, output or null, and an error where there is one.
        pub results: Vec<Vec<Value>>,
    }
}

wire_enum! {
    /// A counter that can be reset.
    pub enum Counter {
        /// Energy taken.
        Energy = "aenergy",
        /// Energy fed in.
        ReturnedEnergy = "ret_aenergy",
        /// Pulses of an input.
        Pulses = "counts",
        /// Time on.
        OnTime = "on_time",
        /// Times it was switched on.
        SwitchedOn = "switch_on",
        /// Time above the power threshold while on.
        OnAboveThreshold = "on_above_thr",
    }

    /// A press of a button.
    pub enum Push {
        /// It went down.
        Down = "btn_down",
        /// It went up.
        Up = "btn_up",
        /// One short press.
        Single = "single_push",
        /// Two short presses.
        Double = "double_push",
        /// Three short presses.
        Triple = "triple_push",
        /// A long press.
        Long = "long_push",
    }
}

wire_params!(Counter, Push);
