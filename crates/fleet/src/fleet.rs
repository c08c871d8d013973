//! The handle through which everything is done, and what it holds.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use fleet_model::{Actor, Clock, EventRecord, FleetEvent, IdGen, JobId, Permission, TimeIds};
use futures::future::BoxFuture;
use secrets::Keyring;
use shelly_types::Mac;
use storage::Store;
use tokio::{
    sync::{Notify, Semaphore},
    task::AbortHandle,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    Error, ErrorKind, FleetOptions, Notice, Notices,
    agents::AgentHub,
    bus::{Bus, FreshReading},
    callers::Callers,
    config::KeptSnapshot,
    conflicts::Conflicts,
    ingest::{Ingest, Reports},
    jobs::{JobBell, WaitedFor},
    lanes::Lanes,
    links::BrokerLinks,
    networks::Searches,
    progress::Progress,
    readings::Unstored,
    repairs::RepairBoard,
    rules::AllKeptFacts,
    sockets::Sockets,
    sources::SourceBoard,
};

/// Time that running work gets to end when the manager stops.
const STOP_GRACE: Duration = Duration::from_secs(10);

/// Devices adopted at the same time. Each is read whole, and what is kept of it lies in memory between what is not.
const ADOPTIONS: usize = 16;

/// The manager's fleet. Clones are the same fleet.
#[derive(Clone)]
pub struct Fleet {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    keyring: Keyring,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGen>,
    options: FleetOptions,
    bus: Bus,
    lanes: Lanes,
    adoptions: Semaphore,
    reports: Reports,
    unstored: Unstored,
    stop: CancellationToken,
    tasks: TaskTracker,
    started: Instant,
    running_jobs: Mutex<HashSet<JobId>>,
    kept_snapshots: Mutex<HashMap<Mac, KeptSnapshot>>,
    kept_facts: Mutex<AllKeptFacts>,
    polls: Arc<Notify>,
    follows: Arc<Notify>,
    topics: Arc<Notify>,
    broker_links: BrokerLinks,
    sockets: Sockets,
    callers: Callers,
    checked_soon: Mutex<HashSet<Mac>>,
    progress: Progress,
    job_bell: JobBell,
    waited_for: WaitedFor,
    repairs: RepairBoard,
    sources: SourceBoard,
    conflicts: Conflicts,
    searches: Searches,
    agents: AgentHub,
    owner: String,
}

impl Fleet {
    /// A fleet on this database, within a tokio runtime. It does what it is asked; by itself it does something only after
    /// [`Fleet::start_loops`].
    pub fn new(store: Store, keyring: Keyring, clock: Arc<dyn Clock>, options: FleetOptions) -> Self {
        let ids = TimeIds;
        let (reports, ingest) = Ingest::new();
        let owner = options.owner.clone().unwrap_or_else(|| format!("manager-{}", ids.next_uuid()));
        let inner = Inner {
            store,
            keyring,
            clock,
            lanes: Lanes::new(options.at_once),
            adoptions: Semaphore::new(ADOPTIONS),
            options,
            bus: Bus::new(),
            reports,
            unstored: Unstored::default(),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            started: Instant::now(),
            running_jobs: Mutex::default(),
            kept_snapshots: Mutex::default(),
            kept_facts: Mutex::default(),
            polls: Arc::default(),
            follows: Arc::default(),
            topics: Arc::default(),
            broker_links: BrokerLinks::default(),
            sockets: Sockets::default(),
            callers: Callers::default(),
            checked_soon: Mutex::default(),
            progress: Progress::default(),
            job_bell: JobBell::default(),
            waited_for: WaitedFor::default(),
            repairs: RepairBoard::default(),
            sources: SourceBoard::default(),
            conflicts: Conflicts::default(),
            searches: Searches::default(),
            agents: AgentHub::default(),
            owner,
            ids: Arc::new(ids),
        };
        let fleet = Self { inner: Arc::new(inner) };
        fleet.spawn(ingest.run(fleet.clone()));
        fleet
    }

    /// Takes up what an earlier process left behind, and starts polling, discovery and drift checks by timetable.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn start_loops(&self) -> Result<(), Error> {
        self.scans_break_off().await?;
        self.jobs_take_up().await?;
        self.expected_take_up().await?;
        crate::loops::start(self);
        Ok(())
    }

    /// Done when the manager is about to stop.
    pub fn stopping(&self) -> impl Future<Output = ()> + Send + 'static {
        self.inner.stop.clone().cancelled_owned()
    }

    /// Stops the loops and waits a moment for running work. What does not end in time is taken up at the next start.
    pub async fn stop(&self) {
        self.inner.stop.cancel();
        self.inner.tasks.close();
        if tokio::time::timeout(STOP_GRACE, self.inner.tasks.wait()).await.is_err() {
            tracing::warn!("some work did not end in time; it is taken up at the next start");
        }
    }

    /// Whether the database answers.
    pub async fn is_ready(&self) -> bool {
        self.inner.store.events_newest_seq().await.is_ok()
    }

    /// `sqlite` or `postgres`.
    pub fn database_kind(&self) -> &'static str {
        self.inner.store.database_kind()
    }

    /// Time since the start.
    pub fn uptime(&self) -> Duration {
        self.inner.started.elapsed()
    }

    /// Now, by the clock of this fleet.
    pub fn time(&self) -> DateTime<Utc> {
        self.inner.clock.now()
    }

    /// How agents are worked with.
    pub fn agent_options(&self) -> &crate::AgentOptions {
        &self.inner.options.agents
    }

    /// Listens to what is committed from now on, but for readings.
    pub fn subscribe(&self) -> Notices {
        self.inner.bus.subscribe()
    }

    /// Listens to what is committed from now on, with readings. Those that were not heard yet are kept for it, so it has to
    /// listen all the time.
    pub fn subscribe_with_readings(&self) -> Notices {
        self.inner.bus.subscribe_with_readings()
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    pub(crate) fn keyring(&self) -> &Keyring {
        &self.inner.keyring
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.inner.clock.now()
    }

    pub(crate) fn ids(&self) -> &dyn IdGen {
        &*self.inner.ids
    }

    pub(crate) fn options(&self) -> &FleetOptions {
        &self.inner.options
    }

    pub(crate) fn lanes(&self) -> &Lanes {
        &self.inner.lanes
    }

    pub(crate) fn adoptions(&self) -> &Semaphore {
        &self.inner.adoptions
    }

    pub(crate) fn reports(&self) -> &Reports {
        &self.inner.reports
    }

    pub(crate) fn progress(&self) -> &Progress {
        &self.inner.progress
    }

    /// Rung when somebody decides about a job, or a device is back that one waits for.
    pub(crate) fn job_bell(&self) -> &JobBell {
        &self.inner.job_bell
    }

    /// Devices that jobs wait for.
    pub(crate) fn waited_for(&self) -> &WaitedFor {
        &self.inner.waited_for
    }

    /// Devices about which policies of repair could do nothing a short while ago.
    pub(crate) fn repair_board(&self) -> &RepairBoard {
        &self.inner.repairs
    }

    pub(crate) fn source_board(&self) -> &SourceBoard {
        &self.inner.sources
    }

    pub(crate) fn searches(&self) -> &Searches {
        &self.inner.searches
    }

    pub(crate) fn conflicts(&self) -> &Conflicts {
        &self.inner.conflicts
    }

    /// The agents that are connected.
    pub(crate) fn agent_hub(&self) -> &AgentHub {
        &self.inner.agents
    }

    pub(crate) fn owner(&self) -> &str {
        &self.inner.owner
    }

    pub(crate) fn stop_token(&self) -> &CancellationToken {
        &self.inner.stop
    }

    /// The set of devices or their intervals changed.
    pub(crate) fn ring(&self) {
        self.inner.polls.notify_one();
        self.inner.follows.notify_one();
        self.inner.topics.notify_one();
    }

    /// Rung when the set of devices or their intervals change, so that the poll loop looks again.
    pub(crate) fn poll_bell(&self) -> &Arc<Notify> {
        &self.inner.polls
    }

    /// Rung when the set of devices changes, so that new ones are followed.
    pub(crate) fn follow_bell(&self) -> &Arc<Notify> {
        &self.inner.follows
    }

    /// Rung when the set of devices changes, so that new ones are heard at the broker.
    pub(crate) fn topic_bell(&self) -> &Arc<Notify> {
        &self.inner.topics
    }

    /// Readings that are told and not stored yet.
    pub(crate) fn unstored(&self) -> &Unstored {
        &self.inner.unstored
    }

    /// Devices that are at the broker.
    pub(crate) fn broker_links(&self) -> &BrokerLinks {
        &self.inner.broker_links
    }

    /// The WebSockets that are open to devices.
    pub(crate) fn sockets(&self) -> &Sockets {
        &self.inner.sockets
    }

    /// Devices that dialled in and wait to be adopted.
    pub(crate) fn callers(&self) -> &Callers {
        &self.inner.callers
    }

    /// Devices that will be compared with their wish in a moment.
    pub(crate) fn checked_soon<T>(&self, use_it: impl FnOnce(&mut HashSet<Mac>) -> T) -> T {
        use_it(&mut self.inner.checked_soon.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn running_jobs<T>(&self, use_it: impl FnOnce(&mut HashSet<JobId>) -> T) -> T {
        use_it(&mut self.inner.running_jobs.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What is known of the newest stored configuration of each device.
    pub(crate) fn kept_snapshots<T>(&self, use_it: impl FnOnce(&mut HashMap<Mac, KeptSnapshot>) -> T) -> T {
        use_it(&mut self.inner.kept_snapshots.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What rules look at in the newest stored configuration of each device.
    pub(crate) fn kept_facts<T>(&self, use_it: impl FnOnce(&mut AllKeptFacts) -> T) -> T {
        use_it(&mut self.inner.kept_facts.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs a task that is waited for when the manager stops.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        drop(self.spawn_abortable(task));
    }

    /// The same, to be ended before that when need be.
    pub(crate) fn spawn_abortable(&self, task: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
        // One kind of task for all keeps the program small.
        let task: BoxFuture<'static, ()> = Box::pin(task);
        self.inner.tasks.spawn(task).abort_handle()
    }

    /// Tells listeners what was committed.
    pub(crate) fn publish(&self, events: Vec<EventRecord>) {
        for event in events {
            // What these two say of the line of a device comes with its readings.
            let is_reading = matches!(event.event, FleetEvent::StatusChanged { .. } | FleetEvent::InputEvent { .. });
            let mac = event.mac.filter(|_| !is_reading);
            tracing::debug!(seq = event.seq, device.mac = event.mac.map(|mac| mac.to_string()), "{}", event.event);
            self.inner.bus.publish(Notice::Event(Arc::new(event)));
            if let Some(mac) = mac {
                self.inner.bus.publish(Notice::Device(mac));
            }
        }
    }

    /// Tells listeners that the line of a device looks different.
    pub(crate) fn publish_device(&self, mac: Mac) {
        self.inner.bus.publish(Notice::Device(mac));
    }

    /// Tells listeners the newest readings.
    pub(crate) fn publish_readings(&self, readings: Arc<[FreshReading]>) {
        if !readings.is_empty() {
            self.inner.bus.publish(Notice::Readings(readings));
        }
    }

    /// Whether `actor` may do what needs `needed`.
    pub(crate) fn authorize(actor: &Actor, needed: Permission) -> Result<(), Error> {
        if actor.may(needed) {
            return Ok(());
        }
        Err(Error::new(
            format!("this needs the permission `{needed}`, which {actor} does not have"),
            ErrorKind::Forbidden,
        ))
    }
}
