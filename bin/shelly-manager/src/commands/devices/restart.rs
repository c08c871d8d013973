//! `shelly-manager devices restart`: asks, restarts, and says what became of each device.

use std::fmt::Write;

use api_types::devices::{DeviceQuery, RestartRequest, RestartResult};
use shelly_types::Mac;

use super::super::{Session, confirmed};
use crate::{exit::Exit, output, progress};

/// Devices in one request. Each may be away for a minute and a half, and the answer comes when all are back.
const IN_ONE_REQUEST: usize = 32;

pub(super) async fn run(session: &Session, devices: Vec<Mac>, all_required: bool, yes: bool) -> anyhow::Result<Exit> {
    let devices = if all_required { required(session).await? } else { devices };
    if devices.is_empty() {
        output::show(session.output, &Vec::<RestartResult>::new(), |_| "no device waits for a restart".to_owned())?;
        return Ok(Exit::Ok);
    }
    if all_required && !yes && !confirmed(&format!("Restart {} devices?", devices.len()))? {
        output::complain("called off, nothing was restarted");
        return Ok(Exit::Failed);
    }
    let bar = progress::bar("restart", devices.len() as u64);
    let mut results = Vec::with_capacity(devices.len());
    for chunk in devices.chunks(IN_ONE_REQUEST) {
        let request = RestartRequest { devices: chunk.to_vec(), required: false };
        results.extend(session.client.devices_restart(&request).await?);
        bar.set_position(results.len() as u64);
    }
    bar.finish_and_clear();
    output::show(session.output, &results, |results| lines(results))?;
    Ok(if results.iter().all(|result| result.restarted) { Exit::Ok } else { Exit::Failed })
}

async fn required(session: &Session) -> anyhow::Result<Vec<Mac>> {
    let query = DeviceQuery { q: Some("restart:yes".to_owned()), ..DeviceQuery::default() };
    Ok(session.client.devices(&query).await?.into_iter().map(|device| device.mac).collect())
}

fn lines(results: &[RestartResult]) -> String {
    let mut out = String::new();
    for result in results {
        let RestartResult { mac, name, .. } = result;
        let what = match (&result.error, result.uptime_before_s, result.uptime_after_s) {
            (Some(error), ..) => format!("not restarted: {error}"),
            (None, Some(before), Some(after)) => format!("restarted, ran for {before} s and now for {after} s"),
            (None, ..) => "restarted".to_owned(),
        };
        let still = if result.error.is_none() && result.restart_required { "; still needs a restart" } else { "" };
        let _ = writeln!(out, "{name} ({mac}): {what}{still}");
    }
    out
}
