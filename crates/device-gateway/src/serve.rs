//! Takes connections until told to stop.

use std::{io, net::SocketAddr, time::Duration};

use fleet::{Fleet, Pass};
use shelly_driver::{Live, Options};
use shelly_http::Limits;
use tokio::{
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::door::{Bounds, Door, Guest};

/// Time that connections get to end when the manager stops.
const GRACE: Duration = Duration::from_secs(3);

/// Pause after a connection could not be taken, as when there are no more file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves devices that dial until `stop` is done, then ends their connections.
pub async fn serve(listener: TcpListener, fleet: Fleet, bounds: Bounds, stop: impl Future<Output = ()> + Send) {
    let gate = Gate { fleet, bounds, door: Door::new(bounds), stop: CancellationToken::new() };
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
        let mut pass = Pass::Nothing;
        let arrival = async {
            let limits = Limits { total: self.bounds.handshake, ..Limits::default() };
            let options = Options { limits, ..Options::default() };
            // Whether it may stay is decided when it is known who it is.
            let show = |path: &str| {
                pass = self.fleet.device_pass(path);
                true
            };
            let arrived = match Live::accept(stream, peer.into(), &options, show).await {
                Ok(arrived) => arrived,
                Err(error) => {
                    tracing::debug!(%peer, error = error.chain(), "a caller is no device");
                    return None;
                }
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
}
