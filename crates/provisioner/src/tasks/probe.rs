//! Looks for devices on the agent's own networks (B4).

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use discovery::{
    Progress, ScanOptions, Target, coiot,
    mdns::{Browser, MdnsOptions},
    parse_targets, scan,
};
use futures::future::ready;
use ipnet::IpNet;
use shelly_driver::{Coiot, CoiotConfig, Options};
use shelly_http::Endpoint;
use shelly_types::Mac;
use tokio::time::{Instant, timeout};

use crate::{Clock, FoundBy, Known, find::own_networks};

/// Addresses asked at once; the host may be small.
const AT_ONCE: ScanOptions =
    ScanOptions { concurrency: 128, asked_at_once: 16, connect_timeout: Duration::from_millis(800) };

/// Addresses of devices that are remembered; more are forgotten all at once.
const MOST_SEEN: usize = 4096;

/// A device on a network of the agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LanDevice {
    /// Who.
    pub device: Known,
    /// Where.
    pub endpoint: Endpoint,
    /// What saw it.
    pub by: FoundBy,
}

/// What a look around came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probed {
    /// Addresses asked.
    pub asked: u64,
    /// The devices, by hardware address.
    pub devices: Vec<LanDevice>,
}

/// The agent's own networks.
pub struct Lan {
    /// How devices are asked.
    pub options: Options,
    /// How to listen to mDNS; none not to.
    pub mdns: Option<MdnsOptions>,
    /// How to listen to the reports of Gen1 devices; none not to.
    pub coiot: Option<CoiotConfig>,
    /// What is asked address by address when the agent looks by itself; the networks of `interfaces` when there is nothing.
    pub targets: Vec<Target>,
    /// Interfaces of the host.
    pub interfaces: Vec<String>,
    /// Networks with devices to which calls of the manager are passed on; none for not at all.
    pub relay_to: Vec<IpNet>,
    /// The time, for what is heard.
    pub clock: std::sync::Arc<dyn Clock>,
    /// Where which device was seen, and when last.
    seen: Mutex<BTreeMap<Endpoint, (Mac, Instant)>>,
}

impl Lan {
    /// Networks that are asked when somebody says where, and to whose devices nothing is passed on.
    pub fn new(options: Options, clock: std::sync::Arc<dyn Clock>) -> Self {
        Self {
            options,
            mdns: None,
            coiot: None,
            targets: Vec::new(),
            interfaces: Vec::new(),
            relay_to: Vec::new(),
            clock,
            seen: Mutex::default(),
        }
    }

    /// Asks every address of the targets who is there, and listens for so long to what announces itself. Without a target
    /// it only listens.
    ///
    /// # Errors
    /// Why the targets are none.
    pub async fn look(&self, targets: &[String], listen: Duration) -> Result<Probed, String> {
        let targets = if targets.is_empty() { Ok(Vec::new()) } else { parse_targets(targets) };
        Ok(self.look_at(&targets.map_err(|error| error.to_string())?, listen).await)
    }

    /// The same in the networks around.
    pub async fn look_around(&self, listen: Duration) -> Probed {
        if !self.targets.is_empty() {
            return self.look_at(&self.targets, listen).await;
        }
        self.look_at(&own_networks(&self.interfaces), listen).await
    }

    async fn look_at(&self, targets: &[Target], listen: Duration) -> Probed {
        let (progress, found) = (Progress::default(), Mutex::new(BTreeMap::<Mac, LanDevice>::new()));
        let asked = Mutex::new(BTreeSet::new());
        let ask = |endpoint: Endpoint, by: FoundBy| {
            let (found, is_new) = (&found, lock(&asked).insert(endpoint.clone()));
            async move {
                if !is_new {
                    return None;
                }
                let answer = self.options.probe(&endpoint).await.ok()?;
                let mac = answer.identity.mac;
                self.note(answer.endpoint.clone(), mac);
                let device = LanDevice { device: Known::from(&answer.identity), endpoint: answer.endpoint, by };
                lock(found).insert(mac, device).is_none().then_some(())
            }
        };
        let of_scan = |endpoint, stream| {
            drop(stream);
            ask(endpoint, FoundBy::Scan)
        };
        let scanning = scan(targets, AT_ONCE, &progress, of_scan, ready);
        let announced = async {
            let Some(options) = self.mdns.as_ref().filter(|_| !listen.is_zero()) else { return };
            let Ok(mut browser) = Browser::start(options) else { return };
            let heard = async {
                while let Ok(record) = browser.next().await {
                    if let Some(address) = record.seen(self.clock.now()).and_then(|seen| seen.address) {
                        ask(address, FoundBy::Mdns).await;
                    }
                }
            };
            // The time is over, or the engine has ended.
            let _ = timeout(listen, heard).await;
            browser.stop().await;
        };
        let reported = async {
            let Some(config) = self.coiot.as_ref().filter(|_| !listen.is_zero()) else { return };
            let Ok(mut socket) = Coiot::open(config) else {
                tracing::debug!("no reports of Gen1 devices are heard: something else has their port");
                return;
            };
            let heard = async {
                while let Some(heard) = socket.next().await {
                    let seen = coiot::seen(heard.datagram(), self.clock.now());
                    if let Some(address) = seen.and_then(|seen| seen.address) {
                        ask(address, FoundBy::Coiot).await;
                    }
                }
            };
            // The time is over, or the socket has failed.
            let _ = timeout(listen, heard).await;
        };
        tokio::join!(Box::pin(scanning), Box::pin(announced), Box::pin(reported));
        let devices = found.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect();
        Probed { asked: progress.probed(), devices }
    }

    /// A device was at this address a moment ago.
    pub(crate) fn note(&self, endpoint: Endpoint, mac: Mac) {
        let mut seen = lock(&self.seen);
        if seen.len() >= MOST_SEEN {
            seen.clear();
        }
        seen.insert(endpoint, (mac, Instant::now()));
    }

    /// Who was seen at an address lately.
    pub(crate) fn seen_at(&self, endpoint: &Endpoint, lately: Duration) -> Option<Mac> {
        let seen = lock(&self.seen);
        seen.get(endpoint).filter(|(_, at)| at.elapsed() < lately).map(|(mac, _)| *mac)
    }

    /// Nobody knows any more who is there.
    pub(crate) fn doubt(&self, endpoint: &Endpoint) {
        lock(&self.seen).remove(endpoint);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
