//! Relays, rollers, lights, inputs and meters.

use super::form;
use crate::{
    schedule::Rule,
    settings::{
        InputMode, InputType, LightDefault, LightInput, Movement, ObstacleAction, RelayDefault, RelayInput,
        RollerDefault, RollerInput, SafetyAction, SafetyAllowed,
    },
};

form! {
    /// Relay `i` (`/settings/relay/{i}`).
    pub struct RelayForm {
        /// Name; empty clears it.
        pub name: String,
        /// What is connected: General, socket, Light, ...
        pub appliance_type: String,
        /// What it does when power returns; `switch` is refused with momentary or edge inputs.
        pub default_state: RelayDefault,
        /// What the input does.
        pub btn_type: RelayInput,
        /// Whether the input is inverted.
        pub btn_reverse: bool,
        /// What the first input does (1L).
        pub btn1_type: RelayInput,
        /// What the second input does (1L).
        pub btn2_type: RelayInput,
        /// Whether the first input is inverted (1L).
        pub btn1_reverse: bool,
        /// Whether the second input is inverted (1L).
        pub btn2_reverse: bool,
        /// Whether the inputs are exchanged (1L).
        pub swap_inputs: bool,
        /// Seconds off until it turns on again; 0 for never.
        pub auto_on_seconds: f64 = "auto_on",
        /// Seconds on until it turns off again; 0 for never.
        pub auto_off_seconds: f64 = "auto_off",
        /// Power shown while on, on models that do not measure, W.
        pub power_watts: f64 = "power",
        /// Power that turns it off, W; 0 for no limit.
        pub max_power_watts: f64 = "max_power",
        /// Whether the schedule runs.
        pub schedule: bool,
        /// All rules; an empty list clears.
        pub schedule_rules: Vec<Rule>,
        /// Called when the input turns on, firmware before 1.8, as for the next five; the text `null` clears.
        pub btn_on_url: String,
        /// Called when the input turns off.
        pub btn_off_url: String,
        /// Called when the output turns on.
        pub out_on_url: String,
        /// Called when the output turns off.
        pub out_off_url: String,
        /// Called on a long push.
        pub longpush_url: String,
        /// Called on a short push.
        pub shortpush_url: String,
    }

    /// Roller `i` (`/settings/roller/{i}`).
    pub struct RollerForm {
        /// Travel time in both directions, s; the older shared value.
        pub maxtime_seconds: f64 = "maxtime",
        /// Longest opening time, s.
        pub maxtime_open_seconds: f64 = "maxtime_open",
        /// Longest closing time, s.
        pub maxtime_close_seconds: f64 = "maxtime_close",
        /// Where it goes when power returns.
        pub default_state: RollerDefault,
        /// Whether the directions are exchanged.
        pub swap: bool,
        /// Whether the inputs are exchanged.
        pub swap_inputs: bool,
        /// How many buttons move it.
        pub input_mode: InputMode,
        /// What the inputs do; read as `button_type`, and that name is ignored.
        pub btn_type: RollerInput,
        /// Whether the inputs are inverted.
        pub btn_reverse: bool,
        /// During which movement obstacles are looked for.
        pub obstacle_mode: Movement,
        /// What happens at an obstacle.
        pub obstacle_action: ObstacleAction,
        /// Power that means an obstacle, W.
        pub obstacle_power_watts: f64 = "obstacle_power",
        /// For how long, s.
        pub obstacle_delay_seconds: f64 = "obstacle_delay",
        /// How long after the end position the output stays on, ms.
        pub ends_delay_ms: u32 = "ends_delay",
        /// Power below which the motor stands, W.
        pub off_power_watts: f64 = "off_power",
        /// During which movement the safety switch counts.
        pub safety_mode: Movement,
        /// What it does.
        pub safety_action: SafetyAction,
        /// Which movement it leaves possible.
        pub safety_allowed_on_trigger: SafetyAllowed,
        /// Whether positions can be approached; writing no drops the calibration (not verified).
        pub positioning: bool,
        /// Whether the schedule runs.
        pub schedule: bool,
        /// All rules; an empty list clears.
        pub schedule_rules: Vec<Rule>,
    }

    /// Light `i` (`/settings/light/{i}`, `/settings/color/{i}`, `/settings/white/{i}`). A device without clock may refuse.
    pub struct LightForm {
        /// Name; empty clears it.
        pub name: String,
        /// What it does when power returns.
        pub default_state: LightDefault,
        /// Seconds off until it turns on again; 0 for never.
        pub auto_on_seconds: f64 = "auto_on",
        /// Seconds on until it turns off again; 0 for never.
        pub auto_off_seconds: f64 = "auto_off",
        /// Fade time, 0 to 5000 ms.
        pub transition_ms: u32 = "transition",
        /// What the input does.
        pub btn_type: LightInput,
        /// Whether the input is inverted.
        pub btn_reverse: bool,
        /// Debounce of the buttons, 60 to 200 ms.
        pub btn_debounce_ms: u32 = "btn_debounce",
        /// Whether the inputs are exchanged.
        pub swap_inputs: bool,
        /// Moving effect, 0 for none.
        pub effect: u8,
        /// Whether the schedule runs.
        pub schedule: bool,
        /// All rules; an empty list clears.
        pub schedule_rules: Vec<Rule>,
        /// Called when it turns on, firmware before 1.8.
        pub out_on_url: String,
        /// Called when it turns off, firmware before 1.8.
        pub out_off_url: String,
    }

    /// Input `i` of an i3 or Button (`/settings/input/{i}`).
    pub struct InputForm {
        /// Name; empty clears it.
        pub name: String,
        /// What is wired to it.
        pub btn_type: InputType,
        /// Whether it is inverted.
        pub btn_reverse: bool,
    }

    /// Energy meter `i` (`/settings/emeter/{i}`).
    pub struct EmeterForm {
        /// Name.
        pub name: String,
        /// What is measured.
        pub appliance_type: String,
        /// Current transformer, 50 or 120 A; kept by the device and not used.
        pub ctraf_type: u8,
        /// Power that turns the output off, W; 0 for no limit.
        pub max_power_watts: f64 = "max_power",
        /// Called above a power, firmware before 1.8.
        pub over_power_url: String,
        /// Called below a power, firmware before 1.8.
        pub under_power_url: String,
        /// That power, W.
        pub over_power_url_threshold: f64,
        /// That power, W.
        pub under_power_url_threshold: f64,
        /// Range of the measurement.
        pub range_extender: i32,
    }

    /// Position `i` with a name, 0 to 3 (`/settings/favorites/{i}`).
    pub struct FavoriteForm {
        /// Name.
        pub name: String,
        /// Position, 0 (closed) to 100.
        pub position: u8 = "pos",
    }

    /// Dimming at night (`/settings/night_mode`). Needs a clock.
    pub struct NightModeForm {
        /// Whether it is on.
        pub enabled: bool,
        /// Beginning, `HH:MM`.
        pub start_time: String,
        /// End, `HH:MM`.
        pub end_time: String,
        /// Brightness meanwhile, %.
        pub brightness: u8,
    }

    /// Brighter start for loads that need it (`/settings/warm_up`).
    pub struct WarmUpForm {
        /// Whether it is on.
        pub enabled: bool,
        /// Brightness at the start, 10 to 100 %.
        pub brightness: u8,
        /// For how long, 20 to 200 ms.
        pub time_ms: u32 = "time",
    }
}
