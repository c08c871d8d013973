//! The WiFi of this host, which may have none.

use wifi_control::{AccessPoint, Error, HostWifi, Join, Joined, Remembered, WifiControl};

/// The WiFi of this host.
#[derive(Debug)]
pub(crate) enum Radio {
    /// The service that manages it.
    Wifi(HostWifi),
    /// There is none, as on a host that reaches devices over Bluetooth alone.
    Absent,
}

impl Radio {
    fn wifi(&self) -> Result<&HostWifi, Error> {
        match self {
            Self::Wifi(wifi) => Ok(wifi),
            Self::Absent => Err(Error::NoInterface { interface: self.interface().to_owned() }),
        }
    }
}

impl WifiControl for Radio {
    fn interface(&self) -> &str {
        match self {
            Self::Wifi(wifi) => wifi.interface(),
            Self::Absent => "(none)",
        }
    }

    async fn scan(&self) -> Result<Vec<AccessPoint>, Error> {
        self.wifi()?.scan().await
    }

    async fn remember(&self) -> Result<Remembered, Error> {
        self.wifi()?.remember().await
    }

    async fn join(&self, join: &Join) -> Result<Joined, Error> {
        self.wifi()?.join(join).await
    }

    async fn is_joined(&self, joined: &Joined) -> Result<bool, Error> {
        self.wifi()?.is_joined(joined).await
    }

    async fn restore(&self, remembered: &Remembered) -> Result<(), Error> {
        self.wifi()?.restore(remembered).await
    }
}
