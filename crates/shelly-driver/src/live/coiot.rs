//! Hears the reports of Gen1 devices over CoIoT.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddrV4},
    time::Instant,
};

use shelly_gen1::coiot::{Datagram, DeviceTag, Listener, ListenerConfig};
use shelly_types::Mac;

use crate::{Gen1Follower, Signal};

/// Where reports are heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoiotConfig {
    /// Address and port; devices send to port 5683 unless they are told a peer.
    pub listen: SocketAddrV4,
    /// Addresses of the interfaces on which the multicast group is joined; none for the one the system chooses.
    pub interfaces: Vec<Ipv4Addr>,
}

/// Hears the reports of all Gen1 devices that send them here, by multicast or as their peer.
#[derive(Debug)]
pub struct Coiot {
    listener: Listener,
}

/// A report of a device.
#[derive(Debug)]
pub struct Heard {
    datagram: Datagram,
    at: Instant,
}

impl Coiot {
    /// Begins to listen, within a tokio runtime.
    ///
    /// # Errors
    /// When the port cannot be had.
    pub fn open(config: &CoiotConfig) -> io::Result<Self> {
        let CoiotConfig { listen, interfaces } = config.clone();
        let config = ListenerConfig { bind: listen, interfaces, ..ListenerConfig::default() };
        Ok(Self { listener: Listener::open(&config).map_err(io::Error::other)? })
    }

    /// The next report. What is none is left out.
    pub async fn next(&mut self) -> Option<Heard> {
        let datagram = self.listener.next().await?;
        Some(Heard { datagram, at: Instant::now() })
    }
}

impl Heard {
    /// Where it comes from.
    pub fn from(&self) -> IpAddr {
        self.datagram.from.ip()
    }

    /// The hardware address of the sender, when the report holds the whole of it.
    pub fn mac(&self) -> Option<Mac> {
        self.tag().and_then(DeviceTag::mac)
    }

    /// The report as it came, for whoever wants to know who is on the network.
    pub fn datagram(&self) -> &Datagram {
        &self.datagram
    }

    /// Whether it may come from the device with this address.
    pub fn is_of(&self, mac: Mac) -> bool {
        self.tag().is_some_and(|tag| tag.is_of(mac))
    }

    /// What it means for who follows the device.
    pub fn told_to(&self, follower: &mut Gen1Follower) -> Vec<Signal> {
        follower.take_packet(&self.datagram.packet, self.at)
    }

    fn tag(&self) -> Option<&DeviceTag> {
        self.datagram.packet.device.as_ref()
    }
}
