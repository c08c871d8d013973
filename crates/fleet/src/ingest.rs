//! Stores what devices report: many reports in one transaction, only what changed.

mod news;
mod troubles;

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use fleet_model::{Actor, DeviceRecord, DeviceState, FleetEvent, NewEvent, OfflineReason};
use shelly_types::{ComponentKey, ComponentStatus, DeviceStatus, Identity, Mac};
use storage::{StateWrite, StatusWrite};
use tokio::{sync::mpsc, time::Instant};

use self::troubles::{Attempts, Listed};
use crate::{
    Error, Fleet,
    connect::Trouble,
    offline::{Machine, ThisMachine},
};

/// Reports waiting to be stored; who has more waits.
const QUEUE: usize = 1024;

/// Reports stored in one transaction at most.
const BATCH: usize = 256;

/// Time between two transactions at least: what comes meanwhile shares one. The live stream is fresh enough with it.
const PACE: Duration = Duration::from_millis(10);

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
}

/// What was stored last, as far as it decides whether a report is news.
#[derive(Debug, Default)]
struct Known {
    status: Option<DeviceStatus>,
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
        (Reports { sender }, Self { receiver, known: HashMap::new(), listed: None, machine })
    }

    /// Stores reports until the manager stops; those handed in before that are stored.
    pub(crate) async fn run(mut self, fleet: Fleet) {
        let mut batch = Vec::with_capacity(BATCH);
        let mut free_at = Instant::now();
        loop {
            let next = async {
                tokio::time::sleep_until(free_at).await;
                self.receiver.recv_many(&mut batch, BATCH).await
            };
            tokio::select! {
                biased;
                count = next => if count == 0 { return },
                () = fleet.stop_token().cancelled() => {
                    self.receiver.close();
                    while self.receiver.recv_many(&mut batch, BATCH).await > 0 {
                        self.store(&fleet, &mut batch).await;
                    }
                    return;
                }
            }
            self.store(&fleet, &mut batch).await;
            free_at = Instant::now() + PACE;
        }
    }

    async fn store(&mut self, fleet: &Fleet, batch: &mut Vec<Report>) {
        let mut change = Change::default();
        for report in batch.drain(..) {
            if let Err(error) = self.take(fleet, report, &mut change).await {
                tracing::warn!(error = error.chain(), "a report could not be taken");
            }
        }
        if let Err(error) = self.troubles(fleet, &mut change).await {
            tracing::warn!(error = error.chain(), "why devices do not answer could not be found out");
        }
        if change.is_empty() {
            return;
        }
        let macs: Vec<Mac> = change.statuses.keys().copied().collect();
        match change.store(fleet).await {
            Ok(()) => macs.into_iter().for_each(|mac| fleet.publish_device(mac)),
            Err(error) => {
                // What was not stored is news again when the next report comes.
                self.known.clear();
                tracing::error!(error = error.chain(), "reports could not be stored");
            }
        }
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
            What::Answered { status, identity } => known.answered(fleet, (mac, at), *status, identity, change).await?,
            What::Told(news) => {
                if let Some(before) = &known.status {
                    let status = with_news(before, news);
                    known.answered(fleet, (mac, at), status, None, change).await?;
                }
            }
            What::ToldWhole { news, identity } => {
                if known.status.is_none() {
                    // Components that were added at run time are as they were.
                    known.status = fleet.store().device_status_get(mac).await?.map(|stored| stored.status);
                }
                let status = with_news(known.status.as_ref().unwrap_or(&DeviceStatus::default()), news);
                known.answered(fleet, (mac, at), status, identity, change).await?;
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

    /// Takes a reading of the whole device; what is new about it goes into `change`.
    async fn answered(
        &mut self,
        fleet: &Fleet,
        (mac, at): (Mac, DateTime<Utc>),
        status: DeviceStatus,
        identity: Option<Arc<Identity>>,
        change: &mut Change,
    ) -> Result<(), Error> {
        self.attempts = Attempts::default();
        change.troubles.remove(&mac);
        let before = self.status.as_ref();
        let booted_at = fleet_query::booted_at(&status, at);
        let changed =
            before.is_none_or(|before| news::is_news(before, &status) || is_later_start(self.booted_at, booted_at));
        let is_same_device = self.state == Some(DeviceState::Online)
            && identity.as_ref().is_none_or(|told| self.identity.as_ref() == Some(told));
        let seen_lately = self.seen_at.is_some_and(|seen| (at - seen).to_std().is_ok_and(|age| age < SEEN_INTERVAL));
        if !changed && is_same_device && seen_lately {
            return Ok(());
        }
        if before.is_some_and(|before| news::outputs_differ(before, &status)) {
            let event = FleetEvent::StatusChanged { components: news::output_names(&status) };
            change.events.push(NewEvent::of_device(at, &Actor::System, mac, event));
        }
        if !is_same_device {
            let Some(record) = fleet.store().device_get(mac).await? else { return Ok(()) };
            change.same_again(&record, at, &status, identity.as_deref());
            self.identity = identity.or(self.identity.take());
            self.state = Some(DeviceState::Online);
        }
        let waits_for_restart = |status: &DeviceStatus| status.system().and_then(|system| system.restart_required);
        let restart_required = waits_for_restart(&status)
            .filter(|told| !is_same_device || self.status.as_ref().and_then(waits_for_restart) != Some(*told));
        let seen = !seen_lately || !is_same_device;
        if seen {
            self.seen_at = Some(at);
        }
        if changed {
            self.status = Some(status.clone());
        }
        if !self.started_then(booted_at) {
            self.booted_at = booted_at;
        }
        let booted_at = self.booted_at;
        change.status(StatusWrite { mac, status, read_at: at, booted_at, changed, seen, restart_required });
        Ok(())
    }
}

/// What a batch of reports changes.
#[derive(Debug, Default)]
struct Change {
    statuses: HashMap<Mac, StatusWrite>,
    states: Vec<StateWrite>,
    identities: Vec<DeviceRecord>,
    events: Vec<NewEvent>,
    /// Devices that could not be reached, before it is known why.
    troubles: HashMap<Mac, (DateTime<Utc>, Trouble)>,
}

impl Change {
    fn is_empty(&self) -> bool {
        self.statuses.is_empty() && self.states.is_empty() && self.identities.is_empty() && self.events.is_empty()
    }

    async fn store(self, fleet: &Fleet) -> Result<(), Error> {
        for record in self.identities {
            fleet.publish(fleet.store().device_update(record, Vec::new()).await?.events);
        }
        let mut events = self.events;
        if !self.states.is_empty() {
            let events = std::mem::take(&mut events);
            fleet.publish(fleet.store().device_states_set(self.states, events).await?.events);
        }
        if !self.statuses.is_empty() || !events.is_empty() {
            let statuses = self.statuses.into_values().collect();
            fleet.publish(fleet.store().device_status_set_many(statuses, events).await?.events);
        }
        Ok(())
    }

    /// A device that answers again, or tells something new about itself.
    fn same_again(
        &mut self,
        record: &DeviceRecord,
        at: DateTime<Utc>,
        status: &DeviceStatus,
        identity: Option<&Identity>,
    ) {
        let mac = record.mac;
        if record.state != DeviceState::Online {
            self.state(record, at, (DeviceState::Online, None), None);
        }
        let mut known = record.clone();
        known.sleeps |= status.system().is_some_and(|system| system.wakeup_period_s.is_some_and(|period| period > 0));
        if let Some(identity) = identity {
            known.update_identity(identity);
            if known.firmware != record.firmware {
                let (from, to) = (record.firmware.to_string(), known.firmware.to_string());
                let event = FleetEvent::FirmwareChanged { from, to };
                self.events.push(NewEvent::of_device(at, &Actor::System, mac, event));
            }
        }
        if known != *record {
            self.identities.retain(|other| other.mac != mac);
            self.identities.push(known);
        }
    }

    /// A reading. What an earlier one of the batch had to store is stored with it.
    fn status(&mut self, mut write: StatusWrite) {
        if let Some(earlier) = self.statuses.remove(&write.mac) {
            write.changed |= earlier.changed;
            write.seen |= earlier.seen;
            write.restart_required = write.restart_required.or(earlier.restart_required);
        }
        self.statuses.insert(write.mac, write);
    }

    /// The state of a device, and why it is not online, in one word and in words.
    fn state(
        &mut self,
        before: &DeviceRecord,
        at: DateTime<Utc>,
        (state, offline): (DeviceState, Option<OfflineReason>),
        reason: Option<String>,
    ) {
        let event = FleetEvent::DeviceStateChanged { from: before.state, to: state, reason: reason.clone() };
        self.events.push(NewEvent::of_device(at, &Actor::System, before.mac, event));
        self.states.retain(|other| other.mac != before.mac);
        self.states.push(StateWrite { mac: before.mac, state, reason, offline });
    }
}

/// Whether a device started since an earlier reading. Its clock and ours may differ a little.
pub(crate) fn is_later_start(before: Option<DateTime<Utc>>, now: Option<DateTime<Utc>>) -> bool {
    before.zip(now).is_some_and(|(before, now)| now - before > SAME_START)
}

/// The status with what a device told since.
fn with_news(before: &DeviceStatus, news: Vec<(ComponentKey, Option<ComponentStatus>)>) -> DeviceStatus {
    let mut after = before.clone();
    for (component, reading) in news {
        match reading {
            Some(reading) => drop(after.components.insert(component, reading)),
            None => drop(after.components.remove(&component)),
        }
    }
    after
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_reading_of_a_batch_stores_what_the_earlier_one_had_to() {
        let (mac, at) = (Mac::new([1, 2, 3, 4, 5, 6]), DateTime::UNIX_EPOCH);
        let first = StatusWrite { restart_required: Some(true), ..StatusWrite::new(mac, DeviceStatus::default(), at) };
        let later = StatusWrite { changed: false, seen: false, read_at: at + SAME_START, ..first.clone() };
        let mut change = Change::default();
        change.status(first);
        change.status(StatusWrite { restart_required: None, ..later.clone() });
        let expected = StatusWrite { changed: true, seen: true, restart_required: Some(true), ..later.clone() };
        assert_eq!(change.statuses[&mac], expected);
        change.status(StatusWrite { restart_required: Some(false), ..later });
        assert_eq!(change.statuses[&mac].restart_required, Some(false), "the newest word counts");
    }

    #[test]
    fn clocks_may_differ_by_a_minute() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0);
        assert!(!is_later_start(at(100), at(160)));
        assert!(is_later_start(at(100), at(161)));
        assert!(!is_later_start(at(161), at(100)) && !is_later_start(None, at(1)) && !is_later_start(at(1), None));
    }
}
