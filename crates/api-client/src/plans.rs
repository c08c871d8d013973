//! Plans.

use api_types::{
    Page,
    plans::{PlanDetail, PlanRequest, PlanView},
};
use uuid::Uuid;

use crate::{Error, ManagerClient};

impl ManagerClient {
    /// The newest plans.
    pub async fn plans(&self) -> Result<Page<PlanView>, Error> {
        self.get("/plans").await
    }

    /// Makes a plan for the selected devices; nothing is written.
    pub async fn plan_create(&self, request: &PlanRequest) -> Result<PlanDetail, Error> {
        self.post("/plans", request).await
    }

    /// A plan with its devices.
    pub async fn plan(&self, id: Uuid) -> Result<PlanDetail, Error> {
        self.get(&format!("/plans/{id}")).await
    }

    /// Says yes to a plan; it runs on.
    pub async fn plan_apply(&self, id: Uuid) -> Result<PlanView, Error> {
        self.post(&format!("/plans/{id}/apply"), &()).await
    }

    /// Calls a plan off; a device being written is finished.
    pub async fn plan_cancel(&self, id: Uuid) -> Result<PlanView, Error> {
        self.post(&format!("/plans/{id}/cancel"), &()).await
    }
}
