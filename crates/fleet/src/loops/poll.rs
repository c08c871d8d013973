//! Reads the status of every device, each at its own interval, and less often those that do not answer.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, HashSet},
    time::Duration,
};

use fleet_model::{DeviceFilter, DeviceRecord};
use shelly_types::Mac;
use tokio::{sync::mpsc, time::Instant};

use crate::{Error, Fleet};

/// The list of devices is read again this often, also when nobody rings.
const LIST_INTERVAL: Duration = Duration::from_mins(5);

/// What a device's polls go by.
#[derive(Debug, Clone, Copy)]
struct Pace {
    interval: Duration,
    failures: u32,
}

/// Polls until the manager stops.
pub(super) async fn run(fleet: Fleet) {
    let mut poll = Poll::new(&fleet);
    loop {
        let next = poll.due.peek().map_or_else(|| Instant::now() + LIST_INTERVAL, |Reverse((at, _))| *at);
        tokio::select! {
            () = fleet.stop_token().cancelled() => return,
            () = tokio::time::sleep_until(poll.list_at) => poll.list().await,
            () = fleet.poll_bell().notified() => poll.list().await,
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
        }
    }

    /// Takes in new devices, spread over their interval, and lets go of those that are gone.
    async fn list(&mut self) {
        self.list_at = Instant::now() + LIST_INTERVAL;
        let intervals: Vec<(Mac, Option<u32>)> =
            match self.fleet.store().devices_matching(DeviceFilter::default()).await {
                Ok(devices) => devices.into_iter().map(|device| (device.mac, device.poll_interval_s)).collect(),
                Err(error) => {
                    tracing::error!(error = Error::from(error).chain(), "the devices to poll could not be read");
                    return;
                }
            };
        let count = u32::try_from(intervals.len().max(1)).unwrap_or(u32::MAX);
        let ours: HashSet<Mac> = intervals.iter().map(|(mac, _)| *mac).collect();
        self.paces.retain(|mac, _| ours.contains(mac));
        for (index, (mac, own)) in (0u32..).zip(intervals) {
            let interval =
                own.map_or(self.fleet.options().poll_interval, |seconds| Duration::from_secs(seconds.into()));
            if let Some(pace) = self.paces.get_mut(&mac) {
                pace.interval = interval;
                continue;
            }
            self.paces.insert(mac, Pace { interval, failures: 0 });
            self.due.push(Reverse((Instant::now() + interval * index / count, mac)));
        }
    }

    fn start_due(&mut self) {
        let now = Instant::now();
        while let Some(Reverse((at, mac))) = self.due.peek().copied() {
            if at > now {
                return;
            }
            self.due.pop();
            if !self.paces.contains_key(&mac) || !self.running.insert(mac) {
                continue;
            }
            let (fleet, report) = (self.fleet.clone(), self.report.clone());
            self.fleet.spawn(async move {
                let answered = tokio::select! {
                    answered = one(&fleet, mac) => answered,
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
            self.due.push(Reverse((Instant::now() + pace.wait(limit), mac)));
        }
    }
}

impl Pace {
    /// The interval, doubled for each failure in a row after the first, up to `limit`.
    fn wait(self, limit: Duration) -> Duration {
        let doublings = self.failures.saturating_sub(1).min(16);
        self.interval.saturating_mul(1 << doublings).min(limit.max(self.interval))
    }
}

/// Polls one device; says whether it answered. A device that is busy with something else brings news anyway.
async fn one(fleet: &Fleet, mac: Mac) -> bool {
    let Some(mut turn) = fleet.lanes().background_if_free(mac).await else { return true };
    let record: DeviceRecord = match fleet.store().device_get(mac).await {
        Ok(Some(record)) => record,
        Ok(None) => return true,
        Err(error) => {
            tracing::error!(device.mac = %mac, error = Error::from(error).chain(), "a device to poll could not be read");
            return true;
        }
    };
    match fleet.read_status(&mut turn, &record).await {
        Ok(_) => true,
        Err(error) => {
            tracing::debug!(device.mac = %mac, error = error.chain(), "a poll failed");
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e2_a_silent_device_is_asked_less_often_up_to_a_limit() {
        let limit = Duration::from_mins(10);
        let wait = |failures| Pace { interval: Duration::from_secs(30), failures }.wait(limit).as_secs();
        assert_eq!([0, 1, 2, 3, 5, 6, 40].map(wait), [30, 30, 60, 120, 480, 600, 600]);
        let slow = Pace { interval: Duration::from_hours(1), failures: 9 };
        assert_eq!(slow.wait(limit), Duration::from_hours(1));
    }
}
