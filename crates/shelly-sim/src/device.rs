//! Holds one simulated device: its state, restarts and counters.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use serde_json::Value;
use shelly_types::Mac;
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;

use crate::{
    air::{Air, Ear},
    catalogue::Spec,
    clock::Clock,
    gen1, gen2,
    link::Dials,
    plan::Timing,
    quirk::{Quirk, QuirkSet},
    slot::{Crew, Slot},
    state::{Login, Reach, Restart, State},
};

/// Most writes a device remembers.
const LOG: usize = 1000;

/// Time in which too many writes send an old device into a reboot loop.
const STORM: Duration = Duration::from_secs(10);
/// How many are too many.
const STORM_WRITES: usize = 15;
/// How often it restarts then.
const STORM_REBOOTS: u32 = 3;

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
#[non_exhaustive]
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
    /// Requests with wrong credentials, other than with none or old ones.
    pub wrong_passwords: u64,
    /// Requests refused because of a lock-out (status 429).
    pub lockouts: u64,
    /// WebSockets open now, either way.
    pub sockets: u32,
    /// Notifications handed to listeners.
    pub notifications: u64,
    /// Restarts, for whatever reason.
    pub reboots: u64,
    /// Calls of URLs of webhooks and actions that were sent.
    pub calls: u64,
    /// Those that were not, because too many waited.
    pub calls_skipped: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) connections: AtomicU64,
    pub(crate) requests: AtomicU64,
    pub(crate) max_parallel: AtomicU32,
    pub(crate) writes: AtomicU64,
    pub(crate) auth_failures: AtomicU64,
    pub(crate) wrong_passwords: AtomicU64,
    pub(crate) lockouts: AtomicU64,
    pub(crate) sockets: AtomicU32,
    pub(crate) notifications: AtomicU64,
    pub(crate) open: AtomicU32,
    pub(crate) calls: AtomicU64,
    pub(crate) calls_skipped: AtomicU64,
}

/// Who is behind whose range extender.
#[derive(Debug, Default)]
struct Family {
    extender: Option<Weak<Device>>,
    clients: Vec<Weak<Device>>,
}

/// What a device is made of and never changes.
#[derive(Debug)]
pub(crate) struct Build {
    pub(crate) spec: Spec,
    pub(crate) mac: Mac,
    pub(crate) id: Box<str>,
    pub(crate) timing: Timing,
    pub(crate) clock: Clock,
    pub(crate) quirks: QuirkSet,
    pub(crate) connection_limit: u32,
    pub(crate) address: SocketAddr,
    pub(crate) dials: Dials,
    pub(crate) crew: Crew,
}

/// One simulated device.
#[derive(Debug)]
pub(crate) struct Device {
    pub(crate) spec: Spec,
    pub(crate) mac: Mac,
    /// Host name, realm and default topic.
    pub(crate) id: Box<str>,
    pub(crate) timing: Timing,
    pub(crate) clock: Clock,
    quirks: QuirkSet,
    pub(crate) dials: Dials,
    /// Where tasks of its links run.
    pub(crate) crew: Crew,
    /// More connections than this make a Gen1 device reboot and a Gen2+ device refuse; 0 is never.
    pub(crate) connection_limit: u32,
    pub(crate) tally: Tally,
    /// Rings when connections must be cut.
    pub(crate) cut: Notify,
    /// Rings when something may have changed.
    pub(crate) stir: Notify,
    pub(crate) air: Air,
    /// The status everyone who listens knows, as text; none while nobody listens.
    told: Mutex<Option<Box<str>>>,
    pub(crate) place: Mutex<(SocketAddr, Weak<Slot>)>,
    family: Mutex<Family>,
    myself: Weak<Device>,
    state: Mutex<State>,
}

impl Device {
    pub(crate) fn new(build: Build, state: State) -> Arc<Self> {
        let Build { spec, mac, id, timing, clock, quirks, connection_limit, address, dials, crew } = build;
        Arc::new_cyclic(|myself| Self {
            spec,
            mac,
            id,
            timing,
            clock,
            quirks,
            dials,
            crew,
            connection_limit,
            tally: Tally::default(),
            cut: Notify::new(),
            stir: Notify::new(),
            air: Air::new(),
            told: Mutex::new(None),
            place: Mutex::new((address, Weak::new())),
            family: Mutex::new(Family::default()),
            myself: myself.clone(),
            state: Mutex::new(state),
        })
    }

    /// Itself, for tasks that outlive a call.
    pub(crate) fn me(&self) -> Option<Arc<Self>> {
        self.myself.upgrade()
    }

    /// Puts a device behind the range extender of this one.
    pub(crate) fn extend(self: &Arc<Self>, client: &Arc<Self>) {
        client.family.lock().unwrap_or_else(PoisonError::into_inner).extender = Some(Arc::downgrade(self));
        self.family.lock().unwrap_or_else(PoisonError::into_inner).clients.push(Arc::downgrade(client));
    }

    /// Devices behind its range extender.
    pub(crate) fn clients(&self) -> Vec<Arc<Self>> {
        let family = self.family.lock().unwrap_or_else(PoisonError::into_inner);
        family.clients.iter().filter_map(Weak::upgrade).collect()
    }

    /// The device whose range extender it is behind.
    pub(crate) fn extender(&self) -> Option<Arc<Self>> {
        self.family.lock().unwrap_or_else(PoisonError::into_inner).extender.as_ref().and_then(Weak::upgrade)
    }

    /// Whether it can be reached now: itself, and the extender it may be behind.
    pub(crate) fn reach(&self) -> Reach {
        if let Some(extender) = self.extender()
            && let down @ Reach::Down(_) = extender.reach()
        {
            return down;
        }
        self.state().reach(self.clock.now())
    }

    /// Requests of all kinds so far.
    pub(crate) fn counters_of_requests(&self) -> u64 {
        self.tally.requests.load(Ordering::Relaxed)
    }

    /// Whether it has an oddity.
    pub(crate) fn has(&self, quirk: Quirk) -> bool {
        self.quirks.has(quirk)
    }

    /// What serves TLS, if it has a certificate.
    pub(crate) fn acceptor(&self) -> Option<TlsAcceptor> {
        self.state().acceptor.clone()
    }

    /// Its oddities.
    pub(crate) fn quirks(&self) -> QuirkSet {
        self.quirks
    }

    /// The state with time passed up to now.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.advance(self.clock.now(), self.spec.generation.is_gen1());
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

    /// Starts to listen to what the device says by itself. Whatever it says later is the difference to now.
    pub(crate) fn listen(&self) -> Ear {
        let mut state = self.state();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let ear = self.air.listen();
        if told.is_none() && !self.is_gen1() {
            *told = Some(gen2::status_text(self, &mut state).into());
        }
        drop(told);
        drop(state);
        self.stir.notify_one();
        ear
    }

    /// Exchanges the status everyone knows for another one.
    pub(crate) fn tell(&self, status: Option<Box<str>>) -> Option<Box<str>> {
        std::mem::replace(&mut *self.told.lock().unwrap_or_else(PoisonError::into_inner), status)
    }

    /// Changes the device from outside, so that whoever listens hears of it.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.state());
        self.stir.notify_one();
        result
    }

    /// Tells the listener that reachability may have changed.
    pub(crate) fn ring(&self) {
        if let Some(slot) = self.place.lock().unwrap_or_else(PoisonError::into_inner).1.upgrade() {
            slot.bell.notify_one();
        }
        for client in self.clients() {
            client.ring();
        }
    }

    /// Restarts after a delay; answers false when a restart is already planned.
    pub(crate) fn restart(&self, state: &mut State, delay: Duration) -> bool {
        if state.restart.is_some() {
            return false;
        }
        let from = self.clock.now() + delay;
        state.restart = Some(Restart { from, to: from + self.timing.reboot, begun: false });
        self.ring();
        self.stir.notify_one();
        true
    }

    /// Notes a write.
    pub(crate) fn record(&self, state: &mut State, target: &str, body: Value) {
        self.tally.writes.fetch_add(1, Ordering::Relaxed);
        if state.log.len() == LOG {
            state.log.pop_front();
        }
        state.log.push_back(Write { target: target.to_owned(), body });
        if self.has(Quirk::RebootLoop) {
            self.weather_storm(state);
        }
        self.stir.notify_one();
    }

    /// Restarts again and again when writes come too fast.
    fn weather_storm(&self, state: &mut State) {
        let now = self.clock.now();
        state.fast_writes.push_back(now);
        while state.fast_writes.front().is_some_and(|first| *first + STORM < now) {
            state.fast_writes.pop_front();
        }
        if state.fast_writes.len() >= STORM_WRITES {
            state.fast_writes.clear();
            state.loops_left = STORM_REBOOTS - 1;
            self.restart(state, Duration::ZERO);
        }
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
            wrong_passwords: load(&self.tally.wrong_passwords),
            lockouts: load(&self.tally.lockouts),
            sockets: self.tally.sockets.load(Ordering::Relaxed),
            notifications: load(&self.tally.notifications),
            reboots,
            calls: load(&self.tally.calls),
            calls_skipped: load(&self.tally.calls_skipped),
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
