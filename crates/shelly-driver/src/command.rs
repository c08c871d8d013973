//! What a device can be told to do at once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::ComponentKey;

/// Something to do at once. It changes no setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Switch a relay.
    Switch {
        /// Which one: 0 of `switch:0`.
        id: u32,
        /// How.
        action: SwitchAction,
    },
    /// Move a roller or blind.
    Cover {
        /// Which one: 0 of `cover:0`.
        id: u32,
        /// How.
        action: CoverAction,
    },
    /// Change a light.
    Light {
        /// Which one: `light:0`, `rgb:0`, `rgbw:0`, `cct:0`, `rgbcct:0`; always `light:N` on Gen1.
        component: ComponentKey,
        /// What changes.
        change: LightChange,
    },
    /// Restart the device. Outputs fall to their power-on default.
    Restart,
}

/// How a relay is switched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SwitchAction {
    /// On.
    On,
    /// Off.
    Off,
    /// The other way round.
    Toggle,
}

/// How a roller or blind is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CoverAction {
    /// Open.
    Open,
    /// Close.
    Close,
    /// Stop.
    Stop,
    /// Go to a position, 0 closed to 100 open.
    Position(u8),
}

/// What changes of a light. What is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct LightChange {
    /// On, off, or the other way round.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<SwitchAction>,
    /// Brightness (or gain of a colour) in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brightness_percent: Option<u8>,
    /// Red, green, blue, 0 to 255.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rgb: Option<[u8; 3]>,
    /// White channel, 0 to 255.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub white: Option<u8>,
    /// Colour temperature in kelvin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color_temperature_k: Option<u32>,
    /// Time of the change in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transition_s: Option<f64>,
}
