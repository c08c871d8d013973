//! Keeps a WebSocket open to every device of Gen2 or later that does not sleep.

use std::{collections::HashMap, time::Duration};

use fleet_model::DeviceRecord;
use shelly_driver::Live;
use shelly_types::Mac;
use tokio::{task::AbortHandle, time::Instant};

use super::poll;
use crate::{Error, Fleet, connect::endpoint, sockets::Opener};

/// The list of devices is read again this often, also when nobody rings.
const LIST_INTERVAL: Duration = Duration::from_mins(1);

/// Connections are opened so far apart, so that a start does not meet all devices at once.
const APART: Duration = Duration::from_millis(20);

/// Time before a connection that ended or could not be opened is tried again; doubles each time.
const FIRST_PAUSE: Duration = Duration::from_secs(5);

/// Longest such time.
const LONGEST_PAUSE: Duration = Duration::from_mins(10);

/// A connection that lasted this long was a good one.
const GOOD: Duration = Duration::from_mins(1);

/// Opens connections as devices come, until the manager stops.
pub(super) async fn run(fleet: Fleet) {
    let mut following: HashMap<Mac, (String, AbortHandle)> = HashMap::new();
    loop {
        match fleet.store().devices_all().await {
            Ok(devices) => renew(&fleet, &mut following, devices),
            Err(error) => {
                tracing::error!(error = Error::from(error).chain(), "the devices to follow could not be read");
            }
        }
        tokio::select! {
            () = fleet.stop_token().cancelled() => break,
            () = fleet.follow_bell().notified() => tokio::time::sleep(FIRST_PAUSE / 5).await,
            () = tokio::time::sleep(LIST_INTERVAL) => {}
        }
    }
    for (_, task) in following.into_values() {
        task.abort();
    }
}

/// Begins with new devices, and with those that moved; lets go of those that are gone.
fn renew(fleet: &Fleet, following: &mut HashMap<Mac, (String, AbortHandle)>, devices: Vec<DeviceRecord>) {
    let devices: HashMap<Mac, DeviceRecord> = devices
        .into_iter()
        .filter(|device| !device.generation.is_gen1() && !device.sleeps)
        .map(|device| (device.mac, device))
        .collect();
    following.retain(|mac, (address, task)| {
        let stays = devices.get(mac).is_some_and(|device| device.endpoint == *address);
        if !stays {
            task.abort();
        }
        stays
    });
    let mut wait = Duration::ZERO;
    for (mac, device) in devices {
        following.entry(mac).or_insert_with(|| {
            wait += APART;
            (device.endpoint, fleet.spawn_abortable(one(fleet.clone(), mac, wait)))
        });
    }
}

/// Follows one device for as long as it is ours. What it does between two connections has room of its own only then, and
/// what is known of the device is read when it is needed.
async fn one(fleet: Fleet, mac: Mac, wait: Duration) {
    let mut pause = wait;
    loop {
        tokio::select! {
            () = fleet.stop_token().cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
        if let Some(ended) = fleet.sockets().called_in(mac) {
            tokio::select! {
                () = fleet.stop_token().cancelled() => return,
                () = ended.cancelled() => {}
            }
            // It dials again by itself, as a rule.
            pause = FIRST_PAUSE;
            continue;
        }
        let began = Instant::now();
        match Box::pin(dial(&fleet, mac)).await {
            Ok(Some(live)) => fleet.follow(mac, live, Opener::Us, None).await,
            // It was let go meanwhile.
            Ok(None) => return,
            Err(error) => {
                tracing::debug!(device.mac = %mac, error = error.chain(), "no WebSocket to a device");
            }
        }
        if fleet.stop_token().is_cancelled() {
            return;
        }
        // A poll tells whether the device is there at all.
        Box::pin(look(&fleet, mac)).await;
        let is_good = began.elapsed() > GOOD;
        pause = if is_good { FIRST_PAUSE } else { (pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE) };
    }
}

/// Opens a WebSocket to a device; none when it is not ours any more.
async fn dial(fleet: &Fleet, mac: Mac) -> Result<Option<Box<Live>>, Error> {
    let Some(record) = fleet.store().device_get(mac).await? else { return Ok(None) };
    let mut turn = fleet.lanes().background(mac).await;
    fleet.password_settle(&mut turn, &record).await?;
    let options = fleet.manners_of(&turn);
    let credentials = fleet.credentials_of(mac).await?;
    let live = Live::dial(&endpoint(&record.endpoint)?, mac, credentials, &options).await?;
    Ok(Some(Box::new(live)))
}

async fn look(fleet: &Fleet, mac: Mac) {
    match fleet.store().device_get(mac).await {
        Ok(Some(record)) => {
            poll::one(fleet, &record).await;
        }
        Ok(None) => {}
        Err(error) => {
            tracing::error!(device.mac = %mac, error = Error::from(error).chain(), "a device to follow could not be read");
        }
    }
}
