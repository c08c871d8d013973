//! Tells and stores what devices report: many reports in one transaction, only what changed.

mod change;
mod news;
mod troubles;

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use fleet_model::{Actor, DeviceState, FleetEvent, NewEvent};
use shelly_types::{ComponentKey, ComponentStatus, DeviceStatus, Identity, Mac};
use storage::StatusWrite;
use tokio::{sync::mpsc, time::Instant};

use self::{
    change::Change,
    news::Merged,
    troubles::{Attempts, Listed},
};
use crate::{
    Error, Fleet,
    connect::Trouble,
    offline::{Machine, ThisMachine},
};

/// Reports waiting to be stored; who has more waits.
const QUEUE: usize = 1024;

/// Reports taken from the queue at once, and readings told together or stored in one transaction, at most.
const BATCH: usize = 256;

/// Time between two looks at the queue, and so between two transactions, at least. What somebody may be waiting for is
/// stored and told at the next look: an output that switched, a device that is back or gone, a button.
const PACE: Duration = Duration::from_millis(20);

/// What is only measured (power, signal, temperature) waits this long for more of its kind, to be told together.
const PATIENCE: Duration = Duration::from_millis(200);

/// What is only measured is stored so much later than it was told, with all that came meanwhile. A kill loses it; the next
/// reading brings it again.
const STORED_AFTER: Duration = Duration::from_secs(5);

/// Failures in a row after which a device counts as offline. A single lost answer is no news.
const FAILURES_TO_OFFLINE: u32 = 2;

/// A device that answers without news is stored again after this time, for "last seen".
const SEEN_INTERVAL: Duration = Duration::from_mins(1);

/// Starts that are told this near to each other are the same one.
const SAME_START: TimeDelta = TimeDelta::minutes(1);

/// What came of talking to a device.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    mac: Mac,
    at: DateTime<Utc>,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    Answered {
        status: Box<DeviceStatus>,
        identity: Option<Arc<Identity>>,
    },
    Trouble(Trouble),
    /// News of some components that the device told by itself; none of those that are gone.
    Told(Vec<(ComponentKey, Option<ComponentStatus>)>),
    /// All components that do not come and go at run time, and who tells of them, if it said so.
    ToldWhole {
        news: Vec<(ComponentKey, Option<ComponentStatus>)>,
        identity: Option<Arc<Identity>>,
    },
    /// A button or input told something.
    Input {
        component: ComponentKey,
        event: String,
    },
    /// It was told to restart, and may be away for a moment.
    Restarts,
}

impl Report {
    pub(crate) fn answered(mac: Mac, at: DateTime<Utc>, status: DeviceStatus, identity: Option<Arc<Identity>>) -> Self {
        Self { mac, at, what: What::Answered { status: Box::new(status), identity } }
    }

    /// What a device told by itself. It counts only after the whole status was read once.
    pub(crate) fn told(mac: Mac, at: DateTime<Utc>, news: Vec<(ComponentKey, Option<ComponentStatus>)>) -> Self {
        Self { mac, at, what: What::Told(news) }
    }

    /// What a device told about all of its components but those that are added at run time. It counts at once.
    pub(crate) fn told_whole(
        mac: Mac,
        at: DateTime<Utc>,
        news: Vec<(ComponentKey, Option<ComponentStatus>)>,
        identity: Option<Arc<Identity>>,
    ) -> Self {
        Self { mac, at, what: What::ToldWhole { news, identity } }
    }

    /// A press of a button, or what else an input tells as an event.
    pub(crate) fn input(mac: Mac, at: DateTime<Utc>, component: ComponentKey, event: String) -> Self {
        Self { mac, at, what: What::Input { component, event } }
    }

    pub(crate) fn restarts(mac: Mac, at: DateTime<Utc>) -> Self {
        Self { mac, at, what: What::Restarts }
    }

    pub(crate) fn trouble(mac: Mac, at: DateTime<Utc>, trouble: Trouble) -> Self {
        Self { mac, at, what: What::Trouble(trouble) }
    }
}

/// Where reports go in.
#[derive(Debug, Clone)]
pub(crate) struct Reports {
    sender: mpsc::Sender<Report>,
}

impl Reports {
    /// Hands a report in. When the manager stops nobody takes it any more.
    pub(crate) async fn send(&self, report: Report) {
        let _ = self.sender.send(report).await;
    }
}

/// Takes reports and stores them.
pub(crate) struct Ingest {
    receiver: mpsc::Receiver<Report>,
    known: HashMap<Mac, Known>,
    listed: Option<Listed>,
    machine: Box<dyn Machine>,
    /// Devices whose readings are being stored, some at each look.
    storing: Vec<Mac>,
}

/// What was taken in last, as far as it decides whether a report is news.
#[derive(Debug, Default)]
struct Known {
    status: Option<Arc<DeviceStatus>>,
    identity: Option<Arc<Identity>>,
    state: Option<DeviceState>,
    attempts: Attempts,
    restarted_at: Option<DateTime<Utc>>,
    booted_at: Option<DateTime<Utc>>,
    /// The newest answer whose time is stored.
    seen_at: Option<DateTime<Utc>>,
}

impl Ingest {
    pub(crate) fn new() -> (Reports, Self) {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let machine = Box::new(ThisMachine);
        (Reports { sender }, Self { receiver, known: HashMap::new(), listed: None, machine, storing: Vec::new() })
    }

    /// Stores reports until the manager stops; those handed in before that are stored.
    pub(crate) async fn run(mut self, fleet: Fleet) {
        let mut batch = Vec::with_capacity(BATCH);
        let mut change = Change::default();
        let mut free_at = Instant::now();
        let (mut told_at, mut stored_at): (Option<Instant>, Option<Instant>) = (None, None);
        loop {
            let next = async {
                tokio::time::sleep_until(free_at).await;
                self.receiver.recv_many(&mut batch, BATCH).await
            };
            let wait = async {
                match told_at.into_iter().chain(stored_at).min() {
                    Some(due) => tokio::time::sleep_until(due.max(free_at)).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                count = next => if count == 0 { break },
                () = wait => {}
                () = fleet.stop_token().cancelled() => {
                    self.receiver.close();
                    while self.receiver.recv_many(&mut batch, BATCH).await > 0 {
                        self.take_all(&fleet, &mut batch, &mut change).await;
                    }
                    break;
                }
            }
            self.take_all(&fleet, &mut batch, &mut change).await;
            let now = Instant::now();
            free_at = now + PACE;
            if change.is_urgent() {
                self.store(&fleet, change.take_urgent()).await;
            }
            if change.readings() >= BATCH || told_at.is_some_and(|due| due <= now) {
                change.tell(&fleet);
                stored_at = stored_at.or(Some(now + STORED_AFTER));
            }
            told_at = if change.is_empty() { None } else { told_at.filter(|due| *due > now).or(Some(now + PATIENCE)) };
            if stored_at.is_some_and(|due| due <= now) {
                stored_at = self.store_measured(&fleet).await;
            }
        }
        self.store(&fleet, change).await;
        while self.store_measured(&fleet).await.is_some() {}
    }

    async fn take_all(&mut self, fleet: &Fleet, batch: &mut Vec<Report>, change: &mut Change) {
        for report in batch.drain(..) {
            if let Err(error) = self.take(fleet, report, change).await {
                tracing::warn!(error = error.chain(), "a report could not be taken");
            }
        }
    }

    async fn store(&mut self, fleet: &Fleet, mut change: Change) {
        if let Err(error) = self.troubles(fleet, &mut change).await {
            tracing::warn!(error = error.chain(), "why devices do not answer could not be found out");
        }
        if change.is_empty() {
            return;
        }
        if let Err(error) = change.store(fleet).await {
            // What was not stored is news again when the next report comes.
            self.known.clear();
            tracing::error!(error = error.chain(), "reports could not be stored");
        }
    }

    /// Stores some of the readings that are told already. Says when to go on; none when nothing waits.
    async fn store_measured(&mut self, fleet: &Fleet) -> Option<Instant> {
        if self.storing.is_empty() {
            self.storing = fleet.unstored().macs();
        }
        let some = self.storing.split_off(self.storing.len().saturating_sub(BATCH));
        let writes = fleet.unstored().of(&some);
        if writes.is_empty() && self.storing.is_empty() {
            return None;
        }
        let stored: Vec<_> = writes.iter().map(|write| (write.mac, write.read_at)).collect();
        if let Err(error) = fleet.store().device_status_set_many(writes, Vec::new()).await {
            tracing::error!(error = Error::from(error).chain(), "readings could not be stored");
            self.storing.clear();
            return (!fleet.stop_token().is_cancelled()).then(|| Instant::now() + STORED_AFTER);
        }
        fleet.unstored().stored(&stored);
        let next = if self.storing.is_empty() { STORED_AFTER } else { PACE };
        Some(Instant::now() + next)
    }

    async fn take(&mut self, fleet: &Fleet, report: Report, change: &mut Change) -> Result<(), Error> {
        let (mac, at) = (report.mac, report.at);
        match report.what {
            What::Answered { .. } | What::Told(_) | What::ToldWhole { .. } | What::Input { .. } => {
                fleet.device_is_back(mac);
            }
            What::Trouble(_) | What::Restarts => {}
        }
        let known = self.known.entry(mac).or_default();
        match report.what {
            What::Answered { status, identity } => {
                let new = known.read(*status);
                known.answered(fleet, (mac, at), new, identity, change).await?;
            }
            What::Told(news) => {
                if let Some(new) = known.told(news) {
                    known.answered(fleet, (mac, at), new, None, change).await?;
                }
            }
            What::ToldWhole { news, identity } => {
                let mut is_first = false;
                if known.status.is_none() {
                    // Components that were added at run time are as they were.
                    let stored = fleet.status_of(mac).await?;
                    is_first = stored.is_none();
                    known.status = Some(Arc::new(stored.map(|stored| stored.status).unwrap_or_default()));
                }
                if let Some(new) = known.told(news) {
                    let new = New { readings: new.readings || is_first, is_first, ..new };
                    known.answered(fleet, (mac, at), new, identity, change).await?;
                }
            }
            What::Input { component, event } => {
                let event = FleetEvent::InputEvent { component: component.to_string(), event };
                change.events.push(NewEvent::of_device(at, &Actor::System, mac, event));
            }
            What::Trouble(trouble) => {
                known.attempts.failed(&trouble);
                if trouble.state == DeviceState::Offline && known.attempts.in_a_row() < FAILURES_TO_OFFLINE {
                    return Ok(());
                }
                known.state = Some(trouble.state);
                change.troubles.insert(mac, (at, trouble));
            }
            What::Restarts => known.restarted_at = Some(at),
        }
        Ok(())
    }
}

impl Known {
    /// Whether this is the start that is known already.
    fn started_then(&self, booted_at: Option<DateTime<Utc>>) -> bool {
        self.booted_at.zip(booted_at).is_some_and(|(before, now)| (now - before).abs() <= SAME_START)
    }

    /// What is new about a reading of the whole device. It is the newest from now on.
    fn read(&mut self, status: DeviceStatus) -> New {
        let before = self.status.as_deref();
        let new = New {
            readings: before.is_none_or(|before| news::is_news(before, &status)),
            outputs: before.is_some_and(|before| news::outputs_differ(before, &status)),
            restart_before: before.and_then(waits_for_restart),
            is_first: before.is_none(),
        };
        self.status = Some(Arc::new(status));
        new
    }

    /// What is new about what a device told of some components; nothing when it was never read whole.
    fn told(&mut self, news: Vec<(ComponentKey, Option<ComponentStatus>)>) -> Option<New> {
        let status = self.status.as_mut()?;
        let restart_before = waits_for_restart(status);
        let Merged { readings, outputs } = news::merge(Arc::make_mut(status), news);
        Some(New { readings, outputs, restart_before, is_first: false })
    }

    /// Takes what is new about the newest reading into `change`.
    async fn answered(
        &mut self,
        fleet: &Fleet,
        (mac, at): (Mac, DateTime<Utc>),
        new: New,
        identity: Option<Arc<Identity>>,
        change: &mut Change,
    ) -> Result<(), Error> {
        self.attempts = Attempts::default();
        change.troubles.remove(&mac);
        let Some(status) = self.status.clone() else { return Ok(()) };
        let booted_at = fleet_query::booted_at(&status, at);
        let changed = new.readings || is_later_start(self.booted_at, booted_at);
        let is_same_device = self.state == Some(DeviceState::Online)
            && identity.as_ref().is_none_or(|told| self.identity.as_ref() == Some(told));
        let seen_lately = self.seen_at.is_some_and(|seen| (at - seen).to_std().is_ok_and(|age| age < SEEN_INTERVAL));
        if !changed && is_same_device && seen_lately {
            return Ok(());
        }
        if new.outputs {
            let event = FleetEvent::StatusChanged { components: news::output_names(&status) };
            change.events.push(NewEvent::of_device(at, &Actor::System, mac, event));
        }
        if new.is_first {
            change.first.insert(mac);
        }
        if !is_same_device {
            let Some(record) = fleet.store().device_get(mac).await? else { return Ok(()) };
            change.same_again(&record, at, &status, identity.as_deref());
            self.identity = identity.or(self.identity.take());
            self.state = Some(DeviceState::Online);
        }
        let restart_required =
            waits_for_restart(&status).filter(|told| !is_same_device || new.restart_before != Some(*told));
        let seen = !seen_lately || !is_same_device;
        if seen {
            self.seen_at = Some(at);
        }
        if !self.started_then(booted_at) {
            self.booted_at = booted_at;
        }
        let booted_at = self.booted_at;
        change.status(StatusWrite { mac, status, read_at: at, booted_at, changed, seen, restart_required });
        Ok(())
    }
}

/// What a reading says that the one before did not.
#[derive(Debug)]
struct New {
    readings: bool,
    outputs: bool,
    restart_before: Option<bool>,
    /// There was none before.
    is_first: bool,
}

fn waits_for_restart(status: &DeviceStatus) -> Option<bool> {
    status.system().and_then(|system| system.restart_required)
}

/// Whether a device started since an earlier reading. Its clock and ours may differ a little.
pub(crate) fn is_later_start(before: Option<DateTime<Utc>>, now: Option<DateTime<Utc>>) -> bool {
    before.zip(now).is_some_and(|(before, now)| now - before > SAME_START)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_may_differ_by_a_minute() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0);
        assert!(!is_later_start(at(100), at(160)));
        assert!(is_later_start(at(100), at(161)));
        assert!(!is_later_start(at(161), at(100)) && !is_later_start(None, at(1)) && !is_later_start(at(1), None));
    }
}
