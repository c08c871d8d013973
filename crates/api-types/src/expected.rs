//! Devices that are expected before they are found.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::Mac;

/// A device that is expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExpectedView {
    /// Device.
    pub mac: Mac,
    /// Our name for it.
    pub name: Option<String>,
    /// The device is to carry the name itself.
    pub names_device: bool,
    /// Where it is expected to answer.
    pub address: Option<String>,
    /// Tags it gets.
    pub tags: Vec<String>,
    /// Location it is put into.
    pub location: Option<String>,
    /// Group it gets into.
    pub group: Option<String>,
    /// Profile it is assigned to.
    pub profile: Option<String>,
    /// Where it was found, if it waits in the inbox.
    pub found_at: Option<String>,
    /// When it was said.
    pub created_at: DateTime<Utc>,
    /// Who said it.
    pub created_by: String,
}

/// A list of devices that are expected.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportDevicesRequest {
    /// CSV with a head line. Columns in any order: `mac`, `name`, `location` (or `room`), `address` (or `ip`), `group`,
    /// `tags` (several with `|` between), `profile`. Only `mac` is needed. The separator is a comma, a semicolon or a tab.
    pub csv: String,
    /// The devices are to carry their names themselves: each becomes a wish.
    #[serde(default)]
    pub names_devices: bool,
    /// Locations and groups that do not exist are made.
    #[serde(default)]
    pub create: bool,
    /// Only say what would be done.
    #[serde(default)]
    pub dry_run: bool,
}

/// What a list did, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ImportDevicesResult {
    /// Nothing was done: it was only asked what would be.
    pub dry_run: bool,
    /// Each line with a device.
    pub lines: Vec<ImportedLineView>,
    /// Locations that are made.
    pub locations: Vec<String>,
    /// Groups that are made.
    pub groups: Vec<String>,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ImportedLineView {
    /// Number of the line, from 1.
    pub line: u64,
    /// What it does.
    pub effect: ImportEffect,
    /// What it says.
    pub device: ExpectedView,
}

/// What a line does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportEffect {
    /// The device is expected from now on.
    New,
    /// It was expected already, with other data.
    Changed,
    /// The same was said before.
    Same,
    /// The device is ours already; nothing is done.
    Ours,
}

/// Which devices are expected no more.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveExpectedRequest {
    /// These; all when `all` is true.
    #[serde(default)]
    pub devices: Vec<Mac>,
    /// All.
    #[serde(default)]
    pub all: bool,
}
