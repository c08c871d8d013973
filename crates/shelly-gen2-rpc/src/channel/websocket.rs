//! Calls a device over a WebSocket, whoever opened it, and hears what it tells by itself.

mod accept;
mod closed;
mod dial;
mod handshake;
mod link;
mod task;
mod upgrade;

use std::{sync::Arc, time::Duration};

use futures::{SinkExt, channel::mpsc};
use serde_json::Value;
use shelly_http::{Endpoint, Limits};
use shelly_types::Credentials;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::Semaphore,
    task::AbortHandle,
    time,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::protocol::{CloseFrame, WebSocketConfig, frame::coding::CloseCode},
};

use self::{
    link::{Link, Order},
    task::Task,
};
use super::{
    Channel, ChannelKind, Notifications, SOURCE, WHO,
    login::{Authorisation, Carry, Login},
    reply::{Place, Reply},
};
use crate::{Error, frame::Request};

pub use self::{
    accept::{Arrival, Upgrade, accept, accept_upgraded},
    closed::Closed,
};

/// Bytes of the buffer for reading. A notification has some hundred; for longer frames the buffer grows as long as they
/// are in it.
const READ_BUFFER_BYTES: usize = 1024;

/// Frames that wait to be written, beside those that the permits allow.
const ORDERS: usize = 8;

/// How a WebSocket is used.
#[derive(Debug, Clone)]
pub struct WebSocketOptions {
    /// Who asks; the device addresses its answers and notifications to it.
    pub source: String,
    /// What a protected device asks for.
    pub credentials: Option<Credentials>,
    /// Calls that wait for their answers at the same time.
    pub in_flight: usize,
    /// Time to connect and, in all, to open the WebSocket.
    pub limits: Limits,
    /// Time for an answer.
    pub answer: Duration,
    /// Time for the device to take what we write.
    pub write: Duration,
    /// After so much silence the device is asked for a sign of life.
    pub ping_after: Duration,
    /// After so much silence the connection is given up.
    pub silence: Duration,
    /// Longest frame from the device, in bytes.
    pub max_message_bytes: usize,
    /// Notifications that wait for the reader, before it is told that some are lost.
    pub notifications: usize,
}

impl Default for WebSocketOptions {
    /// 3 calls, 10 s for an answer, a ping after 30 s and the end after 75 s of silence, 1 MiB, 64 notifications.
    fn default() -> Self {
        Self {
            source: SOURCE.to_owned(),
            credentials: None,
            in_flight: 3,
            limits: Limits::default(),
            answer: Duration::from_secs(10),
            write: Duration::from_secs(10),
            ping_after: Duration::from_secs(30),
            silence: Duration::from_secs(75),
            max_message_bytes: 1024 * 1024,
            notifications: 64,
        }
    }
}

impl WebSocketOptions {
    fn config(&self) -> WebSocketConfig {
        WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER_BYTES)
            .write_buffer_size(0)
            .max_message_size(Some(self.max_message_bytes))
            .max_frame_size(Some(self.max_message_bytes))
    }
}

/// An open WebSocket as the way to a device.
///
/// Calls run at the same time, up to the number in the options; answers are matched by their number. One task owns the
/// connection; dropping the channel ends both at once. A call that is dropped before its frame was written is not sent.
///
/// A protected device is asked for a challenge once, and its nonce serves all calls (protocol 4.2).
#[derive(Debug)]
pub struct WebSocketChannel {
    link: Arc<Link>,
    kind: ChannelKind,
    login: Login,
    permits: Semaphore,
    orders: mpsc::Sender<Order>,
    answer: Duration,
    task: AbortHandle,
}

impl WebSocketChannel {
    /// Starts the task of an open WebSocket.
    fn start<S>(socket: WebSocketStream<S>, link: Arc<Link>, kind: ChannelKind, options: &WebSocketOptions) -> Self
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (orders, inbox) = mpsc::channel(ORDERS);
        let task = Task::boxed(socket, Arc::clone(&link), inbox, options);
        Self {
            link,
            kind,
            login: Login::new(options.credentials.clone()),
            permits: Semaphore::new(options.in_flight.max(1)),
            orders,
            answer: options.answer,
            task: tokio::spawn(task.run()).abort_handle(),
        }
    }

    /// Begins to read what the device tells by itself, and makes it begin to tell: it does so after the first request
    /// that says who asks (protocol 2), for which its status is read. The status is the state from which on to follow
    /// the notifications.
    ///
    /// There is one reader. A later one takes the place of the one before, whose notifications end.
    pub async fn subscribe(&self) -> Result<(Value, Notifications), Error> {
        let notifications = Notifications::new(Arc::clone(&self.link.news));
        let status = self.call("Shelly.GetStatus", None).await?;
        Ok((status, notifications))
    }

    /// The device id in the first frame that had one. Anybody can claim one; [`Channel::who`] confirms it.
    pub fn device(&self) -> Option<&str> {
        self.link.device.get().map(String::as_str)
    }

    /// Why the connection has ended, if it has.
    pub fn is_closed(&self) -> Option<&Closed> {
        self.link.closed.get()
    }

    /// Waits for the end of the connection.
    pub async fn closed(&self) -> Closed {
        self.link.wait(|link| link.closed.get().cloned()).await
    }

    /// Says good-bye to the device and waits until the connection has ended. Calls that wait fail.
    pub async fn close(&self) {
        if self.order(Order::Close).await {
            self.closed().await;
        }
    }

    /// Ends the connection at once, without a good-bye, also for others who hold this channel. Calls that wait fail.
    pub fn abort(&self) {
        self.link.end(Closed::ByUs);
        self.task.abort();
    }

    /// Hands something to the task; false when that has ended.
    async fn order(&self, order: Order) -> bool {
        self.orders.clone().send(order).await.is_ok()
    }

    /// Sends a frame and waits for its answer.
    async fn ask(&self, request: &mut Request) -> Result<Reply, Error> {
        let mut ticket = self.link.waiting.enter(());
        request.id = ticket.id;
        let place = Place { endpoint: &self.link.endpoint, method: &request.method };
        let order = Order::Frame { id: ticket.id, text: request.to_text().into_boxed_str() };
        let exchange = async {
            if !self.order(order).await {
                return Err(self.ended(place, false));
            }
            ticket.answer().await.map_err(|_| self.ended(place, true))
        };
        match time::timeout(self.answer, exchange).await {
            Ok(outcome) => place.outcome(outcome?, None),
            Err(_) => Err(place.no_answer(self.answer)),
        }
    }

    fn ended(&self, place: Place<'_>, sent: bool) -> Error {
        let source = self.link.closed.get().cloned().unwrap_or(Closed::ByUs);
        Error::Ended { endpoint: place.endpoint.clone(), method: place.method.to_owned(), sent, source }
    }

    fn request(&self, method: &str, params: Option<Value>) -> Request {
        let src = self.link.source.to_string();
        Request { id: 0, src, method: method.to_owned(), params, auth: None }
    }
}

impl Channel for WebSocketChannel {
    async fn call(&self, method: &str, params: Option<Value>) -> Result<Value, Error> {
        let _permit = self.permits.acquire().await.expect("the semaphore is never closed");
        self.login.call(self, &mut self.request(method, params)).await
    }

    fn endpoint(&self) -> &Endpoint {
        &self.link.endpoint
    }

    fn kind(&self) -> ChannelKind {
        self.kind
    }

    async fn who(&self) -> Result<Value, Error> {
        let _permit = self.permits.acquire().await.expect("the semaphore is never closed");
        match self.ask(&mut self.request(WHO, None)).await? {
            Reply::Result(result) => Ok(result),
            Reply::Challenge(_) => Err(Place { endpoint: &self.link.endpoint, method: WHO }.unauthorized(false)),
        }
    }
}

impl Carry for WebSocketChannel {
    async fn carry(&self, request: &mut Request, authorisation: Option<&Authorisation>) -> Result<Reply, Error> {
        request.auth = authorisation.and_then(Authorisation::for_frame);
        self.ask(request).await
    }

    fn endpoint(&self) -> &Endpoint {
        &self.link.endpoint
    }
}

impl Drop for WebSocketChannel {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What is said to the device at the end.
fn good_bye() -> CloseFrame {
    CloseFrame { code: CloseCode::Normal, reason: "".into() }
}
