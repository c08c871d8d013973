//! Owns the socket: sends for the channels, and sorts what comes.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures::{Stream, StreamExt};
use rand::random;
use shelly_types::Credentials;
use tokio::{net::UdpSocket, task::AbortHandle, time::sleep};

use super::{
    super::{
        News,
        news::{Queue, Taken},
        waiting::Waiting,
    },
    UdpChannel, UdpOptions,
};
use crate::frame::Frame;

/// Longest datagram there is.
const MAX_DATAGRAM_BYTES: usize = 64 * 1024;

/// Rest after an error of the socket, so that a lasting one costs nothing.
const AFTER_ERROR: Duration = Duration::from_millis(50);

/// One UDP socket, for calls to any number of devices and for what they tell.
///
/// Cheap to clone. It is closed when the last clone and the last channel are gone.
#[derive(Debug, Clone)]
pub struct UdpPort(Arc<Port>);

/// The socket with its task.
#[derive(Debug)]
pub(super) struct Port {
    shared: Arc<Shared>,
    task: AbortHandle,
}

#[derive(Debug)]
struct Shared {
    socket: UdpSocket,
    options: UdpOptions,
    waiting: Waiting<SocketAddr>,
    news: Arc<Queue<(SocketAddr, News)>>,
}

/// What devices tell whose setting `sys.rpc_udp.dst_addr` points to the port, with the address of each; one reader.
///
/// Nothing proves who sent a datagram.
#[derive(Debug)]
pub struct UdpNews {
    queue: Arc<Queue<(SocketAddr, News)>>,
    reader: u64,
    local: SocketAddr,
}

impl UdpPort {
    /// Opens a socket at `local`; port 0 takes any that is free.
    ///
    /// # Errors
    /// When the system refuses.
    pub async fn bind(local: SocketAddr, options: UdpOptions) -> io::Result<Self> {
        let socket = UdpSocket::bind(local).await?;
        let news = Arc::new(Queue::new(options.notifications));
        // Numbers that nobody guesses, as anybody can send us an answer.
        let waiting = Waiting::new(u64::from(random::<u32>()));
        let shared = Arc::new(Shared { socket, options, waiting, news });
        let task = tokio::spawn(receive(Arc::clone(&shared))).abort_handle();
        Ok(Self(Arc::new(Port { shared, task })))
    }

    /// Where the socket listens.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn local_address(&self) -> io::Result<SocketAddr> {
        self.0.shared.socket.local_addr()
    }

    /// The way to the device that listens at `device`.
    pub fn channel(&self, device: SocketAddr, credentials: Option<Credentials>) -> UdpChannel {
        UdpChannel::new(Arc::clone(&self.0), device, credentials)
    }

    /// Begins to read what devices tell, in the place of whoever read before.
    ///
    /// # Errors
    /// As for [`local_address`](Self::local_address).
    pub fn listen(&self) -> io::Result<UdpNews> {
        let queue = Arc::clone(&self.0.shared.news);
        let local = self.local_address()?;
        let reader = queue.read();
        Ok(UdpNews { queue, reader, local })
    }
}

impl Port {
    pub(super) fn options(&self) -> &UdpOptions {
        &self.shared.options
    }

    pub(super) fn waiting(&self) -> &Waiting<SocketAddr> {
        &self.shared.waiting
    }

    pub(super) async fn send(&self, datagram: &[u8], to: SocketAddr) -> io::Result<()> {
        self.shared.socket.send_to(datagram, to).await.map(drop)
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.task.abort();
        self.shared.news.end();
    }
}

async fn receive(shared: Arc<Shared>) {
    let mut buffer = vec![0; MAX_DATAGRAM_BYTES];
    loop {
        let Ok((length, from)) = shared.socket.recv_from(&mut buffer).await else {
            sleep(AFTER_ERROR).await;
            continue;
        };
        match Frame::parse(&buffer[..length]) {
            Ok(Frame::Answer(answer)) => {
                shared.waiting.settle(answer, |asked| same_host(asked.ip(), from.ip()));
            }
            Ok(Frame::Notification(news)) => shared.news.push((from, News::Notification(news))),
            // Requests of devices and whatever else arrives at an open port.
            Ok(Frame::Request(_)) | Err(_) => {}
        }
    }
}

/// A socket for both families shows IPv4 addresses as IPv6.
fn same_host(asked: IpAddr, from: IpAddr) -> bool {
    asked.to_canonical() == from.to_canonical()
}

impl UdpNews {
    /// Waits for the next; none when the port is closed or another reader took over.
    ///
    /// [`News::Lagged`] is about all devices; its address is that of the port.
    pub async fn next(&mut self) -> Option<(SocketAddr, News)> {
        StreamExt::next(self).await
    }
}

impl Stream for UdpNews {
    type Item = (SocketAddr, News);

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.queue.poll_take(self.reader, cx).map(|taken| {
            taken.map(|taken| match taken {
                Taken::Item(news) => news,
                Taken::Lagged(missed) => (self.local, News::Lagged { missed }),
            })
        })
    }
}

impl Drop for UdpNews {
    fn drop(&mut self) {
        self.queue.leave(self.reader);
    }
}
