//! Describes covers and rollers.

use shelly_types::{wire_enum, wire_object};

use super::common::{Energy, Temperature};

wire_object! {
    /// Settings of a cover.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Name the owner gave; null when there is none.
        pub name: String,
        /// How the input controls the output.
        pub in_mode: InMode,
        /// Ignore the input.
        pub in_locked: bool,
        /// Where it moves after power returns.
        pub initial_state: InitialState,
        /// Power above which the output is switched off, in watts; null for the greatest.
        pub power_limit: f64,
        /// Voltage above which the output is switched off, in volts; null for the default.
        pub voltage_limit: f64,
        /// Voltage below which the output is switched off, in volts; 0 for never.
        pub undervoltage_limit: f64,
        /// Current above which the output is switched off, in amperes; null for the default.
        pub current_limit: f64,
        /// How a stopped motor is recognised.
        pub motor: Motor,
        /// Longest time to open, in seconds.
        pub maxtime_open: f64,
        /// Longest time to close, in seconds.
        pub maxtime_close: f64,
        /// Swap the inputs.
        pub swap_inputs: bool,
        /// Swap open and close.
        pub invert_directions: bool,
        /// Refuse to move.
        pub maintenance_mode: bool,
        /// Reaction to an obstacle.
        pub obstruction_detection: ObstructionDetection,
        /// Reaction to a safety switch.
        pub safety_switch: SafetySwitch,
        /// Slats.
        pub slat: Slats,
    }

    /// How a stopped motor is recognised.
    pub struct Motor {
        /// Power below which the motor counts as stopped, in watts.
        pub idle_power_thr: f64,
        /// Time below the threshold until the motor counts as stopped, in seconds.
        pub idle_confirm_period: f64,
    }

    /// Reaction to an obstacle.
    pub struct ObstructionDetection {
        /// It is in use.
        pub enable: bool,
        /// Movement that is watched.
        pub direction: Direction,
        /// What the cover does then.
        pub action: ObstructionAction,
        /// Threshold in watts.
        pub power_thr: f64,
        /// Time after the start in which it is not watched, in seconds.
        pub holdoff: f64,
    }

    /// Reaction to a safety switch.
    pub struct SafetySwitch {
        /// It is in use.
        pub enable: bool,
        /// Movement that is watched.
        pub direction: Direction,
        /// What the cover does then.
        pub action: SafetyAction,
        /// Movement allowed while it is pressed: `reverse`, or null for none.
        pub allowed_move: String,
    }

    /// Slats.
    pub struct Slats {
        /// It is in use.
        pub enable: bool,
        /// Time the slats take to open, in seconds.
        pub open_time: f64,
        /// Time the slats take to close, in seconds.
        pub close_time: f64,
        /// Step in percent.
        pub step: f64,
        /// Keep the position of the slats.
        pub retain_pos: bool,
        /// Place the slats precisely.
        pub precise_ctl: bool,
    }

    /// Reading of a cover.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// What changed it last: `init`, `WS_in`, `HTTP_in`, `SHC`, `timer`, ...
        pub source: String,
        /// What it does.
        pub state: State,
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
        /// Position in percent, 0 closed to 100 open; null when unknown.
        pub current_pos: f64,
        /// Position it moves to, in percent; only while it moves.
        pub target_pos: f64,
        /// Longest time of the movement in seconds; only while it moves.
        pub move_timeout: f64,
        /// Begin of the movement in Unix seconds; only while it moves.
        pub move_started_at: f64,
        /// It can be moved to a position, that is, it is calibrated.
        pub pos_control: bool,
        /// Direction of the last movement; null when unknown.
        pub last_direction: Movement,
        /// Temperature of the output.
        pub temperature: Temperature,
        /// Position of the slats in percent.
        pub slat_pos: f64,
        /// What is wrong; absent when nothing is.
        pub errors: Vec<String>,
        /// Mark that a client set with the last change; null for none (firmware 2.0 and later).
        pub tag: String,
    }
}

wire_enum! {
    /// How the input controls the output.
    pub enum InMode {
        /// One input: open, stop, close in turn.
        Single = "single",
        /// Two inputs: one opens, one closes.
        Dual = "dual",
        /// The input does not control the output.
        Detached = "detached",
    }

    /// State after power returns.
    pub enum InitialState {
        /// It opens.
        Open = "open",
        /// It closes.
        Closed = "closed",
        /// It stays.
        Stopped = "stopped",
    }

    /// Movement that is watched.
    pub enum Direction {
        /// Opening.
        Open = "open",
        /// Closing.
        Close = "close",
        /// Opening and closing.
        Both = "both",
    }

    /// What an obstacle does.
    pub enum ObstructionAction {
        /// Reverse.
        Reverse = "reverse",
        /// Stop.
        Stop = "stop",
    }

    /// What a pressed safety switch does.
    pub enum SafetyAction {
        /// Reverse.
        Reverse = "reverse",
        /// Stop.
        Stop = "stop",
        /// Wait, then go on.
        Pause = "pause",
    }

    /// What it does.
    pub enum State {
        /// Open.
        Open = "open",
        /// Closed.
        Closed = "closed",
        /// It opens.
        Opening = "opening",
        /// It closes.
        Closing = "closing",
        /// Stopped.
        Stopped = "stopped",
        /// It is being calibrated.
        Calibrating = "calibrating",
    }

    /// Direction of a movement.
    pub enum Movement {
        /// Opening.
        Open = "open",
        /// Closing.
        Close = "close",
    }
}
