//! What is kept, and what is removed.

use api_types::maintenance::{MaintenanceView, SweepRequest, SweepResult};

use crate::{Error, ManagerClient};

impl ManagerClient {
    /// How long things are kept, and what was removed last.
    pub async fn maintenance(&self) -> Result<MaintenanceView, Error> {
        self.get("/maintenance").await
    }

    /// Removes what is old, or counts it.
    pub async fn maintenance_sweep(&self, request: &SweepRequest) -> Result<SweepResult, Error> {
        self.post("/maintenance/sweep", request).await
    }
}
