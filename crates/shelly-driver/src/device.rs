//! A device of any generation, over whatever carries to it.

mod follow;
mod guard;

use std::{
    collections::BTreeMap,
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use capability_config::{SettingPath, SettingValue};
use shelly_gen2_rpc::{Channel, ChannelKind, methods::wifi::ApClients};
use shelly_http::Endpoint;
use shelly_types::{ComponentKey, Credentials, DeviceStatus, Identity, Mac};
use sync_engine::Observed;
use tokio::time::{Instant, sleep};

use self::guard::{Guard, Trust};
use crate::{
    Command, Configuration, Error, Found, Link, Links, Manners, Options, Permit, Urgency, Wanted,
    family::{Family, Login, Shown},
    gen1::{Gen1, IN_FLIGHT},
    gen2::Gen2,
    route::{Errand, Way},
};

/// A device, found at an address and known by its hardware address.
///
/// Nothing is sent to change it before its hardware address is confirmed; again after trouble and after a while.
pub struct Device {
    /// Where it was found.
    endpoint: Endpoint,
    pub(crate) identity: Arc<Identity>,
    pub(crate) dialect: Dialect,
    pub(crate) options: Options,
    guard: Mutex<Guard>,
    /// What it showed last on behalf of a plan, with what was written since.
    pub(crate) shown: Option<Configuration>,
    /// Something was written since.
    pub(crate) is_written: bool,
    /// When it was told to restart, or something was written that may make it restart; once or several times.
    pub(crate) restarting: Option<Instant>,
    /// What is read along with its configuration.
    pub(crate) wanted: Wanted,
    /// A login that was written to it, of which nobody took note yet.
    pub(crate) new_login: Option<Login>,
    /// Numbers of the jobs of its schedule that were made in this conversation, by their names.
    pub(crate) made_jobs: BTreeMap<String, u32>,
}

/// Status and configuration of a device.
#[derive(Debug, Clone)]
pub struct Reading {
    /// What every component does now.
    pub status: DeviceStatus,
    /// How it is set up.
    pub configuration: Configuration,
}

/// The family that a device belongs to.
pub(crate) enum Dialect {
    Gen1(Box<Gen1>),
    Rpc(Box<Gen2>),
}

/// Calls the same method of either family.
macro_rules! of_family {
    ($dialect:expr, $family:ident => $call:expr) => {
        match $dialect {
            $crate::device::Dialect::Gen1($family) => $call,
            $crate::device::Dialect::Rpc($family) => $call,
        }
    };
}

pub(crate) use of_family;

/// What is asked of a device, on its way. Boxed, because it is moved through several hands.
pub(crate) type Question<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// What is about to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Intent {
    Read,
    Write,
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device")
            .field("endpoint", self.endpoint())
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}

impl Device {
    /// Asks who is at `endpoint` and takes it as the device, provided it is `expected` where that is given.
    ///
    /// When `expected` has a connection open in the place that the options name, it is asked there instead, and nothing is
    /// sent to `endpoint` while the connection lasts.
    ///
    /// Credentials are not tried here; the first reading tells whether they are right.
    pub async fn connect(
        endpoint: Endpoint,
        expected: Option<Mac>,
        credentials: Option<Credentials>,
        options: Options,
    ) -> Result<Self, Error> {
        if let Some(mac) = expected
            && options.links.as_ref().is_some_and(|links| links.current().is_some())
        {
            let gen2 = Gen2::new(&endpoint, credentials.clone(), &options).expecting(mac);
            let way = gen2.route().way();
            match at_the_end(&gen2, way, &endpoint, mac, &options).await {
                Ok(identity) => return Ok(Self::on(way, gen2, endpoint, identity, options)),
                Err(Error::LeftAlone { .. }) => {}
                // Nothing useful is at its end, or it has just ended.
                Err(_) => gen2.route().refuse(way),
            }
        }
        let question = Box::pin(options.probe(&endpoint));
        let found = polite(&endpoint, &options, Asking::alone(Urgency::Background), question).await?;
        let Found { identity, endpoint } = found;
        same_device(&endpoint, expected.unwrap_or(identity.mac), &identity)?;
        let dialect = if identity.generation.is_gen1() {
            let gen1 = Gen1::new(endpoint.clone(), credentials, options.limits.clone());
            Dialect::Gen1(Box::new(gen1.with_manners(options.manners.clone()).expecting(identity.mac)))
        } else {
            Dialect::Rpc(Box::new(Gen2::new(&endpoint, credentials, &options).expecting(identity.mac)))
        };
        Ok(Self::new(endpoint, identity, dialect, options))
    }

    /// The device at the other end of an open connection, provided it is `expected`. It has no other way: when the
    /// connection ends, it is unreachable until the next one is [attached](Self::attach), as a device that calls in from
    /// behind a router.
    ///
    /// The connection holds the credentials, where it needs some.
    ///
    /// # Errors
    /// When it does not say who it is, or is another device.
    pub async fn over(link: Link, expected: Mac, options: Options) -> Result<Self, Error> {
        let endpoint = link.endpoint().clone();
        let gen2 = Gen2::over(link, &options).expecting(expected);
        let way = gen2.route().way();
        let identity = at_the_end(&gen2, way, &endpoint, expected, &options).await?;
        Ok(Self::on(way, gen2, endpoint, identity, options))
    }

    /// A device that has just said this way who it is.
    fn on(way: Way, gen2: Gen2, endpoint: Endpoint, identity: Identity, options: Options) -> Self {
        gen2.route().confirm(way);
        let device = Self::new(endpoint, identity, Dialect::Rpc(Box::new(gen2)), options);
        device.guard().confirmed(way, Instant::now());
        device
    }

    fn new(endpoint: Endpoint, identity: Identity, dialect: Dialect, options: Options) -> Self {
        let guard = Mutex::new(Guard::new(Way::HTTP, Instant::now(), Trust::of(&options)));
        let identity = Arc::new(identity);
        let (wanted, made_jobs) = (Wanted::default(), BTreeMap::new());
        let (shown, is_written, restarting, new_login) = (None, false, None, None);
        Self {
            endpoint,
            identity,
            dialect,
            options,
            guard,
            shown,
            is_written,
            restarting,
            wanted,
            new_login,
            made_jobs,
        }
    }

    /// Where it is reached over HTTP: where it was found, or where it sent us, over TLS. For a device that has only a
    /// connection, where that comes from.
    pub fn endpoint(&self) -> &Endpoint {
        match &self.dialect {
            Dialect::Gen1(_) => &self.endpoint,
            Dialect::Rpc(gen2) => gen2.route().endpoint(),
        }
    }

    /// Uses an open connection from now on, before HTTP, until it ends. Who is at its other end is asked before anything
    /// else is sent that way.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for Gen1, which speaks HTTP only.
    pub fn attach(&self, link: Link) -> Result<(), Error> {
        let what = || "be called over a connection of its own".to_owned();
        let links = self.links().ok_or_else(|| Error::Unsupported { device: self.identity.mac, what: what() })?;
        links.attach(link);
        Ok(())
    }

    /// The place for an open connection; it can be used while the device is busy. None for Gen1.
    pub fn links(&self) -> Option<Links> {
        match &self.dialect {
            Dialect::Gen1(_) => None,
            Dialect::Rpc(gen2) => Some(gen2.route().links().clone()),
        }
    }

    /// What carried the last call, or would carry the first.
    pub fn carried_by(&self) -> ChannelKind {
        match &self.dialect {
            Dialect::Gen1(_) => ChannelKind::Http,
            Dialect::Rpc(gen2) => gen2.route().carried_by(),
        }
    }

    /// Whether it was reached over a broker alone, so that its endpoint is the broker.
    pub fn is_over_broker(&self) -> bool {
        match &self.dialect {
            Dialect::Gen1(_) => false,
            Dialect::Rpc(gen2) => !gen2.route().has_http() && self.carried_by() == ChannelKind::Mqtt,
        }
    }

    /// The manners toward it.
    pub fn manners(&self) -> &Manners {
        &self.options.manners
    }

    /// Who it is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Who it is, for those who keep it.
    pub fn shared_identity(&self) -> Arc<Identity> {
        Arc::clone(&self.identity)
    }

    /// Takes on the name that a configuration shows. Gen1 devices do not say it when they are asked who they are.
    pub fn learn_name(&mut self, observed: &Observed) {
        let path = SettingPath::new(ComponentKey::single("sys"), "device.name");
        if let Some(name) = observed.settings.get(&path).and_then(SettingValue::as_text)
            && self.identity.name.as_deref() != Some(name)
        {
            Arc::make_mut(&mut self.identity).name = Some(name.to_owned());
        }
    }

    /// What applying a plan read at its end, so that it need not be read once more; none when something was written since.
    pub fn take_shown(&mut self) -> Option<Configuration> {
        self.shown.take().filter(|_| !self.is_written)
    }

    /// The login that was written to it and answered, and that it is spoken to with since then; once. Whoever keeps
    /// passwords keeps this one.
    pub fn take_new_login(&mut self) -> Option<Login> {
        self.new_login.take()
    }

    /// What every component does now, for the background.
    pub async fn status(&self) -> Result<DeviceStatus, Error> {
        self.status_for(Urgency::Background).await
    }

    /// What every component does now.
    pub async fn status_for(&self, urgency: Urgency) -> Result<DeviceStatus, Error> {
        self.confirm(Intent::Read, urgency).await?;
        let question = Box::pin(async { of_family!(&self.dialect, family => family.status().await) });
        self.ask(Intent::Read, urgency, question).await
    }

    /// Status and the whole configuration, for the background.
    pub async fn read(&self) -> Result<Reading, Error> {
        self.read_for(Urgency::Background).await
    }

    /// Status and the whole configuration.
    pub async fn read_for(&self, urgency: Urgency) -> Result<Reading, Error> {
        let way = self.confirm(Intent::Read, urgency).await?;
        let question = Box::pin(async { of_family!(&self.dialect, family => family.read(&self.identity).await) });
        let (status, mut shown) = self.ask(Intent::Read, urgency, question).await?;
        self.is_shown_by(&shown, way)?;
        self.add_resources(&mut shown.configuration.observed).await?;
        Ok(Reading { status, configuration: shown.configuration })
    }

    /// The whole configuration, for the background. It takes fewer requests than [`read`](Self::read).
    pub async fn configuration(&self) -> Result<Configuration, Error> {
        Ok(self.configuration_shown().await?.configuration)
    }

    /// The same, with who showed it.
    async fn configuration_shown(&self) -> Result<Shown, Error> {
        let way = self.confirm(Intent::Read, Urgency::Background).await?;
        let trusted = self.options.confirm_write_after;
        let question = Box::pin(async {
            of_family!(&self.dialect, family => family.configuration(&self.identity, trusted).await)
        });
        let mut shown = self.ask(Intent::Read, Urgency::Background, question).await?;
        self.is_shown_by(&shown, way)?;
        self.add_resources(&mut shown.configuration.observed).await?;
        Ok(shown)
    }

    /// The whole configuration, right before it is written to: who shows it need not be asked who it is.
    pub(crate) async fn configuration_to_write(&self) -> Result<Configuration, Error> {
        let way = self.way();
        let shown = self.configuration_shown().await?;
        if shown.by.is_some() && way == self.way() {
            self.sure_of(way);
        }
        Ok(shown.configuration)
    }

    /// Another device's configuration is an error.
    fn is_shown_by(&self, shown: &Shown, way: Way) -> Result<(), Error> {
        let found = shown.by.unwrap_or(self.identity.mac);
        same_mac(self.endpoint(), self.identity.mac, found).inspect_err(|_| self.refuse(way))
    }

    /// The devices at its access point and the ports that lead to them, when it is a range extender (C2).
    ///
    /// # Errors
    /// [`Error::Unsupported`] for Gen1, which has no range extender.
    pub async fn access_point_clients(&self) -> Result<ApClients, Error> {
        let Dialect::Rpc(gen2) = &self.dialect else {
            let what = "tell who is at its access point".to_owned();
            return Err(Error::Unsupported { device: self.identity.mac, what });
        };
        let urgency = Urgency::Background;
        self.confirm(Intent::Read, urgency).await?;
        self.ask(Intent::Read, urgency, Box::pin(gen2.access_point_clients())).await
    }

    /// Tells it to do something at once, for a person: it waits for one request of the background at most.
    ///
    /// [`Command::Restart`] returns when the device has answered, not when it is back.
    pub async fn command(&self, command: &Command) -> Result<(), Error> {
        self.command_for(Urgency::Person, command).await
    }

    /// Tells it to do something at once.
    pub async fn command_for(&self, urgency: Urgency, command: &Command) -> Result<(), Error> {
        self.confirm(Intent::Write, urgency).await?;
        let question = Box::pin(async { of_family!(&self.dialect, family => family.command(command).await) });
        self.ask(Intent::Write, urgency, question).await?;
        if *command == Command::Restart {
            self.guard().doubt();
        }
        Ok(())
    }

    /// Makes sure that the device is still the one it was, when there is reason to doubt it or another connection is used.
    /// Tells the way.
    pub(crate) async fn confirm(&self, intent: Intent, urgency: Urgency) -> Result<Way, Error> {
        let way = self.way();
        if !self.guard().is_sure(intent, way, Instant::now()) {
            self.asked_who(way, urgency).await?;
        }
        Ok(way)
    }

    /// Asks who is at the end of this way. It has to be this device.
    async fn asked_who(&self, way: Way, urgency: Urgency) -> Result<Identity, Error> {
        // An open connection goes through the gate by itself.
        let width = (way == Way::HTTP).then_some(1);
        let asking = Asking { width, ..Asking::alone(urgency) };
        let found = polite(self.endpoint(), &self.options, asking, Box::pin(self.who(way))).await;
        let found = found.inspect_err(|_| self.guard().doubt())?;
        same_device(self.endpoint(), self.identity.mac, &found).inspect_err(|_| self.refuse(way))?;
        self.sure_of(way);
        Ok(found)
    }

    /// Asks it once more who it is, for the background: after a restart it may have other firmware.
    ///
    /// # Errors
    /// When it does not say, or is another device.
    pub async fn introduce(&mut self) -> Result<(), Error> {
        let mut found = self.asked_who(self.way(), Urgency::Background).await?;
        if found.generation.is_gen1() {
            // It is in the configuration only.
            found.name.clone_from(&self.identity.name);
        }
        if *self.identity != found {
            self.identity = Arc::new(found);
        }
        Ok(())
    }

    /// The right device has said who it is this way.
    pub(crate) fn sure_of(&self, way: Way) {
        if let Dialect::Rpc(gen2) = &self.dialect {
            gen2.route().confirm(way);
        }
        self.guard().confirmed(way, Instant::now());
    }

    /// The way that a request would take now.
    pub(crate) fn way(&self) -> Way {
        match &self.dialect {
            Dialect::Gen1(_) => Way::HTTP,
            Dialect::Rpc(gen2) => gen2.route().way(),
        }
    }

    /// Asks who is at the end of this way, whoever that is.
    pub(crate) async fn who(&self, way: Way) -> Result<Identity, Error> {
        match &self.dialect {
            Dialect::Rpc(gen2) if way != Way::HTTP || !gen2.route().has_http() => gen2.who(way).await,
            _ => Ok(self.options.probe(self.endpoint()).await?.identity),
        }
    }

    /// Another device is at the end of this way, so an open connection is not used any more.
    fn refuse(&self, way: Way) {
        self.guard().doubt();
        if let Dialect::Rpc(gen2) = &self.dialect {
            gen2.route().refuse(way);
        }
    }

    /// Talks to the device, politely, and remembers how it went.
    pub(crate) async fn ask<T>(&self, intent: Intent, urgency: Urgency, question: Question<'_, T>) -> Result<T, Error> {
        let is_gen1 = self.identity.generation.is_gen1();
        let writing = (intent == Intent::Write).then_some(is_gen1);
        // What is read from Gen1, and all calls of later generations, goes through the gate one by one.
        let width = (is_gen1 && intent == Intent::Write).then_some(IN_FLIGHT);
        let answer = polite(self.endpoint(), &self.options, Asking { urgency, writing, width }, question).await;
        match &answer {
            Ok(_) => self.guard().heard(Instant::now()),
            Err(_) => self.guard().doubt(),
        }
        answer
    }

    pub(crate) fn guard(&self) -> MutexGuard<'_, Guard> {
        self.guard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks who is at the end of an open connection, which has to be `expected`.
async fn at_the_end(
    gen2: &Gen2,
    way: Way,
    endpoint: &Endpoint,
    expected: Mac,
    options: &Options,
) -> Result<Identity, Error> {
    let asking = Asking { width: None, ..Asking::alone(Urgency::Background) };
    let found = polite(endpoint, options, asking, Box::pin(gen2.who(way))).await?;
    same_device(endpoint, expected, &found)?;
    Ok(found)
}

pub(crate) fn same_device(endpoint: &Endpoint, expected: Mac, found: &Identity) -> Result<(), Error> {
    same_mac(endpoint, expected, found.mac)
}

pub(crate) fn same_mac(endpoint: &Endpoint, expected: Mac, found: Mac) -> Result<(), Error> {
    if found == expected {
        return Ok(());
    }
    Err(Error::WrongDevice { endpoint: endpoint.clone(), expected, found })
}

/// How something is asked.
#[derive(Debug, Clone, Copy)]
struct Asking {
    /// For whom.
    urgency: Urgency,
    /// It changes something, and whether it goes to a Gen1 device.
    writing: Option<bool>,
    /// It goes through the gate as one request, and how wide the gate is; none when each of its requests does so.
    width: Option<usize>,
}

impl Asking {
    /// A single question to whoever is there.
    fn alone(urgency: Urgency) -> Self {
        Self { urgency, writing: None, width: Some(1) }
    }
}

/// Asks a question with good manners.
async fn polite<T>(
    endpoint: &Endpoint,
    options: &Options,
    asking: Asking,
    question: Question<'_, T>,
) -> Result<T, Error> {
    let manners = &options.manners;
    let _pass = match asking.width {
        Some(width) => Some(manners.pass(width, asking.urgency).await),
        None => None,
    };
    let now = Instant::now();
    let permit = match asking.writing {
        Some(is_gen1) => manners.may_write(is_gen1, asking.urgency, now),
        None => manners.may_ask(asking.urgency, now),
    };
    match permit {
        Permit::Now => {}
        Permit::After(pause) => sleep(pause).await,
        Permit::LeftAlone { left, why } => return Err(Error::LeftAlone { endpoint: endpoint.clone(), left, why }),
    }
    let answer = Errand { urgency: asking.urgency, way: None }.run(question).await;
    match &answer {
        Ok(_) => manners.answered(),
        Err(error) => manners.failed(error.class(), error.retry_after(), Instant::now()),
    }
    answer
}

/// How long it is since `moment`.
pub(crate) fn since(moment: Instant) -> Duration {
    Instant::now().saturating_duration_since(moment)
}
