#![doc = include_str!("../README.md")]

mod access_point;
mod control;
mod error;
mod fake;
mod host;
mod netlink;
mod network_manager;
mod shelly_name;
mod wpa_supplicant;

pub use access_point::{AccessPoint, Bssid, ParseBssidError, Security, Ssid, SsidTooLong};
pub use control::{Join, Joined, Remembered, WifiControl};
pub use error::{Backend, Error};
pub use fake::{FakeAccessPoint, FakeWifi, Happening, Operation};
pub use host::{HostWifi, wifi_interfaces};
pub use netlink::addresses;
pub use network_manager::NetworkManager;
pub use shelly_name::{Line, NameEnding, ShellyName};
pub use wpa_supplicant::WpaSupplicant;
