//! How we are in touch with a device that is not in a network yet.

use std::sync::Arc;

use shelly_driver::CarryFrames;
use wifi_control::{Error, Joined, WifiControl};

use super::bluetooth::Frames;

/// How we are in touch with a device.
pub(super) enum Contact {
    /// At its access point.
    AccessPoint(Joined),
    /// Over Bluetooth.
    Bluetooth(Arc<Frames>),
}

impl Contact {
    /// Whether we still are. To be asked right before a secret is sent.
    pub(super) async fn stands<W: WifiControl>(&self, wifi: &W) -> Result<bool, Error> {
        match self {
            Self::AccessPoint(joined) => wifi.is_joined(joined).await,
            Self::Bluetooth(frames) => Ok(!frames.is_closed()),
        }
    }
}
