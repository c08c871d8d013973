//! Where a task stands, as its entries tell.

use std::net::IpAddr;

use wifi_control::{Remembered, Ssid};

use super::{Before, Entry, What};
use crate::{DevicePlace, Expected, FailureKind, Found, Known, Outcome, Step, TaskId, Way};

/// Where a task stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Position {
    /// The task.
    pub task: TaskId,
    /// The number with which it was given out.
    pub fence: u64,
    /// The device's access point.
    pub ssid: Ssid,
    /// It has a key.
    pub has_key: bool,
    /// How the device is reached.
    pub by: Way,
    /// The device that is expected.
    pub expected: Option<Expected>,
    /// What the host was connected to.
    pub remembered: Option<Remembered>,
    /// Who the device is.
    pub device: Option<Known>,
    /// It was told to take other firmware; the build that it showed before.
    pub updating: Option<String>,
    /// What the device showed before it was changed; once there, it may have been changed.
    pub before: Option<Before>,
    /// The address that the device told after the network was written.
    pub address: Option<IpAddr>,
    /// The network of the host is back.
    pub is_host_back: bool,
    /// Where the device answers.
    pub found: Option<Found>,
    /// Why it is taken back.
    pub undoing: Option<(FailureKind, String, Step)>,
    /// Where the device is after that.
    pub place: Option<DevicePlace>,
    /// How it ended.
    pub ended: Option<Outcome>,
    /// Whoever gave the task knows.
    pub is_told: bool,
}

impl Position {
    /// The beginning; none when the entry is another one.
    pub fn begin(entry: &Entry) -> Option<Self> {
        let What::Accepted { ssid, has_key, by, expected } = &entry.what else { return None };
        let begun = Self::new(entry.task.clone(), entry.fence, ssid.clone());
        Some(Self { has_key: *has_key, by: *by, expected: expected.clone(), ..begun })
    }

    /// A task that was taken on.
    pub(crate) fn new(task: TaskId, fence: u64, ssid: Ssid) -> Self {
        Self {
            task,
            fence,
            ssid,
            has_key: false,
            by: Way::AccessPoint,
            expected: None,
            remembered: None,
            device: None,
            updating: None,
            before: None,
            address: None,
            is_host_back: true,
            found: None,
            undoing: None,
            place: None,
            ended: None,
            is_told: false,
        }
    }

    /// Goes on by one entry.
    pub fn apply(&mut self, what: &What) {
        match what {
            What::Accepted { .. } | What::Fetched => {}
            What::Remembered { wifi } => {
                self.remembered = Some(wifi.clone());
                self.is_host_back = false;
            }
            What::Identified { device } | What::Updated { device } => self.device = Some(device.clone()),
            What::Updating { from, .. } => self.updating = Some(from.clone()),
            What::Writing { before } => self.before = Some(before.clone()),
            What::Written { address } => self.address = *address,
            What::HostBack => self.is_host_back = true,
            What::Found { found } => self.found = Some(found.clone()),
            What::Undoing { kind, text, step } => {
                self.undoing = Some((*kind, text.clone(), *step));
                // To take something back the radio may have to go once more.
                self.is_host_back = self.remembered.is_none();
            }
            What::Undone { place } => self.place = Some(*place),
            What::Ended { outcome } => self.ended = Some((**outcome).clone()),
            What::Told => self.is_told = true,
        }
    }

    /// Whether something may have been written to the device.
    pub fn may_be_written(&self) -> bool {
        self.before.is_some()
    }
}
