//! The device itself and its connections.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use shelly_gen1::Status;
use shelly_types::{
    ComponentStatus, Firmware,
    status::{ConnectionStatus, SystemStatus, Wakeup, WifiStatus},
};

use super::{Readings, celsius, is_on, measures_room, text};

pub(super) fn read(status: &Status, readings: &mut Readings) {
    readings.single("sys", ComponentStatus::System(Box::new(system(status))));
    if let Some(station) = status.wifi_sta.get() {
        let connected = is_on(&station.connected);
        let is_up = connected != Some(false);
        let wifi = WifiStatus {
            connected,
            ssid: text(&station.ssid).filter(|_| is_up),
            ip: text(&station.ip).filter(|_| is_up),
            rssi_dbm: station.rssi.copied().filter(|rssi| is_up && *rssi < 0.0).map(whole),
            ..WifiStatus::default()
        };
        readings.single("wifi", ComponentStatus::Wifi(Box::new(wifi)));
    }
    if let Some(cloud) = status.cloud.get() {
        let connected = is_on(&cloud.connected);
        readings.single("cloud", ComponentStatus::Cloud(ConnectionStatus { connected }));
    }
    if let Some(mqtt) = status.mqtt.get() {
        let connected = is_on(&mqtt.connected);
        readings.single("mqtt", ComponentStatus::Mqtt(ConnectionStatus { connected }));
    }
}

fn system(status: &Status) -> SystemStatus {
    let (stable, beta) = updates(status);
    SystemStatus {
        uptime_s: status.uptime.copied(),
        clock_at: clock(status),
        clock_synced_at: None,
        restart_required: None,
        ram_free_bytes: status.ram_free.copied(),
        ram_min_free_bytes: status.ram_lwm.copied(),
        ram_size_bytes: status.ram_total.copied(),
        fs_free_bytes: status.fs_free.copied(),
        fs_size_bytes: status.fs_size.copied(),
        config_revision: status.cfg_changed_cnt.copied(),
        revisions: None,
        update_stable: stable,
        update_beta: beta,
        temperature_c: inside(status),
        overtemperature: is_on(&status.overtemperature),
        safe_mode: None,
        setup_until: None,
        wakeup_period_s: None,
        wakeup: wakeup(status),
    }
}

/// Mains-powered models have an empty list.
fn wakeup(status: &Status) -> Option<Box<Wakeup>> {
    let causes = status.act_reasons.get().filter(|causes| !causes.is_empty())?;
    Some(Box::new(Wakeup { boot: None, causes: causes.clone() }))
}

/// The device's clock, once it is set.
pub(super) fn clock(status: &Status) -> Option<DateTime<Utc>> {
    let seconds = status.unixtime.copied().filter(|seconds| *seconds > 0)?;
    DateTime::from_timestamp(i64::try_from(seconds).ok()?, 0)
}

/// Temperature inside, degrees Celsius.
pub(super) fn inside(status: &Status) -> Option<f64> {
    if measures_room(status) {
        return None;
    }
    status.tmp.get().map_or_else(|| status.temperature.copied(), celsius)
}

/// Versions on offer, stable and beta. The device names its last beta also when that is older than what runs.
fn updates(status: &Status) -> (Option<String>, Option<String>) {
    let Some(update) = status.update.get() else { return (None, None) };
    let version = |id: String| Firmware::new(id).version().to_owned();
    let stable = text(&update.new_version).filter(|_| is_on(&update.has_update) == Some(true));
    let running = text(&update.old_version).map(Firmware::new);
    let beta = text(&update.beta_version).filter(|beta| {
        let beta = Firmware::new(beta.as_str());
        running.as_ref().is_none_or(|running| beta.age_order(running) == Some(Ordering::Greater))
    });
    (stable.map(version), beta.map(version))
}

#[expect(clippy::cast_possible_truncation, reason = "a signal strength is a small number")]
pub(super) fn whole(number: f64) -> i64 {
    number.round() as i64
}
