//! Scans and the inbox.

use api_types::discovery::{DecideRequest, DecideResult, ScanView, SightingView, SourceView, StartScanRequest};
use uuid::Uuid;

use crate::{Error, ManagerClient};

impl ManagerClient {
    /// Starts a scan.
    pub async fn scan_start(&self, request: &StartScanRequest) -> Result<ScanView, Error> {
        self.post("/discovery/scans", request).await
    }

    /// A scan and how far it is.
    pub async fn scan(&self, id: Uuid) -> Result<ScanView, Error> {
        self.get(&format!("/discovery/scans/{id}")).await
    }

    /// What hears of devices by itself.
    pub async fn sources(&self) -> Result<Vec<SourceView>, Error> {
        self.get("/discovery/sources").await
    }

    /// Found devices.
    pub async fn inbox(&self) -> Result<Vec<SightingView>, Error> {
        self.get("/discovery/inbox").await
    }

    /// Adopts found devices.
    pub async fn inbox_adopt(&self, request: &DecideRequest) -> Result<DecideResult, Error> {
        self.post("/discovery/inbox/adopt", request).await
    }

    /// Ignores found devices.
    pub async fn inbox_ignore(&self, request: &DecideRequest) -> Result<DecideResult, Error> {
        self.post("/discovery/inbox/ignore", request).await
    }
}
