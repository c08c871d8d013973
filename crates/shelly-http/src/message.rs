//! The two messages of an exchange.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, header};

/// What is asked of a device.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// Method.
    pub method: Method,
    /// Path and query, percent-encoded, beginning with `/`.
    pub path_and_query: &'a str,
    /// Headers beside `Host`, `Connection`, `Content-Type` and `Content-Length`.
    pub headers: &'a [(HeaderName, String)],
    /// Body.
    pub body: Option<Bytes>,
    /// Type of the body.
    pub content_type: Option<&'a str>,
}

impl<'a> Request<'a> {
    /// Asks for `path_and_query`.
    pub fn get(path_and_query: &'a str) -> Self {
        Self { method: Method::GET, path_and_query, headers: &[], body: None, content_type: None }
    }

    /// Sends a JSON text to `path_and_query`.
    pub fn post_json(path_and_query: &'a str, json: impl Into<Bytes>) -> Self {
        Self {
            method: Method::POST,
            path_and_query,
            headers: &[],
            body: Some(json.into()),
            content_type: Some("application/json"),
        }
    }

    /// The same request with these headers.
    #[must_use]
    pub fn with_headers(mut self, headers: &'a [(HeaderName, String)]) -> Self {
        self.headers = headers;
        self
    }
}

/// What a device answered, whatever the status.
#[derive(Debug, Clone)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Response {
    /// Whether the status is 200 to 299.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The `https` address that a device sends everybody to who asks in the clear (gen2 protocol 3.2).
    ///
    /// Nothing follows it by itself; [`Endpoint::redirected`](crate::Endpoint::redirected) says where it leads.
    pub fn tls_redirect(&self) -> Option<&str> {
        if !matches!(self.status, 301 | 302 | 307 | 308) {
            return None;
        }
        let location = self.headers.get(header::LOCATION)?.to_str().ok()?;
        location.starts_with("https:").then_some(location)
    }
}
