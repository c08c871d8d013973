//! What discovery finds, from evidence alone, on loopback, against simulated devices, and in captures.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "helpers of tests may fail, and say why they do nothing")]

mod captures;
mod coiot;
mod extender;
mod mdns;
mod merge;
mod mqtt;
mod sources;

use std::{sync::Arc, time::Duration};

use chrono::Utc;
use discovery::{Clock, News, Sighting, Sources};
use shelly_types::Mac;

/// Ends a test that waits in vain.
const PATIENCE: Duration = Duration::from_mins(1);

fn clock() -> Clock {
    Arc::new(Utc::now)
}

fn mac(last: u8) -> Mac {
    Mac::new([0xA8, 3, 0x2A, 0, 0, last])
}

/// The first news that `pick` wants.
async fn until<T>(sources: &mut Sources, mut pick: impl FnMut(&News) -> Option<T>) -> T {
    let wait = async {
        loop {
            let news = sources.next().await.expect("running sources");
            if let Some(picked) = pick(&news) {
                return picked;
            }
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("the news in time")
}

/// The first sighting of this device.
async fn sighting(sources: &mut Sources, mac: Mac) -> Sighting {
    let of_mac = |news: &News| match news {
        News::Sighting(sighting) if sighting.mac == mac => Some(Sighting::clone(sighting)),
        _ => None,
    };
    until(sources, of_mac).await
}
