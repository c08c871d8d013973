//! Has a device do something now.

use fleet_model::{Actor, DeviceRecord, FleetEvent, NewEvent, Permission};
use shelly_driver::{Command, Urgency};
use shelly_types::Mac;

use crate::{DeviceWithStatus, Error, Fleet, lanes::Turn};

impl Fleet {
    /// Has a device do something, and shows what it does afterwards; after a restart, when it is back.
    pub async fn device_command(&self, actor: &Actor, mac: Mac, command: Command) -> Result<DeviceWithStatus, Error> {
        Self::authorize(actor, Permission::Control)?;
        let record = self.device_record(mac).await?;
        let mut turn = self.lanes().person(mac).await;
        if command == Command::Restart {
            let (status, _) = self.restart_told(actor, &mut turn, &record, Urgency::Person).await?;
            return self.fresh(mac, status).await;
        }
        let mut result = self.command_once(&mut turn, &record, &command).await;
        if self.has_other_way(&turn, mac, &result) {
            turn.device = None;
            result = self.command_once(&mut turn, &record, &command).await;
        }
        self.command_event(actor, mac, &command, result.as_ref().map(drop)).await?;
        if let Err(error) = &result {
            self.note(&mut turn, mac, Err(error)).await;
        }
        result?;
        self.after_command(&mut turn, &record).await
    }

    async fn command_once(&self, turn: &mut Turn, record: &DeviceRecord, command: &Command) -> Result<(), Error> {
        self.writable(record).await?;
        Ok(self.connected(turn, record).await?.command(command).await?)
    }

    async fn after_command(&self, turn: &mut Turn, record: &DeviceRecord) -> Result<DeviceWithStatus, Error> {
        let status = self.read_status(turn, record).await?;
        self.fresh(record.mac, status).await
    }

    pub(crate) async fn command_event(
        &self,
        actor: &Actor,
        mac: Mac,
        command: &Command,
        result: Result<(), &Error>,
    ) -> Result<(), Error> {
        let error = result.err().map(Error::chain);
        let event = FleetEvent::CommandSent { command: words(command), error };
        let event = NewEvent::of_device(self.now(), actor, mac, event);
        self.publish(self.store().events_append(vec![event]).await?);
        Ok(())
    }
}

/// A command in words: `switch:0 on`.
fn words(command: &Command) -> String {
    let word = |value: &dyn std::fmt::Debug| format!("{value:?}").to_lowercase();
    match command {
        Command::Switch { id, action } => format!("switch:{id} {}", word(action)),
        Command::Cover { id, action } => format!("cover:{id} {}", word(action)),
        Command::Light { component, change } => {
            let action = change.action.map(|action| format!(" {}", word(&action))).unwrap_or_default();
            let brightness = change.brightness_percent.map(|percent| format!(" {percent}%")).unwrap_or_default();
            format!("{component}{action}{brightness}")
        }
        Command::Restart => "restart".to_owned(),
    }
}
