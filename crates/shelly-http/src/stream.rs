//! Opens the connection to a device, in the clear or encrypted.

use std::{
    io::{self, IoSlice},
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpSocket, TcpStream},
    time,
};
use tokio_rustls::client::TlsStream;

use crate::{Endpoint, Error, Limits, Security, Tls, WayOut};

/// An open connection to a device.
#[derive(Debug)]
#[non_exhaustive]
pub enum Stream {
    /// In the clear.
    Plain(TcpStream),
    /// Encrypted, the device verified.
    Tls(Box<TlsStream<TcpStream>>),
}

/// Opens a connection to `endpoint`: finds the address and connects within `limits.connect`, and ends the handshake of
/// TLS within `limits.total`.
///
/// # Errors
/// Why there is no connection; [`Error::TlsNotSetUp`] when the endpoint wants TLS and `tls` is none,
/// [`Error::NotCarried`] when a carrier stands between, which carries whole exchanges only.
pub async fn connect(endpoint: &Endpoint, limits: &Limits, tls: Option<&Tls>) -> Result<Stream, Error> {
    if limits.carrier.is_some() {
        // The address is meant as the carrier reaches it; here somebody else may have it.
        let why = "only whole exchanges can be carried to it".to_owned();
        return Err(Error::NotCarried { endpoint: endpoint.clone(), why });
    }
    let deadline = time::Instant::now() + limits.total;
    let tls = match endpoint.security() {
        Security::Plain => None,
        Security::Tls => Some(tls.ok_or_else(|| Error::TlsNotSetUp { endpoint: endpoint.clone() })?),
    };
    let stream = dial(endpoint, limits.connect.min(limits.total), limits.way_out.as_ref()).await?;
    let Some(tls) = tls else { return Ok(Stream::Plain(stream)) };
    match time::timeout_at(deadline, tls.encrypt(endpoint.host(), stream)).await {
        Ok(Ok(stream)) => Ok(Stream::Tls(Box::new(stream))),
        Ok(Err(source)) => Err(Error::handshake(endpoint, source)),
        Err(_) => Err(Error::ConnectTimeout { endpoint: endpoint.clone(), limit: limits.total }),
    }
}

async fn dial(endpoint: &Endpoint, limit: Duration, way_out: Option<&WayOut>) -> Result<TcpStream, Error> {
    let attempt = async {
        let addresses: Vec<SocketAddr> = tokio::net::lookup_host((endpoint.host(), endpoint.port()))
            .await
            .map_err(|source| Error::NameNotFound { endpoint: endpoint.clone(), source })?
            .collect();
        if addresses.is_empty() {
            let source = io::Error::from(io::ErrorKind::NotFound);
            return Err(Error::NameNotFound { endpoint: endpoint.clone(), source });
        }
        let stream = match way_out {
            None => TcpStream::connect(addresses.as_slice()).await,
            Some(way_out) => go_out(&addresses, way_out).await,
        };
        stream.map_err(|source| Error::connect(endpoint, limit, source))
    };
    time::timeout(limit, attempt)
        .await
        .unwrap_or_else(|_| Err(Error::ConnectTimeout { endpoint: endpoint.clone(), limit }))
}

/// Connects to the first of the addresses that can be reached this way.
async fn go_out(addresses: &[SocketAddr], way_out: &WayOut) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses {
        let attempt = async {
            let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
            #[cfg(target_os = "linux")]
            if let Some(interface) = &way_out.interface {
                socket.bind_device(Some(interface.as_bytes()))?;
            }
            if let Some(own) = way_out.address {
                socket.bind(SocketAddr::new(own, 0))?;
            }
            socket.connect(*address).await
        };
        match attempt.await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, parts),
            Self::Tls(stream) => Pin::new(stream).poll_write_vectored(cx, parts),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(stream) => stream.is_write_vectored(),
            Self::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
