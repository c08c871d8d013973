//! A profile: a named set of wishes for a kind of device. Each change of the wishes is a new version.

use std::fmt;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::Model;

use crate::ProfileId;

/// A profile. A device is under it when it was assigned to it, or when the scope means it: it is of one of the models,
/// where models are named, and the query means it, where there is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProfileRecord {
    /// Id.
    pub id: ProfileId,
    /// Name, unique.
    pub name: String,
    /// Where two profiles of a device disagree, the higher rank wins.
    pub rank: u32,
    /// Models that the scope means; all when there are none.
    pub models: Vec<Model>,
    /// Devices that the scope means. A steady query.
    pub query: Option<String>,
    /// The version in force; 0 while nothing was ever wished. Changed by adding a version, never by writing the profile.
    pub version: u32,
    /// Devices under it. Counted when read, ignored when written.
    pub devices: u64,
    /// How many of them were assigned. Counted when read, ignored when written.
    pub assigned: u64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Rises with every change of name, rank or scope; 0 before it is stored.
    pub revision: i64,
}

/// The wishes of a profile as they were at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct ProfileVersion {
    /// The profile.
    pub profile: ProfileId,
    /// Its version, from 1.
    pub version: u32,
}

/// How a version of a profile came to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VersionRecord {
    /// Which.
    pub id: ProfileVersion,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who made it, in words.
    pub created_by: String,
    /// The version that was put back by it.
    pub put_back: Option<u32>,
}

impl ProfileRecord {
    /// Whether the scope means any device by itself.
    pub fn has_scope(&self) -> bool {
        !self.models.is_empty() || self.query.is_some()
    }
}

impl fmt::Display for ProfileVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.profile, self.version)
    }
}
