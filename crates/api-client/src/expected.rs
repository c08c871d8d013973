//! Devices that are expected.

use api_types::expected::{ExpectedView, ImportDevicesRequest, ImportDevicesResult, RemoveExpectedRequest};

use crate::{Error, ManagerClient};

impl ManagerClient {
    /// Devices that are expected.
    pub async fn expected(&self) -> Result<Vec<ExpectedView>, Error> {
        self.get("/discovery/expected").await
    }

    /// Takes a list in, or says what that would do.
    pub async fn expected_import(&self, request: &ImportDevicesRequest) -> Result<ImportDevicesResult, Error> {
        self.post("/discovery/expected/import", request).await
    }

    /// Expects devices no more; gives how many were.
    pub async fn expected_remove(&self, request: &RemoveExpectedRequest) -> Result<usize, Error> {
        self.post("/discovery/expected/remove", request).await
    }
}
