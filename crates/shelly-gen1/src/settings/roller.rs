//! Rollers: travel times, inputs, obstacle and safety behaviour.

use shelly_types::{wire_enum, wire_object};

use crate::scalar::Flag;

wire_enum! {
    /// Where a roller goes when power returns.
    pub enum RollerDefault {
        /// Nowhere.
        Stop = "stop",
        /// Open.
        Open = "open",
        /// Closed.
        Close = "close",
    }

    /// How many buttons move it.
    pub enum InputMode {
        /// One for each direction.
        OpenClose = "openclose",
        /// One for both.
        OneButton = "onebutton",
    }

    /// What the inputs do.
    pub enum RollerInput {
        /// A push starts and stops.
        Momentary = "momentary",
        /// It moves while the switch is on.
        Toggle = "toggle",
        /// Nothing; events only.
        Detached = "detached",
        /// Either position starts.
        Action = "action",
    }

    /// During which movement a protection watches.
    pub enum Movement {
        /// Never.
        Disabled = "disabled",
        /// While opening.
        WhileOpening = "while_opening",
        /// While closing.
        WhileClosing = "while_closing",
        /// Both.
        WhileMoving = "while_moving",
    }

    /// What happens at an obstacle.
    pub enum ObstacleAction {
        /// It stops.
        Stop = "stop",
        /// It goes back.
        Reverse = "reverse",
    }

    /// What the safety switch does.
    pub enum SafetyAction {
        /// It stops.
        Stop = "stop",
        /// It stops until the switch is released.
        Pause = "pause",
        /// It goes back.
        Reverse = "reverse",
    }

    /// Which movement stays possible while the safety switch is active.
    pub enum SafetyAllowed {
        /// None.
        None = "none",
        /// Opening.
        Open = "open",
        /// Closing.
        Close = "close",
        /// Both.
        All = "all",
    }
}

wire_object! {
    /// A roller.
    pub struct Roller {
        /// Name.
        pub name: String,
        /// Travel time in both directions, s; the older shared value.
        pub maxtime: f64,
        /// Longest opening time, s.
        pub maxtime_open: f64,
        /// Longest closing time, s.
        pub maxtime_close: f64,
        /// Where it goes when power returns.
        pub default_state: RollerDefault,
        /// Whether the directions are exchanged.
        pub swap: Flag,
        /// Whether the inputs are exchanged.
        pub swap_inputs: Flag,
        /// How many buttons move it.
        pub input_mode: InputMode,
        /// What the inputs do; written as `btn_type`.
        pub button_type: RollerInput,
        /// Whether the inputs are inverted.
        pub btn_reverse: Flag,
        /// Movement now: stop, open, close.
        pub state: String,
        /// Power now, W.
        pub power: f64,
        /// Whether the power is valid.
        pub is_valid: Flag,
        /// Whether the safety switch is active now.
        pub safety_switch: Flag,
        /// Whether the schedule runs.
        pub schedule: Flag,
        /// Schedule rules.
        pub schedule_rules: Vec<String>,
        /// During which movement obstacles are looked for.
        pub obstacle_mode: Movement,
        /// What happens at an obstacle.
        pub obstacle_action: ObstacleAction,
        /// Power that means an obstacle, W.
        pub obstacle_power: f64,
        /// For how long, s.
        pub obstacle_delay: f64,
        /// During which movement the safety switch counts.
        pub safety_mode: Movement,
        /// What it does.
        pub safety_action: SafetyAction,
        /// Which movement it leaves possible.
        pub safety_allowed_on_trigger: SafetyAllowed,
        /// Power below which the motor stands, W.
        pub off_power: f64,
        /// How long after the end position the output stays on, ms.
        pub ends_delay: f64,
        /// Whether positions can be approached; true once calibrated.
        pub positioning: Flag,
        /// Called when it opens, firmware before 1.8.
        pub roller_open_url: String,
        /// Called when it closes, firmware before 1.8.
        pub roller_close_url: String,
        /// Called when it stops, firmware before 1.8.
        pub roller_stop_url: String,
    }

    /// A position with a name.
    pub struct Favorite {
        /// Name.
        pub name: String,
        /// Position, 0 (closed) to 100.
        pub pos: f64,
    }
}
