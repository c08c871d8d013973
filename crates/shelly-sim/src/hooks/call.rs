//! Calls URLs one after the other, as a device does: a plain GET whose answer is ignored.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::mpsc,
    time::timeout,
};

use crate::{device::Device, link::dial::Dial, state::Reach};

/// Calls that wait at most; further ones are skipped.
const QUEUE: usize = 8;
/// How long one call may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Starts to call what is sent here, until the device is no more.
pub(super) fn start(device: &Arc<Device>) -> mpsc::Sender<Dial> {
    let (sender, mut calls) = mpsc::channel(QUEUE);
    let (device, crew) = (Arc::clone(device), device.crew.clone());
    crew.tasks.spawn(async move {
        let work = async {
            while let Some(dial) = calls.recv().await {
                if matches!(device.reach(), Reach::Up(_)) {
                    let _ = timeout(PATIENCE, get(&device, &dial)).await;
                }
            }
        };
        tokio::select! {
            () = crew.stop.cancelled() => {}
            () = work => {}
        }
    });
    sender
}

async fn get(device: &Device, dial: &Dial) -> Option<()> {
    let mut wire = dial.open(device).await?;
    let Dial { host, port, target, .. } = dial;
    let request = format!("GET {target} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n");
    wire.write_all(request.as_bytes()).await.ok()?;
    wire.flush().await.ok()?;
    device.tally.calls.fetch_add(1, Ordering::Relaxed);
    // Waiting for the answer keeps the next call back.
    let _ = wire.read_u8().await;
    Some(())
}
