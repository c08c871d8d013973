//! Speaks RPC over a WebSocket, whichever side dialled.

pub(crate) mod inbound;
pub(crate) mod outbound;

use std::{
    collections::VecDeque,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use futures::{SinkExt, StreamExt};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::broadcast::error::RecvError,
    time::{Instant, sleep_until, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Error, Message, protocol::WebSocketConfig},
};

use crate::{
    air::{Ear, Note},
    device::Device,
    fault::{self, Fault},
    gen2::frames::{self, Session, Way},
    quirk::Quirk,
};

/// Largest frame a device takes, in bytes.
const MAX_FRAME: usize = 16 * 1024;
/// Answers that may wait on a slow device.
const MAX_LATE: usize = 64;
/// Calls at once on one socket above which a small heap gives up.
const HEAP_CALLS: usize = 8;
/// How long a peer may refuse to take bytes before it is given up.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most bytes of an answer that is huge by fault.
const HUGE: u64 = 16 * 1024 * 1024;

/// Small buffers: a fleet has thousands of sockets.
pub(crate) fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(1024)
        .write_buffer_size(0)
        .max_write_buffer_size(usize::MAX)
        .max_message_size(Some(MAX_FRAME))
        .max_frame_size(Some(MAX_FRAME))
}

/// One WebSocket in use.
pub(crate) struct Line<S> {
    device: Arc<Device>,
    socket: WebSocketStream<S>,
    way: Way,
    session: Session,
    /// Answers a slow device sends later.
    late: VecDeque<(Instant, String)>,
}

/// Counts a WebSocket as long as it lives.
struct Counted(Arc<Device>);

impl Counted {
    fn new(device: &Arc<Device>) -> Self {
        device.tally.sockets.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(device))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.tally.sockets.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What ends a conversation.
pub(crate) enum End {
    /// The peer closed, broke off or does not read.
    Gone,
    /// The device drops the connection.
    Dropped,
}

/// Answers frames and forwards notifications until one side ends.
pub(crate) async fn talk<S: AsyncRead + AsyncWrite + Unpin>(mut line: Line<S>, ear: Ear) {
    let _counted = Counted::new(&line.device);
    let _ = line.run(ear).await;
}

impl<S: AsyncRead + AsyncWrite + Unpin> Line<S> {
    pub(crate) fn new(device: &Arc<Device>, socket: WebSocketStream<S>, way: Way, session: Session) -> Self {
        Self { device: Arc::clone(device), socket, way, session, late: VecDeque::new() }
    }

    async fn run(&mut self, mut ear: Ear) -> Result<(), End> {
        loop {
            let due = self.late.front().map(|(due, _)| *due);
            tokio::select! {
                message = self.socket.next() => match message {
                    Some(Ok(Message::Text(text))) => self.take(text.as_str()).await?,
                    Some(Ok(Message::Binary(bytes))) => {
                        self.take(&String::from_utf8_lossy(&bytes)).await?;
                    }
                    Some(Ok(Message::Close(_))) | None => return Err(End::Gone),
                    Some(Ok(_)) => {}
                    Some(Err(Error::Capacity(_) | Error::Utf8(_))) => return Err(End::Dropped),
                    Some(Err(_)) => return Err(End::Gone),
                },
                note = ear.recv() => match note {
                    Ok(Note::Frame { method, params }) => self.forward(method, &params).await?,
                    Ok(Note::Changed | Note::Woke) => {}
                    // Too far behind: a device drops a socket it cannot write to.
                    Err(RecvError::Lagged(_) | RecvError::Closed) => return Err(End::Dropped),
                },
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    if let Some((_, text)) = self.late.pop_front() {
                        self.send(text).await?;
                    }
                }
            }
        }
    }

    /// Takes a frame and answers it, spoilt by whatever faults are on.
    async fn take(&mut self, text: &str) -> Result<(), End> {
        self.device.tally.requests.fetch_add(1, Ordering::Relaxed);
        let toll = fault::toll(&mut self.device.state());
        if toll.lost || toll.faults.contains(&Fault::DropConnection) {
            return Err(End::Dropped);
        }
        if toll.faults.contains(&Fault::NeverAnswer) {
            return Ok(());
        }
        let Some(answered) = frames::answer(&self.device, &mut self.session, self.way, text) else { return Ok(()) };
        if answered.wrote && toll.faults.contains(&Fault::RebootOnWrite) {
            self.device.restart(&mut self.device.state(), Duration::ZERO);
            return Err(End::Dropped);
        }
        let text = spoil(answered.text, &toll.faults);
        if toll.wait.is_zero() && self.late.is_empty() {
            return self.send(text).await;
        }
        if self.late.len() >= MAX_LATE || (self.device.has(Quirk::SmallHeap) && self.late.len() >= HEAP_CALLS) {
            self.device.restart(&mut self.device.state(), Duration::ZERO);
            return Err(End::Dropped);
        }
        let due = Instant::now() + self.device.clock.span(toll.wait);
        let due = self.late.back().map_or(due, |(last, _)| due.max(*last));
        self.late.push_back((due, text));
        Ok(())
    }

    /// Forwards a notification, once the peer has a name.
    async fn forward(&mut self, method: &str, params: &str) -> Result<(), End> {
        let Some(dst) = self.session.src.as_deref() else { return Ok(()) };
        let text = frames::notification(&self.device, Some(dst), method, params);
        self.device.tally.notifications.fetch_add(1, Ordering::Relaxed);
        self.send(text).await
    }

    pub(crate) async fn send(&mut self, text: String) -> Result<(), End> {
        match timeout(PATIENCE, self.socket.send(Message::text(text))).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(End::Gone),
        }
    }
}

fn spoil(mut text: String, faults: &[Fault]) -> String {
    for fault in faults {
        match fault {
            Fault::Html => "<!DOCTYPE html><html><body><h1>Router login</h1></body></html>".clone_into(&mut text),
            Fault::TruncatedJson => text.truncate(text.floor_char_boundary(text.len() / 2)),
            Fault::Huge { bytes } => text = " ".repeat(usize::try_from(*bytes.min(&HUGE)).unwrap_or(0)),
            _ => {}
        }
    }
    text
}
