//! Receives what devices send, by multicast and unicast, over one socket.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::{net::UdpSocket, sync::mpsc, task::JoinHandle};

use super::{Error, GROUP, PORT, Packet};

/// Longest datagram; UDP allows no longer one.
const MAX_DATAGRAM: usize = 65_536;

/// Where a [`Listener`] listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenerConfig {
    /// Address and port; port 0 for a free one.
    pub bind: SocketAddrV4,
    /// Multicast group.
    pub group: Ipv4Addr,
    /// Addresses of the interfaces on which the group is joined; none for the one the system chooses.
    pub interfaces: Vec<Ipv4Addr>,
    /// Datagrams that wait to be taken at most; more are dropped and counted.
    pub capacity: usize,
}

impl Default for ListenerConfig {
    /// All addresses, port 5683, group 224.0.1.187, 256 datagrams.
    fn default() -> Self {
        Self {
            bind: SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, PORT),
            group: GROUP,
            interfaces: Vec::new(),
            capacity: 256,
        }
    }
}

/// What came from a device.
#[derive(Debug, Clone, PartialEq)]
pub struct Datagram {
    /// Sender. Behind a range extender this is not the address of the device.
    pub from: SocketAddr,
    /// Content.
    pub packet: Packet,
    /// The bytes as they came, for passing them on.
    pub bytes: Vec<u8>,
}

/// How many datagrams a [`Listener`] saw.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// All.
    pub received: u64,
    /// Those that are not `CoIoT`.
    pub unreadable: u64,
    /// Those that nobody took in time.
    pub dropped: u64,
}

#[derive(Debug, Default)]
struct Tally {
    received: AtomicU64,
    unreadable: AtomicU64,
    dropped: AtomicU64,
}

/// An open socket; closed when dropped.
#[derive(Debug)]
pub struct Listener {
    address: SocketAddr,
    not_joined: Vec<(Ipv4Addr, io::Error)>,
    queue: mpsc::Receiver<Datagram>,
    tally: Arc<Tally>,
    task: JoinHandle<()>,
}

impl Listener {
    /// Opens the socket and joins the group. Needs a tokio runtime.
    ///
    /// An interface on which the group cannot be joined is no error, since unicast works all the same; see
    /// [`Listener::not_joined`]. Other programs may listen on the same port; each gets the multicast messages, and only
    /// one of them gets those by unicast.
    ///
    /// # Errors
    /// [`Error::Bind`] when the socket cannot be opened.
    pub fn open(config: &ListenerConfig) -> Result<Self, Error> {
        let failed = |source| Error::Bind { address: config.bind.into(), source };
        let socket = open(config.bind).map_err(failed)?;
        let all = [Ipv4Addr::UNSPECIFIED];
        let interfaces = if config.interfaces.is_empty() { all.as_slice() } else { &config.interfaces };
        let join = |interface: &Ipv4Addr| {
            socket.join_multicast_v4(config.group, *interface).err().map(|error| (*interface, error))
        };
        let not_joined = interfaces.iter().filter_map(join).collect();
        let address = socket.local_addr().map_err(failed)?;
        let tally = Arc::new(Tally::default());
        let (sender, queue) = mpsc::channel(config.capacity.max(1));
        let task = tokio::spawn(receive(socket, sender, Arc::clone(&tally)));
        Ok(Self { address, not_joined, queue, tally, task })
    }

    /// The next datagram; none when the socket failed. Safe to cancel.
    pub async fn next(&mut self) -> Option<Datagram> {
        self.queue.recv().await
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Interfaces on which the group could not be joined, and why.
    pub fn not_joined(&self) -> &[(Ipv4Addr, io::Error)] {
        &self.not_joined
    }

    /// How many datagrams came so far.
    pub fn counts(&self) -> Counts {
        Counts {
            received: self.tally.received.load(Ordering::Relaxed),
            unreadable: self.tally.unreadable.load(Ordering::Relaxed),
            dropped: self.tally.dropped.load(Ordering::Relaxed),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn open(address: SocketAddrV4) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    if address.port() != 0 {
        socket.set_reuse_address(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    UdpSocket::from_std(socket.into())
}

async fn receive(socket: UdpSocket, sender: mpsc::Sender<Datagram>, tally: Arc<Tally>) {
    let mut buffer = vec![0; MAX_DATAGRAM];
    loop {
        let (length, from) = match socket.recv_from(&mut buffer).await {
            Ok(received) => received,
            // A port that is closed at the other end, told by ICMP, or the like: the socket itself is well.
            Err(error) if is_passing(&error) => continue,
            Err(_) => return,
        };
        tally.received.fetch_add(1, Ordering::Relaxed);
        let Ok(packet) = Packet::decode(&buffer[..length]) else {
            tally.unreadable.fetch_add(1, Ordering::Relaxed);
            continue;
        };
        if let Some(answer) = packet.acknowledgement() {
            // A device that misses the acknowledgement sends again.
            let _ = socket.try_send_to(&answer.encode(), from);
        }
        match sender.try_send(Datagram { from, packet, bytes: buffer[..length].to_vec() }) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(_)) => {
                tally.dropped.fetch_add(1, Ordering::Relaxed);
            }
            Err(mpsc::error::TrySendError::Closed(_)) => return,
        }
    }
}

fn is_passing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
    )
}
