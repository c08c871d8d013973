//! Fills a data directory with known devices, through the same storage that the manager uses.

use std::{net::Ipv4Addr, path::Path};

use anyhow::{Context, Result};
use chrono::Utc;
use fleet_model::{DeviceRecord, DeviceState, DriftState, GroupId, GroupRecord, TimeIds};
use futures::{StreamExt, TryStreamExt, stream};
use secrets::Keyring;
use shelly_driver::{Device, Options};
use shelly_http::Endpoint;
use shelly_types::{DeviceStatus, Identity, Mac};
use storage::{DatabaseUrl, StatusWrite, Store};

use crate::simulated::SimulatedDevice;

/// The group that every tenth device is a member of.
pub const GROUP: &str = "Ground floor";

/// Rooms that devices are named after.
const ROOMS: [&str; 8] = ["Kitchen", "Hall", "Office", "Cellar", "Garage", "Bedroom", "Terrace", "Attic"];

/// Where those devices are said to be that nobody plays, each at an address of its own: nothing listens there.
const NOWHERE: Ipv4Addr = Ipv4Addr::new(127, 224, 0, 0);

/// Readings written in one transaction.
const BATCH: usize = 500;

/// A device, and what it said of itself.
#[derive(Debug, Clone)]
pub struct Known {
    /// Where it is.
    pub device: SimulatedDevice,
    /// Who it is.
    pub identity: Identity,
    /// Its reading.
    pub status: DeviceStatus,
}

/// Asks devices who they are and what they do.
pub async fn ask(devices: &[SimulatedDevice]) -> Result<Vec<Known>> {
    let asked = stream::iter(devices.iter().copied()).map(|device| async move {
        let connected = Device::connect(endpoint(device), Some(device.mac), None, Options::default()).await?;
        let status = connected.status().await?;
        anyhow::Ok(Known { device, identity: connected.identity().clone(), status })
    });
    asked.buffered(32).try_collect().await
}

/// The address of a device as the driver takes it.
pub fn endpoint(device: SimulatedDevice) -> Endpoint {
    Endpoint::new(device.address.ip().to_string(), device.address.port())
}

/// Fills `data` with `count` devices: first the `known` ones where they are, polled each `interval_s`; then others that
/// resemble them, at addresses where nobody listens, polled once a day.
pub async fn fill(data: &Path, known: &[Known], count: usize, interval_s: u32) -> Result<()> {
    fill_with(data, known, count, interval_s, false).await
}

/// The same with others that sleep, so that nobody tries to follow them.
pub async fn fill_asleep(data: &Path, known: &[Known], count: usize, interval_s: u32) -> Result<()> {
    fill_with(data, known, count, interval_s, true).await
}

async fn fill_with(data: &Path, known: &[Known], count: usize, interval_s: u32, others_sleep: bool) -> Result<()> {
    let store = store(data).await?;
    let now = Utc::now();
    let mut members = Vec::new();
    let mut readings = Vec::new();
    for index in 0..count {
        let model = known.get(index % known.len().max(1)).context("some device to resemble")?;
        let mut identity = model.identity.clone();
        let is_played = index < known.len();
        let mut at = endpoint(model.device);
        if !is_played {
            identity.mac = nobody(index);
            at = Endpoint::new(nowhere(index).to_string(), 9);
        }
        let mac = identity.mac;
        let mut record = DeviceRecord::adopt(&identity, at.to_string(), now, now);
        record.label = Some(format!("{} {index}", ROOMS[index % ROOMS.len()]));
        record.poll_interval_s = Some(if is_played { interval_s } else { 86_400 });
        record.sleeps = others_sleep && !is_played;
        record.state = if index % 20 == 19 { DeviceState::Offline } else { DeviceState::Online };
        record.drift = if index % 10 == 3 { DriftState::Drifted { count: 2 } } else { DriftState::InSync };
        drop(store.device_insert(record, Vec::new()).await?);
        let status = model.status.clone();
        readings.push(StatusWrite::new(mac, status, now));
        if index % 10 == 0 {
            members.push(mac);
        }
    }
    for batch in readings.chunks(BATCH) {
        drop(store.device_status_set_many(batch.to_vec(), Vec::new()).await?);
    }
    let id = GroupId::new(&TimeIds);
    let (name, query) = (GROUP.to_owned(), None);
    let group = GroupRecord { id, name, rank: 0, query, members: 0, by_hand: 0, created_at: now, revision: 0 };
    drop(store.group_insert(group, Vec::new()).await?);
    drop(store.group_members_change(id, members, Vec::new(), Vec::new()).await?);
    Ok(())
}

async fn store(data: &Path) -> Result<Store> {
    let keyring = Keyring::open_or_create(&data.join("secret.key"), &mut rand::rng())?;
    let url = DatabaseUrl::Sqlite(data.join("manager.sqlite"));
    Ok(Store::open(&url, keyring, storage::Options::default()).await?)
}

fn nowhere(index: usize) -> Ipv4Addr {
    let [.., a, b, c] = index.to_be_bytes();
    Ipv4Addr::from(u32::from(NOWHERE) + u32::from_be_bytes([0, a, b, c]))
}

fn nobody(index: usize) -> Mac {
    let [.., a, b, c] = index.to_be_bytes();
    Mac::new([0xA8, 0x03, 0x2A, 0x80 | a, b, c])
}
