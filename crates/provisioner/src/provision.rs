//! Brings one device from its access point into a network: a state machine over the journal.
//!
//! ```text
//! accepted -> remembered -> identified -> writing -> written -> host back -> found -> ended: done
//!      |           |          |      ^     |          |           |
//!      |           |      updating   |     |          |           |
//!      |           |   -> fetched -> updated          |           |
//!      +-----------+----------+------------+----------+-----------+--> undoing -> undone -> host back -> ended: failed
//! ```
//!
//! Where it stands follows from the entries alone, so that whoever starts after a kill goes on from the last of them.
//! Without the task there is no key and no name, so nothing is written then: what was not written is given up, what may
//! have been written is looked for in the network, and taken back when it is not there.

mod back;
mod bluetooth;
mod contact;
mod device;
mod forward;
mod stop;
mod update;

use bluetooth_control::Bluetooth;
use shelly_driver::Options;
use shelly_http::WayOut;
use tokio::time::{sleep, timeout};
use wifi_control::{Error as WifiError, Joined, Remembered, WifiControl};

use self::contact::Contact;
pub use self::stop::Stop;
use crate::{
    Clock, DevicePlace, Entry, Failure, FailureKind, FindOnLan, FirmwareFile, Journal, JournalError, Outcome, Patience,
    Position, Progress, Provision, Provisioned, Step, Way, What,
};

/// What a task is done with.
pub struct Tools<'a, W, F> {
    /// The radio.
    pub wifi: &'a W,
    /// The radio for Bluetooth, where there is one.
    pub bluetooth: Option<&'a dyn Bluetooth>,
    /// How devices are found in the network.
    pub find: &'a F,
    /// The time.
    pub clock: &'a dyn Clock,
    /// How long things may take.
    pub patience: &'a Patience,
    /// How devices are talked to.
    pub options: &'a (dyn Fn() -> Options + Send + Sync),
    /// Firmware that devices get first.
    pub firmware: &'a [FirmwareFile],
    /// Who hears how far it is.
    pub progress: &'a (dyn Fn(Progress) + Send + Sync),
}

/// One task on its way.
pub struct Provisioning<'a, W, F, J> {
    tools: Tools<'a, W, F>,
    journal: &'a mut J,
    position: Position,
    /// None after a restart, which knows no secrets.
    task: Option<&'a Provision>,
    stop: &'a Stop,
    step: Step,
}

/// Why a step did not come to its end.
enum Halt {
    /// Something failed; it is taken back.
    Trouble(FailureKind, String),
    /// Nothing can be written down, so nothing may be done.
    Journal(JournalError),
}

impl From<JournalError> for Halt {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

fn trouble<T>(kind: FailureKind, text: impl Into<String>) -> Result<T, Halt> {
    Err(Halt::Trouble(kind, text.into()))
}

impl<'a, W: WifiControl, F: FindOnLan, J: Journal> Provisioning<'a, W, F, J> {
    /// Takes a task on.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub async fn accept(
        tools: Tools<'a, W, F>,
        journal: &'a mut J,
        id: crate::TaskId,
        fence: u64,
        task: &'a Provision,
        stop: &'a Stop,
    ) -> Result<Self, JournalError> {
        let what = What::Accepted {
            ssid: task.ssid.clone(),
            has_key: task.access_point_key.is_some(),
            by: task.by,
            expected: task.expected(),
        };
        let entry = Entry { task: id.clone(), fence, at: tools.clock.now(), what };
        journal.append(&entry).await?;
        let position = Position::begin(&entry).unwrap_or_else(|| Position::new(id, fence, task.ssid.clone()));
        Ok(Self { tools, journal, position, task: Some(task), stop, step: Step::Accepted })
    }

    /// Goes on with what a former life left behind.
    pub fn recover(tools: Tools<'a, W, F>, journal: &'a mut J, position: Position, stop: &'a Stop) -> Self {
        Self { tools, journal, position, task: None, stop, step: Step::RollingBack }
    }

    /// Does the task to its end. Whatever happens, it is one of two.
    ///
    /// Dropping it in the middle leaves everything as after a kill: the journal says what has to be cleaned up.
    ///
    /// # Errors
    /// When something cannot be written down. Nothing more is done then.
    pub async fn run(mut self) -> Result<Outcome, JournalError> {
        self.told(Step::Accepted, "");
        if self.task.is_none() && self.position.by == Way::Bluetooth {
            // A connection outlives whoever made it.
            self.hang_up().await;
        }
        let began = tokio::time::Instant::now();
        let whole = self.whole();
        loop {
            if let Some(outcome) = self.position.ended.clone() {
                return Ok(outcome);
            }
            if let Some(found) = self.position.found.clone() {
                let done = Provisioned { device: found.device, endpoint: found.endpoint, found_by: found.by };
                self.note(What::Ended { outcome: Box::new(Outcome::Done(done)) }).await?;
                continue;
            }
            if self.position.undoing.is_some() {
                self.back().await?;
                continue;
            }
            let stop = self.stop.clone();
            let left = whole.saturating_sub(began.elapsed());
            let halt = tokio::select! {
                biased;
                (kind, text) = stop.called() => Err(Halt::Trouble(kind, text)),
                done = timeout(left, self.forward()) => done.unwrap_or_else(|_| {
                    trouble(FailureKind::TimedOut, format!("it took longer than {} s", whole.as_secs()))
                }),
            };
            match halt {
                Ok(()) => {}
                Err(Halt::Journal(error)) => return Err(error),
                Err(Halt::Trouble(kind, text)) => {
                    tracing::info!(task.id = %self.position.task, task.step = %self.step, "{text}");
                    let step = self.step;
                    self.note(What::Undoing { kind, text, step }).await?;
                }
            }
        }
    }

    /// How long it may take.
    fn whole(&self) -> std::time::Duration {
        let Patience { whole, fetch, flash, update, .. } = *self.tools.patience;
        let has_firmware = !self.tools.firmware.is_empty() || self.task.is_some_and(|task| task.firmware.is_some());
        if has_firmware { whole + fetch + flash + update } else { whole }
    }

    /// Writes down what happened, then takes it for true.
    async fn note(&mut self, what: What) -> Result<(), JournalError> {
        let Position { task, fence, .. } = &self.position;
        let entry = Entry { task: task.clone(), fence: *fence, at: self.tools.clock.now(), what };
        self.journal.append(&entry).await?;
        self.position.apply(&entry.what);
        Ok(())
    }

    /// Tells how far it is.
    fn told(&mut self, step: Step, detail: impl Into<String>) {
        self.step = step;
        let (task, device) = (self.position.task.clone(), self.position.device.clone());
        (self.tools.progress)(Progress { task, step, detail: detail.into(), window_left: None, device });
    }

    /// Brings the WiFi of the host back, with patience; why not, when it does not come.
    async fn host_back(&mut self) -> Result<Result<(), String>, JournalError> {
        if self.position.is_host_back {
            return Ok(Ok(()));
        }
        let remembered = self.position.remembered.clone().unwrap_or_default();
        let until = tokio::time::Instant::now() + self.tools.patience.restore;
        loop {
            match self.tools.wifi.restore(&remembered).await {
                Ok(()) => {
                    self.note(What::HostBack).await?;
                    return Ok(Ok(()));
                }
                Err(error) if tokio::time::Instant::now() >= until => return Ok(Err(chain(&error))),
                Err(error) => tracing::warn!(error = %chain(&error), "the WiFi of this host is not back yet"),
            }
            sleep(self.tools.patience.pause).await;
        }
    }

    /// How the device at this access point is talked to: no other way than through the radio.
    fn options_for(&self, joined: &Joined) -> Options {
        let mut options = (self.tools.options)();
        options.limits.way_out = Some(WayOut { interface: joined.interface.clone(), address: joined.address });
        options
    }

    /// The end of a failure.
    async fn failed(&mut self, is_host_restored: bool) -> Result<(), JournalError> {
        let (kind, text, step) = self
            .position
            .undoing
            .clone()
            .unwrap_or_else(|| (FailureKind::Internal, "it ended without a reason".to_owned(), self.step));
        let place = self.position.place.unwrap_or(DevicePlace::Unknown);
        let failure = Failure { kind, text, step, is_host_restored, place };
        self.note(What::Ended { outcome: Box::new(Outcome::Failed(failure)) }).await
    }

    /// What the host was connected to, as it stands in the journal.
    fn remembered(&self) -> Remembered {
        self.position.remembered.clone().unwrap_or_default()
    }
}

/// What an error of the radio means for a task.
fn radio_trouble(error: &WifiError) -> (FailureKind, String) {
    let kind = match error {
        WifiError::NotInRange { .. } | WifiError::NoAddress { .. } => FailureKind::NoAccessPoint,
        WifiError::Refused { .. } => FailureKind::AccessPointKey,
        _ => FailureKind::Radio,
    };
    (kind, chain(error))
}

impl From<WifiError> for Halt {
    fn from(error: WifiError) -> Self {
        let (kind, text) = radio_trouble(&error);
        Self::Trouble(kind, text)
    }
}

/// An error with its causes.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.contains(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        cause = error.source();
    }
    text
}
