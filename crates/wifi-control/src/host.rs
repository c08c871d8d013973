//! Whichever service manages the WiFi of this machine.

use std::path::Path;

use crate::{AccessPoint, Backend, Error, Join, Joined, NetworkManager, Remembered, WifiControl, WpaSupplicant};

/// Where the kernel lists its interfaces.
const INTERFACES: &str = "/sys/class/net";

/// The service that manages the WiFi of one interface.
#[derive(Debug)]
pub enum HostWifi {
    /// NetworkManager.
    NetworkManager(NetworkManager),
    /// `wpa_supplicant`.
    WpaSupplicant(WpaSupplicant),
}

/// The WiFi interfaces of this machine, by name.
pub fn wifi_interfaces() -> Vec<String> {
    let listed = std::fs::read_dir(INTERFACES).into_iter().flatten().flatten();
    let is_wifi = |entry: &std::fs::DirEntry| entry.path().join("wireless").exists() || has_phy(&entry.path());
    let mut names: Vec<String> =
        listed.filter(is_wifi).filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

fn has_phy(interface: &Path) -> bool {
    interface.join("phy80211").exists()
}

impl HostWifi {
    /// NetworkManager where it manages the interface, else `wpa_supplicant`; or the one that is wanted.
    ///
    /// # Errors
    /// When neither is there, or we may not use it.
    pub async fn detect(interface: &str, wanted: Option<Backend>) -> Result<Self, Error> {
        let mut why = String::new();
        if wanted != Some(Backend::WpaSupplicant) {
            match NetworkManager::open(interface).await {
                Ok(manager) => return Ok(Self::NetworkManager(manager)),
                Err(error) if wanted.is_some() => return Err(error),
                Err(error) => why = format!("; {error}"),
            }
        }
        match WpaSupplicant::open(interface).await {
            Ok(supplicant) => Ok(Self::WpaSupplicant(supplicant)),
            Err(error) if wanted.is_some() || error.is_permission() => Err(error),
            Err(error) => Err(Error::NoBackend { interface: interface.to_owned(), why: format!("{why}; {error}") }),
        }
    }

    /// Which one it is.
    pub fn backend(&self) -> Backend {
        match self {
            Self::NetworkManager(_) => Backend::NetworkManager,
            Self::WpaSupplicant(_) => Backend::WpaSupplicant,
        }
    }
}

/// Calls the same method of either.
macro_rules! either {
    ($self:expr, $wifi:ident => $call:expr) => {
        match $self {
            HostWifi::NetworkManager($wifi) => $call,
            HostWifi::WpaSupplicant($wifi) => $call,
        }
    };
}

impl WifiControl for HostWifi {
    fn interface(&self) -> &str {
        either!(self, wifi => wifi.interface())
    }

    async fn scan(&self) -> Result<Vec<AccessPoint>, Error> {
        either!(self, wifi => wifi.scan().await)
    }

    async fn remember(&self) -> Result<Remembered, Error> {
        either!(self, wifi => wifi.remember().await)
    }

    async fn join(&self, join: &Join) -> Result<Joined, Error> {
        either!(self, wifi => wifi.join(join).await)
    }

    async fn is_joined(&self, joined: &Joined) -> Result<bool, Error> {
        either!(self, wifi => wifi.is_joined(joined).await)
    }

    async fn restore(&self, remembered: &Remembered) -> Result<(), Error> {
        either!(self, wifi => wifi.restore(remembered).await)
    }
}
