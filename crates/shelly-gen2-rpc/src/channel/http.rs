//! Calls a device over HTTP: one connection for each call, and one nonce for many.

mod answer;

use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering},
};

use serde_json::Value;
use shelly_http::{Endpoint, HeaderName, Limits, Response, Security, Tls, exchange_with, header};
use shelly_types::Credentials;
use tokio::sync::Semaphore;

use super::{
    Channel, ChannelKind, SOURCE, is_read,
    login::{Authorisation, Carry, Login},
    reply::Reply,
};
use crate::{Error, frame::Request};

/// Calls at the same time to one device. It has about six connections for everybody (protocol 3.1).
const IN_FLIGHT: usize = 3;

/// Path of frames.
const PATH: &str = "/rpc";

/// HTTP as the way to a device.
///
/// Frames go to `POST /rpc`. A protected device is asked for a challenge once; its nonce then serves every call with
/// a rising count, until the device says that it is stale. At most three calls run at the same time. A device that locked
/// everybody out for a time that it named is not asked before.
///
/// With [`with_tls`](Self::with_tls) the channel speaks to endpoints over TLS, and follows a device that has come to speak
/// only TLS: the host stays, and the channel does not go back to the clear.
#[derive(Debug)]
pub struct HttpChannel {
    endpoint: Endpoint,
    limits: Limits,
    tls: Option<Tls>,
    /// Where the device sent us.
    redirected: OnceLock<Endpoint>,
    login: Login,
    in_flight: Semaphore,
    next_id: AtomicU64,
}

impl HttpChannel {
    /// The device at `endpoint`, without a password.
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            limits: Limits::default(),
            tls: None,
            redirected: OnceLock::new(),
            login: Login::new(None),
            in_flight: Semaphore::new(IN_FLIGHT),
            next_id: AtomicU64::new(1),
        }
    }

    /// The same, with what a protected device asks for.
    #[must_use]
    pub fn with_credentials(mut self, credentials: Option<Credentials>) -> Self {
        self.login = Login::new(credentials);
        self
    }

    /// The same, with whom to trust when the device speaks TLS, which is followed then.
    #[must_use]
    pub fn with_tls(mut self, tls: Option<Tls>) -> Self {
        self.tls = tls;
        self
    }

    /// The same, with other limits of time and size.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// One exchange, again after a redirect that may be followed, repeated once when it is a read and the connection
    /// broke.
    async fn exchange(
        &self,
        message: &shelly_http::Request<'_>,
        method: &str,
        repeatable: bool,
    ) -> Result<Response, Error> {
        let once = || Box::pin(exchange_with(Channel::endpoint(self), message, &self.limits, self.tls.as_ref()));
        let mut answer = once().await;
        if answer.as_ref().is_ok_and(|response| self.follow(response)) {
            answer = once().await;
        }
        if repeatable && answer.as_ref().is_err_and(is_worth_repeating) {
            answer = once().await;
        }
        let endpoint = Channel::endpoint(self);
        answer.map_err(|source| Error::Http { endpoint: endpoint.clone(), method: method.to_owned(), source })
    }

    /// Whether the device sends us to TLS and we know whom to trust there; the next exchange goes there then. What was
    /// redirected has not been carried out.
    fn follow(&self, response: &Response) -> bool {
        if self.tls.is_none() || self.endpoint.security() == Security::Tls {
            return false;
        }
        match response.tls_redirect().and_then(|location| self.endpoint.redirected(location)) {
            Some(target) => {
                self.redirected.get_or_init(|| target);
                true
            }
            None => false,
        }
    }
}

impl Carry for HttpChannel {
    async fn carry(&self, request: &mut Request, authorisation: Option<&Authorisation>) -> Result<Reply, Error> {
        request.auth = authorisation.and_then(Authorisation::for_frame);
        let headers: Vec<(HeaderName, String)> = authorisation
            .and_then(|authorisation| authorisation.for_header("POST", PATH))
            .map(|value| (header::AUTHORIZATION, value))
            .into_iter()
            .collect();
        let message = shelly_http::Request::post_json(PATH, request.to_text()).with_headers(&headers);
        let response = self.exchange(&message, &request.method, is_read(&request.method)).await?;
        answer::read(Channel::endpoint(self), request, &response)
    }

    fn endpoint(&self) -> &Endpoint {
        Channel::endpoint(self)
    }
}

impl Channel for HttpChannel {
    async fn call(&self, method: &str, params: Option<Value>) -> Result<Value, Error> {
        let _place = self.in_flight.acquire().await.expect("the semaphore is never closed");
        let mut request = Request {
            id: self.next_id.fetch_add(1, Ordering::Relaxed),
            src: SOURCE.to_owned(),
            method: method.to_owned(),
            params,
            auth: None,
        };
        self.login.call(self, &mut request).await
    }

    fn endpoint(&self) -> &Endpoint {
        self.redirected.get().unwrap_or(&self.endpoint)
    }

    fn kind(&self) -> ChannelKind {
        match Channel::endpoint(self).security() {
            Security::Plain => ChannelKind::Http,
            Security::Tls => ChannelKind::Https,
        }
    }

    /// `GET /shelly`, which every device answers without a password.
    async fn who(&self) -> Result<Value, Error> {
        const WHO: &str = "GET /shelly";
        let _place = self.in_flight.acquire().await.expect("the semaphore is never closed");
        let response = self.exchange(&shelly_http::Request::get("/shelly"), WHO, true).await?;
        answer::bare(Channel::endpoint(self), WHO, &response)
    }
}

/// A device that restarts or has no connection left refuses or hangs up at once. Silence is not repeated: it has cost
/// the whole deadline already.
fn is_worth_repeating(error: &shelly_http::Error) -> bool {
    matches!(error, shelly_http::Error::Refused { .. } | shelly_http::Error::Closed { .. })
}
