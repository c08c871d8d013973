//! Logs in at a protected device: one challenge for many calls, and no hammering (protocol 4).

mod nonce;

use std::{
    sync::{Mutex as StdMutex, PoisonError},
    time::Duration,
};

use serde_json::Value;
use shelly_http::Endpoint;
use shelly_types::Credentials;
use tokio::{sync::Mutex, time::Instant};

pub(super) use self::nonce::Authorisation;
use self::nonce::Nonce;
use super::{
    WHO,
    reply::{Place, Reply},
};
use crate::{Error, frame::Request};

/// The longest lock-out that is believed. A device that asks for more is asked again after it.
const LONGEST_LOCK_OUT: Duration = Duration::from_hours(1);

/// Sends one request, with or without an authorisation, and waits for its answer.
pub(super) trait Carry: Sync {
    /// Sends `request`. A challenge is an answer.
    fn carry(
        &self,
        request: &mut Request,
        authorisation: Option<&Authorisation>,
    ) -> impl Future<Output = Result<Reply, Error>> + Send;

    /// Who is asked.
    fn endpoint(&self) -> &Endpoint;
}

/// What a channel knows about the login at its device.
#[derive(Debug)]
pub(super) struct Login {
    credentials: Option<Credentials>,
    nonce: Mutex<Nonce>,
    /// The device asked to be left alone until then.
    locked_until: StdMutex<Option<Instant>>,
}

/// How a call starts.
enum Begin {
    /// The device asked for nothing and answered.
    Done(Value),
    /// It is to be sent like this.
    Use(Option<Authorisation>),
}

impl Login {
    pub(super) fn new(credentials: Option<Credentials>) -> Self {
        Self { credentials, nonce: Mutex::new(Nonce::Unknown), locked_until: StdMutex::new(None) }
    }

    /// Sends the request over `way`, with an authorisation where the device wants one.
    ///
    /// While the device has said that it lets nobody in, nothing is sent.
    pub(super) async fn call(&self, way: &impl Carry, request: &mut Request) -> Result<Value, Error> {
        self.respect_lock_out(way, request)?;
        let answer = self.authorised(way, request).await;
        if let Err(Error::LockedOut { retry_after: Some(time), .. }) = &answer {
            *self.locked() = Some(Instant::now() + (*time).min(LONGEST_LOCK_OUT));
        }
        answer
    }

    fn respect_lock_out(&self, way: &impl Carry, request: &Request) -> Result<(), Error> {
        let mut locked = self.locked();
        let Some(left) = locked.map(|until| until.saturating_duration_since(Instant::now())) else { return Ok(()) };
        if left.is_zero() {
            *locked = None;
            return Ok(());
        }
        Err(Place { endpoint: way.endpoint(), method: &request.method }.locked_out(Some(left)))
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.locked_until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn authorised(&self, way: &impl Carry, request: &mut Request) -> Result<Value, Error> {
        let Some(credentials) = &self.credentials else {
            return match way.carry(request, None).await? {
                Reply::Result(result) => Ok(result),
                Reply::Challenge(_) => Err(self.unauthorized(way, request)),
            };
        };
        let mut authorisation = match self.begin(way, request, credentials).await? {
            Begin::Done(result) => return Ok(result),
            Begin::Use(authorisation) => authorisation,
        };
        let mut last = false;
        loop {
            let challenge = match way.carry(request, authorisation.as_ref()).await? {
                Reply::Result(result) => return Ok(result),
                Reply::Challenge(challenge) => challenge,
            };
            let fresh = authorisation.as_ref().is_some_and(Authorisation::is_first_use);
            let refused = authorisation.as_ref().map(Authorisation::nonce);
            let mut nonce = self.nonce.lock().await;
            // A nonce that was just given and is refused means a wrong password, unless the device calls it stale.
            if last || (fresh && !challenge.stale) {
                nonce.forget(refused);
                return Err(self.unauthorized(way, request));
            }
            last = true;
            authorisation = Some(nonce.renew(refused, challenge, credentials));
        }
    }

    /// Takes a use of the nonce; where there is none, the call itself brings the challenge.
    ///
    /// The lock is held over that exchange, so that calls at the same time share one challenge.
    async fn begin(&self, way: &impl Carry, request: &mut Request, credentials: &Credentials) -> Result<Begin, Error> {
        let mut nonce = self.nonce.lock().await;
        if let Some(authorisation) = nonce.authorise() {
            return Ok(Begin::Use(Some(authorisation)));
        }
        if nonce.is_open() {
            return Ok(Begin::Use(None));
        }
        match way.carry(request, None).await? {
            Reply::Result(result) => {
                // Everybody gets an answer to that question, so it tells nothing.
                if !request.method.eq_ignore_ascii_case(WHO) {
                    nonce.open();
                }
                Ok(Begin::Done(result))
            }
            Reply::Challenge(challenge) => Ok(Begin::Use(Some(nonce.begin(challenge, credentials)))),
        }
    }

    fn unauthorized(&self, way: &impl Carry, request: &Request) -> Error {
        Place { endpoint: way.endpoint(), method: &request.method }.unauthorized(self.credentials.is_some())
    }
}
