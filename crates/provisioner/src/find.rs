//! Looks for a device in the network, by its hardware address.

use std::{
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

use discovery::{
    Progress, ScanOptions, Target,
    mdns::{Browser, MdnsOptions},
    parse_targets, scan,
};
use futures::future::{Either, ready, select};
use serde::{Deserialize, Serialize};
use shelly_driver::Options;
use shelly_http::Endpoint;
use shelly_types::Mac;
use tokio::{sync::mpsc, time::timeout};

use crate::{Clock, Known, outcome::text};

/// Where a device answers in the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Where.
    #[serde(with = "text")]
    pub endpoint: Endpoint,
    /// How.
    pub by: FoundBy,
    /// Who it says it is.
    pub device: Known,
}

/// What found a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FoundBy {
    /// It told its address itself, before we left its access point.
    Told,
    /// It announces itself.
    Mdns,
    /// It sent a report, as Gen1 devices do.
    Coiot,
    /// It answered when every address was asked.
    Scan,
}

impl FoundBy {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Told => "told",
            Self::Mdns => "mdns",
            Self::Coiot => "coiot",
            Self::Scan => "scan",
        }
    }
}

/// Looks for devices in the network.
pub trait FindOnLan: Send + Sync {
    /// Looks once. A device counts only when it answers and says that it has this hardware address.
    fn look(&self, mac: Mac, told: Option<IpAddr>) -> impl Future<Output = Option<Found>> + Send;
}

/// Looks at the address that the device told, listens to mDNS, and asks every address.
pub struct LanSearch {
    /// How devices are asked.
    pub options: Options,
    /// Networks, ranges and hosts to ask one by one; those around our own addresses when there are none.
    pub targets: Vec<Target>,
    /// Interfaces of which the network is asked when there are no targets.
    pub interfaces: Vec<String>,
    /// How to listen; none not to.
    pub mdns: Option<MdnsOptions>,
    /// How long one look listens.
    pub listen: Duration,
    /// The time, for what is heard.
    pub clock: std::sync::Arc<dyn Clock>,
}

/// Addresses asked at once: a look is repeated, and the host may be small.
const AT_ONCE: ScanOptions =
    ScanOptions { concurrency: 128, asked_at_once: 16, connect_timeout: Duration::from_millis(800) };

impl FindOnLan for LanSearch {
    async fn look(&self, mac: Mac, told: Option<IpAddr>) -> Option<Found> {
        if let Some(address) = told
            && let Some(found) = self.ask(&Endpoint::new(address.to_string(), Endpoint::DEFAULT_PORT), mac).await
        {
            return Some(Found { by: FoundBy::Told, ..found });
        }
        match select(Box::pin(self.listen_for(mac)), Box::pin(self.scan_for(mac))).await {
            Either::Left((Some(found), _)) | Either::Right((Some(found), _)) => Some(found),
            Either::Left((None, other)) => other.await,
            Either::Right((None, other)) => other.await,
        }
    }
}

impl LanSearch {
    /// Whether the device answers there.
    async fn ask(&self, endpoint: &Endpoint, mac: Mac) -> Option<Found> {
        let found = self.options.probe(endpoint).await.ok()?;
        (found.identity.mac == mac).then(|| Found {
            endpoint: found.endpoint,
            by: FoundBy::Scan,
            device: Known::from(&found.identity),
        })
    }

    async fn listen_for(&self, mac: Mac) -> Option<Found> {
        let mut browser = match Browser::start(self.mdns.as_ref()?) {
            Ok(browser) => browser,
            Err(error) => {
                tracing::debug!(error = %error, "no mDNS; every address is asked");
                return None;
            }
        };
        let heard = async {
            loop {
                let Ok(record) = browser.next().await else { return None };
                let Some(seen) = record.seen(self.clock.now()) else { continue };
                if seen.mac == Some(mac)
                    && let Some(address) = seen.address
                    && let Some(found) = self.ask(&address, mac).await
                {
                    return Some(Found { by: FoundBy::Mdns, ..found });
                }
            }
        };
        let heard = timeout(self.listen, heard).await.ok().flatten();
        browser.stop().await;
        heard
    }

    async fn scan_for(&self, mac: Mac) -> Option<Found> {
        let around;
        let targets = if self.targets.is_empty() {
            around = own_networks(&self.interfaces);
            &around
        } else {
            &self.targets
        };
        let (sender, mut receiver) = mpsc::channel(1);
        let progress = Progress::default();
        let ask = |endpoint, stream| async move {
            drop(stream);
            self.ask(&endpoint, mac).await
        };
        // The first is enough.
        let keep = |found| {
            let _ = sender.try_send(found);
            ready(())
        };
        let look = scan(targets, AT_ONCE, &progress, ask, keep);
        let found = tokio::select! {
            found = receiver.recv() => found,
            () = Box::pin(look) => None,
        };
        found.or_else(|| receiver.try_recv().ok())
    }
}

/// The networks around our own addresses: the 256 addresses around each that is private.
pub(crate) fn own_networks(interfaces: &[String]) -> Vec<Target> {
    let mut networks: Vec<String> = interfaces
        .iter()
        .flat_map(|interface| wifi_control::addresses(interface).unwrap_or_default())
        .filter(Ipv4Addr::is_private)
        .map(|address| {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.0/24")
        })
        .collect();
    networks.sort();
    networks.dedup();
    parse_targets(networks).unwrap_or_default()
}
