//! Hears what devices announce by mDNS.

mod record;

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use mdns_sd::{DaemonEvent, IfKind, Receiver, ResolvedService, ServiceDaemon, ServiceEvent};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout};

#[doc(hidden)]
pub use self::record::exercise;
pub use self::record::{Record, Service, read_txt};
use crate::{
    SourceError, SourceKind,
    sources::{Context, News},
};

/// Time for the engine to end.
const PARTING: Duration = Duration::from_secs(2);

/// Commands that wait for the engine may be many for a moment; after so long they are given again.
const BUSY: Duration = Duration::from_millis(100);

/// An interface of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Interface {
    /// By name, `eth0`.
    Name(String),
    /// The one that has this address.
    Address(IpAddr),
}

/// How to listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MdnsOptions {
    /// Interfaces; none for all.
    pub interfaces: Vec<Interface>,
    /// UDP port; another than 5353 only for tests.
    pub port: u16,
    /// How often all that is known is told again, without asking anybody.
    pub repeat: Duration,
    /// How often the network is asked again, a few times within half a minute; longer than `repeat`.
    pub ask: Duration,
}

impl Default for MdnsOptions {
    /// All interfaces, port 5353, told each minute, asked every ten.
    fn default() -> Self {
        Self {
            interfaces: Vec::new(),
            port: mdns_sd::MDNS_PORT,
            repeat: Duration::from_mins(1),
            ask: Duration::from_mins(10),
        }
    }
}

/// Why nothing can be heard.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The port could not be opened.
    #[error("listen for mDNS on {address}")]
    Bind {
        /// Where.
        address: SocketAddr,
        /// Cause.
        #[source]
        source: io::Error,
    },
    /// The engine failed or ended.
    #[error("look for services by mDNS")]
    Engine(#[source] mdns_sd::Error),
}

/// Looks for both services until it is dropped.
///
/// The engine has a thread of its own, and all that is told passes through bounded queues. Devices that keep
/// announcing themselves are told again each [`MdnsOptions::repeat`]; one that says good-bye, or whose announcement
/// ran out, is told no more.
pub struct Browser {
    daemon: ServiceDaemon,
    streams: [Receiver<ServiceEvent>; 2],
    troubles: Receiver<DaemonEvent>,
    ticks: Interval,
    ask: Duration,
    asked: Instant,
}

impl std::fmt::Debug for Browser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Browser").field("ask", &self.ask).finish_non_exhaustive()
    }
}

impl Browser {
    /// Begins to look. Needs a tokio runtime.
    ///
    /// # Errors
    /// When the port cannot be opened or the engine not be started.
    pub fn start(options: &MdnsOptions) -> Result<Self, Error> {
        try_port(options.port)?;
        let daemon = ServiceDaemon::new_with_port(options.port).map_err(Error::Engine)?;
        // The engine lives on when its handle is dropped, so from here on an error has to end it.
        let begin = || {
            if !options.interfaces.is_empty() {
                let chosen: Vec<IfKind> = options.interfaces.iter().map(kind).collect();
                daemon.disable_interface(IfKind::All)?;
                daemon.enable_interface(chosen)?;
            }
            let [shelly, http] = Service::ALL.map(|service| daemon.browse(service.domain()));
            Ok((daemon.monitor()?, [shelly?, http?]))
        };
        let (troubles, streams) = match begin() {
            Ok(begun) => begun,
            Err(error) => {
                // An engine that cannot be reached has ended.
                let _ = daemon.shutdown();
                return Err(Error::Engine(error));
            }
        };
        let repeat = options.repeat.max(Duration::from_millis(1));
        let mut ticks = interval_at(Instant::now() + repeat, repeat);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Self { daemon, streams, troubles, ticks, ask: options.ask, asked: Instant::now() })
    }

    /// The next announcement. Safe to cancel.
    ///
    /// # Errors
    /// [`Error::Engine`] when the engine is in trouble; it may go on after that. When it has ended, each further call
    /// fails as well.
    pub async fn next(&mut self) -> Result<Record, Error> {
        loop {
            let event = tokio::select! {
                event = self.streams[0].recv_async() => event,
                event = self.streams[1].recv_async() => event,
                trouble = self.troubles.recv_async() => match trouble {
                    Ok(DaemonEvent::Error(error)) => return Err(Error::Engine(error)),
                    Ok(_) => continue,
                    Err(_) => return Err(Error::Engine(mdns_sd::Error::DaemonShutdown)),
                },
                _ = self.ticks.tick() => {
                    self.look_again().await?;
                    continue;
                }
            };
            match event {
                Ok(ServiceEvent::ServiceResolved(service)) => {
                    if let Some(record) = read(&service) {
                        return Ok(record);
                    }
                }
                Ok(_) => {}
                // The queue was full, so this look ended; another one tells everything.
                Err(_) => {
                    tokio::time::sleep(BUSY).await;
                    self.look_again().await?;
                }
            }
        }
    }

    /// Stops looking and waits until the engine has ended.
    pub async fn stop(self) {
        if let Ok(status) = self.daemon.shutdown() {
            // One that does not end in time ends later.
            let _ = timeout(PARTING, status.recv_async()).await;
        }
    }

    /// Has everything told again that is known, and asks the network if it is time to.
    async fn look_again(&mut self) -> Result<(), Error> {
        let ask = self.asked.elapsed() >= self.ask;
        for (service, stream) in Service::ALL.into_iter().zip(&mut self.streams) {
            *stream = loop {
                let look =
                    if ask { self.daemon.browse(service.domain()) } else { self.daemon.browse_cache(service.domain()) };
                match look {
                    Ok(stream) => break stream,
                    Err(mdns_sd::Error::Again) => tokio::time::sleep(BUSY).await,
                    Err(error) => return Err(Error::Engine(error)),
                }
            };
        }
        if ask {
            self.asked = Instant::now();
        }
        Ok(())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Fails when it has ended already.
        let _ = self.daemon.shutdown();
    }
}

/// The engine says nothing when it cannot have its port, so it is tried before, in the same way.
fn try_port(port: u16) -> Result<(), Error> {
    let address = SocketAddr::from((Ipv4Addr::UNSPECIFIED, port));
    let attempt = || {
        let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
        socket.set_reuse_address(true)?;
        #[cfg(unix)]
        socket.set_reuse_port(true)?;
        socket.bind(&address.into())
    };
    attempt().map_err(|source| Error::Bind { address, source })
}

fn kind(interface: &Interface) -> IfKind {
    match interface {
        Interface::Name(name) => IfKind::Name(name.clone()),
        Interface::Address(address) => IfKind::Addr(*address),
    }
}

fn read(service: &ResolvedService) -> Option<Record> {
    let mut record = Record::named(&service.fullname)?;
    record.host.clone_from(&service.host);
    record.port = service.port;
    record.addresses = service.addresses.iter().map(mdns_sd::ScopedIp::to_ip_addr).collect();
    let txt = |entry: &mdns_sd::TxtProperty| {
        let value = String::from_utf8_lossy(entry.val().unwrap_or_default()).into_owned();
        (entry.key().to_owned(), value)
    };
    record.txt = service.txt_properties.iter().map(txt).collect();
    Some(record)
}

/// Looks for services until the engine ends or everything stops.
pub(crate) async fn run(options: &MdnsOptions, context: &Context) -> SourceError {
    let mut browser = match Browser::start(options) {
        Ok(browser) => browser,
        Err(error) => return error.into(),
    };
    context.report(News::Running(SourceKind::Mdns)).await;
    loop {
        let Some(heard) = context.until_stopped(browser.next()).await else {
            browser.stop().await;
            return SourceError::Ended;
        };
        match heard {
            Ok(record) => {
                if let Some(seen) = record.seen(context.now()) {
                    context.reporter().tell(seen).await;
                }
            }
            Err(Error::Engine(mdns_sd::Error::DaemonShutdown)) => return SourceError::Ended,
            Err(error) => context.report(News::Failed { kind: SourceKind::Mdns, error: error.into() }).await,
        }
    }
}
