//! Takes connections of agents until told to stop.

use std::{sync::Arc, time::Duration};

use agent_proto::{
    MESSAGE_BYTES, RELAY_MESSAGE_BYTES,
    v1::{agent_server::AgentServer, enrollment_server::EnrollmentServer},
};
use fleet::Fleet;
use futures::stream;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tonic::transport::Server;

use crate::{
    authority::AgentTls,
    door::{Bounds, Door, Guest},
    enroll::Desk,
    session::Sessions,
};

/// Time that sessions get to end when the manager stops.
const GRACE: Duration = Duration::from_secs(3);

/// Pause after a connection could not be taken, as when there are no more file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// Between two signs of life of a connection without traffic, and how long one may be answered.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
const KEEP_ALIVE_ANSWER: Duration = Duration::from_secs(10);

/// Calls at the same time on one connection: a session, and a renewal of the certificate.
const CALLS: u32 = 8;

/// Serves agents until `stop` is done, then ends their sessions.
pub async fn serve(
    listener: TcpListener,
    fleet: Fleet,
    bounds: Bounds,
    tls: AgentTls,
    stop: impl Future<Output = ()> + Send,
) {
    let stopping = CancellationToken::new();
    let tasks = TaskTracker::new();
    let (let_in, coming) = mpsc::channel::<std::io::Result<Guest>>(64);
    let coming = stream::unfold(coming, |mut coming| async { coming.recv().await.map(|guest| (guest, coming)) });
    let desk = Arc::new(Desk::new(fleet.clone(), tls.clone(), &bounds));
    let sessions = Sessions::new(fleet, Arc::clone(&desk), bounds, tasks.clone());
    let server = Server::builder()
        .http2_keepalive_interval(Some(KEEP_ALIVE))
        .http2_keepalive_timeout(Some(KEEP_ALIVE_ANSWER))
        .max_concurrent_streams(CALLS)
        .add_service(EnrollmentServer::from_arc(desk).max_decoding_message_size(MESSAGE_BYTES))
        .add_service(AgentServer::new(sessions).max_decoding_message_size(RELAY_MESSAGE_BYTES))
        .serve_with_incoming_shutdown(coming, stopping.clone().cancelled_owned());
    let served = tokio::spawn(server);
    let door = Door::new(&bounds);
    let mut stop = std::pin::pin!(stop);
    loop {
        let taken = tokio::select! {
            () = &mut stop => break,
            taken = listener.accept() => taken,
        };
        match taken {
            Ok((stream, peer)) => {
                let Some(place) = door.enter() else {
                    tracing::debug!(%peer, "a caller was sent away: there are too many");
                    continue;
                };
                let (tls, let_in) = (tls.clone(), let_in.clone());
                tasks.spawn(async move {
                    match timeout(bounds.handshake, arrive(stream, &tls)).await {
                        Ok(Ok(stream)) => {
                            // Nobody takes it when the manager stops.
                            let _ = let_in.send(Ok(Guest::new(stream, place, &bounds))).await;
                        }
                        Ok(Err(error)) => tracing::debug!(%peer, %error, "a caller did not come to TLS"),
                        Err(_) => tracing::debug!(%peer, "a caller did not come to TLS in time"),
                    }
                });
            }
            Err(error) => {
                tracing::debug!(%error, "a connection could not be taken");
                sleep(PAUSE).await;
            }
        }
    }
    drop((listener, let_in));
    stopping.cancel();
    tasks.close();
    let ended = async {
        tasks.wait().await;
        served.await
    };
    match timeout(GRACE, ended).await {
        Ok(Ok(Ok(()))) => {}
        Ok(Ok(Err(error))) => tracing::warn!(%error, "serving agents ended"),
        Ok(Err(error)) => tracing::warn!(%error, "serving agents ended"),
        Err(_) => tracing::warn!("some agents did not leave in time"),
    }
}

async fn arrive(stream: TcpStream, tls: &AgentTls) -> std::io::Result<tokio_rustls::server::TlsStream<TcpStream>> {
    // Messages are small and nobody should wait for them; without it they are slower.
    let _ = stream.set_nodelay(true);
    tls.acceptor().accept(stream).await
}
