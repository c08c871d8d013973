//! Passwords of devices: given anew, told in lists, shown on demand.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::Mac;

use crate::jobs::JobRequest;

/// What devices get.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NewPassword {
    /// The same password for all.
    Same {
        /// The password, 1 to 50 characters. Not shown again, other than by asking for that of a device.
        password: String,
    },
    /// Another password for each device, by chance.
    Random,
    /// No password.
    None,
}

/// A job that gives devices other passwords.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordJobRequest {
    /// What they get.
    pub new: NewPassword,
    /// Which devices, and how. Devices that are away are waited for, 30 days when nothing else is said.
    #[serde(default)]
    pub job: JobRequest,
}

/// Passwords that devices have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportPasswordsRequest {
    /// Device by device.
    pub passwords: Vec<ToldPassword>,
}

/// The password of one device.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToldPassword {
    /// The device.
    pub mac: Mac,
    /// User; `admin` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Password. Not shown again, other than by asking for it.
    pub password: String,
}

/// What was taken from a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ImportedPasswords {
    /// Devices whose passwords were taken.
    pub taken: Vec<Mac>,
    /// Devices that are not ours.
    pub unknown: Vec<Mac>,
}

/// The password of a device, for who asked to see it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShownPassword {
    /// User.
    pub user: String,
    /// Password.
    pub password: String,
    /// Another password that was sent to the device and that it has not proven yet.
    pub in_doubt: Option<String>,
}

impl std::fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Same { .. } => "Same",
            Self::Random => "Random",
            Self::None => "None",
        })
    }
}

impl std::fmt::Debug for ToldPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ToldPassword").field("mac", &self.mac).field("user", &self.user).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for ShownPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShownPassword").field("user", &self.user).finish_non_exhaustive()
    }
}
