//! Lists access points of new devices.

use provisioner::{SystemClock, tasks::scan::Seen};
use serde_json::json;

use crate::{
    args::Host,
    output::{Exit, note, say},
};

/// Looks once.
pub(crate) async fn run(host: &Host) -> anyhow::Result<Exit> {
    let wifi = host.wifi().await?;
    let found = Seen::default().look(&wifi, &SystemClock).await?;
    if host.json {
        let shown: Vec<_> = found
            .iter()
            .map(|seen| {
                json!({
                    "ssid": seen.point.ssid, "bssid": seen.point.bssid, "signal_dbm": seen.point.signal_dbm,
                    "frequency_mhz": seen.point.frequency_mhz, "security": seen.point.security,
                    "generation": seen.name.line.number(), "ending": seen.name.ending.digits(),
                    "first_seen_at": seen.first_seen_at,
                })
            })
            .collect();
        say(serde_json::to_string_pretty(&shown)?);
    } else {
        for seen in &found {
            let (point, name) = (&seen.point, &seen.name);
            say(format!(
                "{:<34} gen{}  {:>4} dBm  {:<6} {}",
                point.ssid.as_str(),
                name.line.number(),
                point.signal_dbm,
                point.security.to_string(),
                name.ending.digits()
            ));
        }
        if found.is_empty() {
            note("no access point of a new device is in range; a device opens it for 15 minutes after power-up");
        }
    }
    Ok(Exit::Ok)
}
