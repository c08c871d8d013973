//! Tells where a Gen1 device keeps settings that other models keep elsewhere.

use capability_config::Settings;
use serde_json::Value;
use shelly_types::Identity;

use super::document::{self, Members};

/// Where the settings of a device are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shape {
    /// What the inputs belong to.
    pub(super) inputs: Inputs,
    /// It is a dimmer, whose lights are tuned under `/settings` itself.
    pub(super) dimmer: bool,
    /// Its sleep is counted in minutes instead of hours.
    pub(super) sleeps_minutes: bool,
}

/// What the inputs belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inputs {
    /// One to each relay.
    Relays,
    /// Two to one relay (1L).
    OneRelay,
    /// Both to the roller.
    Roller,
    /// To the lights.
    Lights,
    /// To nothing (i3, Button).
    Nothing,
}

impl Shape {
    /// The shape of the device that sent this `/settings` document.
    pub(super) fn of_document(identity: &Identity, settings: &Members) -> Self {
        let mode = document::at(settings, "mode").or_else(|| document::at(settings, "device.mode"));
        let is_there = |list| document::count(settings, list) > 0;
        Self::new(
            identity,
            is_there("rollers") && (!is_there("relays") || mode.and_then(Value::as_str) == Some("roller")),
            is_there("relays"),
            is_there("lights"),
        )
    }

    /// The shape of the device that showed these settings.
    pub(super) fn of_shown(identity: &Identity, shown: &Settings) -> Self {
        let is_there = |kind| shown.keys().any(|path| path.component().kind() == kind);
        Self::new(identity, is_there("cover"), is_there("switch"), is_there("light"))
    }

    fn new(identity: &Identity, roller: bool, relays: bool, lights: bool) -> Self {
        let model = identity.model.code();
        let inputs = match (roller, relays, lights) {
            (true, ..) => Inputs::Roller,
            (_, true, _) if model == "SHSW-L" => Inputs::OneRelay,
            (_, true, _) => Inputs::Relays,
            (_, _, true) => Inputs::Lights,
            _ => Inputs::Nothing,
        };
        Self {
            inputs,
            dimmer: model.starts_with("SHDM-") || model.starts_with("SHDIMW-"),
            sleeps_minutes: model.starts_with("SHMOS-") || model.starts_with("SHTRV-"),
        }
    }

    /// How many inputs the device that sent this `/settings` document has.
    pub(super) fn count_inputs(&self, settings: &Members) -> u32 {
        let with_button = |list: &str| {
            let with_button = |index: &u32| document::at(settings, &format!("{list}.{index}.btn_type")).is_some();
            u32::try_from((0..document::count(settings, list)).filter(with_button).count()).unwrap_or(0)
        };
        match self.inputs {
            Inputs::Roller | Inputs::OneRelay => 2,
            Inputs::Lights if self.dimmer => 2,
            Inputs::Relays => with_button("relays"),
            Inputs::Lights => with_button("lights").min(1),
            Inputs::Nothing => document::count(settings, "inputs"),
        }
    }
}
