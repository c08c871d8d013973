//! One device in the place of another.

use api_types::{
    jobs::JobDetail,
    replacements::{ReplaceRequest, ReplacementView},
};
use shelly_types::Mac;

use crate::{Error, ManagerClient};

impl ManagerClient {
    /// Plans how another device takes the place of one; nothing is written.
    pub async fn device_replace(&self, mac: Mac, request: &ReplaceRequest) -> Result<JobDetail, Error> {
        self.post(&format!("/devices/{mac}/replace"), request).await
    }

    /// Replacements that a device was part of, newest first.
    pub async fn device_replacements(&self, mac: Mac) -> Result<Vec<ReplacementView>, Error> {
        self.get(&format!("/devices/{mac}/replacements")).await
    }
}
