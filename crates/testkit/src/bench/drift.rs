//! PERF10 and PERF11: drift check of 1,000 devices that answer after 20 ms, and one setting applied to all of them.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use http::Method;
use serde_json::{Value, json};

use super::{AT_ONCE, DEVICES, configuration, micros_each, network, status};
use crate::{
    bare::{Ask, exchange},
    cost::{cpu_of_process, cpu_of_thread},
    manager::{Api, Manager, create_token},
    simulated::{Simulated, SimulatedDevice, SimulatedPlan},
    table::{Bar, Durations, Row},
};

/// Time that each answer of a device takes.
const LATENCY: Duration = Duration::from_millis(20);

pub(super) async fn measure(quick: bool) -> Result<Vec<Row>> {
    let plan = SimulatedPlan {
        devices: DEVICES,
        network: network(90, 22)?,
        port: 8095,
        latency: LATENCY,
        switched_per_second: 0,
        reports_per_second: None,
    };
    let mut simulated = Simulated::start(&plan)?;
    let data = tempfile::tempdir()?;
    let token = create_token(data.path())?;
    // Polls would be counted as drift checks.
    let manager = Manager::start(data.path(), &token, &["--poll-interval", "86400", "--drift-interval", "0"]).await?;
    let mut api = manager.api().await?;
    let scan = api.scan(&format!("{}:{}", plan.network, plan.port), true).await?;
    ensure!(scan["adopted"] == DEVICES, "not all devices were adopted: {scan}");
    wish(&mut api, json!({ "switch:*.auto_off": false, "switch:*.auto_off_delay": 60 })).await?;

    let mut rows = check(&mut simulated, &manager, &mut api, if quick { 1 } else { 5 }).await?;
    rows.extend(apply(&mut simulated, &manager, &mut api).await?);
    drop(api);
    manager.stop()?;
    simulated.stop()?;
    Ok(rows)
}

async fn wish(api: &mut Api, settings: Value) -> Result<()> {
    let change = json!({ "scope": { "scope": "fleet" }, "set": settings });
    api.send_json(Method::PATCH, "/layers", &change).await.map(drop)
}

/// Reads by a bare loop and drift checks through the API, in turn.
async fn check(simulated: &mut Simulated, manager: &Manager, api: &mut Api, rounds: u32) -> Result<Vec<Row>> {
    let (mut bare_cpu, mut own_cpu, mut requests) = (Duration::ZERO, Duration::ZERO, 0);
    let (mut bare_wall, mut own_wall) = (Durations::default(), Durations::default());
    for _ in 0..rounds {
        let (cpu, wall) = (cpu_of_thread(), Instant::now());
        each(&simulated.devices, |device| async move {
            exchange(device.address, &status(device)).await?;
            exchange(device.address, &configuration(device)).await
        })
        .await?;
        bare_cpu += cpu_of_thread().saturating_sub(cpu);
        bare_wall.add(wall.elapsed());

        let (cpu, before, wall) = (cpu_of_process(manager.pid())?, simulated.requests()?, Instant::now());
        let checked = api.send_json(Method::POST, "/drift/check", &json!({})).await?;
        own_wall.add(wall.elapsed());
        own_cpu += cpu_of_process(manager.pid())?.saturating_sub(cpu);
        requests += simulated.requests()? - before;
        let checked = checked.as_array().context("a list of devices")?;
        ensure!(checked.len() == DEVICES as usize, "only {} devices were checked", checked.len());
        let failed = checked.iter().find(|device| !device["error"].is_null());
        ensure!(failed.is_none(), "a device could not be checked: {failed:?}");
    }
    let count = u64::from(rounds * DEVICES);
    let per_device = format!("{:.1} requests per device, the limit makes 2", requests as f64 / count as f64);
    Ok(vec![
        Row::new("PERF10", "drift check of 1,000 devices at 20 ms: time", own_wall.quantile_ms(0.5) / 1e3, "s")
            .limit(bare_wall.quantile_ms(0.5) / 1e3)
            .bar(Bar::AtMost(0.85))
            .note(per_device),
        Row::new("PERF10", "drift check of 1,000 devices: CPU per device", micros_each(own_cpu, count), "us")
            .limit(micros_each(bare_cpu, count))
            .bar(Bar::AtMost(180.0)),
    ])
}

/// One setting for every device: by a bare loop that asks who it is, as the manners want it before the first write, reads,
/// writes and reads again, and as a plan through the API.
async fn apply(simulated: &mut Simulated, manager: &Manager, api: &mut Api) -> Result<Vec<Row>> {
    let (cpu, wall) = (cpu_of_thread(), Instant::now());
    each(&simulated.devices, |device| async move {
        exchange(device.address, &identity(device)).await?;
        exchange(device.address, &configuration(device)).await?;
        exchange(device.address, &write(device)).await?;
        exchange(device.address, &configuration(device)).await
    })
    .await?;
    let (bare_cpu, bare_wall) = (cpu_of_thread().saturating_sub(cpu), wall.elapsed());

    wish(api, json!({ "switch:*.auto_off_delay": 77 })).await?;
    let (cpu, wall) = (cpu_of_process(manager.pid())?, Instant::now());
    let plan = api.send_json(Method::POST, "/jobs", &json!({})).await?;
    let (planned, planning) = (wall.elapsed(), cpu_of_process(manager.pid())?.saturating_sub(cpu));
    let id = plan["id"].as_str().context("a plan with an id")?;

    let (cpu, before, wall) = (cpu_of_process(manager.pid())?, simulated.requests()?, Instant::now());
    api.send_json(Method::POST, &format!("/jobs/{id}/start"), &json!({})).await?;
    let running = |jobs: &Value| jobs["items"][0]["state"] == "running";
    let done = api.wait("/jobs?limit=1", |jobs| !running(jobs)).await?;
    let (applied, applying) = (wall.elapsed(), cpu_of_process(manager.pid())?.saturating_sub(cpu));
    let requests = (simulated.requests()? - before) as f64 / f64::from(DEVICES);
    let units = &done["items"][0]["units"];
    ensure!(units["verified"] == DEVICES, "not every device was verified: {units}");

    let count = u64::from(DEVICES);
    Ok(vec![
        Row::new("PERF11", "one setting for 1,000 devices, the plan: time", planned.as_secs_f64(), "s")
            .note(format!("{:.0} us CPU per device", micros_each(planning, count))),
        Row::new("PERF11", "one setting for 1,000 devices, applied and verified: time", applied.as_secs_f64(), "s")
            .limit(bare_wall.as_secs_f64())
            .bar(Bar::TimesLimit(1.5))
            .note(format!("{requests:.1} requests per device, the limit makes 4")),
        Row::new("PERF11", "one setting, applied and verified: CPU per device", micros_each(applying, count), "us")
            .limit(micros_each(bare_cpu, count))
            .bar(Bar::AtMost(1_000.0)),
    ])
}

fn identity(device: SimulatedDevice) -> Ask {
    if device.is_gen1 { Ask::Get("/shelly") } else { Ask::call("Shelly.GetDeviceInfo") }
}

/// The write of the setting that the bare loop makes; another value than the plan wishes.
fn write(device: SimulatedDevice) -> Ask {
    if device.is_gen1 {
        Ask::Get("/settings/relay/0?auto_off=66")
    } else {
        Ask::Call("Switch.SetConfig", json!({ "id": 0, "config": { "auto_off_delay": 66.0 } }))
    }
}

/// Does something with every device, as many at once as the manager.
async fn each<Work>(devices: &[SimulatedDevice], work: impl Fn(SimulatedDevice) -> Work) -> Result<()>
where
    Work: Future<Output = Result<Value>>,
{
    stream::iter(devices.iter().copied()).map(work).buffer_unordered(AT_ONCE).try_for_each(|_| async { Ok(()) }).await
}
