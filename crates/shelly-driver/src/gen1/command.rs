//! Carries out commands.

use shelly_gen1::{LightCommand, RollerCommand, Turn, settings::Mode, status::Light};
use shelly_types::wire::Wire;

use super::Gen1;
use crate::{Command, CoverAction, Error, LightChange, SwitchAction};

impl Gen1 {
    pub(super) async fn carry_out(&self, command: &Command) -> Result<(), Error> {
        match command {
            Command::Switch { id, action } => {
                self.client.relay(*id, turn(*action)).await.map_err(self.failed(format!("switch switch:{id}")))?;
            }
            Command::Cover { id, action } => {
                let action = match action {
                    CoverAction::Open => RollerCommand::Open { duration: None },
                    CoverAction::Close => RollerCommand::Close { duration: None },
                    CoverAction::Stop => RollerCommand::Stop,
                    CoverAction::Position(percent) => RollerCommand::Position(*percent),
                };
                self.client.roller(*id, action).await.map_err(self.failed(format!("move cover:{id}")))?;
            }
            Command::Light { component, change } => match (component.kind(), component.id()) {
                ("light", Some(id)) => self.light(id, change).await?,
                _ => return Err(self.unsupported(&format!("change {component}")).await),
            },
            Command::Restart => self.client.reboot().await.map_err(self.failed("restart"))?,
        }
        Ok(())
    }

    /// Brightness has another name in colour mode, so the mode is read first.
    async fn light(&self, id: u32, change: &LightChange) -> Result<(), Error> {
        let mut command = LightCommand {
            turn: change.action.map(turn),
            rgb: change.rgb,
            white: change.white,
            temp: change.color_temperature_k.map(|kelvin| u16::try_from(kelvin).unwrap_or(u16::MAX)),
            transition: change.transition_s.map(milliseconds),
            ..LightCommand::default()
        };
        if let Some(percent) = change.brightness_percent {
            let path = format!("/light/{id}");
            let now = self.client.get(&path, &[]).await.map_err(self.failed(format!("read light:{id}")))?;
            let is_color = Light::from_json(now).is_ok_and(|light| light.mode.get() == Some(&Mode::Color));
            if is_color {
                command.gain = Some(percent);
            } else {
                command.brightness = Some(percent);
            }
        }
        self.client.light(id, &command).await.map_err(self.failed(format!("change light:{id}")))?;
        Ok(())
    }

    /// That the device cannot do something; it is asked who it is, for the words.
    pub(super) async fn unsupported(&self, what: &str) -> Error {
        match self.client.identity().await {
            Ok(identity) => Error::Unsupported { device: identity.mac, what: what.to_owned() },
            Err(error) => self.failed(what)(error),
        }
    }
}

fn turn(action: SwitchAction) -> Turn {
    match action {
        SwitchAction::On => Turn::On,
        SwitchAction::Off => Turn::Off,
        SwitchAction::Toggle => Turn::Toggle,
    }
}

/// Milliseconds of a fade, within what the device takes.
fn milliseconds(seconds: f64) -> u32 {
    const LONGEST: f64 = 5000.0;
    let milliseconds = (seconds * 1000.0).round().clamp(0.0, LONGEST);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the range")]
    let whole = milliseconds as u32;
    whole
}
