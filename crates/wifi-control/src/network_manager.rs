//! Controls WiFi through NetworkManager, over D-Bus.
//!
//! What is joined is a profile in memory that is bound to our connection to the bus: it ends when we leave the bus, also by
//! our death, and NetworkManager goes back to the former network by itself (reference/wifi.md 5). A checkpoint, where we
//! are permitted to make one, is the second net, for a process that freezes. `Disconnect` is never called: it would switch
//! off that the interface connects by itself.

mod bus;
mod profile;

use std::{net::IpAddr, time::Duration};

use tokio::time::{Instant, sleep};
use zbus::zvariant::{OwnedObjectPath, OwnedValue};

use self::{
    bus::{ACCESS_POINT, ACTIVE, Bus, DEVICE, IP4, NOWHERE, WIRELESS},
    profile::{OURS, options, profile},
};
use crate::{
    AccessPoint, Backend, Bssid, Error, Join, Joined, Remembered, Security, Ssid, WifiControl,
    control::AT_ITS_ACCESS_POINT,
};

/// `NM_DEVICE_TYPE_WIFI`.
const WIFI: u32 = 2;
/// `NM_DEVICE_STATE_UNMANAGED`.
const UNMANAGED: u32 = 10;
/// `NM_ACTIVE_CONNECTION_STATE_ACTIVATED` and `_DEACTIVATED`.
const ACTIVATED: u32 = 2;
const DEACTIVATED: u32 = 4;
/// A full scan on real hardware takes up to 25 s, also while connected (reference/wifi.md 4).
const SCAN_LIMIT: Duration = Duration::from_secs(30);
/// How long the former network may take to come back.
const RESTORE_LIMIT: Duration = Duration::from_mins(1);
/// After this time without success the former network is asked for again.
const ASK_AGAIN: Duration = Duration::from_secs(15);
/// Time between two looks.
const LOOK: Duration = Duration::from_millis(150);
/// After so many seconds NetworkManager puts the interface back by itself. Longer than a device takes from end to end.
const CHECKPOINT_S: u32 = 600;

/// NetworkManager for one interface.
#[derive(Debug)]
pub struct NetworkManager {
    interface: String,
    bus: Bus,
    device: OwnedObjectPath,
}

/// What an interface is connected to.
struct Active {
    path: OwnedObjectPath,
    uuid: String,
    id: String,
    state: u32,
}

impl Active {
    fn is_ours(&self) -> bool {
        self.id.starts_with(OURS)
    }
}

impl NetworkManager {
    /// NetworkManager on the system bus.
    ///
    /// # Errors
    /// When there is no bus or no NetworkManager on it, or it does not manage the interface.
    pub async fn open(interface: &str) -> Result<Self, Error> {
        Self::on(interface, Bus::system().await?).await
    }

    async fn on(interface: &str, bus: Bus) -> Result<Self, Error> {
        let device = bus.manager("GetDeviceByIpIface", "find the interface", &(interface,)).await;
        let device: OwnedObjectPath = match device {
            Err(Error::Answer { .. }) => return Err(Error::NoInterface { interface: interface.to_owned() }),
            found => found?,
        };
        let this = Self { interface: interface.to_owned(), bus, device };
        if this.bus.get::<u32>(&this.device, DEVICE, "DeviceType").await? != WIFI {
            return Err(Error::NoInterface { interface: interface.to_owned() });
        }
        if this.bus.get::<u32>(&this.device, DEVICE, "State").await? <= UNMANAGED {
            let answer = format!("it does not manage {interface}");
            return Err(Error::Answer { backend: Backend::NetworkManager, attempt: "use the interface", answer });
        }
        Ok(this)
    }

    /// Which permissions are missing for this work, by the names that polkit has for them.
    ///
    /// # Errors
    /// When NetworkManager does not tell.
    pub async fn missing_permissions(&self) -> Result<Vec<String>, Error> {
        let granted = self.bus.permissions().await?;
        let needed = ["wifi.scan", "network-control", "settings.modify.system"];
        let name = |word: &str| format!("org.freedesktop.NetworkManager.{word}");
        Ok(needed.into_iter().map(name).filter(|name| granted.get(name).is_none_or(|is| is != "yes")).collect())
    }

    /// What the interface is connected to.
    async fn active(&self) -> Result<Option<Active>, Error> {
        let path: OwnedObjectPath = self.bus.get(&self.device, DEVICE, "ActiveConnection").await?;
        if path.as_str() == NOWHERE {
            return Ok(None);
        }
        // It may end between two questions.
        let (Ok(uuid), Ok(id), Ok(state)) = (
            self.bus.get(&path, ACTIVE, "Uuid").await,
            self.bus.get(&path, ACTIVE, "Id").await,
            self.bus.get(&path, ACTIVE, "State").await,
        ) else {
            return Ok(None);
        };
        Ok(Some(Active { path, uuid, id, state }))
    }

    async fn access_points(&self) -> Result<Vec<(OwnedObjectPath, AccessPoint)>, Error> {
        let paths: Vec<OwnedObjectPath> =
            self.bus.call(&self.device, WIRELESS, "GetAllAccessPoints", "list access points", &()).await?;
        let mut found = Vec::new();
        for path in paths {
            // One that goes out of range meanwhile is left out.
            if let Some(point) = self.access_point(&path).await {
                found.push((path, point));
            }
        }
        found.sort_by_key(|(_, point)| std::cmp::Reverse(point.signal_dbm));
        Ok(found)
    }

    async fn access_point(&self, path: &OwnedObjectPath) -> Option<AccessPoint> {
        let ssid: Vec<u8> = self.bus.get(path, ACCESS_POINT, "Ssid").await.ok()?;
        let address: String = self.bus.get(path, ACCESS_POINT, "HwAddress").await.ok()?;
        let percent: u8 = self.bus.get(path, ACCESS_POINT, "Strength").await.ok()?;
        let flags: u32 = self.bus.get(path, ACCESS_POINT, "Flags").await.ok()?;
        let wpa: u32 = self.bus.get(path, ACCESS_POINT, "WpaFlags").await.ok()?;
        let rsn: u32 = self.bus.get(path, ACCESS_POINT, "RsnFlags").await.ok()?;
        Some(AccessPoint {
            ssid: Ssid::from_bytes(&ssid)?,
            bssid: address.parse().ok()?,
            signal_dbm: dbm(percent),
            frequency_mhz: self.bus.get(path, ACCESS_POINT, "Frequency").await.ok()?,
            security: security(flags, wpa | rsn),
        })
    }

    async fn current_bssid(&self) -> Option<Bssid> {
        let path: OwnedObjectPath = self.bus.get(&self.device, WIRELESS, "ActiveAccessPoint").await.ok()?;
        self.bus.get::<String>(&path, ACCESS_POINT, "HwAddress").await.ok()?.parse().ok()
    }

    async fn own_address(&self) -> Option<IpAddr> {
        let path: OwnedObjectPath = self.bus.get(&self.device, DEVICE, "Ip4Config").await.ok()?;
        let data: Vec<std::collections::HashMap<String, OwnedValue>> =
            self.bus.get(&path, IP4, "AddressData").await.ok()?;
        let text: String = data.into_iter().next()?.remove("address")?.try_into().ok()?;
        text.parse().ok()
    }

    /// Waits until what was activated is so, or has failed.
    async fn until_activated(&self, join: &Join, active: &OwnedObjectPath) -> Result<(), Error> {
        let began = Instant::now();
        let mut reason = 0;
        loop {
            // The object goes away when it has failed.
            let state = self.bus.get::<u32>(active, ACTIVE, "State").await.unwrap_or(DEACTIVATED);
            let now: (u32, u32) = self.bus.get(&self.device, DEVICE, "StateReason").await.unwrap_or_default();
            if now.1 > 1 {
                reason = now.1;
            }
            match state {
                ACTIVATED => return Ok(()),
                DEACTIVATED => return Err(failure(join, reason)),
                _ if began.elapsed() >= join.limit => {
                    let _ = self.bus.manager::<()>("DeactivateConnection", "leave the access point", &(active,)).await;
                    return Err(match reason {
                        0 => Error::NoAddress { ssid: join.ssid.clone(), waited: join.limit },
                        reason => failure(join, reason),
                    });
                }
                _ => sleep(LOOK).await,
            }
        }
    }

    async fn activate(&self, uuid: &str) -> Result<(), Error> {
        let profile = self.bus.profile(uuid).await?;
        let nothing = OwnedObjectPath::try_from(NOWHERE).unwrap_or_default();
        let arguments = (&profile, &self.device, &nothing);
        let _: OwnedObjectPath =
            self.bus.manager("ActivateConnection", "bring the former network back", &arguments).await?;
        Ok(())
    }

    /// Brings the former network back, and asks again while it does not come.
    async fn until_back(&self, uuid: &str, remembered: &Remembered) -> Result<(), Error> {
        let began = Instant::now();
        let mut asked: Option<Instant> = None;
        let mut last = None;
        while began.elapsed() < RESTORE_LIMIT {
            let active = self.active().await?;
            let on_its_way = active.as_ref().filter(|active| active.uuid == uuid);
            if on_its_way.is_some_and(|active| active.state == ACTIVATED) {
                return Ok(());
            }
            if asked.is_none_or(|at| at.elapsed() >= ASK_AGAIN || on_its_way.is_none()) {
                asked = Some(Instant::now());
                last = self.activate(uuid).await.err();
            }
            if last.as_ref().is_some_and(Error::is_permission) {
                break;
            }
            sleep(LOOK * 4).await;
        }
        let network = remembered.ssid.as_ref().map_or_else(|| uuid.to_owned(), ToString::to_string);
        Err(last.unwrap_or(Error::NotRestored { interface: self.interface.clone(), network, waited: RESTORE_LIMIT }))
    }
}

impl WifiControl for NetworkManager {
    fn interface(&self) -> &str {
        &self.interface
    }

    async fn scan(&self) -> Result<Vec<AccessPoint>, Error> {
        let before: i64 = self.bus.get(&self.device, WIRELESS, "LastScan").await?;
        let no_options = std::collections::HashMap::<String, OwnedValue>::new();
        let asked: Result<(), Error> =
            self.bus.call(&self.device, WIRELESS, "RequestScan", "scan for access points", &(no_options,)).await;
        match asked {
            Err(error) if error.is_permission() => return Err(error),
            // It refuses shortly after another scan; what that one found is as good.
            Err(error) => tracing::debug!(error = %error, "no new scan"),
            Ok(()) => {
                let began = Instant::now();
                while began.elapsed() < SCAN_LIMIT
                    && self.bus.get::<i64>(&self.device, WIRELESS, "LastScan").await? == before
                {
                    sleep(LOOK).await;
                }
            }
        }
        Ok(self.access_points().await?.into_iter().map(|(_, point)| point).collect())
    }

    async fn remember(&self) -> Result<Remembered, Error> {
        let active = self.active().await?.filter(|active| !active.is_ours());
        let Some(active) = active else { return Ok(Remembered::default()) };
        let ssid = match self.bus.get::<OwnedObjectPath>(&self.device, WIRELESS, "ActiveAccessPoint").await {
            Ok(path) => self.access_point(&path).await.map(|point| point.ssid),
            Err(_) => None,
        };
        let checkpoint = match self.bus.checkpoint(&self.device, CHECKPOINT_S).await {
            Ok(path) => Some(path.to_string()),
            Err(error) => {
                tracing::debug!(error = %error, "no checkpoint: a frozen agent would not be noticed");
                None
            }
        };
        Ok(Remembered { ssid, connection: Some(active.uuid), enabled: Vec::new(), checkpoint })
    }

    async fn join(&self, join: &Join) -> Result<Joined, Error> {
        let meant =
            |point: &AccessPoint| point.ssid == join.ssid && join.bssid.is_none_or(|bssid| bssid == point.bssid);
        let points = self.access_points().await?;
        let (point, _) = points
            .into_iter()
            .find(|(_, point)| meant(point))
            .ok_or_else(|| Error::NotInRange { ssid: join.ssid.clone() })?;
        let arguments = (profile(&self.interface, join), &self.device, &point, options());
        let (_, active, _): (OwnedObjectPath, OwnedObjectPath, std::collections::HashMap<String, OwnedValue>) =
            self.bus.manager("AddAndActivateConnection2", "join the access point", &arguments).await?;
        self.until_activated(join, &active).await?;
        Ok(Joined {
            ssid: join.ssid.clone(),
            bssid: self.current_bssid().await,
            interface: Some(self.interface.clone()),
            address: self.own_address().await,
            device: AT_ITS_ACCESS_POINT,
        })
    }

    async fn is_joined(&self, joined: &Joined) -> Result<bool, Error> {
        let active = self.active().await?;
        let is_ours = active.is_some_and(|active| active.is_ours() && active.state == ACTIVATED);
        Ok(is_ours && self.current_bssid().await == joined.bssid)
    }

    async fn restore(&self, remembered: &Remembered) -> Result<(), Error> {
        match &remembered.connection {
            Some(uuid) => self.until_back(uuid, remembered).await?,
            None => {
                if let Some(active) = self.active().await?.filter(Active::is_ours) {
                    self.bus.manager::<()>("DeactivateConnection", "leave the access point", &(&active.path,)).await?;
                }
            }
        }
        if let Some(checkpoint) = &remembered.checkpoint {
            // It may have run out, or have ended with a former NetworkManager.
            let _ = self.bus.end_checkpoint(checkpoint).await;
        }
        Ok(())
    }
}

/// NetworkManager reckons percent from -100 to -40 dBm; this is the way back.
fn dbm(percent: u8) -> i32 {
    -100 + i32::from(percent.min(100)) * 6 / 10
}

/// `NM80211ApFlags` and `NM80211ApSecurityFlags`.
fn security(flags: u32, security: u32) -> Security {
    const PRIVACY: u32 = 0x1;
    const PSK: u32 = 0x100;
    const ENTERPRISE: u32 = 0x200 | 0x2000;
    const SAE: u32 = 0x400;
    if security & ENTERPRISE != 0 {
        Security::Enterprise
    } else if security & SAE != 0 {
        Security::Sae
    } else if security & PSK != 0 {
        Security::Psk
    } else if flags & PRIVACY != 0 {
        Security::Wep
    } else {
        Security::Open
    }
}

/// What a reason of `NMDeviceStateReason` means for somebody who joins.
fn failure(join: &Join, reason: u32) -> Error {
    let ssid = join.ssid.clone();
    match reason {
        5 | 15..=17 => Error::NoAddress { ssid, waited: join.limit },
        7 | 8 => Error::Refused { ssid, why: "the key is missing or wrong".to_owned() },
        53 => Error::NotInRange { ssid },
        reason => Error::Refused { ssid, why: format!("NetworkManager gave up with reason {reason}") },
    }
}

#[cfg(test)]
mod tests;
