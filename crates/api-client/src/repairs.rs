//! Policies of repair.

use api_types::{
    jobs::JobView,
    repairs::{RepairPolicyView, RepairView, SetRepairPolicyRequest},
};
use http::Method;

use crate::{Error, ManagerClient};

impl ManagerClient {
    /// Every policy.
    pub async fn repair_policies(&self) -> Result<Vec<RepairPolicyView>, Error> {
        self.get("/drift/policies").await
    }

    /// Sets a policy, or takes it away.
    pub async fn repair_policy_set(&self, request: &SetRepairPolicyRequest) -> Result<Option<RepairPolicyView>, Error> {
        self.send(Method::PUT, "/drift/policies", Some(request)).await
    }

    /// What policies do about what differs, and what they leave.
    pub async fn repairs(&self) -> Result<Vec<RepairView>, Error> {
        self.get("/drift/repairs").await
    }

    /// Does now what policies say; gives the jobs that were made.
    pub async fn repairs_run(&self) -> Result<Vec<JobView>, Error> {
        self.post("/drift/repairs/run", &()).await
    }
}
