//! Logs in at a protected device: one challenge for many calls, and no hammering (protocol 4).

mod nonce;

use std::{
    sync::{
        Mutex as StdMutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde_json::Value;
use shelly_http::Endpoint;
use shelly_types::Credentials;
use tokio::{
    sync::{Mutex, MutexGuard},
    time::Instant,
};

pub(super) use self::nonce::Authorisation;
use self::nonce::Nonce;
use super::{
    WHO,
    reply::{Place, Reply},
};
use crate::{Error, digest::Challenge, frame::Request};

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
    /// How often the password was refused.
    refusals: AtomicU64,
    /// The device asked to be left alone until then.
    locked_until: StdMutex<Option<Instant>>,
}

impl Login {
    pub(super) fn new(credentials: Option<Credentials>) -> Self {
        Self {
            credentials,
            nonce: Mutex::new(Nonce::Unknown),
            refusals: AtomicU64::new(0),
            locked_until: StdMutex::new(None),
        }
    }

    /// Sends the request over `way`, with an authorisation where the device wants one.
    ///
    /// While the device has said that it lets nobody in, nothing is sent.
    pub(super) async fn call(&self, way: &impl Carry, request: &mut Request) -> Result<Value, Error> {
        self.respect_lock_out(way, request)?;
        // Boxed, as whoever waits for a call would otherwise be some kilobytes larger also while none runs.
        let answer = Box::pin(self.authorised(way, request)).await;
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
        let refusals = self.refusals.load(Ordering::Relaxed);
        let mut nonce = self.nonce_unless_refused(refusals, way, request).await?;
        let authorisation = nonce.authorise();
        if authorisation.is_none() && !nonce.is_open() {
            // The call itself brings the challenge. The lock is held, so that calls at the same time share it.
            return match way.carry(request, None).await? {
                Reply::Result(result) => {
                    // Everybody gets an answer to that question, so it tells nothing.
                    if !request.method.eq_ignore_ascii_case(WHO) {
                        nonce.open();
                    }
                    Ok(result)
                }
                Reply::Challenge(challenge) => self.prove(way, request, nonce, challenge, credentials, true).await,
            };
        }
        drop(nonce);
        let challenge = match way.carry(request, authorisation.as_ref()).await? {
            Reply::Result(result) => return Ok(result),
            Reply::Challenge(challenge) => challenge,
        };
        let mut nonce = self.nonce_unless_refused(refusals, way, request).await?;
        let Some(next) = nonce.after(authorisation.as_ref().map(Authorisation::nonce)) else {
            return self.prove(way, request, nonce, challenge, credentials, false).await;
        };
        // Another call has taken a new nonce in the meantime.
        drop(nonce);
        match way.carry(request, Some(&next)).await? {
            Reply::Result(result) => Ok(result),
            Reply::Challenge(_) => Err(self.unauthorized(way, request)),
        }
    }

    /// Answers a challenge for the first time, and once more if `again` and the device calls that stale. The lock is
    /// held, so that a wrong password is tried once, however many calls wait.
    async fn prove(
        &self,
        way: &impl Carry,
        request: &mut Request,
        mut nonce: MutexGuard<'_, Nonce>,
        challenge: Challenge,
        credentials: &Credentials,
        again: bool,
    ) -> Result<Value, Error> {
        let mut authorisation = nonce.begin(challenge, credentials);
        for may_repeat in [again, false] {
            match way.carry(request, Some(&authorisation)).await? {
                Reply::Result(result) => return Ok(result),
                Reply::Challenge(challenge) if may_repeat && challenge.stale => {
                    authorisation = nonce.begin(challenge, credentials);
                }
                Reply::Challenge(_) => break,
            }
        }
        *nonce = Nonce::Unknown;
        self.refusals.fetch_add(1, Ordering::Relaxed);
        Err(self.unauthorized(way, request))
    }

    /// The nonce, unless the password was refused since there were `refusals`: then it is not tried again for a call
    /// that began before.
    async fn nonce_unless_refused(
        &self,
        refusals: u64,
        way: &impl Carry,
        request: &Request,
    ) -> Result<MutexGuard<'_, Nonce>, Error> {
        let nonce = self.nonce.lock().await;
        if self.refusals.load(Ordering::Relaxed) == refusals { Ok(nonce) } else { Err(self.unauthorized(way, request)) }
    }

    fn unauthorized(&self, way: &impl Carry, request: &Request) -> Error {
        Place { endpoint: way.endpoint(), method: &request.method }.unauthorized(self.credentials.is_some())
    }
}
