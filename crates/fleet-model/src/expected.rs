//! A device that is expected: what people said of it before it was found.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::Mac;

use crate::{GroupRef, LocationRef, ProfileRef};

/// A device that is expected. It gets what is said here when it is adopted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExpectedRecord {
    /// The device.
    pub mac: Mac,
    /// Our name for it.
    pub name: Option<String>,
    /// The device itself is to carry the name: it becomes a wish.
    pub names_device: bool,
    /// Where it is expected to answer: an address or a host name.
    pub address: Option<String>,
    /// Tags: in lower case, in order, each once.
    pub tags: Vec<String>,
    /// Where it is.
    pub location: Option<LocationRef>,
    /// The group it gets into.
    pub group: Option<GroupRef>,
    /// The profile it is assigned to.
    pub profile: Option<ProfileRef>,
    /// When it was said last.
    pub created_at: DateTime<Utc>,
    /// Who said it, in words.
    pub created_by: String,
}

impl ExpectedRecord {
    /// Whether another one says the same of the device.
    pub fn says_as(&self, other: &Self) -> bool {
        let said = |of: &Self| Self { created_at: DateTime::UNIX_EPOCH, created_by: String::new(), ..of.clone() };
        said(self) == said(other)
    }
}
