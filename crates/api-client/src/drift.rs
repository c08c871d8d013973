//! Drift and the ways out of it.

use api_types::{
    PageQuery,
    config::{LayerView, SelectionRequest},
    drift::{AcceptDriftRequest, DriftView, DriftWaiverView, WaiveDriftRequest},
};
use http::Method;
use shelly_types::Mac;
use uuid::Uuid;

use crate::{Error, ManagerClient, query::with_query};

impl ManagerClient {
    /// Devices that differ from the wish, as of the last check.
    pub async fn drift(&self) -> Result<Vec<DriftView>, Error> {
        self.all(|cursor| with_query("/drift", &PageQuery { cursor, limit: Some(100) })).await
    }

    /// What differs on a device, as of the last check, also what is let be.
    pub async fn device_drift(&self, mac: Mac) -> Result<DriftView, Error> {
        self.get(&format!("/devices/{mac}/drift")).await
    }

    /// Reads the selected devices and compares them with the wish; answers when done.
    pub async fn drift_check(&self, selection: &SelectionRequest) -> Result<Vec<DriftView>, Error> {
        self.post("/drift/check", selection).await
    }

    /// Takes what a device has as the wish.
    pub async fn drift_accept(&self, request: &AcceptDriftRequest) -> Result<LayerView, Error> {
        self.post("/drift/accept", request).await
    }

    /// Lets settings of a device be until a date.
    pub async fn drift_waive(&self, request: &WaiveDriftRequest) -> Result<Vec<DriftWaiverView>, Error> {
        self.post("/drift/waive", request).await
    }

    /// What is let be, oldest first, also what has ended.
    pub async fn drift_waivers(&self) -> Result<Vec<DriftWaiverView>, Error> {
        self.get("/drift/waivers").await
    }

    /// Takes a waiver of drift back.
    pub async fn drift_waiver_delete(&self, id: Uuid) -> Result<(), Error> {
        self.send(Method::DELETE, &format!("/drift/waivers/{id}"), None::<&()>).await
    }
}
