//! Lists new devices: their access points, or who is in range of Bluetooth.

use std::time::Duration;

use bluetooth_control::{Bluetooth, Seen as Advertiser};
use provisioner::{SystemClock, tasks::scan::Seen};
use serde_json::json;

use crate::{
    args::{Host, Scan},
    output::{Exit, note, say},
};

/// How long it is listened for devices over Bluetooth.
const LISTEN: Duration = Duration::from_secs(8);

/// Looks once.
pub(crate) async fn run(host: &Host, wish: &Scan) -> anyhow::Result<Exit> {
    if wish.bluetooth {
        return bluetooth(host).await;
    }
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

/// Listens once.
async fn bluetooth(host: &Host) -> anyhow::Result<Exit> {
    let found = host.bluetooth().await?.scan(LISTEN).await?;
    if host.json {
        say(serde_json::to_string_pretty(&found)?);
        return Ok(Exit::Ok);
    }
    for seen in &found {
        say(line(seen));
    }
    if found.is_empty() {
        note("no device is in range of Bluetooth; a new one is for 15 minutes after power-up (Gen2 and later)");
    }
    Ok(Exit::Ok)
}

fn line(seen: &Advertiser) -> String {
    let signal = seen.signal_dbm.map_or_else(|| "      ?".to_owned(), |dbm| format!("{dbm:>4} dBm"));
    let model = seen.advertised.model().map(|model| model.name).unwrap_or_default();
    let rpc = match seen.advertised.flags {
        Some(flags) if !flags.takes_rpc() => "takes no RPC",
        Some(flags) if flags.asks_password() => "asks for a password",
        Some(_) => "open",
        None => "",
    };
    format!("{:<34} {signal}  {:<20} {}", seen.name, rpc, model).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use bluetooth_control::{Advertised, Flags};

    use super::*;

    /// L7: what a device says of itself stands in a line.
    #[test]
    fn l7_a_device_in_range_of_bluetooth_is_a_line() {
        let advertised = |bits| Advertised { flags: Some(Flags::new(bits)), mac: None, model_id: Some(0x1000) };
        let name = "ShellyPlus1-A8032AB12345".to_owned();
        let seen =
            |advertised| Advertiser { name: name.clone(), address: "A8".to_owned(), signal_dbm: Some(-60), advertised };
        for (bits, word) in [(0b101, "open"), (0b111, "asks for a password"), (0b001, "takes no RPC")] {
            let line = line(&seen(advertised(bits)));
            assert!(line.contains(word) && line.contains("-60 dBm") && line.ends_with("Shelly Plus 1"), "{line}");
        }
        assert!(line(&seen(Advertised::default())).ends_with("-60 dBm"));
    }
}
