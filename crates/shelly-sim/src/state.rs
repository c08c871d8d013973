//! Holds what changes while a device runs, and lets time pass over it.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    sync::Arc,
    time::Duration,
};

use rand::rngs::SmallRng;
use serde_json::{Map, Value, json};
use shelly_types::Firmware;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

use crate::{
    clock::Clock,
    coiot::Wanted,
    device::Write,
    digest::Nonces,
    fault::Fault,
    gen1,
    gen2::{self, lists::Lists},
    hooks::{self, Happened},
    input::Input,
    json,
    link::Wiring,
    ota::{Offer, Update},
    output::Output,
    outside::Outside,
    played::Played,
    setup::{Setup, Stage},
    tls,
    wifi::{self, Radio},
};

/// Most events that wait to be reported.
const EVENTS: usize = 64;

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

/// What changes while a device runs. Documents are kept as text, which takes a tenth of the memory of a tree.
pub(crate) struct State {
    /// Versions it may be offered.
    pub(crate) offer: Offer,
    pub(crate) update: Option<Update>,
    /// What the next start brings after an update.
    pub(crate) next_firmware: Option<Firmware>,
    /// It reaches no time server.
    pub(crate) clockless: bool,
    /// Someone set the time by hand, so that a device without a time server has one.
    pub(crate) time_was_set: bool,
    pub(crate) setup: Option<Setup>,
    /// Writes of the last seconds, to notice a storm.
    pub(crate) fast_writes: VecDeque<Instant>,
    /// Restarts still to come of a reboot loop.
    pub(crate) loops_left: u32,
    pub(crate) backup: Option<Box<str>>,
    /// The answer to the request that is worked on never arrives.
    pub(crate) answer_lost: bool,
    /// What sensors measure now where a person or a script said so, by path in the status.
    pub(crate) readings: BTreeMap<String, Value>,
    /// What runs now; another than the model's after an update.
    pub(crate) firmware: Firmware,
    pub(crate) profile: Box<str>,
    /// Gen1: `/settings` without what is measured. Gen2+: `Shelly.GetConfig`.
    pub(crate) config: Box<str>,
    /// Components made at run time with configuration, status and attributes (Gen2+).
    pub(crate) dynamic: Option<Box<str>>,
    pub(crate) played: Option<Box<Played>>,
    pub(crate) outputs: Vec<Output>,
    pub(crate) inputs: Vec<Input>,
    /// The minute in which input events are counted, and how many there were.
    pub(crate) input_minute: (u64, u32),
    pub(crate) clock: Clock,
    /// What the ways it speaks on were told at the last start.
    pub(crate) wiring: Wiring,
    /// Rises when the wiring may be another one.
    pub(crate) wiring_revision: u32,
    /// Uploaded files by name, such as `user_ca` (Gen2+).
    pub(crate) files: BTreeMap<String, String>,
    /// Authority of the fleet, which its devices have built in.
    pub(crate) fleet_ca: Option<Arc<str>>,
    /// What serves TLS since the last start.
    pub(crate) acceptor: Option<TlsAcceptor>,
    /// The same for the certificate it came with.
    pub(crate) own_acceptor: Option<TlsAcceptor>,
    /// What CoIoT was told at the last start (Gen1).
    pub(crate) coiot: Option<Wanted>,
    /// How the request that is worked on came, in the words of output sources.
    pub(crate) source: &'static str,
    /// Events that wait to be reported (Gen2+).
    pub(crate) events: VecDeque<Value>,
    /// It has webhooks or actions that are enabled.
    pub(crate) calls: bool,
    /// What happened and may be told to somebody by a call.
    pub(crate) happened: Vec<Happened>,
    /// Its outbound WebSocket is open.
    pub(crate) dialled: bool,
    /// Its radio, in a fleet with networks.
    pub(crate) radio: Option<Radio>,
    /// Its radio, where something outside of this process plays it.
    pub(crate) outside: Option<Outside>,
    pub(crate) booted: Instant,
    pub(crate) uptime_before_s: u64,
    pub(crate) restart: Option<Restart>,
    pub(crate) restart_required: bool,
    /// MQTT was wanted at the last start.
    pub(crate) mqtt_runs: bool,
    /// What a broker or the wish for one says; none where no MQTT client runs.
    pub(crate) mqtt_connected: Option<bool>,
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
    /// How often someone woke it.
    pub(crate) wakes: u32,
    pub(crate) changes_since_boot: u32,
    pub(crate) reboots: u64,
    pub(crate) log: VecDeque<Write>,
    pub(crate) nonces: Nonces,
    pub(crate) rng: SmallRng,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("profile", &self.profile).field("config", &self.config).finish_non_exhaustive()
    }
}

impl State {
    /// Lets time pass.
    pub(crate) fn advance(&mut self, now: Instant, gen1: bool) {
        if let Some(restart) = self.restart
            && restart.from <= now
        {
            if !restart.begun {
                self.boot(restart, gen1);
            }
            if restart.to <= now {
                self.restart = None;
                if self.loops_left > 0 {
                    self.loops_left -= 1;
                    self.restart = Some(Restart { from: now, to: now + (restart.to - restart.from), begun: false });
                }
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
        if let Some(firmware) = self.next_firmware.take() {
            self.firmware = firmware;
        }
        self.update = None;
        self.time_was_set = false;
        if self.setup.is_some_and(|setup| setup.stage != Stage::Complete) {
            self.setup = Some(Setup::begin(restart.to));
        }
        self.uptime_before_s = 0;
        self.restart_required = false;
        self.changes_since_boot = 0;
        self.reboots += 1;
        let server = self.files.get("server_cert").zip(self.files.get("server_key"));
        let uploaded = server.and_then(|(certificate, key)| tls::uploaded(certificate, key));
        self.acceptor = uploaded.or_else(|| self.own_acceptor.clone());
        wifi::start_again(self, restart.to);
        self.rewire(gen1);
        self.coiot = gen1.then(|| Wanted::of(&self.config));
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

    /// Looks again what the settings say about the ways it speaks on.
    pub(crate) fn rewire(&mut self, gen1: bool) {
        self.wiring = Wiring::of(self, gen1);
        self.wiring_revision += 1;
    }

    /// Notes an event of a component, to be reported.
    pub(crate) fn event(&mut self, component: &str, event: &str, more: Map<String, Value>) {
        let ts = json::decimal(self.clock.unix_ms(self.clock.now()) as f64 / 1000.0, 2);
        let mut members = json::object([("component", json!(component)), ("event", json!(event)), ("ts", ts)]);
        members.extend(more);
        if self.events.len() == EVENTS {
            self.events.pop_front();
        }
        self.events.push_back(Value::Object(members));
    }

    /// Notes what webhooks and actions may wait for, in the words of webhooks.
    pub(crate) fn happens(&mut self, event: impl Into<String>, id: u32) {
        if self.calls && self.happened.len() < EVENTS {
            self.happened.push(Happened::of(event, id));
        }
    }

    /// Seconds since 1970 as the device knows it; none without a clock.
    pub(crate) fn known_unix(&self) -> Option<u64> {
        (!self.clockless || self.time_was_set).then(|| self.clock.unix())
    }

    /// Puts lists of a backup in the place of its own.
    pub(crate) fn restore_lists(&mut self, lists: &Value) {
        self.lists = Lists::of_value(lists).map(Box::new);
        self.revisions.kvs += 1;
        self.revisions.schedule += 1;
        self.revisions.webhook += 1;
        hooks::look_again(self, false);
    }

    /// When something happens by itself next: a timer ends, a cover arrives, a restart begins or ends.
    pub(crate) fn next_event(&self, now: Instant) -> Option<Instant> {
        let restart = self.restart.map(|restart| if restart.begun { restart.to } else { restart.from });
        self.outputs.iter().filter_map(|output| output.next_event(now)).chain(restart).min()
    }

    /// Whether connections are taken now.
    pub(crate) fn reach(&self, now: Instant) -> Reach {
        if self.faults.contains(&Fault::Offline) {
            return Reach::Down(None);
        }
        if self.restart.is_none() && self.setup.is_some_and(|setup| setup.stage == Stage::Locked) {
            return Reach::Down(None);
        }
        match self.restart {
            Some(restart) if restart.from > now => return Reach::Up(Some(restart.from)),
            Some(restart) if restart.to > now => return Reach::Down(Some(restart.to)),
            _ => {}
        }
        let in_network = self.radio.as_ref().map_or(Reach::Up(None), |radio| radio.reach(now));
        if matches!(in_network, Reach::Down(_)) {
            return in_network;
        }
        let asleep = self.faults.iter().find_map(|fault| match fault {
            Fault::Asleep { wakes } => Some(*wakes),
            _ => None,
        });
        let Some(wakes) = asleep else { return in_network };
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
