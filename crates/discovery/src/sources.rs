//! Runs sources side by side and tells what they find as one.

mod hub;

use std::{
    fmt,
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use shelly_gen1::coiot::ListenerConfig;
use shelly_http::Endpoint;
use shelly_types::Mac;
use tokio::{sync::mpsc, task::JoinSet};
use tokio_util::sync::CancellationToken;

use self::hub::{Hub, Input};
use crate::{
    Conflict, MergeOptions, Seen, Sighting, SourceKind, Stranger, coiot,
    mdns::{self, MdnsOptions},
    mqtt::{self, MqttOptions},
};

/// What tells the time.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// Which sources run, and how.
#[derive(Debug, Clone)]
pub struct SourcesOptions {
    /// Look for services by mDNS.
    pub mdns: Option<MdnsOptions>,
    /// Listen to `CoIoT`. A program that listens already passes on what [`coiot::seen`] says.
    pub coiot: Option<ListenerConfig>,
    /// Listen on a broker.
    pub mqtt: Option<MqttOptions>,
    /// How evidence becomes sightings.
    pub merge: MergeOptions,
    /// Evidence that waits to be merged at most.
    pub evidence: usize,
    /// News that wait for the reader at most. When it is slow, it gets the newest of each device and nothing twice.
    pub news: usize,
    /// How often a device of which nothing is new is told again, for the time when it was seen last.
    pub repeat: Duration,
    /// How long a source that failed waits before it is tried again.
    pub retry: Duration,
}

impl Default for SourcesOptions {
    /// No source; 256 of evidence, 64 news, each device once a minute, a failed source after 30 seconds.
    fn default() -> Self {
        Self {
            mdns: None,
            coiot: None,
            mqtt: None,
            merge: MergeOptions::default(),
            evidence: 256,
            news: 64,
            repeat: Duration::from_mins(1),
            retry: Duration::from_secs(30),
        }
    }
}

/// What [`Sources`] tell.
#[derive(Debug)]
#[non_exhaustive]
pub enum News {
    /// A device came, or something about it is new.
    Sighting(Box<Sighting>),
    /// Somebody was seen whose hardware address nobody told.
    Stranger(Box<Stranger>),
    /// A device was not seen for so long that it is forgotten.
    Gone(Mac),
    /// Several devices are at one address at once (B7); told again when others join.
    Conflict(Conflict),
    /// There is one device or none at this address, where there were several.
    Settled(Endpoint),
    /// A source runs.
    Running(SourceKind),
    /// A source failed, in whole or in part. It goes on or is tried again; the others are not concerned.
    Failed {
        /// Which.
        kind: SourceKind,
        /// Why.
        error: SourceError,
    },
}

/// Why a source failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// mDNS.
    #[error(transparent)]
    Mdns(#[from] mdns::Error),
    /// `CoIoT`.
    #[error(transparent)]
    Coiot(#[from] shelly_gen1::coiot::Error),
    /// Messages to the group do not arrive from this interface; those by unicast do.
    #[error("join the CoIoT group on {interface}")]
    NotJoined {
        /// Address of the interface.
        interface: Ipv4Addr,
        /// Cause.
        #[source]
        source: std::io::Error,
    },
    /// Announcements could not be asked for.
    #[error(transparent)]
    Mqtt(#[from] shelly_mqtt::Error),
    /// The connection to the broker is lost.
    #[error("no connection to the broker {address}: {reason}")]
    Broker {
        /// Where the broker listens.
        address: String,
        /// Why.
        reason: String,
    },
    /// The source ended by itself: its socket failed or its connection was closed.
    #[error("the source ended")]
    Ended,
}

/// Takes evidence from outside: answers to a scan, clients of range extenders, devices that dialled in. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Reporter {
    inputs: mpsc::Sender<Input>,
    dropped: Arc<AtomicU64>,
}

impl Reporter {
    /// Tells of a device, after waiting for room; false when the sources are stopped.
    pub async fn tell(&self, seen: Seen) -> bool {
        self.inputs.send(Input::Seen(Box::new(seen))).await.is_ok()
    }

    /// Tells of a device if there is room now; false, and counted, when there is none.
    pub fn try_tell(&self, seen: Seen) -> bool {
        let told = self.inputs.try_send(Input::Seen(Box::new(seen))).is_ok();
        if !told {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        told
    }
}

/// What a source needs of its surroundings.
pub(crate) struct Context {
    reporter: Reporter,
    clock: Clock,
    stop: CancellationToken,
}

impl Context {
    pub(crate) fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    pub(crate) fn reporter(&self) -> &Reporter {
        &self.reporter
    }

    /// What `work` comes to; none, and it is dropped, when everything stops before.
    pub(crate) async fn until_stopped<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.stop.run_until_cancelled(work).await
    }

    /// Tells how the source is. It is lost only when everything stops.
    pub(crate) async fn report(&self, news: News) {
        let _ = self.reporter.inputs.send(Input::State(news)).await;
    }
}

/// Running sources. They end when this is dropped; [`stop`](Self::stop) waits for it.
pub struct Sources {
    news: mpsc::Receiver<News>,
    reporter: Reporter,
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources").field("tasks", &self.tasks.len()).finish_non_exhaustive()
    }
}

impl Sources {
    /// Starts the chosen sources. Needs a tokio runtime. A source that cannot be started is reported as [`News::Failed`].
    pub fn start(options: &SourcesOptions, clock: Clock) -> Self {
        let (inputs, inbox) = mpsc::channel(options.evidence.max(1));
        let (outbox, news) = mpsc::channel(options.news.max(1));
        let reporter = Reporter { inputs, dropped: Arc::default() };
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        let hub = Hub::new(options, Arc::clone(&clock));
        tasks.spawn(hub.run(inbox, outbox, stop.clone()));
        let context = Arc::new(Context { reporter: reporter.clone(), clock, stop: stop.clone() });
        let mut keep = |kind, source: Choice| {
            tasks.spawn(keep_running(kind, source, Arc::clone(&context), options.retry));
        };
        if let Some(mdns) = options.mdns.clone() {
            keep(SourceKind::Mdns, Choice::Mdns(mdns));
        }
        if let Some(coiot) = options.coiot.clone() {
            keep(SourceKind::Coiot, Choice::Coiot(coiot));
        }
        if let Some(mqtt) = options.mqtt.clone() {
            keep(SourceKind::Mqtt, Choice::Mqtt(mqtt));
        }
        Self { news, reporter, stop, tasks }
    }

    /// What is new; none after a stop. Safe to cancel.
    pub async fn next(&mut self) -> Option<News> {
        self.news.recv().await
    }

    /// A way to tell of devices that were seen elsewhere.
    pub fn reporter(&self) -> Reporter {
        self.reporter.clone()
    }

    /// Evidence that was dropped because too much waited.
    pub fn dropped(&self) -> u64 {
        self.reporter.dropped.load(Ordering::Relaxed)
    }

    /// Ends all sources and waits until their sockets are closed.
    pub async fn stop(mut self) {
        self.stop.cancel();
        while self.tasks.join_next().await.is_some() {}
    }
}

impl Drop for Sources {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

enum Choice {
    Mdns(MdnsOptions),
    Coiot(ListenerConfig),
    Mqtt(MqttOptions),
}

/// Runs a source until everything stops, and again after each failure.
async fn keep_running(kind: SourceKind, source: Choice, context: Arc<Context>, retry: Duration) {
    loop {
        let error = match &source {
            // The engine has to be told to end.
            Choice::Mdns(options) => Some(mdns::run(options, &context).await),
            Choice::Coiot(config) => context.until_stopped(coiot::run(config, &context)).await,
            Choice::Mqtt(options) => context.until_stopped(mqtt::run(options, &context)).await,
        };
        let Some(error) = error.filter(|_| !context.stop.is_cancelled()) else { return };
        context.report(News::Failed { kind, error }).await;
        if context.until_stopped(tokio::time::sleep(retry)).await.is_none() {
            return;
        }
    }
}
