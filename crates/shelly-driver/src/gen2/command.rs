//! Carries out commands with the methods of Gen2 and later.

use shelly_gen2_rpc::{Channel, Client, Error, LightChange as Change};
use shelly_types::ComponentKey;

use crate::{Command, CoverAction, LightChange, SwitchAction};

/// Carries out a command.
pub(super) async fn carry_out<C: Channel>(client: &Client<C>, command: &Command) -> Result<(), Error> {
    match command {
        Command::Switch { id, action } => match action {
            SwitchAction::On => client.switch_set(*id, true).await.map(drop),
            SwitchAction::Off => client.switch_set(*id, false).await.map(drop),
            SwitchAction::Toggle => client.switch_toggle(*id).await.map(drop),
        },
        Command::Cover { id, action } => match action {
            CoverAction::Open => client.cover_open(*id).await,
            CoverAction::Close => client.cover_close(*id).await,
            CoverAction::Stop => client.cover_stop(*id).await,
            CoverAction::Position(percent) => client.cover_go_to(*id, f64::from(*percent)).await,
        },
        Command::Light { component, change } => light(client, component, change).await,
        Command::Restart => client.reboot().await,
    }
}

/// What was attempted, for people.
pub(super) fn attempt(command: &Command) -> &'static str {
    match command {
        Command::Switch { .. } => "switch a relay",
        Command::Cover { .. } => "move a cover",
        Command::Light { .. } => "change a light",
        Command::Restart => "restart",
    }
}

/// Devices toggle a light by a method of its own, so the rest of the change is sent apart from it.
async fn light<C: Channel>(client: &Client<C>, light: &ComponentKey, change: &LightChange) -> Result<(), Error> {
    let LightChange { action, brightness_percent, rgb, white, color_temperature_k, transition_s } = change;
    let on = match action {
        Some(SwitchAction::On) => Some(true),
        Some(SwitchAction::Off) => Some(false),
        Some(SwitchAction::Toggle) | None => None,
    };
    let set = Change {
        on,
        brightness: brightness_percent.map(f64::from),
        rgb: *rgb,
        white: *white,
        color_temperature_k: *color_temperature_k,
        transition_s: *transition_s,
    };
    let toggles = *action == Some(SwitchAction::Toggle);
    if toggles {
        client.light_toggle(light).await?;
    }
    let has_more = Change { transition_s: None, ..set.clone() } != Change::default();
    if has_more || !toggles { client.light_set(light, &set).await } else { Ok(()) }
}
