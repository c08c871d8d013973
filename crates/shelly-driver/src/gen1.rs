//! Gen1: the HTTP API in the words of all generations.
//!
//! One table, [`rules`], says where each setting is read and how it is written; [`read`] and [`write`] go through it in
//! either direction, so what is read can be written back.

mod command;
mod document;
mod form;
mod read;
mod rules;
mod shape;
mod status;
mod write;

#[cfg(test)]
mod tests;

pub(crate) use read::observe;
#[cfg(test)]
pub(crate) use rules::has_parameter;
pub(crate) use rules::has_setting_at;
pub(crate) use status::status;
pub(crate) use write::writes;

use std::time::Duration;

use capability_config::Settings;
use serde_json::Value;
use shelly_gen1::{
    Client, Install,
    form::ActionForm,
    settings::{ActionList, Mode},
};
use shelly_http::{Endpoint, Limits};
use shelly_types::{
    ComponentKey, Credentials, DeviceStatus, Identity, Mac,
    wire::{AsSent, Wire},
};
use sync_engine::WriteAnswer;

use crate::{
    Command, Configuration, Error, Manners, RawConfiguration,
    device::same_mac,
    family::{Family, Request, Shown, Write},
    route::Errand,
};

/// Requests on their way to one Gen1 device at the same time (device-facts 9).
pub(crate) const IN_FLIGHT: usize = 1;

/// A Gen1 device.
#[derive(Debug)]
pub(crate) struct Gen1 {
    client: Client,
    manners: Manners,
    /// Who it has to be; a status says who tells it.
    expected: Option<Mac>,
}

/// The settings as the device sent them, without what must not be seen.
pub(crate) fn masked(settings: &AsSent) -> Value {
    let mut raw = settings.to_json();
    document::mask(&mut raw);
    raw
}

impl Gen1 {
    /// The device at `endpoint`.
    pub(crate) fn new(endpoint: Endpoint, credentials: Option<Credentials>, limits: Limits) -> Self {
        let client = Client::new(endpoint).with_credentials(credentials).with_limits(limits);
        Self { client, manners: Manners::default(), expected: None }
    }

    /// The same with the manners that its device remembers.
    pub(crate) fn with_manners(self, manners: Manners) -> Self {
        Self { manners, ..self }
    }

    /// The same, which has to be this device.
    pub(crate) fn expecting(mut self, mac: Mac) -> Self {
        self.expected = Some(mac);
        self
    }

    /// All URLs that are called when something happens.
    pub(crate) async fn actions(&self) -> Result<ActionList, Error> {
        self.document(self.client.actions()).await.map_err(self.failed("read the actions"))
    }

    /// Writes one of them.
    pub(crate) async fn write_action(&self, form: &ActionForm) -> Result<(), Error> {
        self.client.write_action(form).await.map(drop).map_err(self.failed("write an action"))
    }

    /// Begins to install the firmware at this address.
    pub(crate) async fn install_from(&self, url: &str) -> Result<(), Error> {
        let what = Install::From(url.to_owned());
        self.client.install(&what).await.map(drop).map_err(self.failed("install firmware"))
    }

    /// Reads one document, when no other request is on its way. A person's request comes in between two documents.
    async fn document<T>(
        &self,
        question: impl Future<Output = Result<T, shelly_gen1::Error>>,
    ) -> Result<T, shelly_gen1::Error> {
        let _pass = self.manners.pass(IN_FLIGHT, Errand::current().urgency).await;
        question.await
    }

    fn failed(&self, attempt: impl Into<String>) -> impl FnOnce(shelly_gen1::Error) -> Error {
        let (attempt, endpoint) = (attempt.into(), self.client.endpoint().clone());
        move |source| Error::Gen1 { attempt, endpoint, source: Box::new(source) }
    }
}

impl Family for Gen1 {
    async fn status(&self) -> Result<DeviceStatus, Error> {
        let document = self.document(self.client.status()).await.map_err(self.failed("read status"))?;
        let sender = document.mac.as_str().and_then(|mac| mac.parse().ok());
        if let (Some(expected), Some(found)) = (self.expected, sender) {
            same_mac(self.client.endpoint(), expected, found)?;
        }
        // Old firmware lists relays and rollers in either mode.
        let both = document.relays.get().is_some_and(|relays| !relays.is_empty())
            && document.rollers.get().is_some_and(|rollers| !rollers.is_empty());
        let mode = if both {
            let shelly = self.document(self.client.shelly()).await.map_err(self.failed("read mode"))?;
            shelly.mode.as_str().map(|mode| Mode::from(mode.to_owned()))
        } else {
            None
        };
        Ok(status(&document, mode.as_ref()))
    }

    async fn read(&self, identity: &Identity) -> Result<(DeviceStatus, Shown), Error> {
        let status = self.status().await?;
        Ok((status, self.configuration(identity, Duration::ZERO).await?))
    }

    async fn configuration(&self, identity: &Identity, _: Duration) -> Result<Shown, Error> {
        let settings = self.document(self.client.settings_as_sent()).await.map_err(self.failed("read settings"))?;
        let by = settings.at(&["device", "mac"]).and_then(|mac| mac.as_str()?.parse().ok());
        let observed = observe(identity, &settings);
        Ok(Shown { by, configuration: Configuration { observed, raw: RawConfiguration::gen1(settings) } })
    }

    fn writes(
        &self,
        identity: &Identity,
        component: &ComponentKey,
        changes: &Settings,
        shown: &Settings,
    ) -> Result<Vec<Write>, Error> {
        writes(identity, component, changes, shown)
    }

    async fn send(&self, write: &Write) -> Result<WriteAnswer, Error> {
        let Request::Gen1 { path, parameters } = &write.request else {
            return Err(self.unsupported("be called by RPC").await);
        };
        let parameters: Vec<(&str, String)> =
            parameters.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        self.client.write(path, &parameters).await.map_err(self.failed(format!("write {path}")))?;
        Ok(WriteAnswer { restart_required: parameters.iter().any(|(name, _)| write::needs_restart(name)) })
    }

    async fn command(&self, command: &Command) -> Result<(), Error> {
        self.carry_out(command).await
    }

    fn set_credentials(&mut self, credentials: Option<Credentials>) {
        self.client.set_credentials(credentials);
    }
}
