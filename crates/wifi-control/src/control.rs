//! The WiFi of one interface, for a while.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use secrets::Secret;
use serde::{Deserialize, Serialize};

use crate::{AccessPoint, Bssid, Error, Ssid};

/// The access point to join.
#[derive(Debug, Clone)]
pub struct Join {
    /// Name of the network.
    pub ssid: Ssid,
    /// The one access point that is meant, where there may be several.
    pub bssid: Option<Bssid>,
    /// Its key, when it has one.
    pub key: Option<Secret<String>>,
    /// How long joining and getting an address may take, each.
    pub limit: Duration,
}

/// A network that was joined for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    /// Name of the network.
    pub ssid: Ssid,
    /// The access point, where it is known.
    pub bssid: Option<Bssid>,
    /// Name of our interface.
    pub interface: Option<String>,
    /// Our own address there.
    pub address: Option<IpAddr>,
    /// Where the device that opened the access point answers.
    pub device: SocketAddr,
}

/// What the interface was connected to before. It outlives this process, in whatever journal it is written to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// Name of the network, for people.
    pub ssid: Option<Ssid>,
    /// How the service names the connection; none when there was none.
    pub connection: Option<String>,
    /// All networks that were enabled, where the service has to be told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enabled: Vec<String>,
    /// A second net that the service keeps, by its name there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<String>,
}

/// Where a device with an open access point of its own answers (gen1 protocol 5, gen2 protocol 9).
pub(crate) const AT_ITS_ACCESS_POINT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 168, 33, 1)), 80);

/// Control over the WiFi of one interface. One access point is joined at a time.
pub trait WifiControl: Send + Sync {
    /// Name of the interface.
    fn interface(&self) -> &str;

    /// The access points in range, strongest first. A full scan takes up to half a minute on real hardware.
    fn scan(&self) -> impl Future<Output = Result<Vec<AccessPoint>, Error>> + Send;

    /// What the interface is connected to now, to be brought back later. A network that we joined ourselves is not it.
    fn remember(&self) -> impl Future<Output = Result<Remembered, Error>> + Send;

    /// Joins an access point so that nothing of it is kept, and returns when there is an address.
    fn join(&self, join: &Join) -> impl Future<Output = Result<Joined, Error>> + Send;

    /// Whether we are still at the access point that we joined. To be asked right before a secret is sent.
    fn is_joined(&self, joined: &Joined) -> impl Future<Output = Result<bool, Error>> + Send;

    /// Leaves whatever we joined, also in a former life of this process, brings back what was before, and returns when it is
    /// back. Doing it twice is the same as once.
    fn restore(&self, remembered: &Remembered) -> impl Future<Output = Result<(), Error>> + Send;
}
