//! Why something over Bluetooth did not work.

use std::time::Duration;

/// Why something over Bluetooth did not work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The service that manages Bluetooth does not run.
    #[error("the Bluetooth service (bluetoothd) does not run on this machine")]
    NoService,
    /// The machine has no such adapter.
    #[error("this machine has no Bluetooth adapter {wanted}")]
    NoAdapter {
        /// The name that was wanted, or nothing.
        wanted: String,
    },
    /// The adapter is switched off.
    #[error("the Bluetooth adapter {adapter} is switched off: `bluetoothctl power on`, or `rfkill unblock bluetooth`")]
    PoweredOff {
        /// Name.
        adapter: String,
    },
    /// The service does not let us.
    #[error("the Bluetooth service does not permit to {attempt}: {remedy}")]
    NotPermitted {
        /// What was attempted.
        attempt: &'static str,
        /// What grants the permission.
        remedy: &'static str,
    },
    /// No such device was seen.
    #[error("{name} is not in range of Bluetooth")]
    NotInRange {
        /// Name of the device.
        name: String,
    },
    /// The device takes no RPC over Bluetooth: it is switched off, or its setup is over.
    #[error("{name} takes no RPC over Bluetooth; a new device does for 15 minutes after power-up")]
    NoRpc {
        /// Name of the device.
        name: String,
    },
    /// The connection ended.
    #[error("the Bluetooth connection ended: {why}")]
    Ended {
        /// What is known of it.
        why: String,
    },
    /// The device announced a frame of a length that cannot be.
    #[error("the device announces a frame of {length} bytes, and at most {most} make sense")]
    Length {
        /// What it announced.
        length: u64,
        /// Most that is taken.
        most: usize,
    },
    /// What the device sent are no pieces of a frame.
    #[error("the device sent {what}")]
    Pieces {
        /// What it sent.
        what: String,
    },
    /// The frame is longer than a device takes. It was not sent.
    #[error("a frame of {length} bytes is longer than the {most} that a device takes")]
    TooLong {
        /// Its length.
        length: usize,
        /// Most that is sent.
        most: usize,
    },
    /// Something took too long.
    #[error("it took longer than {} s to {attempt}", waited.as_secs())]
    Timeout {
        /// What was attempted.
        attempt: &'static str,
        /// How long it was waited for.
        waited: Duration,
    },
    /// The service said no, or something that was not understood.
    #[error("the Bluetooth service could not {attempt}: {answer}")]
    Answer {
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
}

impl Error {
    /// Whether it is about permissions of this process, so that asking again changes nothing.
    pub fn is_permission(&self) -> bool {
        matches!(self, Self::NotPermitted { .. })
    }
}
