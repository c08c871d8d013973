//! Asks range extenders who is behind them, and at which port (C1, C2).

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use discovery::extender::Extender;
use fleet_model::{DeviceRecord, DeviceState, FleetEvent};
use futures::{StreamExt, stream};
use shelly_types::{ComponentStatus, DeviceStatus, Mac};
use tokio::time::Instant;

use crate::{Error, Fleet, Notice, NoticeError, connect::endpoint};

/// Each range extender is asked this often.
const INTERVAL: Duration = Duration::from_mins(5);

/// Time from a reason to ask at once until asking, so that several reasons are one.
const SOON: Duration = Duration::from_secs(1);

/// Turns are at least so far apart, whatever happens.
const APART: Duration = Duration::from_secs(10);

/// Range extenders asked at the same time.
const AT_ONCE: usize = 8;

/// Asks by timetable; at once when a device was adopted, or when one behind a range extender fell silent.
pub(super) async fn run(fleet: Fleet) {
    let mut notices = fleet.subscribe();
    let mut hosts = HashSet::new();
    let (mut last, mut next) = (Instant::now(), Instant::now() + SOON);
    loop {
        tokio::select! {
            () = fleet.stop_token().cancelled() => return,
            notice = notices.recv() => match notice {
                Ok(notice) => if is_reason(&fleet, &hosts, &notice).await {
                    next = next.min((last + APART).max(Instant::now() + SOON));
                },
                Err(NoticeError::Lagged) => {}
                Err(NoticeError::Closed) => return,
            },
            () = tokio::time::sleep_until(next) => {
                tokio::select! {
                    () = fleet.stop_token().cancelled() => return,
                    found = turn(&fleet) => match found {
                        Ok(found) => hosts = found,
                        Err(error) => tracing::error!(error = error.chain(), "the range extenders could not be listed"),
                    },
                }
                last = Instant::now();
                next = last + INTERVAL;
            }
        }
    }
}

/// Whether something happened after which range extenders may tell something new.
async fn is_reason(fleet: &Fleet, hosts: &HashSet<String>, notice: &Notice) -> bool {
    let Notice::Event(event) = notice else { return false };
    match (&event.event, event.mac) {
        (FleetEvent::DeviceAdopted { .. }, _) => true,
        (FleetEvent::DeviceStateChanged { to: DeviceState::Offline | DeviceState::WrongDevice, .. }, Some(mac)) => {
            let record = fleet.store().device_get(mac).await.ok().flatten();
            record.and_then(|record| host(&record)).is_some_and(|host| hosts.contains(&host))
        }
        _ => false,
    }
}

/// Asks all range extenders; gives their hosts.
async fn turn(fleet: &Fleet) -> Result<HashSet<String>, Error> {
    let devices = fleet.store().devices_all().await?;
    let devices: HashMap<Mac, DeviceRecord> = devices
        .into_iter()
        .filter(|device| device.state == DeviceState::Online && !device.generation.is_gen1() && !device.sleeps)
        .map(|device| (device.mac, device))
        .collect();
    let statuses = fleet.statuses_of(devices.keys().copied().collect()).await?;
    let extenders = statuses.iter().filter(|known| is_extender(&known.status));
    let extenders: Vec<&DeviceRecord> = extenders.filter_map(|known| devices.get(&known.mac)).collect();
    stream::iter(&extenders).for_each_concurrent(AT_ONCE, |record| ask(fleet, record)).await;
    Ok(extenders.into_iter().filter_map(host).collect())
}

/// Tells of the clients of one range extender.
async fn ask(fleet: &Fleet, record: &DeviceRecord) {
    let Some(host) = host(record) else { return };
    let mut turn = fleet.lanes().background(record.mac).await;
    let clients = async { Ok::<_, Error>(fleet.connected(&mut turn, record).await?.access_point_clients().await?) };
    match clients.await {
        Ok(clients) => {
            for seen in Extender::new(record.mac, host).seen(&clients, fleet.now()) {
                fleet.tell(seen);
            }
        }
        Err(error) => {
            tracing::debug!(device.mac = %record.mac, error = error.chain(), "a range extender did not tell its clients");
            fleet.note(&mut turn, record.mac, Err(&error)).await;
        }
    }
}

fn host(record: &DeviceRecord) -> Option<String> {
    Some(endpoint(&record.endpoint).ok()?.host().to_owned())
}

/// A device counts the clients of its access point only while its range extender is on (gen2 protocol, `WiFi.GetStatus`).
fn is_extender(status: &DeviceStatus) -> bool {
    status.components.values().any(|reading| match reading {
        ComponentStatus::Wifi(wifi) => wifi.clients.is_some(),
        _ => false,
    })
}
