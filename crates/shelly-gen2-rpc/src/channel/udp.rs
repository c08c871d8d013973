//! Calls devices with datagrams, one socket for all of them (protocol 3.6).

mod port;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use serde_json::Value;
use shelly_http::Endpoint;
use shelly_types::Credentials;
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout_at},
};

use self::port::Port;
use super::{
    Channel, ChannelKind, SOURCE, WHO, is_read,
    login::{Authorisation, Carry, Login},
    reply::{Place, Reply},
    waiting::{Abandoned, Outcome},
};
use crate::{Error, frame::Request};

pub use self::port::{UdpNews, UdpPort};

/// How datagrams are used.
#[derive(Debug, Clone)]
pub struct UdpOptions {
    /// Who asks.
    pub source: String,
    /// Calls to one device that wait for their answers at the same time.
    pub in_flight: usize,
    /// Time for an answer, repetitions included.
    pub answer: Duration,
    /// After so much silence a read is sent again; the next silence is twice as long. A write is sent once.
    pub repeat_after: Duration,
    /// Longest request, in bytes. A datagram that does not fit into one packet is lost easily.
    pub max_request_bytes: usize,
    /// Notifications of all devices that wait for the reader, before it is told that some are lost.
    pub notifications: usize,
}

impl Default for UdpOptions {
    /// 3 calls, 5 s for an answer, repetitions after 700 ms, 1,472 bytes, 256 notifications.
    fn default() -> Self {
        Self {
            source: SOURCE.to_owned(),
            in_flight: 3,
            answer: Duration::from_secs(5),
            repeat_after: Duration::from_millis(700),
            max_request_bytes: 1472,
            notifications: 256,
        }
    }
}

/// Datagrams as the way to a device, at the `listen_port` of its setting `sys.rpc_udp`.
#[derive(Debug)]
pub struct UdpChannel {
    port: Arc<Port>,
    address: SocketAddr,
    endpoint: Endpoint,
    login: Login,
    permits: Semaphore,
}

impl UdpChannel {
    fn new(port: Arc<Port>, address: SocketAddr, credentials: Option<Credentials>) -> Self {
        Self {
            address,
            endpoint: address.into(),
            login: Login::new(credentials),
            permits: Semaphore::new(port.options().in_flight.max(1)),
            port,
        }
    }

    fn request(&self, method: &str, params: Option<Value>) -> Request {
        let src = self.port.options().source.clone();
        Request { id: 0, src, method: method.to_owned(), params, auth: None }
    }

    /// Sends a frame, a read again while no answer comes, and waits.
    async fn ask(&self, request: &mut Request) -> Result<Reply, Error> {
        let options = self.port.options();
        let mut ticket = self.port.waiting().enter(self.address);
        request.id = ticket.id;
        let place = Place { endpoint: &self.endpoint, method: &request.method };
        let text = request.to_text();
        if text.len() > options.max_request_bytes {
            let (length, limit) = (text.len(), options.max_request_bytes);
            let (endpoint, method) = (self.endpoint.clone(), request.method.clone());
            return Err(Error::TooLong { endpoint, method, length, limit });
        }
        let deadline = Instant::now() + options.answer;
        let mut patience = if is_read(&request.method) { options.repeat_after } else { options.answer };
        loop {
            self.port.send(text.as_bytes(), self.address).await.map_err(|source| Error::Datagram {
                endpoint: self.endpoint.clone(),
                method: request.method.clone(),
                source,
            })?;
            let until = deadline.min(Instant::now() + patience);
            match timeout_at(until, ticket.answer()).await {
                Ok(answer) => return self.sorted(place, answer),
                Err(_) if until == deadline => return Err(place.no_answer(options.answer)),
                Err(_) => patience *= 2,
            }
        }
    }

    fn sorted(&self, place: Place<'_>, answer: Result<Outcome, Abandoned>) -> Result<Reply, Error> {
        match answer {
            Ok(outcome) => place.outcome(outcome, None),
            // The port lives as long as its channels, so nobody abandons them.
            Err(Abandoned) => Err(place.no_answer(self.port.options().answer)),
        }
    }
}

impl Channel for UdpChannel {
    async fn call(&self, method: &str, params: Option<Value>) -> Result<Value, Error> {
        let _permit = self.permits.acquire().await.expect("the semaphore is never closed");
        self.login.call(self, &mut self.request(method, params)).await
    }

    fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    fn kind(&self) -> ChannelKind {
        ChannelKind::Udp
    }

    async fn who(&self) -> Result<Value, Error> {
        let _permit = self.permits.acquire().await.expect("the semaphore is never closed");
        match self.ask(&mut self.request(WHO, None)).await? {
            Reply::Result(result) => Ok(result),
            Reply::Challenge(_) => Err(Place { endpoint: &self.endpoint, method: WHO }.unauthorized(false)),
        }
    }
}

impl Carry for UdpChannel {
    async fn carry(&self, request: &mut Request, authorisation: Option<&Authorisation>) -> Result<Reply, Error> {
        request.auth = authorisation.and_then(Authorisation::for_frame);
        self.ask(request).await
    }

    fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }
}
