//! Snapshots of devices.

use api_types::{
    config::DeviceConfigView,
    jobs::JobDetail,
    snapshots::{RestoreRequest, SnapshotDiffQuery, SnapshotDiffView},
};
use shelly_types::Mac;
use uuid::Uuid;

use crate::{Error, ManagerClient, query::with_query};

impl ManagerClient {
    /// Reads the whole device now and keeps what it showed.
    pub async fn device_snapshot_take(&self, mac: Mac) -> Result<DeviceConfigView, Error> {
        self.post(&format!("/devices/{mac}/config/snapshot"), &()).await
    }

    /// Compares two snapshots.
    pub async fn snapshots_diff(&self, left: Uuid, right: Uuid) -> Result<SnapshotDiffView, Error> {
        self.get(&with_query("/snapshots/diff", &SnapshotDiffQuery { left, right })).await
    }

    /// Plans how a device gets back to a snapshot.
    pub async fn snapshot_restore(&self, id: Uuid, request: RestoreRequest) -> Result<JobDetail, Error> {
        self.post(&format!("/snapshots/{id}/restore"), &request).await
    }
}
