//! Jobs.

use api_types::{
    Page,
    jobs::{JobDetail, JobRequest, JobView},
};
use uuid::Uuid;

use crate::{Error, ManagerClient};

impl ManagerClient {
    /// The newest jobs.
    pub async fn jobs(&self) -> Result<Page<JobView>, Error> {
        self.get("/jobs").await
    }

    /// Makes a job for the selected devices; nothing is written.
    pub async fn job_create(&self, request: &JobRequest) -> Result<JobDetail, Error> {
        self.post("/jobs", request).await
    }

    /// A job with its devices.
    pub async fn job(&self, id: Uuid) -> Result<JobDetail, Error> {
        self.get(&format!("/jobs/{id}")).await
    }

    /// Says yes to a job, which can be started then.
    pub async fn job_approve(&self, id: Uuid) -> Result<JobView, Error> {
        self.post(&format!("/jobs/{id}/approve"), &()).await
    }

    /// Starts a job; it goes on by itself.
    pub async fn job_start(&self, id: Uuid) -> Result<JobView, Error> {
        self.post(&format!("/jobs/{id}/start"), &()).await
    }

    /// Holds a job; a device being written is finished.
    pub async fn job_pause(&self, id: Uuid) -> Result<JobView, Error> {
        self.post(&format!("/jobs/{id}/pause"), &()).await
    }

    /// Lets a held job go on.
    pub async fn job_resume(&self, id: Uuid) -> Result<JobView, Error> {
        self.post(&format!("/jobs/{id}/resume"), &()).await
    }

    /// Calls a job off; a device being written is finished.
    pub async fn job_cancel(&self, id: Uuid) -> Result<JobView, Error> {
        self.post(&format!("/jobs/{id}/cancel"), &()).await
    }

    /// Makes the job that repeats this one where it failed.
    pub async fn job_retry(&self, id: Uuid) -> Result<JobDetail, Error> {
        self.post(&format!("/jobs/{id}/retry"), &()).await
    }

    /// Makes the job that puts back what this one changed.
    pub async fn job_undo(&self, id: Uuid) -> Result<JobDetail, Error> {
        self.post(&format!("/jobs/{id}/undo"), &()).await
    }
}
