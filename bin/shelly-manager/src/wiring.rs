//! Puts the parts together: the only place that knows every concrete type.

use std::{
    fs::{File, TryLockError},
    io::{Read, Seek, Write},
    path::Path,
    sync::Arc,
};

use anyhow::Context;
use api_client::{ManagerClient, Transport, TransportError};
use bytes::Bytes;
use fleet::{CoiotConfig, Fleet, FleetOptions};
use fleet_model::SystemClock;
use futures::future::BoxFuture;
use http::{Request, Response};
use http_body_util::BodyExt;
use secrets::Keyring;
use storage::{DatabaseUrl, Store};
use tower::ServiceExt;
use uuid::Uuid;

use crate::config::Config;

/// Name of the key file in the data directory.
const KEY_FILE: &str = "secret.key";
/// Name of the lock file that says a manager works on this data directory.
const LOCK_FILE: &str = "manager.lock";
/// Name of the database when no URL is given.
const DATABASE_FILE: &str = "manager.sqlite";

/// Sockets that a large scan and many devices take.
const WANTED_OPEN_FILES: u64 = 8192;

/// A manager in this process.
pub(crate) struct Local {
    pub(crate) fleet: Fleet,
    _lock: File,
}

impl Local {
    /// Opens the data directory and the database, and makes what is missing. Nothing runs by itself yet.
    pub(crate) async fn open(config: &Config) -> anyhow::Result<Self> {
        let dir = &config.data_dir;
        create_private_dir(dir).with_context(|| format!("make the data directory {}", dir.display()))?;
        let mut lock = lock(dir)?;
        let owner = owner(&mut lock).with_context(|| format!("name this manager in {LOCK_FILE}"))?;
        // More sockets only help; without them scans are slower.
        let _ = rlimit::increase_nofile_limit(WANTED_OPEN_FILES);
        let keyring = Keyring::open_or_create(&dir.join(KEY_FILE), &mut rand::rng())?;
        let url: DatabaseUrl = match &config.database {
            Some(url) => url.parse()?,
            None => DatabaseUrl::Sqlite(dir.join(DATABASE_FILE)),
        };
        let store = Store::open(&url, keyring.clone(), storage::Options::default()).await;
        let store = store.with_context(|| format!("open {url}"))?;
        let options = FleetOptions { owner: Some(owner), ..options(config) };
        let fleet = Fleet::new(store, keyring, Arc::new(SystemClock), options);
        Ok(Self { fleet, _lock: lock })
    }

    /// A client that hands its requests to the router of this process, as the operator of this host.
    pub(crate) fn client(&self) -> ManagerClient {
        ManagerClient::new(InProcess { router: rest_api::router(self.fleet.clone()) }, None)
    }

    /// Ends what runs, within a few seconds.
    pub(crate) async fn close(self) {
        self.fleet.stop().await;
    }
}

fn options(config: &Config) -> FleetOptions {
    FleetOptions {
        poll_interval: std::time::Duration::from_secs(config.poll_interval_s.into()),
        move_limit: std::time::Duration::from_secs(config.move_limit_s.into()),
        follow: config.follow,
        coiot: config.coiot.map(|listen| CoiotConfig { listen, interfaces: Vec::new() }),
        mqtt: config.mqtt.clone(),
        driver: shelly_driver::Options { tls: config.device_tls.clone(), ..shelly_driver::Options::default() },
        drift_interval: (config.drift_interval_s > 0)
            .then(|| std::time::Duration::from_secs(config.drift_interval_s.into())),
        mdns: config.mdns.clone(),
        timetables: config.timetables.clone(),
        auto_adopt: config.auto_adopt,
        device_token: config.device_token.clone(),
        agents: config.agents.clone(),
        retention: config.retention,
        sweep_interval: config.sweep_interval,
        ..FleetOptions::default()
    }
}

/// A directory that only its owner can read: it holds the key.
fn create_private_dir(dir: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

fn lock(dir: &Path) -> anyhow::Result<File> {
    let file = dir.join(LOCK_FILE);
    let opened = File::options().read(true).write(true).create(true).truncate(false).open(&file);
    let lock = opened.with_context(|| format!("make the lock file {}", file.display()))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(crate::commands::UsageError(format!(
            "a manager works on {} already: talk to it with --server URL and --token TOKEN",
            dir.display()
        ))
        .into()),
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("lock {}", file.display())),
    }
}

/// The name of the manager of this data directory, the same at every start: what an earlier process of it was doing when
/// it was killed is taken up at once, because the lock says that it is gone.
fn owner(lock: &mut File) -> std::io::Result<String> {
    let mut name = String::new();
    lock.read_to_string(&mut name)?;
    if let Ok(known) = name.trim().parse::<Uuid>() {
        return Ok(format!("manager-{known}"));
    }
    let new = Uuid::new_v4();
    lock.set_len(0)?;
    lock.rewind()?;
    writeln!(lock, "{new}")?;
    lock.sync_all()?;
    Ok(format!("manager-{new}"))
}

/// Log to standard error, as text. A second call changes nothing.
pub(crate) fn init_log(filter: &str) {
    let filter =
        tracing_subscriber::EnvFilter::try_new(filter).unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

struct InProcess {
    router: rest_api::Router,
}

impl Transport for InProcess {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        let router = self.router.clone();
        Box::pin(async move {
            let mut request = request.map(rest_api::Body::from);
            request.extensions_mut().insert(rest_api::LocalOperator);
            let answer = router.oneshot(request).await.map_err(|error| TransportError::new("ask the router", error))?;
            let (parts, body) = answer.into_parts();
            let body = body.collect().await.map_err(|error| TransportError::new("read the answer", error))?;
            Ok(Response::from_parts(parts, body.to_bytes()))
        })
    }
}
