//! Tries every address of the targets with a bounded number of sockets.

use std::{
    future::Future,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures::{StreamExt, stream::FuturesUnordered};
use shelly_http::Endpoint;
use tokio::{net::TcpStream, sync::Semaphore, time::timeout};

use crate::Target;

/// How a scan goes about.
#[derive(Debug, Clone, Copy)]
pub struct ScanOptions {
    /// Addresses tried at the same time; each takes a socket.
    pub concurrency: usize,
    /// Of these, addresses that are asked at the same time who they are. Others that accepted a connection wait: a question
    /// takes far more memory than an address that may be silent.
    pub asked_at_once: usize,
    /// How long an address may take to accept a connection. One second is ample on a LAN, also for a busy device.
    pub connect_timeout: Duration,
}

impl Default for ScanOptions {
    fn default() -> Self {
        Self { concurrency: 1024, asked_at_once: 128, connect_timeout: Duration::from_secs(1) }
    }
}

/// How far a scan is; read while it runs.
#[derive(Debug, Default)]
pub struct Progress {
    probed: AtomicU64,
    found: AtomicU64,
}

impl Progress {
    /// Addresses tried.
    pub fn probed(&self) -> u64 {
        self.probed.load(Ordering::Relaxed)
    }

    /// Addresses where `ask` found a device.
    pub fn found(&self) -> u64 {
        self.found.load(Ordering::Relaxed)
    }
}

/// Tries every address of `targets`; asks those that accept a connection, over that very connection.
///
/// `ask` tells who was there, if it was a device; `keep` is given it when the next address may be asked already, so that an
/// open connection does not wait for what a find leads to. Dropping the future ends the scan and closes its sockets.
pub async fn scan<Ask, Answer, Who, Keep, Kept>(
    targets: &[Target],
    options: ScanOptions,
    progress: &Progress,
    ask: Ask,
    keep: Keep,
) where
    Ask: Fn(Endpoint, TcpStream) -> Answer,
    Answer: Future<Output = Option<Who>>,
    Keep: Fn(Who) -> Kept,
    Kept: Future<Output = ()>,
{
    let waiting = Mutex::new(targets.iter().flat_map(Target::endpoints));
    let next = || waiting.lock().ok()?.next();
    let questions = Semaphore::new(options.asked_at_once.max(1));
    let worker = || async {
        while let Some(endpoint) = next() {
            let connect = TcpStream::connect((endpoint.host(), endpoint.port()));
            if let Ok(Ok(stream)) = timeout(options.connect_timeout, connect).await
                && let Ok(question) = questions.acquire().await
                && let Some(who) = Box::pin(ask(endpoint, stream)).await
            {
                drop(question);
                progress.found.fetch_add(1, Ordering::Relaxed);
                keep(who).await;
            }
            progress.probed.fetch_add(1, Ordering::Relaxed);
        }
    };
    let most = usize::try_from(crate::address_count(targets)).unwrap_or(usize::MAX);
    let workers: FuturesUnordered<_> = (0..options.concurrency.clamp(1, most.max(1))).map(|_| worker()).collect();
    workers.collect::<()>().await;
}

#[cfg(test)]
mod tests {
    use std::{future::ready, sync::atomic::AtomicUsize};

    use tokio::net::TcpListener;

    use super::*;
    use crate::parse_targets;

    #[tokio::test]
    async fn b2_only_addresses_that_accept_are_asked() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let targets = parse_targets([format!("127.0.0.1-4:{port}")]).unwrap();
        let (progress, asked) = (Progress::default(), AtomicUsize::new(0));
        let ask = |endpoint: Endpoint, _stream| {
            asked.fetch_add(1, Ordering::Relaxed);
            async move { (endpoint.host() == "127.0.0.1").then_some(()) }
        };
        scan(&targets, ScanOptions::default(), &progress, ask, ready).await;
        assert_eq!((asked.into_inner(), progress.probed(), progress.found()), (1, 4, 1));
    }

    #[tokio::test]
    async fn b2_sockets_and_questions_are_bounded() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let targets = parse_targets(vec![format!("127.0.0.1:{port}"); 64]).unwrap();
        for (concurrency, asked_at_once) in [(5, 64), (64, 5)] {
            let (progress, open, most) = (Progress::default(), AtomicUsize::new(0), AtomicUsize::new(0));
            let options = ScanOptions { concurrency, asked_at_once, ..ScanOptions::default() };
            let ask = |_, _stream| async {
                most.fetch_max(open.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                open.fetch_sub(1, Ordering::SeqCst);
                Some(())
            };
            scan(&targets, options, &progress, ask, ready).await;
            assert_eq!((progress.probed(), progress.found(), most.into_inner()), (64, 64, 5));
        }
    }

    #[tokio::test]
    async fn b2_an_open_connection_does_not_wait_for_what_a_find_leads_to() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let targets = parse_targets(vec![format!("127.0.0.1:{port}"); 8]).unwrap();
        let (progress, all) = (Progress::default(), tokio::sync::Barrier::new(8));
        let options = ScanOptions { asked_at_once: 1, ..ScanOptions::default() };
        // Each find is kept only when all are found.
        let keep = async |()| {
            all.wait().await;
        };
        scan(&targets, options, &progress, |_, _stream| ready(Some(())), keep).await;
        assert_eq!(progress.found(), 8);
    }
}
