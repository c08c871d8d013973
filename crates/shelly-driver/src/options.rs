//! How a device is talked to.

use std::time::Duration;

use shelly_http::{Endpoint, Limits, Tls};

use crate::{Error, Found, Links, Manners, probe_with};

/// How a device is talked to.
#[derive(Debug, Clone)]
pub struct Options {
    /// Limits of each request.
    pub limits: Limits,
    /// Whom to trust when a device speaks TLS. A device that sends everybody there is followed then; without it, such a
    /// device cannot be reached.
    pub tls: Option<Tls>,
    /// The manners toward this device. Clones share what they remember, so keep one for each device.
    pub manners: Manners,
    /// The place for open connections to this device, which all conversations with it share; keep one for each device.
    /// While one is open there, a conversation begins on it. None gives each conversation a place of its own.
    pub links: Option<Links>,
    /// After this time without a word from the device its hardware address is confirmed again.
    pub confirm_after: Duration,
    /// Over HTTP, where each request makes a connection of its own, the hardware address is confirmed before a write when
    /// that was done longer ago than this. An address changes hands within seconds at best.
    pub confirm_write_after: Duration,
    /// How long a restart is waited for.
    pub restart: RestartWait,
}

/// How long a restart is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RestartWait {
    /// Time before the device is asked for the first time.
    pub first_look: Duration,
    /// Time between questions.
    pub interval: Duration,
    /// Time after which it is given up.
    pub limit: Duration,
}

impl Options {
    /// Asks who is at an address, within these limits and trusting whom they trust.
    ///
    /// # Errors
    /// Those of [`probe_with`].
    pub async fn probe(&self, endpoint: &Endpoint) -> Result<Found, Error> {
        probe_with(endpoint, &self.limits, self.tls.as_ref()).await
    }
}

impl Default for Options {
    /// Limits of the HTTP client, no TLS, fresh manners, no shared place, a minute for reads and 2 s for
    /// writes, the default wait.
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            tls: None,
            manners: Manners::default(),
            links: None,
            confirm_after: Duration::from_mins(1),
            confirm_write_after: Duration::from_secs(2),
            restart: RestartWait::default(),
        }
    }
}

impl Default for RestartWait {
    /// 1 s, then every second, for at most 90 s.
    fn default() -> Self {
        Self { first_look: Duration::from_secs(1), interval: Duration::from_secs(1), limit: Duration::from_secs(90) }
    }
}
