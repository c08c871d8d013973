//! Reads the status of every device, each at its own interval, and less often those that do not answer.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, HashSet, hash_map::Entry},
    sync::Arc,
    time::Duration,
};

use fleet_model::DeviceRecord;
use shelly_types::Mac;
use tokio::{sync::mpsc, time::Instant};

use crate::{Error, Fleet};

/// The list of devices is read again this often, also when nobody rings.
const LIST_INTERVAL: Duration = Duration::from_mins(5);

/// Time from the bell to reading the list again, so that many adoptions ring once.
const BELL_DELAY: Duration = Duration::from_millis(250);

/// Devices that tell by themselves what is new are polled so much less often.
const FOLLOWED_FACTOR: u32 = 10;

/// Polls that are due within this time begin together.
const SLOT: Duration = Duration::from_millis(50);

/// What a device's polls go by.
#[derive(Debug, Clone)]
struct Pace {
    record: Arc<DeviceRecord>,
    interval: Duration,
    failures: u32,
}

/// Polls until the manager stops.
pub(super) async fn run(fleet: Fleet) {
    let mut poll = Poll::new(&fleet);
    loop {
        let next = poll.due.peek().map_or_else(|| Instant::now() + LIST_INTERVAL, |Reverse((at, _))| poll.slot(*at));
        tokio::select! {
            () = fleet.stop_token().cancelled() => return,
            () = tokio::time::sleep_until(poll.list_at) => poll.list().await,
            () = fleet.poll_bell().notified() => poll.list_at = poll.list_at.min(Instant::now() + BELL_DELAY),
            Some((mac, answered)) = poll.done.recv() => poll.finished(mac, answered),
            () = tokio::time::sleep_until(next) => poll.start_due(),
        }
    }
}

struct Poll<'a> {
    fleet: &'a Fleet,
    due: BinaryHeap<Reverse<(Instant, Mac)>>,
    paces: HashMap<Mac, Pace>,
    running: HashSet<Mac>,
    report: mpsc::UnboundedSender<(Mac, bool)>,
    done: mpsc::UnboundedReceiver<(Mac, bool)>,
    list_at: Instant,
    began: Instant,
}

impl<'a> Poll<'a> {
    fn new(fleet: &'a Fleet) -> Self {
        let (report, done) = mpsc::unbounded_channel();
        Self {
            fleet,
            due: BinaryHeap::new(),
            paces: HashMap::new(),
            running: HashSet::new(),
            report,
            done,
            list_at: Instant::now(),
            began: Instant::now(),
        }
    }

    /// Takes in new devices, spread over their interval, and lets go of those that are gone.
    async fn list(&mut self) {
        self.list_at = Instant::now() + LIST_INTERVAL;
        let devices = match self.fleet.store().devices_all().await {
            Ok(devices) => devices,
            Err(error) => {
                tracing::error!(error = Error::from(error).chain(), "the devices to poll could not be read");
                return;
            }
        };
        let count = u32::try_from(devices.len().max(1)).unwrap_or(u32::MAX);
        let ours: HashSet<Mac> = devices.iter().map(|device| device.mac).collect();
        self.paces.retain(|mac, _| ours.contains(mac));
        for (index, record) in (0u32..).zip(devices) {
            let usual = self.fleet.options().poll_interval;
            let interval = record.poll_interval_s.map_or(usual, |seconds| Duration::from_secs(seconds.into()));
            let (mac, record) = (record.mac, Arc::new(record));
            match self.paces.entry(mac) {
                Entry::Occupied(mut pace) => {
                    let pace = pace.get_mut();
                    (pace.record, pace.interval) = (record, interval);
                }
                Entry::Vacant(place) => {
                    place.insert(Pace { record, interval, failures: 0 });
                    self.due.push(Reverse((Instant::now() + interval * index / count, mac)));
                }
            }
        }
    }

    /// When a poll that is due at `at` begins: together with others, so that the processor can rest in between.
    fn slot(&self, at: Instant) -> Instant {
        let slots = at.saturating_duration_since(self.began).as_nanos().div_ceil(SLOT.as_nanos());
        self.began + SLOT.saturating_mul(u32::try_from(slots).unwrap_or(u32::MAX))
    }

    fn start_due(&mut self) {
        let now = Instant::now();
        while let Some(Reverse((at, mac))) = self.due.peek().copied() {
            if at > now {
                return;
            }
            self.due.pop();
            let Some(pace) = self.paces.get(&mac).filter(|_| self.running.insert(mac)) else { continue };
            let (fleet, report, record) = (self.fleet.clone(), self.report.clone(), Arc::clone(&pace.record));
            self.fleet.spawn(async move {
                let answered = tokio::select! {
                    answered = one(&fleet, &record) => answered,
                    () = fleet.stop_token().cancelled() => return,
                };
                // Nobody listens any more when the loop has ended.
                let _ = report.send((mac, answered));
            });
        }
    }

    fn finished(&mut self, mac: Mac, answered: bool) {
        self.running.remove(&mac);
        let limit = self.fleet.options().poll_backoff_limit;
        if let Some(pace) = self.paces.get_mut(&mac) {
            pace.failures = if answered { 0 } else { pace.failures + 1 };
            let is_followed = self.fleet.sockets().is_open(mac) || self.fleet.broker_links().tells(mac);
            let wait = pace.wait(limit) * if is_followed { FOLLOWED_FACTOR } else { 1 };
            self.due.push(Reverse((Instant::now() + wait, mac)));
        }
    }
}

impl Pace {
    /// Time to the next poll.
    fn wait(&self, limit: Duration) -> Duration {
        backed_off(self.interval, self.failures, limit)
    }
}

/// `interval`, doubled for each failure in a row after the first, up to `limit`.
fn backed_off(interval: Duration, failures: u32, limit: Duration) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    interval.saturating_mul(1 << doublings).min(limit.max(interval))
}

/// Polls one device; says whether it answered. A device that is busy with something else brings news anyway, and one that
/// updates itself is not silent.
pub(crate) async fn one(fleet: &Fleet, record: &DeviceRecord) -> bool {
    let Some(mut turn) = fleet.lanes().background_if_free(record.mac).await else { return true };
    match fleet.poll_status(&mut turn, record).await {
        Ok(()) => true,
        Err(error) => {
            tracing::debug!(device.mac = %record.mac, error = error.chain(), "a poll failed");
            error.is_left_to_update()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e2_a_silent_device_is_asked_less_often_up_to_a_limit() {
        let limit = Duration::from_mins(10);
        let wait = |failures| backed_off(Duration::from_secs(30), failures, limit).as_secs();
        assert_eq!([0, 1, 2, 3, 5, 6, 40].map(wait), [30, 30, 60, 120, 480, 600, 600]);
        assert_eq!(backed_off(Duration::from_hours(1), 9, limit), Duration::from_hours(1));
    }
}
