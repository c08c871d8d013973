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

use capability_config::Settings;
use serde_json::json;
use shelly_gen1::{Client, settings::Mode};
use shelly_http::{Endpoint, Limits};
use shelly_types::{ComponentKey, Credentials, DeviceStatus, Identity, wire::Wire};
use sync_engine::WriteAnswer;

use crate::{
    Command, Error,
    family::{Configuration, Family, Request, Write},
};

/// A Gen1 device.
#[derive(Debug)]
pub(crate) struct Gen1 {
    client: Client,
}

impl Gen1 {
    /// The device at `endpoint`.
    pub(crate) fn new(endpoint: Endpoint, credentials: Option<Credentials>, limits: Limits) -> Self {
        Self { client: Client::new(endpoint).with_credentials(credentials).with_limits(limits) }
    }

    fn failed(&self, attempt: impl Into<String>) -> impl FnOnce(shelly_gen1::Error) -> Error {
        let (attempt, endpoint) = (attempt.into(), self.client.endpoint().clone());
        move |source| Error::Gen1 { attempt, endpoint, source: Box::new(source) }
    }
}

impl Family for Gen1 {
    async fn status(&self) -> Result<DeviceStatus, Error> {
        let document = self.client.status().await.map_err(self.failed("read status"))?;
        // Old firmware lists relays and rollers in either mode.
        let both = document.relays.get().is_some_and(|relays| !relays.is_empty())
            && document.rollers.get().is_some_and(|rollers| !rollers.is_empty());
        let mode = if both {
            let shelly = self.client.shelly().await.map_err(self.failed("read mode"))?;
            shelly.mode.as_str().map(|mode| Mode::from(mode.to_owned()))
        } else {
            None
        };
        Ok(status(&document, mode.as_ref()))
    }

    async fn read(&self, identity: &Identity) -> Result<(DeviceStatus, Configuration), Error> {
        let status = self.status().await?;
        let settings = self.client.settings().await.map_err(self.failed("read settings"))?;
        let mut raw = settings.to_json();
        document::mask(&mut raw);
        Ok((status, Configuration { observed: observe(identity, &settings), raw: json!({ "/settings": raw }) }))
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
