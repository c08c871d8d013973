//! A device of any generation, reached over HTTP.

mod guard;

use std::{
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use capability_config::{SettingPath, SettingValue, Settings};
use serde_json::Value;
use shelly_http::Endpoint;
use shelly_types::{ComponentKey, ComponentStatus, Credentials, DeviceStatus, Identity, Mac};
use sync_engine::Observed;
use tokio::time::{Instant, sleep};

use self::guard::Guard;
use crate::{Command, Error, Options, Permit, family::Family, gen1::Gen1, gen2::Gen2, probe::probe};

/// A device, found at an address and known by its hardware address.
///
/// Nothing is sent to change it before its hardware address is confirmed; again after trouble and after a while.
pub struct Device {
    pub(crate) endpoint: Endpoint,
    pub(crate) identity: Arc<Identity>,
    pub(crate) dialect: Dialect,
    pub(crate) options: Options,
    guard: Mutex<Guard>,
    /// What was shown last.
    pub(crate) shown: Option<Settings>,
    /// What was read last on behalf of a plan.
    pub(crate) last_reading: Option<Reading>,
    /// When it was told to restart, or something was written that may make it restart; once or several times.
    pub(crate) restarting: Option<Instant>,
}

/// Status and configuration of a device.
#[derive(Debug, Clone)]
pub struct Reading {
    /// What every component does now.
    pub status: DeviceStatus,
    /// Every setting, in the words of all generations.
    pub observed: Observed,
    /// The whole configuration as the device sent it.
    pub raw: Value,
}

/// The family that a device belongs to.
pub(crate) enum Dialect {
    Gen1(Gen1),
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
            .field("endpoint", &self.endpoint)
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}

impl Device {
    /// Asks who is at `endpoint` and takes it as the device, provided it is `expected` where that is given.
    ///
    /// Credentials are not tried here; the first reading tells whether they are right.
    pub async fn connect(
        endpoint: Endpoint,
        expected: Option<Mac>,
        credentials: Option<Credentials>,
        options: Options,
    ) -> Result<Self, Error> {
        let identity = polite(&endpoint, &options, None, Box::pin(probe(&endpoint, &options.limits))).await?;
        same_device(&endpoint, expected.unwrap_or(identity.mac), &identity)?;
        let limits = options.limits.clone();
        let dialect = if identity.generation.is_gen1() {
            Dialect::Gen1(Gen1::new(endpoint.clone(), credentials, limits))
        } else {
            Dialect::Rpc(Box::new(Gen2::new(endpoint.clone(), credentials, limits)))
        };
        let identity = Arc::new(identity);
        let guard = Mutex::new(Guard::new(Instant::now(), options.confirm_after));
        Ok(Self { endpoint, identity, dialect, options, guard, shown: None, last_reading: None, restarting: None })
    }

    /// Where it is.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Who it is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Who it is, for those who keep it.
    pub fn shared_identity(&self) -> Arc<Identity> {
        Arc::clone(&self.identity)
    }

    /// Takes on the name that a reading shows. Gen1 devices do not say it when they are asked who they are.
    pub fn learn_name(&mut self, reading: &Reading) {
        let path = SettingPath::new(ComponentKey::single("sys"), "device.name");
        if let Some(name) = reading.observed.settings.get(&path).and_then(SettingValue::as_text) {
            if self.identity.name.as_deref() != Some(name) {
                Arc::make_mut(&mut self.identity).name = Some(name.to_owned());
            }
        }
    }

    /// What applying a plan read last, so that it need not be read once more.
    pub fn take_last_reading(&mut self) -> Option<Reading> {
        self.last_reading.take()
    }

    /// What every component does now.
    pub async fn status(&self) -> Result<DeviceStatus, Error> {
        self.confirm(Intent::Read).await?;
        let question = Box::pin(async { of_family!(&self.dialect, family => family.status().await) });
        self.ask(Intent::Read, question).await
    }

    /// Status and the whole configuration.
    pub async fn read(&self) -> Result<Reading, Error> {
        self.confirm(Intent::Read).await?;
        let question = Box::pin(async { of_family!(&self.dialect, family => family.read(&self.identity).await) });
        let (status, configuration) = self.ask(Intent::Read, question).await?;
        let mut observed = configuration.observed;
        observed.restart_required |= restart_required(&status);
        Ok(Reading { status, observed, raw: configuration.raw })
    }

    /// Tells it to do something at once.
    ///
    /// [`Command::Restart`] returns when the device has answered, not when it is back.
    pub async fn command(&self, command: &Command) -> Result<(), Error> {
        self.confirm(Intent::Write).await?;
        let question = Box::pin(async { of_family!(&self.dialect, family => family.command(command).await) });
        self.ask(Intent::Write, question).await?;
        if *command == Command::Restart {
            self.guard().doubt();
        }
        Ok(())
    }

    /// Makes sure that the device is still the one it was, when there is reason to doubt it.
    pub(crate) async fn confirm(&self, intent: Intent) -> Result<(), Error> {
        if self.guard().is_sure(intent, Instant::now()) {
            return Ok(());
        }
        let question = Box::pin(probe(&self.endpoint, &self.options.limits));
        let found = polite(&self.endpoint, &self.options, None, question).await;
        let found = found.inspect_err(|_| self.guard().doubt())?;
        same_device(&self.endpoint, self.identity.mac, &found)?;
        self.guard().confirmed(Instant::now());
        Ok(())
    }

    /// Talks to the device, politely, and remembers how it went.
    pub(crate) async fn ask<T>(&self, intent: Intent, question: Question<'_, T>) -> Result<T, Error> {
        let writing = (intent == Intent::Write).then(|| self.identity.generation.is_gen1());
        let answer = polite(&self.endpoint, &self.options, writing, question).await;
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

/// The device says that a setting waits for a restart.
fn restart_required(status: &DeviceStatus) -> bool {
    status
        .components
        .values()
        .any(|component| matches!(component, ComponentStatus::System(system) if system.restart_required == Some(true)))
}

pub(crate) fn same_device(endpoint: &Endpoint, expected: Mac, found: &Identity) -> Result<(), Error> {
    if found.mac == expected {
        return Ok(());
    }
    Err(Error::WrongDevice { endpoint: endpoint.clone(), expected, found: found.mac })
}

/// Asks a question with good manners. `writing` says that it changes something, and whether it goes to a Gen1 device.
async fn polite<T>(
    endpoint: &Endpoint,
    options: &Options,
    writing: Option<bool>,
    question: Question<'_, T>,
) -> Result<T, Error> {
    let manners = &options.manners;
    let _turn = manners.turn().await;
    let now = Instant::now();
    let permit = match writing {
        Some(is_gen1) => manners.may_write(is_gen1, now),
        None => manners.may_ask(now),
    };
    match permit {
        Permit::Now => {}
        Permit::After(pause) => sleep(pause).await,
        Permit::LeftAlone { left, locked_out } => {
            return Err(Error::LeftAlone { endpoint: endpoint.clone(), left, locked_out });
        }
    }
    let answer = question.await;
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
