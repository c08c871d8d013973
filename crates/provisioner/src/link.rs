//! The link to the manager: one stream, which is dialled again whenever it breaks.
//!
//! What is told is kept until the manager has acknowledged it, and sent again after a reconnect with the number it had. What
//! is given is written into the journal before it is begun; what is not in the journal yet is given again by the manager,
//! because [`Hello`](agent_proto::v1::Hello) does not name it.

mod by_itself;
mod convert;
mod credentials;
mod enroll;
mod leases;
mod outbox;
mod relay;
mod session;
mod work;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

pub use agent_proto::v1;
use tokio::{sync::Notify, time::sleep};
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;
use wifi_control::WifiControl;

use self::{by_itself::Pace, leases::Leases, outbox::Outbox, session::End, work::Work};
pub use self::{
    by_itself::Timetable,
    credentials::{Credentials, CredentialsError, Enrolled},
    enroll::{Applicant, EnrollError, enroll},
};
use crate::{Agent, FindOnLan, JournalError, Queue, TaskId, tasks::probe::Lan};

/// First and longest wait before the manager is dialled again.
const BACK_OFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(2));
/// A session that lasted so long was a good one, after which the waits begin anew.
const GOOD: Duration = Duration::from_secs(30);

/// How the manager is reached.
pub trait Dial: Send + Sync {
    /// Opens a connection.
    fn dial(&self) -> impl Future<Output = Result<Channel, tonic::transport::Error>> + Send;

    /// Takes a new certificate when it is time to. Nothing for connections without one.
    fn renew(&self, channel: &Channel) -> impl Future<Output = ()> + Send;
}

/// What the link says of this host.
pub struct About {
    /// Random: names this life of the agent, in which its messages are counted.
    pub epoch: String,
    /// Version of the program.
    pub version: String,
    /// Host name.
    pub host: String,
    /// Operating system.
    pub system: String,
    /// The interfaces, asked anew for each session.
    pub interfaces: Box<dyn Fn() -> Vec<v1::Interface> + Send + Sync>,
    /// Why the radio may not be used, when it may not.
    pub why_not: Option<String>,
    /// The radio carries the connection to the manager, so that a scan would disturb it.
    pub carries_session: bool,
    /// How often the agent looks around by itself.
    pub timetable: Timetable,
}

/// Why the link ended for good.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The manager does not want this agent any more.
    #[error("the manager has revoked this agent: {0}; enrol it anew")]
    Revoked(String),
    /// Nothing can be written down.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// The link of an agent to its manager.
pub struct Link<W, F, D> {
    agent: Arc<Agent<W, F>>,
    dial: D,
    about: About,
    lan: Lan,
    outbox: Outbox,
    queue: std::sync::Mutex<Queue<Work>>,
    leases: Leases,
    fences: std::sync::Mutex<BTreeMap<TaskId, u64>>,
    /// Entries that the manager takes in one report.
    entries: AtomicUsize,
    bell: Notify,
    pace: Pace,
}

impl<W, F, D> Link<W, F, D>
where
    W: WifiControl + 'static,
    F: FindOnLan + 'static,
    D: Dial + 'static,
{
    /// A link that is not open yet.
    pub fn new(agent: Arc<Agent<W, F>>, dial: D, about: About, lan: Lan) -> Self {
        let outbox = Outbox::new(about.epoch.clone());
        Self {
            agent,
            dial,
            about,
            lan,
            outbox,
            queue: std::sync::Mutex::default(),
            leases: Leases::default(),
            fences: std::sync::Mutex::default(),
            entries: AtomicUsize::new(1),
            bell: Notify::new(),
            pace: Pace::default(),
        }
    }

    /// Works for the manager until `stop`, or until the manager does not want this agent any more.
    ///
    /// First cleans up after a former life. Once stopped, what is under way is taken back before this returns.
    ///
    /// # Errors
    /// When the link ended for good.
    pub async fn run(&self, stop: CancellationToken, ready: impl FnOnce()) -> Result<(), LinkError> {
        self.agent.recover(&|progress| self.tell(&progress)).await?;
        for (task, fence, outcome) in self.agent.untold() {
            self.outbox.push(convert::result(&task, fence, Duration::ZERO, &outcome));
        }
        ready();
        let work = async { self.work(&stop).await.map_err(LinkError::from) };
        let ended = CancellationToken::new();
        let sessions = async {
            let result = self.sessions(&stop, &ended).await;
            // A manager that does not want us takes no results either.
            if result.is_err() {
                stop.cancel();
            }
            result
        };
        let work = async {
            let result = work.await;
            ended.cancel();
            result
        };
        let (worked, linked) = tokio::join!(work, sessions);
        worked.and(linked)
    }

    /// Holds a session open, and opens the next one when it breaks.
    async fn sessions(&self, stop: &CancellationToken, worked: &CancellationToken) -> Result<(), LinkError> {
        let mut wait = BACK_OFF.0;
        // What is taken back after a stop is told still, as long as the session lasts.
        while !stop.is_cancelled() {
            let began = tokio::time::Instant::now();
            let end = match self.dial.dial().await {
                Ok(channel) => {
                    self.dial.renew(&channel).await;
                    self.session(channel, worked).await
                }
                Err(error) => End::Broken(crate::provision::chain(&error)),
            };
            if began.elapsed() >= GOOD {
                wait = BACK_OFF.0;
            }
            match end {
                End::Stopped => return Ok(()),
                End::Revoked(text) => return Err(LinkError::Revoked(text)),
                End::Rejected { text, after } => {
                    tracing::warn!("the manager ended the session: {text}");
                    wait = wait.max(after).min(BACK_OFF.1.max(after));
                }
                End::Broken(text) => tracing::info!("no session with the manager: {text}"),
            }
            tokio::select! {
                () = sleep(wait.mul_f64(self.pace())) => {}
                () = stop.cancelled() => {}
            }
            wait = (wait * 2).min(BACK_OFF.1);
        }
        worked.cancelled().await;
        Ok(())
    }

    fn entries(&self) -> usize {
        self.entries.load(Ordering::Relaxed).max(1)
    }

    /// Spreads agents that lost their manager at the same moment: each has a pace of its own, between 0.8 and 1.2.
    fn pace(&self) -> f64 {
        let sum = self.about.epoch.bytes().fold(0_u8, u8::wrapping_add);
        0.8 + f64::from(sum) / 640.0
    }
}
