//! Devices of Gen2 and later: their calls, and the conversions between their words and ours.

mod command;
mod known;
mod read;
mod status;
mod write;

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use capability_config::Settings;
use serde_json::Value;
use shelly_gen2_rpc::{
    Client, ComponentEntry, DeviceStatus as StatusDocument, HttpChannel, Include,
    components::ComponentStatus,
    methods::{shelly::UpdateFrom, wifi::ApClients},
};
use shelly_http::{Endpoint, Limits, Tls};
use shelly_types::{ComponentKey, Credentials, DeviceStatus, Identity, Mac, wire::AsSent};
use sync_engine::WriteAnswer;
use tokio::time::Instant;

use self::known::Known;
pub(crate) use self::{
    read::{masked, observe},
    status::{reading, status},
    write::{clear_missing, writes},
};
use crate::{
    Command, Configuration, Error, Link, Links, Options, RawConfiguration,
    device::{same_device, same_mac},
    family::{Family, Request, Shown, Write},
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
    known: Mutex<Known>,
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
            known: Mutex::default(),
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

    /// The devices at its access point.
    pub(crate) async fn access_point_clients(&self) -> Result<ApClients, Error> {
        self.client.wifi_ap_clients().await.map_err(|source| Error::rpc("list the clients of its access point", source))
    }

    /// Virtual, BTHome and other components that are added at run time, unless the device is known to have none. Old
    /// firmware has none.
    async fn dynamic(&self, config: bool) -> Result<Vec<ComponentEntry>, Error> {
        if self.known().has_nothing_dynamic() {
            return Ok(Vec::new());
        }
        let include = Include { config, attrs: false, ..Include::DYNAMIC };
        let entries = match self.client.all_components(include).await {
            Err(error) if error.is_no_such_method() => Vec::new(),
            answer => answer.map_err(|source| Error::rpc("read the dynamic components", source))?,
        };
        self.known().dynamic(entries.is_empty());
        Ok(entries)
    }

    /// Begins to install the firmware at this address.
    pub(crate) async fn install_from(&self, url: &str) -> Result<(), Error> {
        self.known().forget();
        let from = UpdateFrom::Url(url.to_owned());
        self.client.update(&from).await.map_err(|source| Error::rpc("install firmware", source))
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The status of the components that are always there.
    pub(crate) async fn fixed_status(&self) -> Result<StatusDocument, Error> {
        let document = self.client.status().await.map_err(|source| Error::rpc("read the status", source))?;
        if let (Some(expected), Some(found)) = (self.expected, sender(&document)) {
            same_mac(self.route().endpoint(), expected, found)?;
        }
        self.has_answered.store(true, Ordering::Relaxed);
        let mut known = self.known();
        let sys = match document.components.get("sys") {
            Some(ComponentStatus::Sys(sys)) => (sys.cfg_rev.copied(), sys.restart_required.copied().unwrap_or(false)),
            _ => (None, false),
        };
        known.is_at(sys.0);
        known.waits(sys.1);
        drop(known);
        Ok(document)
    }

    fn shown(&self, identity: &Identity, settings: AsSent) -> Shown {
        let mut observed = observe(identity, &settings);
        observed.restart_required = self.known().is_waiting();
        let by = Some(shown_by(&settings).0.unwrap_or(identity.mac));
        Shown { by, configuration: Configuration { observed, raw: RawConfiguration::rpc(settings) } }
    }

    /// The whole status in the words of the device, with the components that are added at run time.
    pub(crate) async fn whole_status(&self) -> Result<StatusDocument, Error> {
        let mut document = self.fixed_status().await?;
        for entry in self.dynamic(false).await? {
            if let Some(reading) = entry.status {
                document.components.entry(entry.key).or_insert(reading);
            }
        }
        Ok(document)
    }

    async fn fixed_config(&self) -> Result<AsSent, Error> {
        self.client.config_as_sent().await.map_err(|source| Error::rpc("read the configuration", source))
    }

    async fn identity(&self) -> Result<Identity, Error> {
        let identity = self.client.identity().await.map_err(|source| Error::rpc("ask who it is", source))?;
        self.known().introduced(identity.clone(), Instant::now());
        Ok(identity)
    }

    /// Who it said it is within this time, else asks.
    async fn recent_identity(&self, trusted: Duration) -> Result<Identity, Error> {
        let known = self.known().identity(trusted, Instant::now()).cloned();
        match known {
            Some(identity) => Ok(identity),
            None => self.identity().await,
        }
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

/// Who shows a configuration, and its revision.
fn shown_by(config: &AsSent) -> (Option<Mac>, Option<u64>) {
    let mac = config.at(&["sys", "device", "mac"]).and_then(|mac| mac.as_str()?.parse().ok());
    (mac, config.at(&["sys", "cfg_rev"]).and_then(Value::as_u64))
}

fn http(endpoint: &Endpoint, credentials: Option<Credentials>, limits: &Limits, tls: Option<&Tls>) -> HttpChannel {
    HttpChannel::new(endpoint.clone()).with_credentials(credentials).with_limits(limits.clone()).with_tls(tls.cloned())
}

impl Family for Gen2 {
    async fn status(&self) -> Result<DeviceStatus, Error> {
        Ok(status(&self.whole_status().await?))
    }

    async fn read(&self, known: &Identity) -> Result<(DeviceStatus, Shown), Error> {
        // Who it is is asked again: login and profile may have changed since the device was found.
        let (mut readings, identity, mut settings) = if self.has_answered.load(Ordering::Relaxed) {
            tokio::try_join!(self.fixed_status(), self.identity(), self.fixed_config())?
        } else {
            (self.fixed_status().await?, self.identity().await?, self.fixed_config().await?)
        };
        same_device(self.route().endpoint(), known.mac, &identity)?;
        for entry in self.dynamic(true).await? {
            if let Some(reading) = entry.status {
                readings.components.entry(entry.key.clone()).or_insert(reading);
            }
            if let Some(config) = entry.config {
                settings.members_mut().entry(entry.key).or_insert_with(|| config.to_json());
            }
        }
        Ok((status(&readings), self.shown(&identity, settings)))
    }

    async fn configuration(&self, known: &Identity, trusted: Duration) -> Result<Shown, Error> {
        let (identity, mut settings) = if self.has_answered.load(Ordering::Relaxed) {
            tokio::try_join!(self.recent_identity(trusted), self.fixed_config())?
        } else {
            let settings = self.fixed_config().await?;
            self.has_answered.store(true, Ordering::Relaxed);
            (self.recent_identity(trusted).await?, settings)
        };
        same_device(self.route().endpoint(), known.mac, &identity)?;
        self.known().is_at(shown_by(&settings).1);
        if !self.known().has_nothing_waiting() {
            self.fixed_status().await?;
        }
        for entry in self.dynamic(true).await? {
            if let Some(config) = entry.config {
                settings.members_mut().entry(entry.key).or_insert_with(|| config.to_json());
            }
        }
        Ok(self.shown(&identity, settings))
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
        let answer = answer.inspect_err(|_| self.known().forget());
        let answer = answer.map_err(|source| Error::rpc("write settings", source))?;
        let restart_required = answer.get("restart_required").and_then(Value::as_bool).unwrap_or(false);
        self.known().wrote(method, restart_required);
        Ok(WriteAnswer { restart_required })
    }

    async fn command(&self, command: &Command) -> Result<(), Error> {
        self.known().forget();
        command::carry_out(&self.client, command).await.map_err(|source| Error::rpc(command::attempt(command), source))
    }

    fn set_credentials(&mut self, credentials: Option<Credentials>) {
        let http = |endpoint: &Endpoint| http(endpoint, credentials, &self.limits, self.tls.as_ref());
        self.client = Client::new(self.route().logged_in_by(http));
        self.has_answered = AtomicBool::new(false);
        self.known().forget();
    }
}
