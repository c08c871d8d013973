//! Why something with the WiFi of this machine did not work.

use std::{fmt, io, time::Duration};

use crate::Ssid;

/// What manages the WiFi of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// NetworkManager, over D-Bus.
    NetworkManager,
    /// `wpa_supplicant`, over its control socket.
    WpaSupplicant,
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NetworkManager => "NetworkManager",
            Self::WpaSupplicant => "wpa_supplicant",
        })
    }
}

/// Why something with the WiFi of this machine did not work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The machine has no such interface, or it is not for WiFi.
    #[error("{interface} is no WiFi interface of this machine")]
    NoInterface {
        /// Name.
        interface: String,
    },
    /// Neither service answers.
    #[error("nothing that manages WiFi answers for {interface}: neither NetworkManager nor wpa_supplicant{why}")]
    NoBackend {
        /// Name.
        interface: String,
        /// What each of them said, beginning with `; `, or nothing.
        why: String,
    },
    /// The service does not let us.
    #[error("{backend} does not permit to {attempt}: {remedy}")]
    NotPermitted {
        /// Who.
        backend: Backend,
        /// What was attempted.
        attempt: &'static str,
        /// What grants the permission.
        remedy: &'static str,
    },
    /// No such access point was seen.
    #[error("no access point of {ssid} is in range")]
    NotInRange {
        /// Name of the network.
        ssid: Ssid,
    },
    /// The access point did not take us: the key is wrong, or it refuses.
    #[error("the access point of {ssid} did not let us in: {why}")]
    Refused {
        /// Name of the network.
        ssid: Ssid,
        /// What was said.
        why: String,
    },
    /// We are at the access point and have no address.
    #[error("got no address at {ssid} within {} s", waited.as_secs())]
    NoAddress {
        /// Name of the network.
        ssid: Ssid,
        /// How long it was waited for.
        waited: Duration,
    },
    /// The former connection did not come back.
    #[error("the former network {network} of {interface} did not come back within {} s", waited.as_secs())]
    NotRestored {
        /// Name of the interface.
        interface: String,
        /// What it was connected to.
        network: String,
        /// How long it was waited for.
        waited: Duration,
    },
    /// The service did not answer in time.
    #[error("{backend} did not {attempt} within {} s", waited.as_secs())]
    Timeout {
        /// Who.
        backend: Backend,
        /// What was attempted.
        attempt: &'static str,
        /// How long it was waited for.
        waited: Duration,
    },
    /// The service said no, or something that was not understood.
    #[error("{backend} could not {attempt}: {answer}")]
    Answer {
        /// Who.
        backend: Backend,
        /// What was attempted.
        attempt: &'static str,
        /// What it said.
        answer: String,
    },
    /// The bus failed.
    #[error("{attempt} over D-Bus")]
    Bus {
        /// What was attempted.
        attempt: &'static str,
        /// Cause.
        #[source]
        source: Box<zbus::Error>,
    },
    /// A socket or file failed.
    #[error("{attempt}")]
    Io {
        /// What was attempted.
        attempt: String,
        /// Cause.
        #[source]
        source: io::Error,
    },
}

impl Error {
    /// Whether it is about permissions of this process, so that asking again changes nothing.
    pub fn is_permission(&self) -> bool {
        matches!(self, Self::NotPermitted { .. })
    }

    pub(crate) fn io(attempt: impl Into<String>, source: io::Error) -> Self {
        Self::Io { attempt: attempt.into(), source }
    }
}
