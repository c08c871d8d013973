//! The client: requests in, typed answers out.

use std::sync::Arc;

use api_types::{Page, Problem};
use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Error, Transport, TransportError, transport::uri};

/// A client of one manager.
#[derive(Clone)]
pub struct ManagerClient {
    transport: Arc<dyn Transport>,
    token: Option<String>,
}

impl ManagerClient {
    /// A client that speaks through `transport`, as the owner of `token`.
    pub fn new(transport: impl Transport + 'static, token: Option<String>) -> Self {
        Self { transport: Arc::new(transport), token }
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        self.send(Method::GET, path, None::<&()>).await
    }

    pub(crate) async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Error> {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Sends a request below `/api/v1`; an answer without a body reads as `null`.
    pub(crate) async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Result<T, Error> {
        let full_path = format!("/api/v1{path}");
        let mut request = Request::builder().method(method).uri(uri(&full_path).map_err(Error::Transport)?);
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let bytes = match body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                serde_json::to_vec(body).map_err(|error| request_error(&full_path, error))?
            }
            None => Vec::new(),
        };
        let request = request.body(Bytes::from(bytes)).map_err(|error| request_error(&full_path, error))?;
        let (parts, body) = self.transport.send(request).await.map_err(Error::Transport)?.into_parts();
        let text = if parts.status == StatusCode::NO_CONTENT || body.is_empty() { &b"null"[..] } else { &body };
        let answer = |source| Error::Answer { path: full_path.clone(), status: parts.status.as_u16(), source };
        if parts.status.is_success() {
            serde_json::from_slice(text).map_err(answer)
        } else {
            let problem: Problem = serde_json::from_slice(text).map_err(answer)?;
            Err(Error::Problem(Box::new(problem)))
        }
    }

    /// Every item of a list, page by page.
    pub(crate) async fn all<T, F>(&self, page_path: F) -> Result<Vec<T>, Error>
    where
        T: DeserializeOwned,
        F: Fn(Option<String>) -> String,
    {
        let mut items = Vec::new();
        let mut cursor = None;
        loop {
            let page: Page<T> = self.get(&page_path(cursor)).await?;
            items.extend(page.items);
            match page.next_cursor {
                Some(next) => cursor = Some(next),
                None => return Ok(items),
            }
        }
    }
}

fn request_error(path: &str, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Transport(TransportError::new(format!("make a request for {path}"), error))
}
