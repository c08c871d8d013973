//! Calls a device over HTTP: one connection for each call, and one nonce for many.

mod answer;
mod session;

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use shelly_http::{Endpoint, HeaderName, Limits, exchange, header};
use shelly_types::Credentials;
use tokio::sync::{Mutex, Semaphore};

use self::{
    answer::{Reply, read},
    session::{Authorisation, Session},
};
use super::Channel;
use crate::{Error, frame::Request};

/// Calls at the same time to one device. It has about six connections for everybody (protocol 3.1).
const IN_FLIGHT: usize = 3;

/// Who asks. HTTP devices ignore it.
const SOURCE: &str = "shelly-gen2-rpc";

/// Path of frames.
const PATH: &str = "/rpc";

/// HTTP as the way to a device.
///
/// Frames go to `POST /rpc`. A protected device is asked for a challenge once; its nonce then serves every call with
/// a rising count, until the device says that it is stale. At most three calls run at the same time.
#[derive(Debug)]
pub struct HttpChannel {
    endpoint: Endpoint,
    limits: Limits,
    credentials: Option<Credentials>,
    session: Mutex<Session>,
    in_flight: Semaphore,
    next_id: AtomicU64,
}

impl HttpChannel {
    /// The device at `endpoint`, without a password.
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            limits: Limits::default(),
            credentials: None,
            session: Mutex::new(Session::Unknown),
            in_flight: Semaphore::new(IN_FLIGHT),
            next_id: AtomicU64::new(1),
        }
    }

    /// The same, with what a protected device asks for.
    #[must_use]
    pub fn with_credentials(mut self, credentials: Option<Credentials>) -> Self {
        self.credentials = credentials;
        self
    }

    /// The same, with other limits of time and size.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sends the frame, with an authorisation where the device wants one.
    async fn authorised(&self, request: &mut Request) -> Result<Value, Error> {
        let Some(credentials) = &self.credentials else {
            return match self.send(request, None).await? {
                Reply::Result(result) => Ok(result),
                Reply::Challenge(_) => Err(self.unauthorized(&request.method)),
            };
        };
        let mut authorisation = match self.begin(request, credentials).await? {
            Begin::Done(result) => return Ok(result),
            Begin::Use(authorisation) => authorisation,
        };
        let mut last = false;
        loop {
            let challenge = match self.send(request, authorisation.as_ref()).await? {
                Reply::Result(result) => return Ok(result),
                Reply::Challenge(challenge) => challenge,
            };
            let fresh = authorisation.as_ref().is_some_and(Authorisation::is_first_use);
            let refused = authorisation.as_ref().map(Authorisation::nonce);
            let mut session = self.session.lock().await;
            // A nonce that was just given and is refused means a wrong password, unless the device calls it stale.
            if last || (fresh && !challenge.stale) {
                session.forget(refused);
                return Err(self.unauthorized(&request.method));
            }
            last = true;
            authorisation = Some(session.renew(refused, challenge, credentials));
        }
    }

    /// Takes a use of the nonce; where there is none, the call itself brings the challenge.
    ///
    /// The lock is held over that exchange, so that calls at the same time share one challenge.
    async fn begin(&self, request: &mut Request, credentials: &Credentials) -> Result<Begin, Error> {
        let mut session = self.session.lock().await;
        if let Some(authorisation) = session.authorise() {
            return Ok(Begin::Use(Some(authorisation)));
        }
        if session.is_open() {
            return Ok(Begin::Use(None));
        }
        match self.send(request, None).await? {
            Reply::Result(result) => {
                session.open();
                Ok(Begin::Done(result))
            }
            Reply::Challenge(challenge) => Ok(Begin::Use(Some(session.begin(challenge, credentials)))),
        }
    }

    /// One exchange, repeated once when it is a read and the connection broke.
    async fn send(&self, request: &mut Request, authorisation: Option<&Authorisation>) -> Result<Reply, Error> {
        request.auth = authorisation.and_then(Authorisation::for_frame);
        let headers: Vec<(HeaderName, String)> = authorisation
            .and_then(|authorisation| authorisation.for_header("POST", PATH))
            .map(|value| (header::AUTHORIZATION, value))
            .into_iter()
            .collect();
        let message = shelly_http::Request::post_json(PATH, request.to_json().to_string()).with_headers(&headers);
        let response = self.exchange(&message, &request.method, is_read(&request.method)).await?;
        read(&self.endpoint, request, &response)
    }

    async fn exchange(
        &self,
        message: &shelly_http::Request<'_>,
        method: &str,
        repeatable: bool,
    ) -> Result<shelly_http::Response, Error> {
        let mut answer = exchange(&self.endpoint, message, &self.limits).await;
        if repeatable && answer.as_ref().is_err_and(is_worth_repeating) {
            answer = exchange(&self.endpoint, message, &self.limits).await;
        }
        answer.map_err(|source| Error::Http { endpoint: self.endpoint.clone(), method: method.to_owned(), source })
    }

    fn unauthorized(&self, method: &str) -> Error {
        Error::Unauthorized {
            endpoint: self.endpoint.clone(),
            method: method.to_owned(),
            credentials_given: self.credentials.is_some(),
        }
    }
}

/// How a call starts.
enum Begin {
    /// The device asked for nothing and answered.
    Done(Value),
    /// It is to be sent like this.
    Use(Option<Authorisation>),
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
        self.authorised(&mut request).await
    }

    fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// `GET /shelly`, which every device answers without a password.
    async fn who(&self) -> Result<Value, Error> {
        const WHO: &str = "GET /shelly";
        let _place = self.in_flight.acquire().await.expect("the semaphore is never closed");
        let response = self.exchange(&shelly_http::Request::get("/shelly"), WHO, true).await?;
        answer::bare(&self.endpoint, WHO, &response)
    }
}

/// Whether a method only reads, so that asking twice does no harm.
fn is_read(method: &str) -> bool {
    let Some((_, name)) = method.rsplit_once('.') else { return false };
    let name = name.to_ascii_lowercase();
    name.starts_with("get") || name.starts_with("list")
}

/// A device that restarts or has no connection left refuses or hangs up at once. Silence is not repeated: it has cost
/// the whole deadline already.
fn is_worth_repeating(error: &shelly_http::Error) -> bool {
    matches!(error, shelly_http::Error::Refused { .. } | shelly_http::Error::Closed { .. })
}

#[cfg(test)]
mod tests {
    use super::is_read;

    #[test]
    fn only_reads_are_repeated() {
        for method in ["Shelly.GetStatus", "shelly.getconfig", "Schedule.List", "Shelly.ListMethods", "KVS.GetMany"] {
            assert!(is_read(method), "{method}");
        }
        for method in ["Switch.Set", "Switch.Toggle", "Shelly.Reboot", "Get", "Wifi.SetConfig"] {
            assert!(!is_read(method), "{method}");
        }
    }
}
