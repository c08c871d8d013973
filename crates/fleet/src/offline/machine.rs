//! What our own machine knows of the networks around it.

use std::{
    fmt,
    io::ErrorKind,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket},
};

use discovery::Neighbours;

use super::Place;

/// Any port will do: nothing is sent.
const PORT: u16 = 9;

/// What our own machine knows of the networks around it. Tests put another one in its place.
pub(crate) trait Machine: fmt::Debug + Send + Sync {
    /// Who is at which address nearby.
    fn neighbours(&self) -> Neighbours;

    /// Whether it has a way into the network of `host`: an interface in it, or a route. None when a router in between
    /// would have to tell.
    fn has_way(&self, host: IpAddr) -> Option<bool>;
}

/// The machine that we run on.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ThisMachine;

impl Machine for ThisMachine {
    fn neighbours(&self) -> Neighbours {
        discovery::neighbours()
    }

    /// Has the kernel choose a way as if something were to be sent.
    fn has_way(&self, host: IpAddr) -> Option<bool> {
        let any: IpAddr = if host.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
        let socket = UdpSocket::bind((any, 0)).ok()?;
        match socket.connect((host, PORT)) {
            Ok(()) => {
                let ours = socket.local_addr().ok()?.ip();
                (Place::of(ours) == Place::of(host)).then_some(true)
            }
            Err(error) if matches!(error.kind(), ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable) => {
                Some(false)
            }
            Err(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b12_this_machine_is_in_its_own_network() {
        assert_eq!(ThisMachine.has_way(Ipv4Addr::LOCALHOST.into()), Some(true));
    }
}
