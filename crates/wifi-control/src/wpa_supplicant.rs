//! Controls WiFi through the control socket of `wpa_supplicant`.

mod read;
mod socket;

use std::{
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::time::{Instant, sleep};

use self::{
    read::{Network, Status, networks, quoted, scan_results, status},
    socket::Socket,
};
use crate::{
    AccessPoint, Backend, Error, Join, Joined, Remembered, WifiControl,
    control::AT_ITS_ACCESS_POINT,
    netlink::{self, Change},
};

/// Where the sockets are unless the configuration says otherwise.
pub(crate) const USUAL_FOLDERS: [&str; 2] = ["/run/wpa_supplicant", "/var/run/wpa_supplicant"];
/// How we mark the network that we add.
const OURS: &str = "shelly-provisioner";
/// A full scan on real hardware takes up to 25 s (reference/wifi.md 4).
const SCAN_LIMIT: Duration = Duration::from_secs(30);
/// How long the former network may take to come back.
const RESTORE_LIMIT: Duration = Duration::from_secs(45);
/// How long the DHCP client of the system may take for an address in the former network.
const LEASE_LIMIT: Duration = Duration::from_secs(10);
/// Time between two looks.
const LOOK: Duration = Duration::from_millis(200);
/// How long a DHCP client of the system has before an address is given by hand.
const DHCP_PATIENCE: Duration = Duration::from_secs(6);
/// An address has to stay this long before it is used: a DHCP client that gets a new lease takes the one before away.
const STEADY: Duration = Duration::from_secs(1);
/// Our address at the access point when nobody gave us one: far from those that the device gives out.
const BY_HAND: (Ipv4Addr, u8) = (Ipv4Addr::new(192, 168, 33, 231), 24);

/// `wpa_supplicant` for one interface.
#[derive(Debug)]
pub struct WpaSupplicant {
    interface: String,
    socket: Socket,
    /// Whether addresses are looked after; not in tests without an interface.
    has_interface: bool,
}

impl WpaSupplicant {
    /// The service of this interface, in one of the usual folders.
    ///
    /// # Errors
    /// When there is no such socket, we may not use it, or nobody answers.
    pub async fn open(interface: &str) -> Result<Self, Error> {
        let paths = USUAL_FOLDERS.iter().map(|folder| Path::new(folder).join(interface));
        let path = paths.into_iter().find(|path| path.exists());
        let path = path.unwrap_or_else(|| Path::new(USUAL_FOLDERS[0]).join(interface));
        Self::open_at(interface, path).await
    }

    /// The service of this interface at this control socket.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub async fn open_at(interface: &str, path: PathBuf) -> Result<Self, Error> {
        let socket = Socket::open(path)?;
        let has_interface = netlink::addresses(interface).is_ok();
        let this = Self { interface: interface.to_owned(), socket, has_interface };
        let answer = this.ask("be reached", "PING").await?;
        if answer.trim() != "PONG" {
            return Err(said("be reached", &answer));
        }
        Ok(this)
    }

    async fn ask(&self, attempt: &'static str, command: &str) -> Result<String, Error> {
        let answer = self.socket.ask(attempt, command).await?;
        if answer.trim_start().starts_with("FAIL") || answer.starts_with("UNKNOWN COMMAND") {
            return Err(said(attempt, &answer));
        }
        Ok(answer)
    }

    async fn status(&self) -> Result<Status, Error> {
        Ok(status(&self.ask("tell its status", "STATUS").await?))
    }

    async fn networks(&self) -> Result<Vec<Network>, Error> {
        Ok(networks(&self.ask("list its networks", "LIST_NETWORKS").await?))
    }

    /// Whether we added this network, now or in a former life.
    async fn is_ours(&self, network: &Network) -> bool {
        let asked = self.ask("tell whose a network is", &format!("GET_NETWORK {} id_str", network.id)).await;
        asked.is_ok_and(|mark| mark.trim().trim_matches('"') == OURS)
    }

    /// Adds the network and selects it. Nothing is saved.
    async fn add(&self, join: &Join) -> Result<String, Error> {
        if join.key.as_ref().is_some_and(|key| key.expose().chars().any(char::is_control)) {
            let why = "a key holds no line breaks".to_owned();
            return Err(Error::Refused { ssid: join.ssid.clone(), why });
        }
        let id = self.ask("add a network", "ADD_NETWORK").await?.trim().to_owned();
        let mut variables = vec![
            ("id_str", format!("\"{OURS}\"")),
            ("ssid", quoted(join.ssid.as_str())),
            ("scan_ssid", "1".to_owned()),
        ];
        match &join.key {
            None => variables.push(("key_mgmt", "NONE".to_owned())),
            Some(key) => {
                variables.push(("key_mgmt", "WPA-PSK".to_owned()));
                variables.push(("psk", format!("\"{}\"", key.expose())));
            }
        }
        if let Some(bssid) = join.bssid {
            variables.push(("bssid", bssid.to_string()));
        }
        for (name, value) in variables {
            let set = self.ask("describe a network", &format!("SET_NETWORK {id} {name} {value}")).await;
            if let Err(error) = set {
                self.remove(&id).await;
                return Err(error);
            }
        }
        Ok(id)
    }

    /// Removes a network that we added. It may be gone already.
    async fn remove(&self, id: &str) {
        if let Err(error) = self.ask("remove a network", &format!("REMOVE_NETWORK {id}")).await {
            tracing::debug!(error = %error, "a network of ours could not be removed");
        }
    }

    async fn associate(&self, join: &Join, id: &str) -> Result<Status, Error> {
        self.ask("select a network", &format!("SELECT_NETWORK {id}")).await?;
        let until = Instant::now() + join.limit;
        loop {
            let status = self.status().await?;
            if status.is_complete() && status.ssid.as_deref() == Some(join.ssid.as_str()) {
                return Ok(status);
            }
            // A network that is switched off for a while refused our key.
            let listed = self.networks().await?;
            if listed.iter().any(|network| network.id == id && network.flags.contains("TEMP-DISABLED")) {
                let why = "the key is probably wrong".to_owned();
                return Err(Error::Refused { ssid: join.ssid.clone(), why });
            }
            if Instant::now() >= until {
                return Err(Error::NotInRange { ssid: join.ssid.clone() });
            }
            sleep(LOOK).await;
        }
    }

    /// Our address in the network of a device's access point.
    async fn address(&self, join: &Join) -> Result<Option<IpAddr>, Error> {
        if !self.has_interface {
            return Ok(None);
        }
        let began = Instant::now();
        let mut seen: Option<(Ipv4Addr, Instant)> = None;
        loop {
            let known = netlink::addresses(&self.interface)
                .map_err(|source| Error::io(format!("read the addresses of {}", self.interface), source))?;
            let own = known.into_iter().find(|own| is_at_access_point(*own));
            match (own, seen) {
                (Some(own), Some((before, since))) if own == before && since.elapsed() >= STEADY => {
                    return Ok(Some(own.into()));
                }
                (Some(own), Some((before, _))) if own == before => {}
                (Some(own), _) => seen = Some((own, Instant::now())),
                (None, _) => seen = None,
            }
            // A DHCP client that begins anew may have taken away what it had been given by hand.
            if own.is_none() && began.elapsed() >= DHCP_PATIENCE.min(join.limit / 2) {
                netlink::change(&self.interface, Change::Add, BY_HAND.0, BY_HAND.1).map_err(no_permission)?;
            }
            if began.elapsed() >= join.limit {
                return Err(Error::NoAddress { ssid: join.ssid.clone(), waited: join.limit });
            }
            sleep(LOOK).await;
        }
    }

    /// Waits for an address in the former network, which the DHCP client of the system gets a moment later. Where nobody
    /// gets one, the network is back all the same.
    async fn until_addressed(&self) {
        let began = Instant::now();
        while self.has_interface && began.elapsed() < LEASE_LIMIT {
            match netlink::addresses(&self.interface) {
                Ok(known) if is_addressed(&known) => return,
                _ => sleep(LOOK).await,
            }
        }
    }
}

impl WifiControl for WpaSupplicant {
    fn interface(&self) -> &str {
        &self.interface
    }

    async fn scan(&self) -> Result<Vec<AccessPoint>, Error> {
        let ended = ["CTRL-EVENT-SCAN-RESULTS", "CTRL-EVENT-SCAN-FAILED"];
        if !Socket::open(self.socket.peer())?.ask_and_hear("SCAN", &ended, SCAN_LIMIT).await? {
            tracing::warn!(wifi.interface = %self.interface, "a scan did not end in time; what was known before is used");
        }
        let mut found = scan_results(&self.ask("tell what a scan found", "SCAN_RESULTS").await?);
        found.sort_by_key(|point| std::cmp::Reverse(point.signal_dbm));
        Ok(found)
    }

    async fn remember(&self) -> Result<Remembered, Error> {
        let status = self.status().await?;
        let mut remembered = Remembered::default();
        for network in self.networks().await? {
            if self.is_ours(&network).await {
                continue;
            }
            if !network.flags.contains("[DISABLED]") {
                remembered.enabled.push(network.id.clone());
            }
            if status.id.as_deref() == Some(network.id.as_str()) {
                remembered.ssid = network.ssid.parse().ok();
                remembered.connection = Some(network.id);
            }
        }
        Ok(remembered)
    }

    async fn join(&self, join: &Join) -> Result<Joined, Error> {
        let id = self.add(join).await?;
        let status = self.associate(join, &id).await?;
        let address = self.address(join).await?;
        Ok(Joined {
            ssid: join.ssid.clone(),
            bssid: status.bssid.as_deref().and_then(|bssid| bssid.parse().ok()),
            interface: self.has_interface.then(|| self.interface.clone()),
            address,
            device: AT_ITS_ACCESS_POINT,
        })
    }

    async fn is_joined(&self, joined: &Joined) -> Result<bool, Error> {
        let status = self.status().await?;
        let bssid = status.bssid.as_deref().and_then(|bssid| bssid.parse().ok());
        let same = status.ssid.as_deref() == Some(joined.ssid.as_str()) && bssid == joined.bssid;
        Ok(status.is_complete() && same)
    }

    async fn restore(&self, remembered: &Remembered) -> Result<(), Error> {
        if self.has_interface {
            // Given by hand or not: it is of no use any more.
            let _ = netlink::change(&self.interface, Change::Remove, BY_HAND.0, BY_HAND.1);
        }
        for network in self.networks().await? {
            if self.is_ours(&network).await {
                self.remove(&network.id).await;
            }
        }
        // Selecting it brings it back at once; enabling the others gives it its freedom again.
        if let Some(id) = &remembered.connection {
            self.ask("select the former network", &format!("SELECT_NETWORK {id}")).await?;
        }
        for id in &remembered.enabled {
            self.ask("enable a network", &format!("ENABLE_NETWORK {id}")).await?;
        }
        let Some(former) = &remembered.connection else { return Ok(()) };
        let began = Instant::now();
        while began.elapsed() < RESTORE_LIMIT {
            let status = self.status().await?;
            if status.is_complete() && status.id.as_deref() == Some(former) {
                self.until_addressed().await;
                return Ok(());
            }
            sleep(LOOK).await;
        }
        let network = remembered.ssid.as_ref().map_or_else(|| former.clone(), ToString::to_string);
        Err(Error::NotRestored { interface: self.interface.clone(), network, waited: RESTORE_LIMIT })
    }
}

/// Whether an address is one in the network of a device's access point.
fn is_at_access_point(own: Ipv4Addr) -> bool {
    matches!(AT_ITS_ACCESS_POINT.ip(), IpAddr::V4(device) if own.octets()[..3] == device.octets()[..3])
}

/// Whether an interface has an address, and none at an access point any more.
fn is_addressed(known: &[Ipv4Addr]) -> bool {
    !known.is_empty() && !known.iter().any(|own| is_at_access_point(*own))
}

fn said(attempt: &'static str, answer: &str) -> Error {
    let answer = answer.trim().chars().take(200).collect();
    Error::Answer { backend: Backend::WpaSupplicant, attempt, answer }
}

fn no_permission(source: std::io::Error) -> Error {
    if source.kind() == std::io::ErrorKind::PermissionDenied {
        return Error::NotPermitted {
            backend: Backend::WpaSupplicant,
            attempt: "get an address at the access point",
            remedy: "run a DHCP client on the interface, or give the program the capability CAP_NET_ADMIN",
        };
    }
    Error::io("give the interface an address", source)
}

#[cfg(test)]
mod tests;
