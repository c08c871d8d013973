//! Rules of good order, what they find, and what is let pass.

use api_types::{
    jobs::JobDetail,
    rules::{
        FindingsQuery, FindingsView, FixRequest, OwnRuleRequest, RulePolicyRequest, RuleView, WaiverRequest, WaiverView,
    },
};
use http::Method;
use uuid::Uuid;

use crate::{Error, ManagerClient, query::with_query};

impl ManagerClient {
    /// Every rule as it counts here.
    pub async fn rules(&self) -> Result<Vec<RuleView>, Error> {
        self.get("/rules").await
    }

    /// Makes a rule of one's own.
    pub async fn rule_create(&self, request: &OwnRuleRequest) -> Result<RuleView, Error> {
        self.post("/rules", request).await
    }

    /// Changes a rule of one's own.
    pub async fn rule_change(&self, request: &OwnRuleRequest) -> Result<RuleView, Error> {
        self.send(Method::PUT, &format!("/rules/{}", request.id), Some(request)).await
    }

    /// Says how a rule counts.
    pub async fn rule_policy(&self, id: &str, request: &RulePolicyRequest) -> Result<RuleView, Error> {
        self.send(Method::PATCH, &format!("/rules/{id}"), Some(request)).await
    }

    /// Removes a rule of one's own.
    pub async fn rule_delete(&self, id: &str) -> Result<(), Error> {
        self.send(Method::DELETE, &format!("/rules/{id}"), None::<&()>).await
    }

    /// What rules find.
    pub async fn findings(&self, query: &FindingsQuery) -> Result<FindingsView, Error> {
        self.get(&with_query("/findings", query)).await
    }

    /// Wishes what sets findings right, and plans it; nothing is written.
    pub async fn findings_fix(&self, request: &FixRequest) -> Result<JobDetail, Error> {
        self.post("/findings/fix", request).await
    }

    /// What is let pass.
    pub async fn waivers(&self) -> Result<Vec<WaiverView>, Error> {
        self.get("/waivers").await
    }

    /// Lets findings pass.
    pub async fn waiver_create(&self, request: &WaiverRequest) -> Result<Vec<WaiverView>, Error> {
        self.post("/waivers", request).await
    }

    /// Takes a waiver back.
    pub async fn waiver_delete(&self, id: Uuid) -> Result<(), Error> {
        self.send(Method::DELETE, &format!("/waivers/{id}"), None::<&()>).await
    }
}
