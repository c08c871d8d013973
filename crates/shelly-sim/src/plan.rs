//! Says which devices a fleet has and where they listen.

mod demo;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use ipnet::Ipv4Net;

use crate::{
    clock::Pace, coiot::Coiot, day::DayScript, fault::Wakes, link::Dials, mdns::Mdns, sim_device::SimDevice,
    wifi::SimNetwork,
};

/// A fleet to start: the devices, where they listen, how fast they restart.
#[derive(Debug, Clone)]
pub struct FleetPlan {
    /// The devices, in the order of their addresses.
    pub devices: Vec<SimDevice>,
    /// Where they listen.
    pub layout: Layout,
    /// What all chance in the fleet comes from: the same seed is the same fleet.
    pub seed: u64,
    /// How long things take.
    pub timing: Timing,
    /// How fast time passes.
    pub pace: Pace,
    /// Where Gen1 devices speak CoIoT; none keeps them silent.
    pub coiot: Option<Coiot>,
    /// Where devices are announced by mDNS; none keeps them silent.
    pub mdns: Option<Mdns>,
    /// How often each device reports by itself each second, for measurements; 0 is never.
    pub reports_per_s: f64,
    /// What happens over the day.
    pub day: Option<DayScript>,
    /// Which hosts devices dial for MQTT and outbound WebSockets.
    pub dials: Dials,
    /// Makes an authority for certificates even without a device that needs one, so that devices which dial with TLS
    /// trust it.
    pub authority: bool,
    /// The WiFi networks that there are; none lets each device be in whichever it is told to join.
    pub networks: Vec<SimNetwork>,
    /// The password of the protected devices of a demo fleet.
    pub password: Option<String>,
}

/// Where devices listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// All on one address, a port each.
    Ports {
        /// The address.
        ip: IpAddr,
        /// The first port, the others follow; none lets the system choose free ones.
        first: Option<u16>,
    },
    /// An address each on one port: a scan of `network` finds them. On Linux all of 127.0.0.0/8 is loopback.
    Subnet {
        /// The network; its first and last address are not used.
        network: Ipv4Net,
        /// The port.
        port: u16,
    },
}

/// How long things take. The usual values are short, so that tests are fast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// From the answer of a reboot request to the start of the restart, and from that of a WiFi write to leaving.
    pub restart_delay: Duration,
    /// How long a device tries to join a WiFi network.
    pub join: Duration,
    /// How long a restart takes; connections are refused meanwhile.
    pub reboot: Duration,
    /// Life of a nonce on firmware 1.x.
    pub nonce_life_1: Duration,
    /// Life of a nonce on firmware 2.x.
    pub nonce_life_2: Duration,
    /// Length of a lock-out after too many bad or too many fresh challenges (firmware 2.x).
    pub lockout: Duration,
    /// First wait before a device dials again for MQTT or an outbound WebSocket; it doubles up to 64 times that.
    pub redial: Duration,
    /// How long an update takes, from its begin to the restart.
    pub update: Duration,
    /// How long a new device can be set up after power-up; a fifth of it on batteries.
    pub setup_window: Duration,
    /// When devices in deep sleep wake, and for how long.
    pub sleep: Wakes,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            restart_delay: Duration::from_millis(50),
            join: Duration::from_millis(150),
            reboot: Duration::from_millis(400),
            nonce_life_1: Duration::from_mins(1),
            nonce_life_2: Duration::from_hours(1),
            lockout: Duration::from_mins(1),
            redial: Duration::from_millis(100),
            update: Duration::from_millis(500),
            setup_window: Duration::from_mins(15),
            sleep: Wakes { every: Duration::from_secs(4), stays: Duration::from_secs(1) },
        }
    }
}

impl Timing {
    /// Times as on real hardware.
    pub fn real() -> Self {
        Self {
            restart_delay: Duration::from_secs(1),
            join: Duration::from_secs(10),
            reboot: Duration::from_secs(6),
            redial: Duration::from_secs(2),
            update: Duration::from_secs(75),
            sleep: Wakes { every: Duration::from_hours(2), stays: Duration::from_secs(5) },
            ..Self::default()
        }
    }
}

impl FleetPlan {
    /// These devices on free ports of 127.0.0.1.
    pub fn new(devices: Vec<SimDevice>) -> Self {
        Self {
            devices,
            layout: Layout::Ports { ip: IpAddr::V4(Ipv4Addr::LOCALHOST), first: None },
            seed: 1,
            timing: Timing::default(),
            pace: Pace::default(),
            coiot: None,
            mdns: None,
            reports_per_s: 0.0,
            day: None,
            dials: Dials::default(),
            authority: false,
            networks: Vec::new(),
            password: None,
        }
    }

    /// The same plan with other places to listen.
    #[must_use]
    pub fn with_layout(mut self, layout: Layout) -> Self {
        self.layout = layout;
        self
    }

    /// The same plan with a device on each address of a network, all on one port.
    #[must_use]
    pub fn on_subnet(self, network: Ipv4Net, port: u16) -> Self {
        self.with_layout(Layout::Subnet { network, port })
    }

    /// The same plan with other times.
    #[must_use]
    pub fn with_timing(mut self, timing: Timing) -> Self {
        self.timing = timing;
        self
    }

    /// The same plan with time that passes faster.
    #[must_use]
    pub fn with_pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// The same plan with Gen1 devices that speak CoIoT.
    #[must_use]
    pub fn with_coiot(mut self, coiot: Coiot) -> Self {
        self.coiot = Some(coiot);
        self
    }

    /// The same plan with devices announced by mDNS.
    #[must_use]
    pub fn with_mdns(mut self, mdns: Mdns) -> Self {
        self.mdns = Some(mdns);
        self
    }

    /// The same plan with devices that report by themselves this often each second, whether something changed or not.
    #[must_use]
    pub fn with_reports(mut self, per_second: f64) -> Self {
        self.reports_per_s = per_second;
        self
    }

    /// The same plan with a script of the day.
    #[must_use]
    pub fn with_day(mut self, day: DayScript) -> Self {
        self.day = Some(day);
        self
    }

    /// The same plan with these WiFi networks, and no others. Devices are in `house-iot` from the start.
    #[must_use]
    pub fn with_networks(mut self, networks: Vec<SimNetwork>) -> Self {
        self.networks = networks;
        self
    }

    /// The same plan with another seed.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }
}

impl Layout {
    /// The address of the device at `index`; port 0 lets the system choose. None when the layout has no room.
    pub(crate) fn address(&self, index: usize) -> Option<SocketAddr> {
        match *self {
            Self::Ports { ip, first: None } => Some(SocketAddr::new(ip, 0)),
            Self::Ports { ip, first: Some(first) } => {
                let port = first.checked_add(u16::try_from(index).ok()?)?;
                Some(SocketAddr::new(ip, port))
            }
            Self::Subnet { network, port } => {
                let room = u32::from(network.broadcast()) - u32::from(network.network());
                let offset = u32::try_from(index).ok()?.checked_add(1).filter(|offset| *offset < room)?;
                let ip = Ipv4Addr::from(u32::from(network.network()) + offset);
                Some(SocketAddr::new(IpAddr::V4(ip), port))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_give_each_device_its_place() {
        let subnet = Layout::Subnet { network: "127.30.0.0/24".parse().unwrap(), port: 8080 };
        assert_eq!(subnet.address(0), Some("127.30.0.1:8080".parse().unwrap()));
        assert_eq!(subnet.address(253), Some("127.30.0.254:8080".parse().unwrap()));
        assert_eq!(subnet.address(254), None);
        let ports = Layout::Ports { ip: Ipv4Addr::LOCALHOST.into(), first: Some(65_535) };
        assert_eq!(ports.address(0), Some("127.0.0.1:65535".parse().unwrap()));
        assert_eq!(ports.address(1), None);
    }
}
