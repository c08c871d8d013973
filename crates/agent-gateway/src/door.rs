//! Counts the connections, and lets those without a certificate stay only for a moment.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Sleep, sleep},
};
use tokio_rustls::server::TlsStream;
use tonic::transport::server::{Connected, TcpConnectInfo, TlsConnectInfo};

/// How many connections there may be, and how long those may last that show no certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Connections at the same time.
    pub connections: usize,
    /// Those among them that show no certificate, or are still in the handshake.
    pub strangers: usize,
    /// How long one without a certificate may last.
    pub stranger_time: Duration,
    /// Time to come to TLS.
    pub handshake: Duration,
    /// Time to say who one is, once a session is open.
    pub hello: Duration,
    /// Codes that are tried at the same time; the others wait for a moment.
    pub enrolling: usize,
}

impl Default for Bounds {
    /// 10 000 connections, 256 without a certificate for 30 s each; 10 s for the handshake and as much to say who one is;
    /// 8 codes at a time.
    fn default() -> Self {
        Self {
            connections: 10_000,
            strangers: 256,
            stranger_time: Duration::from_secs(30),
            handshake: Duration::from_secs(10),
            hello: Duration::from_secs(10),
            enrolling: 8,
        }
    }
}

/// Where everybody comes in.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    all: Arc<Semaphore>,
    strangers: Arc<Semaphore>,
}

/// The right to be here; given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    _one: OwnedSemaphorePermit,
    stranger: Option<OwnedSemaphorePermit>,
}

/// A connection in its place.
#[derive(Debug)]
pub(crate) struct Guest {
    stream: TlsStream<TcpStream>,
    _place: Place,
    /// When it has to be gone.
    ends: Option<Pin<Box<Sleep>>>,
}

impl Door {
    pub(crate) fn new(bounds: &Bounds) -> Self {
        Self {
            all: Arc::new(Semaphore::new(bounds.connections)),
            strangers: Arc::new(Semaphore::new(bounds.strangers)),
        }
    }

    /// A place for a connection, as a stranger; none when there are too many.
    pub(crate) fn enter(&self) -> Option<Place> {
        let one = Arc::clone(&self.all).try_acquire_owned().ok()?;
        let stranger = Arc::clone(&self.strangers).try_acquire_owned().ok()?;
        Some(Place { _one: one, stranger: Some(stranger) })
    }
}

impl Guest {
    /// A connection that came to TLS. With a certificate it is a stranger no more.
    pub(crate) fn new(stream: TlsStream<TcpStream>, mut place: Place, bounds: &Bounds) -> Self {
        let is_known = stream.get_ref().1.peer_certificates().is_some();
        if is_known {
            place.stranger = None;
        }
        let ends = (!is_known).then(|| Box::pin(sleep(bounds.stranger_time)));
        Self { stream, _place: place, ends }
    }
}

impl Connected for Guest {
    type ConnectInfo = TlsConnectInfo<TcpConnectInfo>;

    fn connect_info(&self) -> Self::ConnectInfo {
        self.stream.connect_info()
    }
}

impl AsyncRead for Guest {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if let Some(ends) = &mut self.ends
            && ends.as_mut().poll(cx).is_ready()
        {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl AsyncWrite for Guest {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn w17_strangers_are_few() {
        let door = Door::new(&Bounds { connections: 3, strangers: 2, ..Bounds::default() });
        let mut first = door.enter().unwrap();
        let second = door.enter().unwrap();
        assert!(door.enter().is_none(), "two are not known yet");
        first.stranger = None;
        let third = door.enter().unwrap();
        drop(second);
        let fourth = door.enter();
        assert!(fourth.is_some() && door.enter().is_none());
        drop((first, third, fourth));
        assert_eq!((door.all.available_permits(), door.strangers.available_permits()), (3, 2));
    }
}
