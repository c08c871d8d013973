//! Lets something outside play the radio of a device: it hears what the device wants, and tells what came of it.

use std::net::IpAddr;

use serde_json::{Value, json};

use crate::{json, state::State, wifi};

/// What a device wants of its radio.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RadioWish {
    /// The access point that is to be open.
    pub access_point: Option<WishedNetwork>,
    /// The networks it wants to be in, the preferred one first. Addresses come by DHCP.
    pub networks: Vec<WishedNetwork>,
}

/// A network with its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WishedNetwork {
    /// Its name.
    pub ssid: String,
    /// Its key; none when it is open.
    pub key: Option<String>,
}

/// A network that the device is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RadioJoined {
    /// Its name.
    pub ssid: String,
    /// The address that the device got there.
    pub address: IpAddr,
}

/// A radio that is played outside.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outside {
    pub(crate) joined: Option<RadioJoined>,
}

impl Outside {
    /// `wifi` of Gen2 and later, as far as the network goes.
    pub(crate) fn status(&self, wishes: bool) -> [(&'static str, Value); 3] {
        let word = match &self.joined {
            Some(_) => "got ip",
            None if wishes => "connecting",
            None => "disconnected",
        };
        let joined = self.joined.as_ref();
        [
            ("sta_ip", json!(joined.map(|joined| joined.address.to_string()))),
            ("status", json!(word)),
            ("ssid", json!(joined.map(|joined| &joined.ssid))),
        ]
    }

    /// `wifi_sta` of Gen1, as far as the network goes.
    pub(crate) fn gen1_status(&self) -> [(&'static str, Value); 3] {
        let joined = self.joined.as_ref();
        [
            ("connected", json!(joined.is_some())),
            ("ssid", json!(joined.map(|joined| &joined.ssid))),
            ("ip", json!(joined.map_or_else(|| "0.0.0.0".to_owned(), |joined| joined.address.to_string()))),
        ]
    }
}

/// What a device wants of its radio now.
pub(crate) fn wish(state: &State, gen1: bool) -> RadioWish {
    let config = json::parse(&state.config);
    let (base, on, secret) = if gen1 { ("wifi_ap", "enabled", "key") } else { ("wifi.ap", "enable", "pass") };
    let ssid = json::text(&config, &format!("{base}.ssid")).filter(|ssid| !ssid.is_empty());
    let is_open = json::truth(&config, &format!("{base}.{on}"));
    let key = || {
        let shown = json::text(&config, &format!("{base}.{secret}")).map(str::to_owned);
        shown.or_else(|| state.secrets.get(&format!("{base}.{secret}")).cloned()).filter(|key| !key.is_empty())
    };
    let access_point = ssid.filter(|_| is_open).map(|ssid| WishedNetwork { ssid: ssid.to_owned(), key: key() });
    RadioWish { access_point, networks: wifi::wished(state, gen1) }
}
