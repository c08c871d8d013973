//! What it costs to read what devices send, without a socket: beside parsing the same bytes into a plain JSON value.

use std::{
    collections::BTreeMap,
    hint::black_box,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};
use shelly_driver::{Device, Follower, Gen1Follower, Options, documents};
use shelly_gen1::coiot::{DeviceTag, Packet, Sample, Serial, Status, Validity};
use shelly_gen2_rpc::{News, frame::Frame};
use shelly_http::Endpoint;
use shelly_sim::{FleetPlan, SimDevice, SimFleet};
use shelly_types::{Identity, Mac};

use super::micros_each;
use crate::{cost::cpu_of_thread, table::Row};

/// A relay with a meter of each family.
const MODELS: [&str; 2] = ["SHSW-PM", "SNSW-102P16EU"];

/// Messages of a series, each with another reading.
const SERIES: u16 = 977;

/// What a device sent and who it is.
struct Sent {
    identity: Identity,
    status: Value,
    configuration: Value,
}

pub(super) async fn measure(quick: bool) -> Result<Vec<Row>> {
    let rounds = if quick { 3 } else { 30 };
    let [gen1, gen2] = <[Sent; 2]>::try_from(sent().await?).ok().context("a device of each family")?;
    let mut rows = Vec::new();

    let notifications = notifications();
    let mut follower = Follower::new(&gen2.status);
    rows.extend(side_by_side("NotifyStatus to signals", rounds, &notifications, as_json, |bytes| {
        let Ok(Frame::Notification(told)) = Frame::parse(bytes) else { return false };
        !follower.take(News::Notification(told)).is_empty()
    })?);

    let known = documents::gen1_status(&bytes(&gen1.status)?, &gen1.identity).context("read the status of Gen1")?;
    let mut follower = Gen1Follower::new(MODELS[0], &known);
    let packets = packets()?;
    // A serial may end with the mark of the payload.
    let payload = |packet: &[u8]| {
        let mark = packet.windows(2).position(|pair| pair == b"\xff{");
        mark.is_some_and(|at| as_json(&packet[at + 1..]))
    };
    // A packet is fresh by its serial and by time, so each comes a minute after the one before it.
    let (start, mut minutes) = (Instant::now(), 0);
    rows.extend(side_by_side("CoIoT packet to signals", rounds, &packets, payload, |bytes| {
        let Ok(packet) = Packet::decode(bytes) else { return false };
        minutes += 1;
        !follower.take_packet(&packet, start + Duration::from_mins(minutes)).is_empty()
    })?);

    let same = |value: &Value| Ok::<_, anyhow::Error>(vec![bytes(value)?; usize::from(SERIES) / 4]);
    rows.extend(side_by_side("/status of Gen1 to DeviceStatus", rounds, &same(&gen1.status)?, as_json, |bytes| {
        documents::gen1_status(bytes, &gen1.identity).is_some_and(|status| !black_box(status).components.is_empty())
    })?);
    rows.extend(side_by_side("Shelly.GetStatus to DeviceStatus", rounds, &same(&gen2.status)?, as_json, |bytes| {
        documents::gen2_status(bytes).is_some_and(|status| !black_box(status).components.is_empty())
    })?);
    rows.extend(side_by_side(
        "/settings of Gen1 to settings",
        rounds,
        &same(&gen1.configuration)?,
        as_json,
        |bytes| {
            documents::gen1_settings(bytes, &gen1.identity).is_some_and(|seen| !black_box(seen).settings.is_empty())
        },
    )?);
    rows.extend(side_by_side("Shelly.GetConfig to settings", rounds, &same(&gen2.configuration)?, as_json, |bytes| {
        documents::gen2_settings(bytes, &gen2.identity).is_some_and(|seen| !black_box(seen).settings.is_empty())
    })?);
    Ok(rows)
}

/// Reads every message by the bare parser and by ours, in turn; each of ours has to mean something.
fn side_by_side(
    work: &str,
    rounds: u32,
    messages: &[Vec<u8>],
    bare: impl Fn(&[u8]) -> bool,
    mut ours: impl FnMut(&[u8]) -> bool,
) -> Result<[Row; 2]> {
    let (mut bare_cpu, mut own_cpu) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..rounds {
        let start = cpu_of_thread();
        ensure!(messages.iter().all(|message| bare(message)), "{work}: a message is no JSON");
        let between = cpu_of_thread();
        let meaningless = messages.iter().filter(|message| !ours(message)).count();
        let end = cpu_of_thread();
        // The first of a series may repeat what is known already.
        ensure!(meaningless <= 1, "{work}: {meaningless} of {} messages mean nothing", messages.len());
        bare_cpu += between.saturating_sub(start);
        own_cpu += end.saturating_sub(between);
    }
    let count = u64::from(rounds) * messages.len() as u64;
    let size: usize = messages.iter().map(Vec::len).sum();
    let megabytes = f64::from(rounds) * size as f64 / 1e6;
    let rate = |cpu: Duration| megabytes / cpu.as_secs_f64().max(1e-9);
    let note = format!("{} bytes each, limit: JSON value", size / messages.len().max(1));
    Ok([
        Row::new("", format!("{work}: CPU"), micros_each(own_cpu, count), "us")
            .limit(micros_each(bare_cpu, count))
            .note(note),
        Row::new("", format!("{work}: throughput"), rate(own_cpu), "MB/s").limit(rate(bare_cpu)),
    ])
}

fn as_json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<Value>(bytes).map(black_box).is_ok()
}

/// Asks a simulated device of each family.
async fn sent() -> Result<Vec<Sent>> {
    let device = |(index, model): (usize, &&str)| {
        SimDevice::of_model(model, Mac::new([0xA8, 3, 0x2A, 2, 0, u8::try_from(index).unwrap_or(0)]))
    };
    let devices = MODELS.iter().enumerate().map(device).collect::<Result<_, _>>()?;
    let fleet = SimFleet::start(FleetPlan::new(devices)).await?;
    let mut all = Vec::new();
    for device in fleet.devices() {
        let at = Endpoint::new(device.endpoint().ip().to_string(), device.endpoint().port());
        let connected = Device::connect(at, Some(device.mac()), None, Options::default()).await?;
        let (status, configuration) = (device.status_json(), device.config_json());
        all.push(Sent { identity: connected.identity().clone(), status, configuration });
    }
    fleet.shutdown().await;
    Ok(all)
}

/// Notifications as a device sends them each second: power and energy of its first switch.
fn notifications() -> Vec<Vec<u8>> {
    let one = |number: u16| {
        let watts = f64::from(number) / 10.0;
        let switch = json!({
            "id": 0, "apower": watts, "voltage": 230.0 + watts / 100.0, "current": watts / 230.0,
            "aenergy": { "total": 1000.0 + watts, "by_minute": [watts, 12.5, 13.1], "minute_ts": 1_764_428_400 },
        });
        let frame = json!({
            "src": "shellyplus2pm-a8032a020001", "dst": "bench", "method": "NotifyStatus",
            "params": { "ts": 1_764_428_401.25, "switch:0": switch },
        });
        frame.to_string().into_bytes()
    };
    (0..SERIES).map(one).collect()
}

/// Packets of a relay with a meter, each a new one of its own time.
fn packets() -> Result<Vec<Vec<u8>>> {
    let tag = DeviceTag::parse("SHSW-PM#A8032A020000#2").context("name the sender of packets")?;
    let one = |number: u16| {
        let watts = f64::from(number) / 10.0;
        let values = BTreeMap::from([
            (1101, json!(1)),
            (2101, json!(0)),
            (2102, json!("")),
            (2103, json!(0)),
            (3104, json!(41.5)),
            (3105, json!(106.7)),
            (4101, json!(watts)),
            (4103, json!(1000 + u32::from(number))),
            (6101, json!(0)),
            (6102, json!(0)),
            (9103, json!(number)),
        ]);
        let samples = values.into_iter().map(|(id, value)| Sample { channel: 0, id, value }).collect();
        let status = Status { samples, odd: Vec::new(), extra: Map::new() };
        let serial = Some(Serial(number + 1));
        Packet { device: Some(tag.clone()), validity: Some(Validity(38)), serial, ..Packet::status(status) }.encode()
    };
    Ok((0..SERIES).map(one).collect())
}

fn bytes(value: &Value) -> Result<Vec<u8>> {
    Ok(serde_json::to_vec(value)?)
}
