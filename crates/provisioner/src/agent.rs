//! One radio, one journal, and what is done with them.

use std::sync::{Arc, PoisonError};

use bluetooth_control::Bluetooth;
use shelly_driver::Options;
use tokio::sync::Mutex;
use wifi_control::WifiControl;

use crate::{
    Clock, Entry, FileJournal, FindOnLan, FirmwareFile, Journal, JournalError, Outcome, Patience, Position, Progress,
    Provision, Provisioning, Stop, TaskId, Tools, What,
    tasks::scan::{DevicePoint, Seen},
};

/// How an agent works.
pub struct AgentOptions {
    /// How long things may take.
    pub patience: Patience,
    /// How devices are talked to; asked anew for each, since each has manners of its own.
    pub device: Box<dyn Fn() -> Options + Send + Sync>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// One radio, one journal, and what is done with them. One thing at a time uses the radio.
pub struct Agent<W, F> {
    wifi: W,
    find: F,
    options: AgentOptions,
    bluetooth: Option<Arc<dyn Bluetooth>>,
    firmware: Vec<FirmwareFile>,
    journal: Shared,
    radio: Mutex<Seen>,
}

/// The journal, for several hands.
#[derive(Clone)]
pub struct Shared(Arc<std::sync::Mutex<FileJournal>>);

impl Shared {
    /// Looks into it.
    pub fn with<T>(&self, look: impl FnOnce(&mut FileJournal) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Journal for Shared {
    async fn append(&mut self, entry: &Entry) -> Result<(), JournalError> {
        self.with(|journal| journal.write(entry))
    }
}

impl<W: WifiControl, F: FindOnLan> Agent<W, F> {
    /// An agent with this radio.
    pub fn new(wifi: W, find: F, journal: FileJournal, options: AgentOptions) -> Self {
        let journal = Shared(Arc::new(std::sync::Mutex::new(journal)));
        Self { wifi, find, options, bluetooth: None, firmware: Vec::new(), journal, radio: Mutex::default() }
    }

    /// The same, which gives devices this firmware before anything else, when they have another one.
    #[must_use]
    pub fn with_firmware(self, firmware: Vec<FirmwareFile>) -> Self {
        Self { firmware, ..self }
    }

    /// The same with a radio for Bluetooth.
    #[must_use]
    pub fn with_bluetooth(self, bluetooth: Arc<dyn Bluetooth>) -> Self {
        Self { bluetooth: Some(bluetooth), ..self }
    }

    /// Whether it has a radio for Bluetooth.
    pub fn has_bluetooth(&self) -> bool {
        self.bluetooth.is_some()
    }

    /// Its radio.
    pub fn wifi(&self) -> &W {
        &self.wifi
    }

    /// Its journal.
    pub fn journal(&self) -> &Shared {
        &self.journal
    }

    /// How it works.
    pub fn options(&self) -> &AgentOptions {
        &self.options
    }

    /// Cleans up after a former life: each task that has not ended ends now, and a radio that is not back comes back.
    ///
    /// # Errors
    /// When nothing can be written down.
    pub async fn recover(
        &self,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Vec<(TaskId, Outcome)>, JournalError> {
        let _radio = self.radio.lock().await;
        let unfinished: Vec<Position> = self.journal.with(|journal| journal.tasks().unfinished().cloned().collect());
        let mut ended = Vec::new();
        for position in unfinished {
            tracing::warn!(task.id = %position.task, "a task was interrupted; what it did is cleaned up");
            let task = position.task.clone();
            let stop = Stop::default();
            let mut journal = self.journal.clone();
            let run = Provisioning::recover(self.tools(progress), &mut journal, position, &stop).run();
            ended.push((task, Box::pin(run).await?));
        }
        self.bring_back().await?;
        Ok(ended)
    }

    /// Brings the WiFi of the host back where a task could not. Tells whether it is as before now.
    ///
    /// # Errors
    /// When nothing can be written down.
    pub async fn restore(&self) -> Result<bool, JournalError> {
        let _radio = self.radio.lock().await;
        self.bring_back().await
    }

    async fn bring_back(&self) -> Result<bool, JournalError> {
        let away: Vec<Position> = self.journal.with(|journal| journal.tasks().away().cloned().collect());
        // The oldest remembers what was there before any of them.
        let Some(remembered) = away.first().and_then(|position| position.remembered.clone()) else { return Ok(true) };
        if let Err(error) = self.wifi.restore(&remembered).await {
            tracing::error!(error = %crate::provision::chain(&error), "the WiFi of this host is not back");
            return Ok(false);
        }
        for position in away {
            self.write(&position.task, position.fence, What::HostBack)?;
        }
        Ok(true)
    }

    /// Brings a device into a network. Waits for the radio.
    ///
    /// A task that has ended before is not done again: its end is told.
    ///
    /// # Errors
    /// When nothing can be written down.
    pub async fn provision(
        &self,
        id: TaskId,
        fence: u64,
        task: &Provision,
        stop: &Stop,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Outcome, JournalError> {
        let _radio = self.radio.lock().await;
        let before = self.journal.with(|journal| journal.tasks().find(&id).cloned());
        if let Some(outcome) = before.filter(|before| before.fence >= fence).and_then(|before| before.ended) {
            return Ok(outcome);
        }
        let mut journal = self.journal.clone();
        let run = Provisioning::accept(self.tools(progress), &mut journal, id, fence, task, stop).await?.run();
        Box::pin(run).await
    }

    /// Looks for access points of devices. Waits for the radio.
    ///
    /// # Errors
    /// Those of the radio.
    pub async fn scan(&self) -> Result<Vec<DevicePoint>, wifi_control::Error> {
        self.radio.lock().await.look(&self.wifi, self.options.clock.as_ref()).await
    }

    /// Tasks that have ended, and nobody was told yet.
    pub fn untold(&self) -> Vec<(TaskId, u64, Outcome)> {
        self.journal.with(|journal| {
            let untold = journal.tasks().all().iter().filter(|position| !position.is_told);
            untold
                .filter_map(|position| Some((position.task.clone(), position.fence, position.ended.clone()?)))
                .collect()
        })
    }

    /// Whoever gave the task knows how it ended.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub fn told(&self, task: &TaskId) -> Result<(), JournalError> {
        let known = self.journal.with(|journal| journal.tasks().find(task).map(|position| position.fence));
        match known {
            Some(fence) => self.write(task, fence, What::Told),
            None => Ok(()),
        }
    }

    fn write(&self, task: &TaskId, fence: u64, what: What) -> Result<(), JournalError> {
        let entry = Entry { task: task.clone(), fence, at: self.options.clock.now(), what };
        self.journal.with(|journal| journal.write(&entry))
    }

    fn tools<'a>(&'a self, progress: &'a (dyn Fn(Progress) + Send + Sync)) -> Tools<'a, W, F> {
        Tools {
            wifi: &self.wifi,
            bluetooth: self.bluetooth.as_deref(),
            find: &self.find,
            clock: self.options.clock.as_ref(),
            patience: &self.options.patience,
            options: self.options.device.as_ref(),
            firmware: &self.firmware,
            progress,
        }
    }
}
