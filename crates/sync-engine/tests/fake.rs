//! A device in memory that takes plans, well or badly.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::pending,
    pin::pin,
    task::{Context, Poll, Waker},
};

use capability_config::{Resource, SettingPath, SettingValue, Settings, Support, facts};
use shelly_types::{ComponentKey, Firmware, Generation, Mac, Model};
use sync_engine::{
    ApplyReport, ErrorClass, Journal, JournalError, Observed, Step, Target, TargetError, WriteAnswer, same,
};

/// The device.
#[derive(Debug, Clone)]
pub(crate) struct Fake {
    pub(crate) generation: Generation,
    pub(crate) firmware: String,
    pub(crate) components: BTreeSet<ComponentKey>,
    /// What it has, secrets included.
    pub(crate) settings: Settings,
    pub(crate) temper: Temper,
    pub(crate) restart_required: bool,
    pub(crate) restarts: usize,
    /// Writes that reached it.
    pub(crate) writes: Vec<Settings>,
    /// Settings that were sent although they were shown to be right.
    pub(crate) redundant: Vec<SettingPath>,
    /// Reads, writes and restarts that were asked of it.
    pub(crate) operations: usize,
    waiting: Settings,
}

/// How it misbehaves.
#[derive(Debug, Clone, Default)]
pub(crate) struct Temper {
    /// Accepts these and does nothing.
    pub(crate) ignores: BTreeSet<SettingPath>,
    /// Takes another value.
    pub(crate) clamps: Settings,
    /// Says no to a step with one of these.
    pub(crate) refuses: BTreeSet<SettingPath>,
    /// Takes these into effect after a restart only, and says so.
    pub(crate) needs_restart: BTreeSet<SettingPath>,
    /// Changes other settings along with these.
    pub(crate) along: BTreeMap<SettingPath, Settings>,
    /// Does not answer these writes, counted from 0, although it does what they say.
    pub(crate) loses_answer: BTreeSet<usize>,
    /// Does not hear these writes, counted from 0.
    pub(crate) misses: BTreeSet<usize>,
    /// Does not hear any write.
    pub(crate) deaf: bool,
    /// Answers every write with this trouble.
    pub(crate) fails_with: Option<ErrorClass>,
    /// Is gone after this many operations.
    pub(crate) gone_after: Option<usize>,
    /// Never returns from this operation, counted from 0, as if the manager had been killed.
    pub(crate) stuck_at: Option<Stuck>,
}

/// Where the manager is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stuck {
    pub(crate) operation: usize,
    /// The device still did it.
    pub(crate) done: bool,
}

impl Fake {
    pub(crate) fn new(generation: u8, firmware: &str, settings: Settings) -> Self {
        Self {
            generation: Generation(generation),
            firmware: firmware.to_owned(),
            components: settings.keys().map(|path| path.component().clone()).collect(),
            settings,
            temper: Temper::default(),
            restart_required: false,
            restarts: 0,
            writes: Vec::new(),
            redundant: Vec::new(),
            waiting: Settings::new(),
            operations: 0,
        }
    }

    /// What it shows.
    pub(crate) fn shows(&self) -> Observed {
        let settings: Settings = self.settings.iter().filter_map(|(path, value)| self.show(path, value)).collect();
        let support = Support::new(
            self.generation,
            Model::new("FAKE-1"),
            Firmware::new(&self.firmware),
            self.components.iter().cloned(),
        );
        let mut observed = Observed::new(self.components.iter().cloned().collect(), settings, support);
        observed.restart_required = self.restart_required;
        observed
    }

    fn show(&self, path: &SettingPath, value: &SettingValue) -> Option<(SettingPath, SettingValue)> {
        let facts = facts(path.component().kind(), path.field());
        if facts.is_some_and(|facts| facts.write_only) {
            return None;
        }
        if self.generation.is_gen1() && self.forgets(path) {
            return None;
        }
        let value = if matches!(value, SettingValue::Secret(_)) { SettingValue::Hidden } else { value.clone() };
        Some((path.clone(), value))
    }

    /// Gen1 has one number for switch and delay.
    fn forgets(&self, path: &SettingPath) -> bool {
        let Some(switch) = path.field().strip_suffix("_delay") else { return false };
        let switch = SettingPath::new(path.component().clone(), switch);
        self.settings.get(&switch).is_some_and(|value| *value == SettingValue::Bool(false))
    }

    fn take(&mut self, step: &Step) -> Result<WriteAnswer, TargetError> {
        let settings = step.settings();
        if let Some(path) = settings.keys().find(|path| self.temper.refuses.contains(*path)) {
            return Err(TargetError::new(ErrorClass::Refused, format!("the device refused {path}")));
        }
        self.writes.push(settings.clone());
        let mut answer = WriteAnswer::default();
        let shown = self.shows().settings;
        for (path, value) in settings {
            if shown.get(&path).is_some_and(|shown| same(shown, &value)) {
                self.redundant.push(path.clone());
            }
            if self.temper.ignores.contains(&path) {
                continue;
            }
            let value = self.temper.clamps.get(&path).cloned().unwrap_or(value);
            if self.temper.needs_restart.contains(&path) {
                self.waiting.insert(path, value);
                (answer.restart_required, self.restart_required) = (true, true);
                continue;
            }
            self.settings.extend(self.temper.along.get(&path).cloned().unwrap_or_default());
            if value == SettingValue::Null && Resource::of(&path).is_some() {
                self.settings.remove(&path);
            } else {
                self.settings.insert(path, value);
            }
        }
        Ok(answer)
    }

    /// Counts an operation; tells whether it is the one where the manager is killed.
    fn begin(&mut self) -> Result<Option<Stuck>, TargetError> {
        let operation = self.operations;
        self.operations += 1;
        if self.temper.gone_after.is_some_and(|after| operation >= after) {
            return Err(TargetError::new(ErrorClass::Unreachable, "connect to the fake device: no route"));
        }
        Ok(self.temper.stuck_at.filter(|stuck| stuck.operation == operation))
    }
}

impl Target for Fake {
    async fn observe(&mut self) -> Result<Observed, TargetError> {
        if self.begin()?.is_some() {
            pending::<()>().await;
        }
        Ok(self.shows())
    }

    async fn write(&mut self, step: &Step) -> Result<WriteAnswer, TargetError> {
        let stuck = self.begin()?;
        let number = self.writes.len();
        if stuck.is_some_and(|stuck| !stuck.done) {
            pending::<()>().await;
        }
        let lost = || TargetError::new(ErrorClass::Interrupted, "write to the fake device: no answer");
        if let Some(class) = self.temper.fails_with {
            return Err(TargetError::new(class, "write to the fake device: no"));
        }
        if self.temper.deaf || self.temper.misses.remove(&number) {
            return Err(lost());
        }
        let answer = self.take(step);
        if stuck.is_some() {
            pending::<()>().await;
        }
        if self.temper.loses_answer.contains(&number) { Err(lost()) } else { answer }
    }

    async fn restart_and_wait(&mut self) -> Result<(), TargetError> {
        let stuck = self.begin()?;
        if stuck.is_some_and(|stuck| !stuck.done) {
            pending::<()>().await;
        }
        self.restarts += 1;
        self.restart_required = false;
        self.settings.append(&mut self.waiting);
        if stuck.is_some() {
            pending::<()>().await;
        }
        Ok(())
    }
}

/// A journal that outlives the run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory {
    pub(crate) written: BTreeSet<usize>,
    pub(crate) lines: Vec<String>,
    /// Fails from this line on.
    pub(crate) full_at: Option<usize>,
}

impl Memory {
    fn add(&mut self, line: String) -> Result<(), JournalError> {
        if self.full_at.is_some_and(|full| self.lines.len() >= full) {
            return Err(JournalError { message: "write the journal: disk full".to_owned() });
        }
        self.lines.push(line);
        Ok(())
    }
}

impl Journal for Memory {
    fn was_written(&self, step: usize) -> bool {
        self.written.contains(&step)
    }

    async fn step_started(&mut self, index: usize, step: &Step) -> Result<(), JournalError> {
        self.add(format!("{index} started {}", step.component))
    }

    async fn step_written(
        &mut self,
        index: usize,
        answer: &Result<WriteAnswer, TargetError>,
    ) -> Result<(), JournalError> {
        self.add(format!("{index} {}", if answer.is_ok() { "accepted" } else { "not accepted" }))?;
        if answer.is_ok() {
            self.written.insert(index);
        }
        Ok(())
    }

    async fn verdicts(&mut self, report: &ApplyReport) -> Result<(), JournalError> {
        self.add(format!("{}", report.outcome))
    }
}

/// Runs a future that never waits; none when it waits for ever, as the stuck device makes it.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// The address of the fake device.
pub(crate) fn mac() -> Mac {
    Mac::new([0xC4, 0x5B, 0xBE, 0x6A, 0x11, 0x22])
}

/// A digest that is good enough for tests.
pub(crate) fn digest(path: &SettingPath, secret: &str) -> String {
    format!("{path} {}", secret.len())
}
