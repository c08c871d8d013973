//! Credentials, tokens, events, and the manager itself.

use api_types::{
    access::{CreateTokenRequest, CreatedToken, TokenView},
    credentials::{CreateCredentialRequest, CredentialView},
    events::{EventQuery, EventView},
    system::SystemView,
};
use http::Method;
use uuid::Uuid;

use crate::{Error, ManagerClient, query::with_query};

impl ManagerClient {
    /// The manager itself.
    pub async fn system(&self) -> Result<SystemView, Error> {
        self.get("/system").await
    }

    /// Credential sets in the order in which they are tried.
    pub async fn credentials(&self) -> Result<Vec<CredentialView>, Error> {
        self.get("/credentials").await
    }

    /// Adds a credential set at the end.
    pub async fn credential_create(&self, request: &CreateCredentialRequest) -> Result<CredentialView, Error> {
        self.post("/credentials", request).await
    }

    /// Removes a credential set.
    pub async fn credential_delete(&self, id: Uuid) -> Result<(), Error> {
        self.send(Method::DELETE, &format!("/credentials/{id}"), None::<&()>).await
    }

    /// API tokens.
    pub async fn tokens(&self) -> Result<Vec<TokenView>, Error> {
        self.get("/tokens").await
    }

    /// Makes a token, which is shown only in this answer.
    pub async fn token_create(&self, request: &CreateTokenRequest) -> Result<CreatedToken, Error> {
        self.post("/tokens", request).await
    }

    /// Ends a token.
    pub async fn token_delete(&self, id: Uuid) -> Result<(), Error> {
        self.send(Method::DELETE, &format!("/tokens/{id}"), None::<&()>).await
    }

    /// Events.
    pub async fn events(&self, query: &EventQuery) -> Result<Vec<EventView>, Error> {
        self.get(&with_query("/events", query)).await
    }
}
