//! Plays the WiFi around the devices: which networks there are, and which slot of a device gets into one.
//!
//! A device tries its first network, then its second one, and goes round until one takes it (gen1 protocol 5, gen2
//! protocol 9). While it is in none it cannot be reached.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use ipnet::Ipv4Net;
use serde_json::Value;
use tokio::time::Instant;

use crate::{
    device::Device,
    json,
    outside::WishedNetwork,
    state::{Reach, State},
};

/// A WiFi network around the devices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimNetwork {
    ssid: String,
    key: Option<String>,
    addresses: Option<Ipv4Net>,
}

impl SimNetwork {
    /// A network that takes whoever knows its key.
    pub fn new(ssid: impl Into<String>, key: impl Into<String>) -> Self {
        Self { ssid: ssid.into(), key: Some(key.into()), addresses: None }
    }

    /// A network without a key.
    pub fn open(ssid: impl Into<String>) -> Self {
        Self { ssid: ssid.into(), key: None, addresses: None }
    }

    /// Gives the devices that join it addresses of its own, by the end of their hardware address; the port stays. A device
    /// with a static address that is not of these cannot be reached there.
    #[must_use]
    pub fn with_addresses(mut self, addresses: Ipv4Net) -> Self {
        self.addresses = Some(addresses);
        self
    }

    /// The address that it leases to a device.
    fn lease(&self, mac: [u8; 6]) -> Option<Ipv4Addr> {
        let network = self.addresses?;
        let room = (u32::from(network.broadcast()) - u32::from(network.network())).saturating_sub(1).max(1);
        let number = u32::from(u16::from_be_bytes([mac[4], mac[5]]));
        Some(Ipv4Addr::from(u32::from(network.network()) + 1 + number.saturating_sub(1) % room))
    }
}

/// A slot of the settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Slot {
    enabled: bool,
    ssid: Option<String>,
    key: Option<String>,
    /// A static address; none for a lease.
    address: Option<Ipv4Addr>,
}

/// The radio of a device in a fleet with networks.
#[derive(Debug)]
pub(crate) struct Radio {
    networks: Arc<[SimNetwork]>,
    slots: [Slot; 2],
    /// The slot by which it is in a network, once it is there.
    joined: Option<usize>,
    /// When it leaves, and when it is back; it is not back while no slot works.
    leaves: Instant,
    back: Option<Instant>,
    /// The network it was in before.
    before: Option<String>,
    /// The address it was started at.
    first: Option<Ipv4Addr>,
    /// How long an attempt to join takes.
    attempt: Duration,
    mac: [u8; 6],
}

impl Radio {
    /// A radio that is in whichever network its first settings lead to.
    pub(crate) fn start(networks: Arc<[SimNetwork]>, device: &Device, state: &mut State) -> Option<Self> {
        if networks.is_empty() {
            return None;
        }
        let gen1 = device.is_gen1();
        let config = json::parse(&state.config);
        let names = names(gen1);
        // Whoever brought it into its first network knew the key.
        if let Some(ssid) = json::text(&config, &names.ssid(0))
            && let Some(key) = networks.iter().find(|network| network.ssid == ssid).and_then(|found| found.key.clone())
        {
            state.secrets.entry(names.key(0)).or_insert(key);
        }
        let now = state.clock.now();
        let first = match device.address().ip() {
            IpAddr::V4(address) => Some(address),
            IpAddr::V6(_) => None,
        };
        let mut radio = Self {
            networks,
            slots: slots(state, gen1),
            joined: None,
            leaves: now,
            back: Some(now),
            before: None,
            first,
            attempt: device.timing.join,
            mac: device.mac.bytes(),
        };
        radio.joined = radio.works();
        if radio.joined.is_none() {
            radio.back = None;
        }
        Some(radio)
    }

    /// The first slot that gets into a network.
    fn works(&self) -> Option<usize> {
        self.slots.iter().position(|slot| self.network(slot).is_some())
    }

    fn network(&self, slot: &Slot) -> Option<&SimNetwork> {
        let ssid = slot.ssid.as_deref().filter(|_| slot.enabled)?;
        self.networks.iter().find(|network| network.ssid == ssid && (network.key.is_none() || network.key == slot.key))
    }

    /// Leaves at a moment and goes round its networks.
    fn hop(&mut self, leaves: Instant, now: Instant) {
        self.before = self.ssid(now).map(str::to_owned);
        self.leaves = leaves;
        self.joined = self.works();
        let attempts = |slot: usize| self.attempt * u32::try_from(slot + 1).unwrap_or(2);
        self.back = self.joined.map(|slot| leaves + attempts(slot));
    }

    /// The network it is in.
    pub(crate) fn ssid(&self, now: Instant) -> Option<&str> {
        if now < self.leaves {
            return self.before.as_deref();
        }
        self.back.filter(|back| *back <= now)?;
        self.slots[self.joined?].ssid.as_deref()
    }

    pub(crate) fn reach(&self, now: Instant) -> Reach {
        match self.back {
            _ if now < self.leaves => Reach::Up(Some(self.leaves)),
            None => Reach::Down(None),
            Some(back) if now < back => Reach::Down(Some(back)),
            Some(_) if self.is_elsewhere() => Reach::Down(None),
            Some(_) => Reach::Up(None),
        }
    }

    /// It is in a network with an address that is none of it.
    fn is_elsewhere(&self) -> bool {
        let Some(slot) = self.joined.map(|slot| &self.slots[slot]) else { return false };
        let network = self.network(slot).and_then(|network| network.addresses);
        slot.address.zip(network).is_some_and(|(address, network)| !network.contains(&address))
    }

    /// The address it should have now; none while it is in no network or has no address of this family.
    fn address(&self, now: Instant) -> Option<Ipv4Addr> {
        self.back.filter(|back| *back <= now)?;
        let slot = &self.slots[self.joined?];
        slot.address.or_else(|| self.network(slot)?.lease(self.mac)).or(self.first)
    }
}

/// Where the device should listen now; none where it already does, or need not.
pub(crate) fn wanted_address(device: &Device) -> Option<SocketAddr> {
    let now = device.clock.now();
    let wanted = IpAddr::V4(device.state().radio.as_ref()?.address(now)?);
    let current = device.address();
    (wanted != current.ip()).then(|| SocketAddr::new(wanted, current.port()))
}

/// Notices that the settings of the networks changed: the device leaves, and joins the first that takes it.
pub(crate) fn look(device: &Device, state: &mut State) {
    let Some(mut radio) = state.radio.take() else { return };
    let slots = slots(state, device.is_gen1());
    let uses_second = radio.joined != Some(0);
    let moves = slots[0] != radio.slots[0] || (uses_second && slots[1] != radio.slots[1]);
    if moves {
        let now = state.clock.now();
        let before = radio.ssid(now).map(str::to_owned);
        radio.slots = slots;
        radio.hop(now + device.timing.restart_delay, now);
        radio.before = before;
    } else {
        radio.slots = slots;
    }
    state.radio = Some(radio);
    if moves {
        device.ring();
    }
}

/// After a start it joins again.
pub(crate) fn start_again(state: &mut State, at: Instant) {
    if let Some(radio) = &mut state.radio {
        radio.hop(at, at);
    }
}

/// The networks that it wants to be in, the preferred one first.
pub(crate) fn wished(state: &State, gen1: bool) -> Vec<WishedNetwork> {
    let wished = |slot: Slot| Some(WishedNetwork { ssid: slot.ssid.filter(|_| slot.enabled)?, key: slot.key });
    slots(state, gen1).into_iter().filter_map(wished).collect()
}

/// Names of the settings of one family.
struct Names {
    gen1: bool,
}

fn names(gen1: bool) -> Names {
    Names { gen1 }
}

impl Names {
    fn base(&self, slot: usize) -> &'static str {
        match (self.gen1, slot) {
            (true, 0) => "wifi_sta",
            (true, _) => "wifi_sta1",
            (false, 0) => "wifi.sta",
            (false, _) => "wifi.sta1",
        }
    }

    fn ssid(&self, slot: usize) -> String {
        format!("{}.ssid", self.base(slot))
    }

    fn key(&self, slot: usize) -> String {
        format!("{}.{}", self.base(slot), if self.gen1 { "key" } else { "pass" })
    }
}

fn slots(state: &State, gen1: bool) -> [Slot; 2] {
    let (config, names) = (json::parse(&state.config), names(gen1));
    [0, 1].map(|number| {
        let base = names.base(number);
        let (on, mode) = if gen1 { ("enabled", "ipv4_method") } else { ("enable", "ipv4mode") };
        let is_static = json::text(&config, &format!("{base}.{mode}")) == Some("static");
        let address = json::at(&config, &format!("{base}.ip")).and_then(Value::as_str);
        Slot {
            enabled: json::truth(&config, &format!("{base}.{on}")),
            ssid: json::text(&config, &names.ssid(number)).filter(|ssid| !ssid.is_empty()).map(str::to_owned),
            key: state.secrets.get(&names.key(number)).filter(|key| !key.is_empty()).cloned(),
            address: address.and_then(|text| text.parse().ok()).filter(|_| is_static),
        }
    })
}
