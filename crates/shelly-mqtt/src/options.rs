//! How to connect to a broker.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use rustls::ClientConfig;

use crate::{Address, BackOff};

/// User and password at a broker. Does not print the password.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// User.
    pub user: String,
    /// Password.
    pub password: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("user", &self.user).field("password", &"[secret]").finish()
    }
}

/// What the broker publishes for us when the connection breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastWill {
    /// Where.
    pub topic: String,
    /// What.
    pub payload: Bytes,
    /// Whether the broker keeps it for later subscribers.
    pub retain: bool,
}

/// How to connect to a broker, and how much may wait.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where it listens.
    pub address: Address,
    /// Who we are. A broker knows one client of a name: a second one throws out the first.
    pub client_id: String,
    /// User and password, where it wants them.
    pub login: Option<Login>,
    /// Whom to trust over TLS; the authorities of the system when none.
    pub tls: Option<Arc<ClientConfig>>,
    /// What it publishes when we are gone without a word.
    pub last_will: Option<LastWill>,
    /// Longest silence; in seconds, at most 65,535.
    pub keep_alive: Duration,
    /// Time to connect; in seconds.
    pub connect: Duration,
    /// Waits between attempts.
    pub back_off: BackOff,
    /// Messages that wait to be sent.
    pub outgoing: usize,
    /// Messages that wait in each subscription.
    pub incoming: usize,
    /// Longest message, in bytes. A longer one from the broker ends the connection.
    pub max_packet_bytes: usize,
}

impl Options {
    /// Connects to `address` under a name of chance, without a login: 30 s of silence, 5 s to connect, 64 messages
    /// each way, 1 MiB.
    pub fn new(address: Address) -> Self {
        Self {
            address,
            client_id: format!("shelly-{:016x}", rand::random::<u64>()),
            login: None,
            tls: None,
            last_will: None,
            keep_alive: Duration::from_secs(30),
            connect: Duration::from_secs(5),
            back_off: BackOff::default(),
            outgoing: 64,
            incoming: 64,
            max_packet_bytes: 1024 * 1024,
        }
    }
}
