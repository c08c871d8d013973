//! Devices of Gen2 and later: their calls, and the conversions between their words and ours.

mod command;
mod read;
mod status;
mod write;

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use capability_config::Settings;
use serde_json::Value;
use shelly_gen2_rpc::{
    Client, ComponentEntry, DeviceConfig as ConfigDocument, DeviceStatus as StatusDocument, HttpChannel, Include,
    components::ComponentStatus,
};
use shelly_http::{Endpoint, Limits, Tls};
use shelly_types::{ComponentKey, Credentials, DeviceStatus, Identity, Mac};
use sync_engine::WriteAnswer;

pub(crate) use self::{read::observe, status::status, write::writes};
use crate::{
    Command, Error, Link, Links, Options,
    device::{same_device, same_mac},
    family::{Configuration, Family, Request, Write},
    route::{Errand, Route, Way},
};

/// A device of Gen2 or later, reached over HTTP or an open connection.
#[derive(Debug)]
pub(crate) struct Gen2 {
    client: Client<Route>,
    limits: Limits,
    tls: Option<Tls>,
    /// Who it has to be; a status says who tells it.
    expected: Option<Mac>,
    /// Revision of the configuration at which the device had no component that only `Shelly.GetComponents` shows.
    nothing_dynamic_at: Mutex<Option<u64>>,
    /// It has answered with these credentials, so that calls can go side by side and share the nonce.
    has_answered: AtomicBool,
}

impl Gen2 {
    /// The device at `endpoint`, over HTTP while no connection is open.
    pub(crate) fn new(endpoint: &Endpoint, credentials: Option<Credentials>, options: &Options) -> Self {
        let http = http(endpoint, credentials, &options.limits, options.tls.as_ref());
        Self::by(Route::over_http(http, place(options), options.manners.clone()), options)
    }

    /// The device at the end of this connection, without HTTP.
    pub(crate) fn over(link: Link, options: &Options) -> Self {
        Self::by(Route::over(link, place(options), options.manners.clone()), options)
    }

    fn by(route: Route, options: &Options) -> Self {
        Self {
            client: Client::new(route),
            limits: options.limits.clone(),
            tls: options.tls.clone(),
            expected: None,
            nothing_dynamic_at: Mutex::default(),
            has_answered: AtomicBool::new(false),
        }
    }

    /// The same, which has to be this device.
    pub(crate) fn expecting(mut self, mac: Mac) -> Self {
        self.expected = Some(mac);
        self
    }

    /// The ways to it.
    pub(crate) fn route(&self) -> &Route {
        self.client.channel()
    }

    /// Its methods.
    pub(crate) fn client(&self) -> &Client<Route> {
        &self.client
    }

    /// Asks who is at the end of this way, whoever that is.
    pub(crate) async fn who(&self, way: Way) -> Result<Identity, Error> {
        let errand = Errand { way: Some(way), ..Errand::current() };
        errand.run(self.identity()).await
    }

    /// Virtual, BTHome and other components that are added at run time, unless the device had none at this state of its
    /// configuration. Old firmware has none.
    async fn dynamic(&self, status: &StatusDocument, config: bool) -> Result<Vec<ComponentEntry>, Error> {
        let revision = config_revision(status);
        if revision.is_some() && *self.nothing_dynamic_at() == revision {
            return Ok(Vec::new());
        }
        let include = Include { config, attrs: false, ..Include::DYNAMIC };
        let entries = match self.client.all_components(include).await {
            Err(error) if error.is_no_such_method() => Vec::new(),
            answer => answer.map_err(|source| Error::rpc("read the dynamic components", source))?,
        };
        *self.nothing_dynamic_at() = revision.filter(|_| entries.is_empty());
        Ok(entries)
    }

    fn nothing_dynamic_at(&self) -> MutexGuard<'_, Option<u64>> {
        self.nothing_dynamic_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn fixed_status(&self) -> Result<StatusDocument, Error> {
        let document = self.client.status().await.map_err(|source| Error::rpc("read the status", source))?;
        if let (Some(expected), Some(found)) = (self.expected, sender(&document)) {
            same_mac(self.route().endpoint(), expected, found)?;
        }
        self.has_answered.store(true, Ordering::Relaxed);
        Ok(document)
    }

    async fn fixed_config(&self) -> Result<ConfigDocument, Error> {
        self.client.config().await.map_err(|source| Error::rpc("read the configuration", source))
    }

    async fn identity(&self) -> Result<Identity, Error> {
        self.client.identity().await.map_err(|source| Error::rpc("ask who it is", source))
    }
}

/// The place for open connections.
fn place(options: &Options) -> Links {
    options.links.clone().unwrap_or_default()
}

/// Who tells a status.
fn sender(status: &StatusDocument) -> Option<Mac> {
    match status.components.get("sys")? {
        ComponentStatus::Sys(sys) => sys.mac.as_str()?.parse().ok(),
        _ => None,
    }
}

/// Rises whenever a setting changes or a component comes or goes.
fn config_revision(status: &StatusDocument) -> Option<u64> {
    match status.components.get("sys")? {
        ComponentStatus::Sys(sys) => sys.cfg_rev.copied(),
        _ => None,
    }
}

fn http(endpoint: &Endpoint, credentials: Option<Credentials>, limits: &Limits, tls: Option<&Tls>) -> HttpChannel {
    HttpChannel::new(endpoint.clone()).with_credentials(credentials).with_limits(limits.clone()).with_tls(tls.cloned())
}

impl Family for Gen2 {
    async fn status(&self) -> Result<DeviceStatus, Error> {
        let mut document = self.fixed_status().await?;
        for entry in self.dynamic(&document, false).await? {
            if let Some(reading) = entry.status {
                document.components.entry(entry.key).or_insert(reading);
            }
        }
        Ok(status(&document))
    }

    async fn read(&self, known: &Identity) -> Result<(DeviceStatus, Configuration), Error> {
        // Who it is is asked again: login and profile may have changed since the device was found.
        let (mut readings, identity, mut settings) = if self.has_answered.load(Ordering::Relaxed) {
            tokio::try_join!(self.fixed_status(), self.identity(), self.fixed_config())?
        } else {
            (self.fixed_status().await?, self.identity().await?, self.fixed_config().await?)
        };
        same_device(self.route().endpoint(), known.mac, &identity)?;
        for entry in self.dynamic(&readings, true).await? {
            if let Some(reading) = entry.status {
                readings.components.entry(entry.key.clone()).or_insert(reading);
            }
            if let Some(config) = entry.config {
                settings.components.entry(entry.key).or_insert(config);
            }
        }
        let configuration = Configuration { observed: observe(&identity, &settings), raw: read::masked(&settings) };
        Ok((status(&readings), configuration))
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
        let answer = answer.map_err(|source| Error::rpc("write settings", source))?;
        let restart_required = answer.get("restart_required").and_then(Value::as_bool).unwrap_or(false);
        Ok(WriteAnswer { restart_required })
    }

    async fn command(&self, command: &Command) -> Result<(), Error> {
        command::carry_out(&self.client, command).await.map_err(|source| Error::rpc(command::attempt(command), source))
    }

    fn set_credentials(&mut self, credentials: Option<Credentials>) {
        let http = |endpoint: &Endpoint| http(endpoint, credentials, &self.limits, self.tls.as_ref());
        self.client = Client::new(self.route().logged_in_by(http));
        self.has_answered = AtomicBool::new(false);
    }
}
