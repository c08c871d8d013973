//! Serves the router on a listener until told to stop.

use std::{future::Future, io, time::Duration};

use fleet::Fleet;
use tokio::{net::TcpListener, sync::oneshot};

/// Time that running requests get to end; streams have no end of their own.
const GRACE: Duration = Duration::from_secs(3);

/// Serves until `stop` is done, then gives running requests a moment to end.
///
/// # Errors
/// When the listener fails.
pub async fn serve(listener: TcpListener, fleet: Fleet, stop: impl Future<Output = ()> + Send) -> io::Result<()> {
    let (begin_stop, stopping) = oneshot::channel::<()>();
    let server = axum::serve(listener, crate::router(fleet)).with_graceful_shutdown(async {
        // A dropped sender means stop as well.
        let _ = stopping.await;
    });
    let mut server = std::pin::pin!(server.into_future());
    tokio::select! {
        result = &mut server => return result,
        () = stop => {}
    }
    let _ = begin_stop.send(());
    tokio::time::timeout(GRACE, server).await.unwrap_or(Ok(()))
}
