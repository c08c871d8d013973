//! Passwords of devices: taken from lists, shown on demand, and found out where a change of them was interrupted.

use std::collections::HashSet;

use fleet_model::{Actor, DeviceRecord, FleetEvent, NewEvent, PasswordChange, PasswordState, Permission};
use shelly_driver::{Class, Device};
use shelly_types::{Credentials, Mac};

use crate::{Error, Fleet, connect::endpoint, lanes::Turn};

/// Longest user and password that Gen1 takes (reference/gen1/endpoints.json, `/settings/login`).
pub(crate) const MOST_CHARS: usize = 50;

/// A password that is told to us.
pub struct ToldPassword {
    /// The device.
    pub mac: Mac,
    /// The user; `admin` when absent.
    pub user: Option<String>,
    /// The password.
    pub password: String,
}

/// What was taken from a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToldPasswords {
    /// Devices whose passwords were taken.
    pub taken: Vec<Mac>,
    /// Devices that are not ours.
    pub unknown: Vec<Mac>,
}

/// The password of a device, for who asked to see it.
pub struct ShownPassword {
    /// The login that we use.
    pub credentials: Credentials,
    /// One that was sent and is not proven yet.
    pub in_doubt: Option<Credentials>,
}

impl Fleet {
    /// Keeps passwords that devices have, as a list tells. Nothing is sent to a device; the next reading tells whether they
    /// are right.
    pub async fn passwords_import(&self, actor: &Actor, list: Vec<ToldPassword>) -> Result<ToldPasswords, Error> {
        Self::authorize(actor, Permission::Admin)?;
        let ours: HashSet<Mac> = self.all_macs().await?.into_iter().collect();
        for told in &list {
            fits("user", told.user.as_deref().unwrap_or("admin"))?;
            fits("password", &told.password)?;
        }
        let mut done = ToldPasswords::default();
        for ToldPassword { mac, user, password } in list {
            if !ours.contains(&mac) {
                done.unknown.push(mac);
                continue;
            }
            let mut turn = self.lanes().person(mac).await;
            let credentials = Credentials::new(user.unwrap_or_else(|| "admin".to_owned()), password);
            let event = NewEvent::of_device(self.now(), actor, mac, FleetEvent::PasswordImported);
            self.publish(self.store().device_password_set(mac, credentials, self.now(), vec![event]).await?.events);
            turn.device = None;
            self.sockets().close_ours(mac);
            done.taken.push(mac);
        }
        Ok(done)
    }

    /// Shows the password of a device. That it was shown is an event.
    pub async fn password_reveal(&self, actor: &Actor, mac: Mac) -> Result<ShownPassword, Error> {
        Self::authorize(actor, Permission::Admin)?;
        self.device_record(mac).await?;
        let known = self.credentials_of(mac).await?;
        let in_doubt = self.store().password_change(mac).await?;
        let in_doubt = in_doubt.filter(|change| change.state == PasswordState::Sent).and_then(|change| has(&change));
        let none = || Error::not_found(format!("password of device {mac}"));
        let credentials = known.or_else(|| in_doubt.clone()).ok_or_else(none)?;
        let event = NewEvent::of_device(self.now(), actor, mac, FleetEvent::PasswordRevealed);
        self.publish(self.store().events_append(vec![event]).await?);
        Ok(ShownPassword { credentials, in_doubt })
    }

    /// Finds out whether a device took a password that was being sent when that was interrupted. Gives the conversation when
    /// it did. One wrong try at most; from then on only the former password is used.
    pub(crate) async fn password_settle(
        &self,
        turn: &mut Turn,
        record: &DeviceRecord,
    ) -> Result<Option<Device>, Error> {
        let change = self.store().password_change(record.mac).await?;
        let Some(change) = change.filter(|change| change.state == PasswordState::Sent) else { return Ok(None) };
        match self.proves(turn, record, &change).await {
            Ok(device) => {
                self.password_proven(&Actor::System, turn, &change).await?;
                Ok(Some(device))
            }
            Err(error) if error.device_class() == Some(Class::Unauthorized) => {
                self.store().password_change_state(record.mac, change.job_id, PasswordState::Planned).await?;
                Ok(None)
            }
            Err(error) if error.device_class().is_some() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads the device with a new password, in a conversation of its own. Over a connection that the device opened no
    /// password is asked, so none would be proved.
    pub(crate) async fn proves(
        &self,
        turn: &Turn,
        record: &DeviceRecord,
        change: &PasswordChange,
    ) -> Result<Device, Error> {
        let options = shelly_driver::Options { links: None, ..self.manners_of(turn) };
        let device = Device::connect(endpoint(&record.endpoint)?, Some(record.mac), has(change), options).await?;
        device.configuration().await?;
        Ok(device)
    }

    /// Keeps a password that the device has proven.
    pub(crate) async fn password_proven(
        &self,
        actor: &Actor,
        turn: &mut Turn,
        change: &PasswordChange,
    ) -> Result<(), Error> {
        let (mac, has) = (change.mac, has(change));
        let event = FleetEvent::PasswordChanged { cleared: has.is_none() };
        let event = NewEvent::of_device(self.now(), actor, mac, event);
        let done = self.store().password_change_proven(mac, change.job_id, has, self.now(), vec![event]).await?;
        self.publish(done.events);
        // What is open was logged in with the former one.
        turn.device = None;
        self.sockets().close_ours(mac);
        Ok(())
    }
}

/// The login that a change leads to; none for no password.
pub(crate) fn has(change: &PasswordChange) -> Option<Credentials> {
    change.password.as_ref().map(|password| Credentials::new(change.user.clone(), password.expose()))
}

/// Refuses what devices do not take.
pub(crate) fn fits(what: &str, text: &str) -> Result<(), Error> {
    if (1..=MOST_CHARS).contains(&text.chars().count()) {
        return Ok(());
    }
    Err(Error::invalid(format!("the {what} of a device has 1 to {MOST_CHARS} characters")))
}
