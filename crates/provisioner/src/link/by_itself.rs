//! What an agent does without being asked: looks for access points of new devices, and for devices on its own networks.
//!
//! Only while a session is open, so that nothing piles up that nobody hears, and only while there is no task: one that comes
//! ends the look at once. A radio that carries the connection to the manager is left alone, because a scan disturbs it.

use std::{
    convert::Infallible,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use agent_proto::v1::{self, agent_message::Body};
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until, timeout},
};
use wifi_control::WifiControl;

use super::{Dial, Link, convert};
use crate::{FindOnLan, tasks::probe::LanDevice};

/// Time between two scans for access points, and between two looks at the networks, when nobody says otherwise.
const POINTS: Duration = Duration::from_mins(2);
const LAN: Duration = Duration::from_mins(15);

/// Shortest time between two looks, whatever is said.
const SHORTEST: Duration = Duration::from_millis(100);

/// A scan that takes longer is given up.
const SCAN: Duration = Duration::from_secs(45);

/// How long it is listened to what announces itself. Gen1 devices report every 15 s.
const LISTEN: Duration = Duration::from_secs(20);

/// How often an agent looks by itself. What is absent is the manager's to say; zero stands for never.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timetable {
    /// Time between two scans for access points of devices.
    pub access_points: Option<Duration>,
    /// Time between two looks for devices on its own networks.
    pub lan: Option<Duration>,
    /// How long it listens there; 20 s when absent.
    pub listen: Option<Duration>,
}

/// What is due when.
#[derive(Default)]
pub(super) struct Pace {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    /// What the manager says; none while there is no session.
    told: Option<Timetable>,
    points_at: Option<Instant>,
    lan_at: Option<Instant>,
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
enum Due {
    Points,
    Lan,
    /// Nothing until then, or until something changes.
    Nothing(Option<Instant>),
}

/// A session is open for as long as this lives.
pub(super) struct Open<'a>(&'a Pace);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.state().told = None;
        self.0.changed.notify_one();
    }
}

impl Pace {
    /// A session is open, and this is what the manager says.
    pub(super) fn open(&self, told: Option<&v1::Timetable>) -> Open<'_> {
        let millis = |told: u32| Duration::from_millis(told.into());
        let told = told.copied().unwrap_or_default();
        let told =
            Timetable { access_points: told.access_points_ms.map(millis), lan: told.lan_ms.map(millis), listen: None };
        self.state().told = Some(told);
        self.changed.notify_one();
        Open(self)
    }

    fn due(&self, ours: &Timetable, now: Instant) -> Due {
        let state = self.state();
        let Some(told) = state.told else { return Due::Nothing(None) };
        let at = |every: Option<Duration>, last: Option<Instant>| {
            let every = every.filter(|every| !every.is_zero())?.max(SHORTEST);
            Some(last.map_or(now, |last| last + every))
        };
        let points = at(ours.access_points.or(told.access_points).or(Some(POINTS)), state.points_at);
        let lan = at(ours.lan.or(told.lan).or(Some(LAN)), state.lan_at);
        match (points, lan) {
            (Some(points), _) if points <= now => Due::Points,
            (_, Some(lan)) if lan <= now => Due::Lan,
            (points, lan) => Due::Nothing(points.into_iter().chain(lan).min()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W, F, D> Link<W, F, D>
where
    W: WifiControl + 'static,
    F: FindOnLan + 'static,
    D: Dial + 'static,
{
    /// Does what is due, again and again. Can be dropped at any time; what was not ended is due at once then.
    pub(super) async fn by_itself(&self) -> Infallible {
        let ours = self.about.timetable;
        let may_scan = self.about.why_not.is_none() && !self.about.carries_session;
        let ours = if may_scan { ours } else { Timetable { access_points: Some(Duration::ZERO), ..ours } };
        loop {
            match self.pace.due(&ours, Instant::now()) {
                Due::Points => {
                    match timeout(SCAN, self.agent.scan()).await {
                        Ok(Ok(points)) => self.report_points(&points),
                        Ok(Err(error)) => {
                            tracing::debug!(error = %crate::provision::chain(&error), "the radio did not scan");
                        }
                        Err(_) => tracing::debug!("the radio did not scan in time"),
                    }
                    self.pace.state().points_at = Some(Instant::now());
                }
                Due::Lan => {
                    let found = self.lan.look_around(ours.listen.unwrap_or(LISTEN)).await;
                    self.report_lan(&found.devices);
                    self.pace.state().lan_at = Some(Instant::now());
                }
                Due::Nothing(Some(until)) => tokio::select! {
                    () = sleep_until(until) => {}
                    () = self.pace.changed.notified() => {}
                },
                Due::Nothing(None) => self.pace.changed.notified().await,
            }
        }
    }

    /// Tells the manager which devices were found.
    pub(super) fn report_lan(&self, devices: &[LanDevice]) {
        for devices in devices.chunks(self.entries()) {
            let devices = devices.iter().map(convert::lan_device).collect();
            self.outbox.push(Body::LanDevices(v1::LanDevices { devices }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// W20, B4: looks are due by the flags, else by what the manager says, else by our own measure; none without a session.
    #[tokio::test]
    async fn w20_b4_the_timetable_says_what_is_due() {
        let (pace, now) = (Pace::default(), Instant::now());
        let ours = Timetable::default();
        assert_eq!(pace.due(&ours, now), Due::Nothing(None), "nobody would hear it");
        let told = v1::Timetable { access_points_ms: Some(10_000), lan_ms: None };
        let open = pace.open(Some(&told));
        assert_eq!(pace.due(&ours, now), Due::Points);
        pace.state().points_at = Some(now);
        assert_eq!(pace.due(&ours, now), Due::Lan, "one after the other");
        pace.state().lan_at = Some(now);
        let second = Duration::from_secs(1);
        assert_eq!(pace.due(&ours, now), Due::Nothing(Some(now + second * 10)));
        assert_eq!(pace.due(&ours, now + second * 10), Due::Points);
        let never = Timetable { access_points: Some(Duration::ZERO), lan: Some(second * 30), listen: None };
        assert_eq!(pace.due(&never, now + second * 20), Due::Nothing(Some(now + second * 30)), "the flags count more");
        drop(open);
        assert_eq!(pace.due(&ours, now + LAN), Due::Nothing(None));
        let _open = pace.open(None);
        assert_eq!(pace.due(&ours, now + second), Due::Nothing(Some(now + POINTS)), "an older manager says nothing");
    }
}
