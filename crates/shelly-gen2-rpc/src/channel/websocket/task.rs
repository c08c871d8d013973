//! Owns one WebSocket: writes what is ordered, sorts what comes, and notices when nobody is there any more.

use std::{sync::Arc, time::Duration};

use futures::{SinkExt, StreamExt, channel::mpsc};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::{Instant, sleep_until, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Error as SocketError, Message},
};

use super::{
    super::News,
    Closed, WebSocketOptions, good_bye,
    link::{Link, Order},
};
use crate::frame::Frame;

/// Longest text of a method in an answer to a device.
const METHOD_CHARS: usize = 64;

/// The one task of a WebSocket.
pub(super) struct Task<S> {
    socket: WebSocketStream<S>,
    /// Ends the link however the task ends, also when it is aborted.
    end: EndOnDrop,
    inbox: mpsc::Receiver<Order>,
    write: Duration,
    ping_after: Duration,
    silence: Duration,
    /// When the device was heard last.
    heard: Instant,
    /// A ping was sent since then.
    pinged: bool,
}

struct EndOnDrop(Arc<Link>);

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        self.0.end(Closed::ByUs);
    }
}

impl<S> Task<S>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    pub(super) fn boxed(
        socket: WebSocketStream<S>,
        link: Arc<Link>,
        inbox: mpsc::Receiver<Order>,
        options: &WebSocketOptions,
    ) -> Box<Self> {
        Box::new(Self {
            socket,
            end: EndOnDrop(link),
            inbox,
            write: options.write,
            ping_after: options.ping_after.min(options.silence),
            silence: options.silence,
            heard: Instant::now(),
            pinged: false,
        })
    }

    /// Runs until the connection ends. In a box, so that it is there once: a future has room for what is handed to it and
    /// for what it makes of that.
    pub(super) async fn run(mut self: Box<Self>) {
        let closed = self.serve().await;
        let farewell = !matches!(closed, Closed::Broken { .. } | Closed::Stuck { .. });
        self.inbox.close();
        self.link().end(closed);
        if farewell {
            // Whether the device hears it makes no difference any more.
            let _ = timeout(self.write, self.part()).await;
        }
    }

    async fn serve(&mut self) -> Closed {
        let mut alarm = std::pin::pin!(sleep_until(self.heard + self.ping_after));
        loop {
            let step = tokio::select! {
                message = self.socket.next() => match message {
                    Some(Ok(message)) => self.sort(message),
                    Some(Err(error)) => Err(Closed::broken(&error)),
                    None => Err(Closed::broken(&SocketError::ConnectionClosed)),
                },
                order = self.inbox.next() => match order {
                    Some(Order::Frame { id, .. }) if !self.link().waiting.is_awaited(id) => Ok(None),
                    Some(Order::Frame { text, .. }) => Ok(Some(Message::text(text.into_string()))),
                    Some(Order::Close) | None => Err(Closed::ByUs),
                },
                () = &mut alarm => self.look().map(|(next, ping)| {
                    alarm.as_mut().reset(next);
                    ping
                }),
            };
            let sent = match step {
                Ok(None) => continue,
                Ok(Some(message)) => self.send(message).await,
                Err(closed) => Err(closed),
            };
            if let Err(closed) = sent {
                return closed;
            }
        }
    }

    fn link(&self) -> &Link {
        &self.end.0
    }

    /// Takes in what came. Says what is to be answered.
    fn sort(&mut self, message: Message) -> Result<Option<Message>, Closed> {
        self.heard = Instant::now();
        self.pinged = false;
        let parsed = match &message {
            Message::Text(text) => Frame::parse(text.as_bytes()),
            Message::Binary(bytes) => Frame::parse(bytes),
            Message::Close(frame) => return Err(Closed::by_device(frame.clone())),
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => return Ok(None),
        };
        drop(message);
        match parsed {
            Ok(Frame::Answer(answer)) => {
                self.link().heard_of(answer.src.as_deref());
                self.link().waiting.settle(answer, |()| true);
            }
            Ok(Frame::Notification(news)) => {
                self.link().heard_of(news.src.as_deref());
                self.link().news.push(News::Notification(news));
            }
            Ok(Frame::Request(request)) => {
                self.link().heard_of(request.get("src").and_then(Value::as_str));
                return Ok(Some(Message::text(refusal(&request, &self.link().source).to_string())));
            }
            // Perhaps it was a notification; the reader finds out by reading the status.
            Err(_) => self.link().news.miss(),
        }
        Ok(None)
    }

    async fn send(&mut self, message: Message) -> Result<(), Closed> {
        match timeout(self.write, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Closed::broken(&error)),
            Err(_) => Err(Closed::Stuck { limit: self.write }),
        }
    }

    /// Looks whether the device is still there; says when to look again, and the ping to send.
    fn look(&mut self) -> Result<(Instant, Option<Message>), Closed> {
        let silence = self.heard.elapsed();
        if silence >= self.silence {
            return Err(Closed::Silent { silence: self.silence });
        }
        if silence < self.ping_after {
            return Ok((self.heard + self.ping_after, None));
        }
        let ping = (!self.pinged).then(|| Message::Ping(Vec::new().into()));
        self.pinged = true;
        Ok(((self.heard + self.silence).min(Instant::now() + self.ping_after), ping))
    }

    /// Says good-bye and waits for the answer to it.
    async fn part(&mut self) -> Result<(), SocketError> {
        self.socket.close(Some(good_bye())).await?;
        while let Some(message) = self.socket.next().await {
            message?;
        }
        Ok(())
    }
}

/// The answer to a request of the device: we have no methods.
fn refusal(request: &Value, source: &str) -> Value {
    let method: String =
        request.get("method").and_then(Value::as_str).unwrap_or_default().chars().take(METHOD_CHARS).collect();
    json!({
        "id": request.get("id"),
        "src": source,
        "dst": request.get("src"),
        "error": { "code": 404, "message": format!("No handler for {method}") },
    })
}
