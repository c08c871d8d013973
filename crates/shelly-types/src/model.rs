//! The order code of a device.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Order code: `type` of Gen1's `/shelly` (`SHSW-25`), `model` of Gen2+ (`S3SW-001P16EU`).
///
/// App names are not unique, so code decides by model.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Model(String);

impl Model {
    /// The model with this order code.
    pub fn new(code: impl Into<String>) -> Self {
        Self(code.into())
    }

    /// The order code.
    pub fn code(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
