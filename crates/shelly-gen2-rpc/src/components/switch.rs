//! Describes relays.

use shelly_types::{wire_enum, wire_object};

use super::common::{Energy, Temperature};

wire_object! {
    /// Settings of a relay.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Name the owner gave; null when there is none.
        pub name: String,
        /// How the input controls the output.
        pub in_mode: InMode,
        /// Ignore the input.
        pub in_locked: bool,
        /// State after power returns.
        pub initial_state: InitialState,
        /// Switch on again by itself after `auto_on_delay`.
        pub auto_on: bool,
        /// Delay of `auto_on` in seconds.
        pub auto_on_delay: f64,
        /// Switch off by itself after `auto_off_delay`.
        pub auto_off: bool,
        /// Delay of `auto_off` in seconds.
        pub auto_off_delay: f64,
        /// Switch on again once the voltage is back in its limits.
        pub autorecover_voltage_errors: bool,
        /// Input that controls the output.
        pub input_id: u32,
        /// Power above which the output is switched off, in watts; null for the greatest.
        pub power_limit: f64,
        /// Voltage above which the output is switched off, in volts; null for the default.
        pub voltage_limit: f64,
        /// Voltage below which the output is switched off, in volts; 0 for never.
        pub undervoltage_limit: f64,
        /// Current above which the output is switched off, in amperes; null for the default.
        pub current_limit: f64,
        /// Take the power with the opposite sign.
        pub reverse: bool,
        /// Counting of switching times (firmware 2.0 and later).
        pub counts: CountsConfig,
    }

    /// Counting of switching times.
    pub struct CountsConfig {
        /// Count.
        pub enable: bool,
        /// Power above which `on_above_thr` counts, in watts.
        pub power_thr: f64,
    }

    /// Reading of a relay.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// What changed it last: `init`, `WS_in`, `HTTP_in`, `SHC`, `timer`, ...
        pub source: String,
        /// Mark that a client set with the last change; null for none (firmware 2.0 and later).
        pub tag: String,
        /// The contact is closed.
        pub output: bool,
        /// Begin of the timer in Unix seconds; only while it runs.
        pub timer_started_at: f64,
        /// Length of the timer in seconds; only while it runs.
        pub timer_duration: f64,
        /// Active power in watts.
        pub apower: f64,
        /// Voltage in volts.
        pub voltage: f64,
        /// Current in amperes.
        pub current: f64,
        /// Power factor, -1 to 1.
        pub pf: f64,
        /// Frequency in hertz.
        pub freq: f64,
        /// Energy taken.
        pub aenergy: Energy,
        /// Energy fed in.
        pub ret_aenergy: Energy,
        /// Counters of switching times (firmware 2.0 and later).
        pub counts: Counts,
        /// Temperature of the output.
        pub temperature: Temperature,
        /// What is wrong; absent when nothing is.
        pub errors: Vec<String>,
    }

    /// Counters of switching times.
    pub struct Counts {
        /// Time on; minutes by the documentation, perhaps seconds.
        pub on_time: f64,
        /// Last reset of `on_time` in Unix seconds.
        pub on_time_rst_ts: f64,
        /// Times it was switched on.
        pub switch_on: u64,
        /// Last reset of `switch_on` in Unix seconds.
        pub switch_on_rst_ts: f64,
        /// Time above `power_thr` while on; minutes by the documentation, perhaps seconds.
        pub on_above_thr: f64,
        /// Last reset of `on_above_thr` in Unix seconds.
        pub on_above_thr_rst_ts: f64,
    }
}

wire_enum! {
    /// How the input controls the output.
    pub enum InMode {
        /// The input switches on, a timer off.
        Activate = "activate",
        /// The input does not control the output.
        Detached = "detached",
        /// The output follows the input.
        Follow = "follow",
        /// Each change of the input toggles.
        Flip = "flip",
        /// A button: each press toggles.
        Momentary = "momentary",
        /// Each press takes the next of several outputs.
        Cycle = "cycle",
    }

    /// State after power returns.
    pub enum InitialState {
        /// Off.
        Off = "off",
        /// On.
        On = "on",
        /// As before.
        RestoreLast = "restore_last",
        /// As the input says.
        MatchInput = "match_input",
    }
}
