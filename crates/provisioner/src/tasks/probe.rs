//! Looks for devices on the agent's own networks (B4).

use std::{collections::BTreeMap, sync::Mutex, time::Duration};

use discovery::{
    Progress, ScanOptions, Target,
    mdns::{Browser, MdnsOptions},
    parse_targets, scan,
};
use shelly_driver::Options;
use shelly_http::Endpoint;
use shelly_types::Mac;
use tokio::time::timeout;

use crate::{Clock, FoundBy, Known};

/// Addresses asked at once; the host may be small.
const AT_ONCE: ScanOptions =
    ScanOptions { concurrency: 128, asked_at_once: 16, connect_timeout: Duration::from_millis(800) };

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
    /// How to listen; none not to.
    pub mdns: Option<MdnsOptions>,
    /// The time, for what is heard.
    pub clock: std::sync::Arc<dyn Clock>,
}

impl Lan {
    /// Asks every address of the targets who is there, and listens for so long to what announces itself. Without targets it
    /// only listens.
    ///
    /// # Errors
    /// Why the targets are none.
    pub async fn look(&self, targets: &[String], listen: Duration) -> Result<Probed, String> {
        let targets: Vec<Target> = match targets {
            [] => Vec::new(),
            targets => parse_targets(targets).map_err(|error| error.to_string())?,
        };
        let (progress, found) = (Progress::default(), Mutex::new(BTreeMap::<Mac, LanDevice>::new()));
        let ask = |endpoint: Endpoint, by: FoundBy| {
            let found = &found;
            async move {
                let Ok(answer) = self.options.probe(&endpoint).await else { return false };
                let mac = answer.identity.mac;
                let device = LanDevice { device: Known::from(&answer.identity), endpoint: answer.endpoint, by };
                found.lock().is_ok_and(|mut found| found.insert(mac, device).is_none())
            }
        };
        let scanning = scan(&targets, AT_ONCE, &progress, |endpoint, stream| {
            drop(stream);
            ask(endpoint, FoundBy::Scan)
        });
        let hearing = async {
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
        tokio::join!(Box::pin(scanning), Box::pin(hearing));
        let devices = found.into_inner().unwrap_or_default().into_values().collect();
        Ok(Probed { asked: progress.probed(), devices })
    }
}
