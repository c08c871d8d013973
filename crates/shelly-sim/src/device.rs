//! Holds one simulated device: its state, restarts and counters.

use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rand::rngs::SmallRng;
use serde_json::Value;
use shelly_types::Mac;
use tokio::{sync::Notify, time::Instant};

use crate::{
    catalogue::Spec, digest::Nonces, fault::Fault, gen1, gen2, gen2::lists::Lists, output::Output, plan::Timing,
    played::Played, slot::Slot,
};

/// Most writes a device remembers.
const LOG: usize = 1000;

/// One write a device took, for assertions.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    /// Path of the request on Gen1, method on Gen2+.
    pub target: String,
    /// Parameters as the device understood them.
    pub body: Value,
}

/// What happened to a device so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Connections taken.
    pub connections: u64,
    /// Requests read.
    pub requests: u64,
    /// Most connections open at the same time.
    pub max_parallel: u32,
    /// Requests that wrote settings or moved an output.
    pub writes: u64,
    /// Requests with missing or wrong credentials.
    pub auth_failures: u64,
    /// Restarts, for whatever reason.
    pub reboots: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) connections: AtomicU64,
    pub(crate) requests: AtomicU64,
    pub(crate) max_parallel: AtomicU32,
    pub(crate) writes: AtomicU64,
    pub(crate) auth_failures: AtomicU64,
    pub(crate) open: AtomicU32,
}

/// Whether a device can be reached, and until when that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    Up(Option<Instant>),
    Down(Option<Instant>),
}

/// A restart to come or in progress.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Restart {
    pub(crate) from: Instant,
    pub(crate) to: Instant,
    pub(crate) begun: bool,
}

/// User and secret: the password on Gen1, the hash HA1 on Gen2+.
#[derive(Debug, Clone)]
pub(crate) struct Login {
    pub(crate) user: Box<str>,
    pub(crate) secret: Box<str>,
}

/// Counters of changes as Gen2+ reports them.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Revisions {
    pub(crate) config: u32,
    pub(crate) kvs: u32,
    pub(crate) schedule: u32,
    pub(crate) webhook: u32,
}

/// One simulated device.
#[derive(Debug)]
pub(crate) struct Device {
    pub(crate) spec: Spec,
    pub(crate) mac: Mac,
    /// Host name, realm and default topic.
    pub(crate) id: Box<str>,
    pub(crate) timing: Timing,
    /// More connections than this make a Gen1 device reboot and a Gen2+ device refuse; 0 is never.
    pub(crate) connection_limit: u32,
    pub(crate) tally: Tally,
    /// Rings when connections must be cut.
    pub(crate) cut: Notify,
    pub(crate) place: Mutex<(SocketAddr, Weak<Slot>)>,
    state: Mutex<State>,
}

/// What changes while a device runs. Documents are kept as text, which takes a tenth of the memory of a tree.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) profile: Box<str>,
    /// Gen1: `/settings` without what is measured. Gen2+: `Shelly.GetConfig`.
    pub(crate) config: Box<str>,
    /// Components made at run time with configuration, status and attributes (Gen2+).
    pub(crate) dynamic: Option<Box<str>>,
    pub(crate) played: Option<Box<Played>>,
    pub(crate) outputs: Vec<Output>,
    pub(crate) booted: Instant,
    pub(crate) uptime_before_s: u64,
    pub(crate) restart: Option<Restart>,
    pub(crate) restart_required: bool,
    pub(crate) mqtt_runs: bool,
    pub(crate) login: Option<Login>,
    /// The password in the clear while it is known, for the plan and the tests.
    pub(crate) password: Option<Box<str>>,
    /// Write-only values such as WiFi keys, to notice real changes.
    pub(crate) secrets: BTreeMap<String, String>,
    pub(crate) revisions: Revisions,
    pub(crate) lists: Option<Box<Lists>>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) asleep_since: Instant,
    pub(crate) awake_until: Option<Instant>,
    pub(crate) changes_since_boot: u32,
    pub(crate) reboots: u64,
    pub(crate) log: VecDeque<Write>,
    pub(crate) nonces: Nonces,
    pub(crate) rng: SmallRng,
}

impl Device {
    pub(crate) fn new(
        spec: Spec,
        mac: Mac,
        id: Box<str>,
        timing: Timing,
        connection_limit: u32,
        address: SocketAddr,
        state: State,
    ) -> Arc<Self> {
        Arc::new(Self {
            spec,
            mac,
            id,
            timing,
            connection_limit,
            tally: Tally::default(),
            cut: Notify::new(),
            place: Mutex::new((address, Weak::new())),
            state: Mutex::new(state),
        })
    }

    /// The state with time passed up to now.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.advance(Instant::now(), self.spec.generation.is_gen1());
        state
    }

    pub(crate) fn is_gen1(&self) -> bool {
        self.spec.generation.is_gen1()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.place.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    /// Whether the socket of its address is open.
    pub(crate) fn is_listening(&self) -> bool {
        let slot = self.place.lock().unwrap_or_else(PoisonError::into_inner).1.upgrade();
        slot.is_some_and(|slot| slot.listening.load(Ordering::Relaxed))
    }

    /// Tells the listener that reachability may have changed.
    pub(crate) fn ring(&self) {
        if let Some(slot) = self.place.lock().unwrap_or_else(PoisonError::into_inner).1.upgrade() {
            slot.bell.notify_one();
        }
    }

    /// Restarts after a delay; answers false when a restart is already planned.
    pub(crate) fn restart(&self, state: &mut State, delay: Duration) -> bool {
        if state.restart.is_some() {
            return false;
        }
        let from = Instant::now() + delay;
        state.restart = Some(Restart { from, to: from + self.timing.reboot, begun: false });
        self.ring();
        true
    }

    /// Notes a write.
    pub(crate) fn record(&self, state: &mut State, target: &str, body: Value) {
        self.tally.writes.fetch_add(1, Ordering::Relaxed);
        if state.log.len() == LOG {
            state.log.pop_front();
        }
        state.log.push_back(Write { target: target.to_owned(), body });
    }

    pub(crate) fn counters(&self) -> Counters {
        let reboots = self.state().reboots;
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counters {
            connections: load(&self.tally.connections),
            requests: load(&self.tally.requests),
            max_parallel: self.tally.max_parallel.load(Ordering::Relaxed),
            writes: load(&self.tally.writes),
            auth_failures: load(&self.tally.auth_failures),
            reboots,
        }
    }

    /// Sets or clears the password, as someone else would.
    pub(crate) fn set_password(&self, state: &mut State, password: Option<&str>) {
        state.password = password.map(Into::into);
        let secret = |password: &str| {
            if self.is_gen1() { password.to_owned() } else { crate::digest::ha1("admin", &self.id, password) }
        };
        state.login = password.map(|text| Login { user: "admin".into(), secret: secret(text).into() });
        if self.is_gen1() {
            gen1::write::show_login(state);
        }
    }
}

impl State {
    /// Lets time pass.
    fn advance(&mut self, now: Instant, gen1: bool) {
        if let Some(restart) = self.restart
            && restart.from <= now
        {
            if !restart.begun {
                self.boot(restart, gen1);
            }
            if restart.to <= now {
                self.restart = None;
            }
        }
        for output in &mut self.outputs {
            output.advance(now);
        }
    }

    fn boot(&mut self, restart: Restart, gen1: bool) {
        for output in &mut self.outputs {
            output.power_up(restart.from);
        }
        self.restart = Some(Restart { begun: true, ..restart });
        self.booted = restart.to;
        self.uptime_before_s = 0;
        self.restart_required = false;
        self.changes_since_boot = 0;
        self.reboots += 1;
        self.mqtt_runs = if gen1 { gen1::mqtt_wanted(self) } else { gen2::mqtt_wanted(self) };
    }

    /// Seconds since the last start.
    pub(crate) fn uptime_s(&self, now: Instant) -> u64 {
        self.uptime_before_s + now.saturating_duration_since(self.booted).as_secs()
    }

    /// The output of this kind and id.
    pub(crate) fn output(&mut self, kind: &str, id: u32) -> Option<&mut Output> {
        self.outputs.iter_mut().find(|output| output.kind.word() == kind && output.id == id)
    }

    /// Whether connections are taken now.
    pub(crate) fn reach(&self, now: Instant) -> Reach {
        if self.faults.contains(&Fault::Offline) {
            return Reach::Down(None);
        }
        match self.restart {
            Some(restart) if restart.from > now => return Reach::Up(Some(restart.from)),
            Some(restart) if restart.to > now => return Reach::Down(Some(restart.to)),
            _ => {}
        }
        let asleep = self.faults.iter().find_map(|fault| match fault {
            Fault::Asleep { wakes } => Some(*wakes),
            _ => None,
        });
        let Some(wakes) = asleep else { return Reach::Up(None) };
        if let Some(until) = self.awake_until.filter(|until| *until > now) {
            return Reach::Up(Some(until));
        }
        let Some(wakes) = wakes.filter(|wakes| !wakes.every.is_zero()) else { return Reach::Down(None) };
        let passed = now.saturating_duration_since(self.asleep_since).as_secs_f64();
        let every = wakes.every.as_secs_f64();
        let phase = passed % every;
        let sleeps = (every - wakes.stays.as_secs_f64()).max(0.0);
        let next = if phase < sleeps { sleeps - phase } else { every - phase };
        // A little later than computed, so that the phase has changed when the listener looks again.
        let at = Some(now + Duration::from_secs_f64(next) + Duration::from_millis(1));
        if phase < sleeps { Reach::Down(at) } else { Reach::Up(at) }
    }
}

/// Seconds since 1970.
pub(crate) fn unix_time() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// `HH:MM` of a moment with this offset from UTC, in seconds.
pub(crate) fn clock_text(unix: u64, offset_s: i64) -> String {
    let minutes = (unix.cast_signed() + offset_s).rem_euclid(86_400) / 60;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}
