//! Describes KNX IP.

use shelly_types::{wire_enum, wire_object};

wire_object! {
    /// Settings of KNX IP.
    pub struct Config {
        /// KNX is on.
        pub enable: bool,
        /// Individual address, `area.line.device`.
        pub ia: String,
        /// KNX IP routing.
        pub routing: Routing,
    }

    /// KNX IP routing.
    pub struct Routing {
        /// Multicast address and port.
        pub addr: String,
    }

    /// State of KNX IP; empty.
    pub struct Status {}
}

wire_object! {
    /// Group addresses of a component. A switch, light or cover has `cmd` and `fb`, an input the rest.
    pub struct Mapping {
        /// Group addresses that it listens to.
        pub cmd: Commands,
        /// Group addresses that it tells its state.
        pub fb: Feedback,
        /// What an input does.
        pub mode: InputMode,
        /// With `sw_toggle`.
        pub sw_toggle: Toggle,
        /// With `btn_dual_dim`.
        pub btn_dual_dim: Dim,
        /// With `btn_single_dim`.
        pub btn_single_dim: Dim,
        /// With `btn_normal`.
        pub btn_normal: Button,
        /// With `btn_extended`.
        pub btn_extended: Extended,
    }

    /// Group addresses that a component listens to.
    pub struct Commands {
        /// On and off.
        pub control: Vec<String>,
        /// Brightness.
        pub value: Vec<String>,
        /// Dimming.
        pub dimming: Vec<String>,
        /// Open and close.
        pub movement: Vec<String> = "move",
        /// Stop.
        pub pause: Vec<String>,
        /// Position.
        pub pos: Vec<String>,
        /// Position of the slats.
        pub slat_pos: Vec<String>,
    }

    /// Group addresses that a component tells its state.
    pub struct Feedback {
        /// On or off.
        pub status: Vec<String>,
        /// Brightness.
        pub brightness: Vec<String>,
        /// Direction of the last movement.
        pub dir: Vec<String>,
        /// Whether it moves.
        pub movement: Vec<String>,
        /// Position.
        pub pos_val: Vec<String>,
        /// Position of the slats.
        pub slat_val: Vec<String>,
        /// Obstruction.
        pub obst: Vec<String>,
        /// Active power.
        pub apower: Vec<String>,
        /// Current.
        pub current: Vec<String>,
        /// Voltage.
        pub voltage: Vec<String>,
        /// Energy taken.
        pub aenergy: Vec<String>,
        /// Energy fed in.
        pub ret_energy: Vec<String>,
    }

    /// An input that toggles.
    pub struct Toggle {
        /// Group addresses of its state.
        pub fb_status: Vec<String>,
    }

    /// An input that dims.
    pub struct Dim {
        /// Group addresses that are switched.
        pub fb_state: Vec<String>,
        /// Group addresses that are dimmed.
        pub fb_dim: Vec<String>,
        /// Group address that tells it the state.
        pub cmd_state: String,
        /// Direction, with two buttons.
        pub dir: Direction,
        /// Step, 0 to 7.
        pub step: u8,
    }

    /// An input that sends a command.
    pub struct Button {
        /// Command.
        pub command: Command,
        /// Group addresses that are switched.
        pub fb_state: Vec<String>,
        /// Group address that tells it the state.
        pub cmd_state: String,
    }

    /// An input that does something for each kind of press.
    pub struct Extended {
        /// Group address that tells it the state.
        pub cmd_state: String,
        /// One short press.
        pub single_push: Press,
        /// Two short presses.
        pub double_push: Press,
        /// Three short presses.
        pub triple_push: Press,
        /// A long press.
        pub long_push: Press,
    }

    /// What a press does.
    pub struct Press {
        /// Group addresses it goes to.
        pub fb: Vec<String>,
        /// Kind of what is sent.
        pub kind: PressKind = "type",
        /// With `command`.
        pub command: Command,
        /// With `percent`.
        pub percent: f64,
        /// With `ratio`.
        pub ratio: f64,
        /// With `scene_set` and `scene_recall`.
        pub scene: f64,
    }
}

wire_enum! {
    /// What an input does.
    pub enum InputMode {
        /// Toggles.
        Toggle = "sw_toggle",
        /// Dims in one direction.
        DualDim = "btn_dual_dim",
        /// Dims in both directions in turn.
        SingleDim = "btn_single_dim",
        /// Sends a command.
        Normal = "btn_normal",
        /// Does something for each kind of press.
        Extended = "btn_extended",
    }

    /// Direction of dimming.
    pub enum Direction {
        /// Brighter.
        Up = "up",
        /// Darker.
        Down = "down",
    }

    /// A command.
    pub enum Command {
        /// Off.
        Off = "off",
        /// On.
        On = "on",
        /// The other one.
        Toggle = "toggle",
    }

    /// Kind of what a press sends.
    pub enum PressKind {
        /// Nothing.
        None = "none",
        /// A command.
        Command = "command",
        /// A percentage.
        Percent = "percent",
        /// A ratio.
        Ratio = "ratio",
        /// Stores a scene.
        SceneSet = "scene_set",
        /// Recalls a scene.
        SceneRecall = "scene_recall",
    }
}
