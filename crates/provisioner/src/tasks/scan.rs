//! Looks for access points of devices.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, Utc};
use wifi_control::{AccessPoint, Bssid, Error, ShellyName, WifiControl};

use crate::Clock;

/// An access point that is a device's, by its name.
#[derive(Debug, Clone, PartialEq)]
pub struct DevicePoint {
    /// What the scan showed.
    pub point: AccessPoint,
    /// What its name says.
    pub name: ShellyName,
    /// When this agent saw it first.
    pub first_seen_at: DateTime<Utc>,
}

/// What was seen when. One that was not seen for a while counts as new when it comes back.
#[derive(Debug, Default)]
pub struct Seen(BTreeMap<Bssid, (DateTime<Utc>, DateTime<Utc>)>);

/// After this time without a sight an access point is forgotten.
const FORGOTTEN: Duration = Duration::from_hours(1);

impl Seen {
    /// Scans, and tells the access points of devices, strongest first.
    ///
    /// # Errors
    /// Those of the radio.
    pub async fn look<W: WifiControl>(&mut self, wifi: &W, clock: &dyn Clock) -> Result<Vec<DevicePoint>, Error> {
        let points = wifi.scan().await?;
        Ok(self.sort(points, clock.now()))
    }

    fn sort(&mut self, points: Vec<AccessPoint>, now: DateTime<Utc>) -> Vec<DevicePoint> {
        self.0.retain(|_, (_, last)| now.signed_duration_since(*last).to_std().is_ok_and(|age| age < FORGOTTEN));
        let known = |point: AccessPoint| {
            let name = ShellyName::of(&point.ssid)?;
            let (first_seen_at, last) = self.0.entry(point.bssid).or_insert((now, now));
            *last = now;
            Some(DevicePoint { point, name, first_seen_at: *first_seen_at })
        };
        points.into_iter().filter_map(known).collect()
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use wifi_control::Security;

    use super::*;

    fn point(ssid: &str, last: u8) -> AccessPoint {
        AccessPoint {
            ssid: ssid.parse().unwrap(),
            bssid: Bssid::new([2, 0, 0, 0, 0, last]),
            signal_dbm: -50,
            frequency_mhz: 2437,
            security: Security::Open,
        }
    }

    /// W20: only access points of devices are told, with the time at which each was seen first.
    #[test]
    fn w20_devices_are_told_apart_and_first_sights_are_kept() {
        let mut seen = Seen::default();
        let points = || vec![point("home", 1), point("shelly1-A4CF12F45678", 2)];
        let at = |minutes: i64| DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes);
        let first = seen.sort(points(), at(0));
        assert_eq!((first.len(), first[0].name.line.number()), (1, 1));
        assert_eq!(seen.sort(points(), at(50))[0].first_seen_at, at(0));
        assert_eq!(seen.sort(points(), at(200))[0].first_seen_at, at(200), "it had been forgotten");
    }
}
