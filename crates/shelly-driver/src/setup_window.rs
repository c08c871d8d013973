//! How long a new device can still be set up without a password.

use std::time::Duration;

use shelly_gen2_rpc::components::ComponentStatus;

use crate::{
    Device, Error, Urgency,
    device::{Dialect, Intent},
};

/// The time after power-up in which a new device can be set up (gen2 protocol 12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetupWindow {
    /// It is open for so long. A device of unknown uptime gives its whole length.
    Open {
        /// Time left.
        left: Duration,
    },
    /// The device has a network, or the setup is over.
    Passed,
    /// It closed before the device was set up; a power cycle opens it again.
    Locked,
}

impl Device {
    /// The setup window; none for devices that have none: Gen1, and firmware before 1.7.5.
    ///
    /// # Errors
    /// Why it did not tell.
    pub async fn setup_window(&self) -> Result<Option<SetupWindow>, Error> {
        let Dialect::Rpc(gen2) = &self.dialect else { return Ok(None) };
        self.confirm(Intent::Read, Urgency::Background).await?;
        let status = self.ask(Intent::Read, Urgency::Background, Box::pin(gen2.fixed_status())).await?;
        let Some(ComponentStatus::Sys(sys)) = status.components.get("sys") else { return Ok(None) };
        let Some(window) = sys.provisioning.get() else { return Ok(None) };
        let left = || {
            let seconds = |value: Option<f64>| value.filter(|value| value.is_finite() && *value >= 0.0);
            let length = seconds(window.duration.copied()).unwrap_or_default();
            let uptime = sys.uptime.copied().map_or(0.0, |uptime| uptime as f64);
            // One of the two begins counts from the start of the device, the other one is a date, for which a new device
            // has no clock; reports differ on which is which.
            let begins = [window.started_at.copied(), window.started_ut.copied()];
            let began = begins.into_iter().filter_map(seconds).find(|began| *began <= uptime);
            Duration::from_secs_f64(began.map_or(length, |began| (began + length - uptime).clamp(0.0, length)))
        };
        Ok(window.stage.as_str().map(|stage| match stage {
            "pending" => SetupWindow::Open { left: left() },
            "locked" => SetupWindow::Locked,
            _ => SetupWindow::Passed,
        }))
    }
}
