//! Passwords that devices are about to get.

use capability_config::SecretText;
use chrono::{DateTime, Utc};
use shelly_types::Mac;

use crate::{JobId, word::words};

words! {
    /// How far a password has come that a device is to get.
    pub enum PasswordState ("state of a password") {
        /// Not sent.
        Planned = "planned",
        /// Sent, so the device may have it.
        Sent = "sent",
        /// The device has proven it, and it is the one that is kept.
        Proven = "proven",
    }
}

/// A password that a device is about to get. The one that it has is kept until the new one is proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordChange {
    /// The device.
    pub mac: Mac,
    /// The job that sends it.
    pub job_id: JobId,
    /// The user; Gen2 and later know only `admin`.
    pub user: String,
    /// The password; none takes the password away.
    pub password: Option<SecretText>,
    /// How far it has come.
    pub state: PasswordState,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}
