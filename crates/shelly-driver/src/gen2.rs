//! Devices of Gen2 and later: their calls, and the conversions between their words and ours.

mod command;
mod read;
mod status;
mod write;

use std::sync::atomic::{AtomicBool, Ordering};

use capability_config::Settings;
use serde_json::Value;
use shelly_gen2_rpc::{Client, ComponentEntry, HttpChannel, Include};
use shelly_http::{Endpoint, Limits};
use shelly_types::{ComponentKey, Credentials, DeviceStatus, Identity};
use sync_engine::WriteAnswer;

pub(crate) use self::{read::observe, status::status, write::writes};
use crate::{
    Command, Error,
    family::{Configuration, Family, Request, Write},
};

/// A device of Gen2 or later, reached over HTTP.
#[derive(Debug)]
pub(crate) struct Gen2 {
    endpoint: Endpoint,
    limits: Limits,
    client: Client<HttpChannel>,
    /// The device may have components that only `Shelly.GetComponents` shows. True until it has shown none.
    may_have_dynamic: AtomicBool,
}

impl Gen2 {
    /// The device at `endpoint`.
    pub(crate) fn new(endpoint: Endpoint, credentials: Option<Credentials>, limits: Limits) -> Self {
        let client = client(&endpoint, credentials, &limits);
        Self { endpoint, limits, client, may_have_dynamic: AtomicBool::new(true) }
    }

    /// Virtual, BTHome and other components that are added at run time. Old firmware has none.
    async fn dynamic(&self, include: Include) -> Result<Vec<ComponentEntry>, Error> {
        let entries = match self.client.all_components(include).await {
            Err(error) if error.is_no_such_method() => Vec::new(),
            answer => answer.map_err(|source| self.error("read the dynamic components", source))?,
        };
        self.may_have_dynamic.store(!entries.is_empty(), Ordering::Relaxed);
        Ok(entries)
    }

    async fn identity(&self) -> Result<Identity, Error> {
        self.client.identity().await.map_err(|source| self.error("ask who it is", source))
    }

    /// Names what was attempted.
    fn error(&self, attempt: &str, source: shelly_gen2_rpc::Error) -> Error {
        Error::Rpc { attempt: attempt.to_owned(), endpoint: self.endpoint.clone(), source: Box::new(source) }
    }
}

fn client(endpoint: &Endpoint, credentials: Option<Credentials>, limits: &Limits) -> Client<HttpChannel> {
    let channel = HttpChannel::new(endpoint.clone());
    Client::new(channel.with_credentials(credentials).with_limits(limits.clone()))
}

impl Family for Gen2 {
    async fn status(&self) -> Result<DeviceStatus, Error> {
        let mut document = self.client.status().await.map_err(|source| self.error("read the status", source))?;
        if self.may_have_dynamic.load(Ordering::Relaxed) {
            let include = Include { config: false, attrs: false, ..Include::DYNAMIC };
            for entry in self.dynamic(include).await? {
                if let Some(reading) = entry.status {
                    document.components.entry(entry.key).or_insert(reading);
                }
            }
        }
        Ok(status(&document))
    }

    async fn configuration(&self, _: &Identity) -> Result<Configuration, Error> {
        let attempt = "read the configuration";
        // Login and profile may have changed since the device was found.
        let identity = self.identity().await?;
        let mut document = self.client.config().await.map_err(|source| self.error(attempt, source))?;
        let include = Include { status: false, attrs: false, ..Include::DYNAMIC };
        for entry in self.dynamic(include).await? {
            if let Some(config) = entry.config {
                document.components.entry(entry.key).or_insert(config);
            }
        }
        Ok(Configuration { observed: observe(&identity, &document), raw: read::masked(&document) })
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
        let Request::Rpc { method, params } = &write.request else {
            let what = "be written in the way of Gen1".to_owned();
            return Err(Error::Unsupported { device: self.identity().await?.mac, what });
        };
        let answer = self.client.call(method, Some(params.clone())).await;
        let answer = answer.map_err(|source| self.error("write settings", source))?;
        let restart_required = answer.get("restart_required").and_then(Value::as_bool).unwrap_or(false);
        Ok(WriteAnswer { restart_required })
    }

    async fn command(&self, command: &Command) -> Result<(), Error> {
        command::carry_out(&self.client, command).await.map_err(|source| self.error(command::attempt(command), source))
    }

    fn set_credentials(&mut self, credentials: Option<Credentials>) {
        self.client = client(&self.endpoint, credentials, &self.limits);
    }
}
