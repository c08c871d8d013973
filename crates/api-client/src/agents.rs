//! Agents, provisioning, and where new devices belong.

use api_types::{
    Page,
    agent_tasks::{
        CancelProvisioningRequest, ProvisioningDetail, ProvisioningView, StartProvisioningRequest, TaskView,
    },
    agents::{
        AccessPointView, AgentCodeView, AgentDetail, AgentErrandRequest, AgentView, ChangeAgentRequest,
        CreateAgentCodeRequest, NewAgentCodeView,
    },
    placements::{CreatePlacementRequest, PlacementView},
};
use http::Method;
use uuid::Uuid;

use crate::{Error, ManagerClient};

impl ManagerClient {
    /// All agents.
    pub async fn agents(&self) -> Result<Vec<AgentView>, Error> {
        self.get("/agents").await
    }

    /// An agent and what it works on.
    pub async fn agent(&self, id: Uuid) -> Result<AgentDetail, Error> {
        self.get(&format!("/agents/{id}")).await
    }

    /// Changes an agent.
    pub async fn agent_change(&self, id: Uuid, request: &ChangeAgentRequest) -> Result<AgentView, Error> {
        self.send(Method::PATCH, &format!("/agents/{id}"), Some(request)).await
    }

    /// Never lets an agent in again.
    pub async fn agent_revoke(&self, id: Uuid) -> Result<AgentView, Error> {
        self.post(&format!("/agents/{id}/revoke"), &()).await
    }

    /// Forgets an agent that was revoked.
    pub async fn agent_forget(&self, id: Uuid) -> Result<(), Error> {
        self.send(Method::DELETE, &format!("/agents/{id}"), None::<&()>).await
    }

    /// Has an agent do something at once.
    pub async fn agent_errand(&self, id: Uuid, request: &AgentErrandRequest) -> Result<Vec<TaskView>, Error> {
        self.post(&format!("/agents/{id}/tasks"), request).await
    }

    /// Codes with which agents enrol.
    pub async fn agent_codes(&self) -> Result<Vec<AgentCodeView>, Error> {
        self.get("/agents/codes").await
    }

    /// Makes a code; it is shown once.
    pub async fn agent_code_create(&self, request: &CreateAgentCodeRequest) -> Result<NewAgentCodeView, Error> {
        self.post("/agents/codes", request).await
    }

    /// Takes a code away.
    pub async fn agent_code_delete(&self, id: Uuid) -> Result<(), Error> {
        self.send(Method::DELETE, &format!("/agents/codes/{id}"), None::<&()>).await
    }

    /// Access points of new devices.
    pub async fn access_points(&self) -> Result<Vec<AccessPointView>, Error> {
        self.get("/agents/access-points").await
    }

    /// The newest provisionings.
    pub async fn provisionings(&self) -> Result<Page<ProvisioningView>, Error> {
        self.get("/provisioning").await
    }

    /// Begins to bring devices into a network.
    pub async fn provisioning_start(&self, request: &StartProvisioningRequest) -> Result<ProvisioningDetail, Error> {
        self.post("/provisioning", request).await
    }

    /// A provisioning, device by device.
    pub async fn provisioning(&self, id: Uuid) -> Result<ProvisioningDetail, Error> {
        self.get(&format!("/provisioning/{id}")).await
    }

    /// Calls a provisioning off.
    pub async fn provisioning_cancel(
        &self,
        id: Uuid,
        request: &CancelProvisioningRequest,
    ) -> Result<ProvisioningDetail, Error> {
        self.post(&format!("/provisioning/{id}/cancel"), request).await
    }

    /// Work of an agent.
    pub async fn task(&self, id: Uuid) -> Result<TaskView, Error> {
        self.get(&format!("/tasks/{id}")).await
    }

    /// Rules that say where new devices belong.
    pub async fn placements(&self) -> Result<Vec<PlacementView>, Error> {
        self.get("/placements").await
    }

    /// Adds a rule.
    pub async fn placement_create(&self, request: &CreatePlacementRequest) -> Result<PlacementView, Error> {
        self.post("/placements", request).await
    }

    /// Removes a rule.
    pub async fn placement_delete(&self, id: Uuid) -> Result<(), Error> {
        self.send(Method::DELETE, &format!("/placements/{id}"), None::<&()>).await
    }
}
