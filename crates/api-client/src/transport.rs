//! How requests get to the manager.

use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Request, Response, Uri};
use rustls::ClientConfig;
use shelly_http::{Tls, TlsOptions, Trust};
use url::Url;

/// Time an answer may take; work that takes longer is started with 202 and asked for again.
const ANSWER_TIMEOUT: Duration = Duration::from_mins(2);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The request did not get through.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct TransportError {
    what: String,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl TransportError {
    /// An error with its cause.
    pub fn new(what: impl Into<String>, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { what: what.into(), source: Some(source.into()) }
    }
}

/// Carries a request with a path-only URI to the manager, and the answer back.
pub trait Transport: Send + Sync {
    /// Sends a request.
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>>;
}

/// Requests over the network.
#[derive(Debug)]
pub struct HttpTransport {
    base: Url,
    client: reqwest::Client,
}

impl HttpTransport {
    /// A transport to the manager at `base`, such as `http://127.0.0.1:8280`.
    ///
    /// # Errors
    /// When TLS cannot be set up on this host.
    pub fn new(base: Url) -> Result<Self, TransportError> {
        let set_up = "set up the HTTP client";
        // What reqwest would take instead reads the authorities of the system at once, and fails where there are none, also
        // for a manager that is talked to without TLS.
        let tls = Tls::new(&TlsOptions::new(Trust::System)).map_err(|error| TransportError::new(set_up, error))?;
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(ClientConfig::clone(&tls.client_config()))
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ANSWER_TIMEOUT)
            .build()
            .map_err(|error| TransportError::new(set_up, error))?;
        Ok(Self { base, client })
    }

    async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let failed = |error: reqwest::Error| TransportError::new(format!("send a request to {}", self.base), error);
        let path = request.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        let url = self
            .base
            .join(path)
            .map_err(|error| TransportError::new(format!("join {path} to {}", self.base), error))?;
        let (parts, body) = request.into_parts();
        let sent = self.client.request(parts.method, url).headers(parts.headers).body(body).send().await;
        let answer = sent.map_err(failed)?;
        let mut response = Response::builder().status(answer.status());
        if let Some(headers) = response.headers_mut() {
            *headers = answer.headers().clone();
        }
        let body = answer.bytes().await.map_err(failed)?;
        response.body(body).map_err(|error| TransportError::new("read the answer", error))
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        Box::pin(self.exchange(request))
    }
}

/// The URI of a path of the interface.
pub(crate) fn uri(path: &str) -> Result<Uri, TransportError> {
    path.parse()
        .map_err(|error: http::uri::InvalidUri| TransportError::new(format!("make a request for {path}"), error))
}
