//! Takes connections until told to stop.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use fleet::{Fleet, Pass};
use shelly_driver::{Arrived, Live, Options};
use shelly_http::Limits;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    time::{Instant, sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    door::{Bounds, Door, Guest},
    tls::DeviceTls,
};

/// Time that connections get to end when the manager stops.
const GRACE: Duration = Duration::from_secs(3);

/// Pause after a connection could not be taken, as when there are no more file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// Time between two warnings of callers that do not come to TLS; such a device dials again and again.
const WARN_INTERVAL: Duration = Duration::from_secs(10);

/// Serves devices that dial until `stop` is done, then ends their connections. With a certificate they have to dial
/// `wss://`, without one `ws://`.
pub async fn serve(
    listener: TcpListener,
    fleet: Fleet,
    bounds: Bounds,
    tls: Option<DeviceTls>,
    stop: impl Future<Output = ()> + Send,
) {
    let (door, stopping) = (Door::new(bounds), CancellationToken::new());
    let gate = Gate { fleet, bounds, door, tls, warned_at: Arc::default(), stop: stopping };
    let tasks = TaskTracker::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            taken = listener.accept() => gate.take(taken, &tasks).await,
        }
    }
    drop(listener);
    gate.stop.cancel();
    tasks.close();
    if timeout(GRACE, tasks.wait()).await.is_err() {
        tracing::warn!("some devices that dialled in did not leave in time");
    }
}

/// What every connection needs.
#[derive(Clone)]
struct Gate {
    fleet: Fleet,
    bounds: Bounds,
    door: Door,
    tls: Option<DeviceTls>,
    /// When it was said last that somebody does not come to TLS.
    warned_at: Arc<Mutex<Option<Instant>>>,
    stop: CancellationToken,
}

impl Gate {
    async fn take(&self, taken: io::Result<(TcpStream, SocketAddr)>, tasks: &TaskTracker) {
        let (stream, peer) = match taken {
            Ok(taken) => taken,
            Err(error) => {
                tracing::debug!(%error, "a connection could not be taken");
                return sleep(PAUSE).await;
            }
        };
        let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
        let Some(guest) = self.door.enter(peer.ip()) else {
            tracing::debug!(%peer, "a caller was sent away: there are too many");
            return;
        };
        let gate = self.clone();
        tasks.spawn(async move {
            let stop = gate.stop.clone();
            tokio::select! {
                () = stop.cancelled() => {}
                () = Box::pin(gate.welcome(stream, peer, guest)) => {}
            }
        });
    }

    /// Finds out who a caller is, and serves it if it may stay.
    async fn welcome(&self, stream: TcpStream, peer: SocketAddr, mut guest: Guest) {
        // Frames are small and nobody should wait for them; without it they are slower.
        let _ = stream.set_nodelay(true);
        let arrival = async {
            let (arrived, pass) = match &self.tls {
                None => self.arrive(stream, peer).await?,
                Some(tls) => match timeout(self.bounds.handshake, tls.accept(stream)).await {
                    Ok(Ok(stream)) => self.arrive(stream, peer).await?,
                    Ok(Err(error)) => {
                        self.warn_of(peer, &error);
                        return None;
                    }
                    Err(_) => {
                        tracing::debug!(%peer, "a caller did not come to TLS in time");
                        return None;
                    }
                },
            };
            match self.fleet.device_arrived(arrived, pass).await {
                Ok(caller) => caller,
                Err(error) => {
                    tracing::error!(%peer, error = error.chain(), "a device that dialled in could not be looked up");
                    None
                }
            }
        };
        match timeout(self.bounds.arrival, arrival).await {
            Ok(Some(caller)) => {
                guest.is_known();
                self.fleet.device_stays(caller).await;
            }
            Ok(None) => {}
            Err(_) => tracing::debug!(%peer, "a caller did not say in time who it is"),
        }
    }

    /// Opens the WebSocket; none when there is no device at the other end.
    async fn arrive<S>(&self, stream: S, peer: SocketAddr) -> Option<(Arrived, Pass)>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let mut pass = Pass::Nothing;
        let limits = Limits { total: self.bounds.handshake, ..Limits::default() };
        let options = Options { limits, ..Options::default() };
        // Whether it may stay is decided when it is known who it is.
        let show = |path: &str| {
            pass = self.fleet.device_pass(path);
            true
        };
        let arrived = Live::accept(stream, peer.into(), &options, show).await;
        let arrived =
            arrived.inspect_err(|error| tracing::debug!(%peer, error = error.chain(), "a caller is no device"));
        Some((arrived.ok()?, pass))
    }

    /// Says that a caller does not come to TLS, loudly now and then: a device that does not trust us shows it only here.
    fn warn_of(&self, peer: SocketAddr, error: &io::Error) {
        let now = Instant::now();
        let mut warned_at = self.warned_at.lock().unwrap_or_else(PoisonError::into_inner);
        if warned_at.is_some_and(|at| now < at + WARN_INTERVAL) {
            tracing::debug!(%peer, %error, "a caller was sent away");
            return;
        }
        *warned_at = Some(now);
        drop(warned_at);
        tracing::warn!(%peer, %error, "a caller was sent away: devices dial this port over TLS, and trust its certificate");
    }
}
