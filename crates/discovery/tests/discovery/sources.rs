//! Sources run side by side: one that fails does not stop the others, readers may be slow, and all ends cleanly.

use std::{net::SocketAddrV4, time::Duration};

use chrono::Utc;
use discovery::{MergeOptions, News, Seen, Source, SourceError, SourceKind, Sources, SourcesOptions, mdns::Service};
use shelly_gen1::coiot::ListenerConfig;
use shelly_http::Endpoint;

use crate::{PATIENCE, clock, mac, mdns::Responder, sighting, until};

fn seen(device: u8, address: &str) -> Seen {
    let mut seen = Seen::new(Source::Scan, Utc::now());
    (seen.mac, seen.address) = (Some(mac(device)), Some(address.parse().unwrap()));
    seen
}

#[tokio::test]
async fn a_source_that_fails_is_reported_and_does_not_stop_the_others() {
    let responder = Responder::start();
    responder.announce(Service::Shelly, "shellyplus1-a8032a000001", "x", 80, &[("gen", "2")]);
    // An address for documentation, which this machine does not have.
    let bind = SocketAddrV4::new([192, 0, 2, 1].into(), 0);
    let options = SourcesOptions {
        mdns: Some(responder.options.clone()),
        coiot: Some(ListenerConfig { bind, ..ListenerConfig::default() }),
        retry: Duration::from_millis(10),
        repeat: Duration::from_millis(1),
        ..SourcesOptions::default()
    };
    let mut sources = Sources::start(&options, clock());
    for _ in 0..2 {
        let failed = |news: &News| match news {
            News::Failed { kind: SourceKind::Coiot, error: SourceError::Coiot(error) } => Some(error.to_string()),
            _ => None,
        };
        assert_eq!(until(&mut sources, failed).await, "listen on 192.0.2.1:0");
    }
    assert_eq!(sighting(&mut sources, mac(1)).await.about.source, SourceKind::Mdns);
    tokio::time::timeout(PATIENCE, sources.stop()).await.unwrap();
}

#[tokio::test]
async fn b7_conflicts_are_told_and_taken_back() {
    let mut sources = Sources::start(&SourcesOptions::default(), clock());
    let reporter = sources.reporter();
    assert!(reporter.tell(seen(1, "10.0.0.7")).await && reporter.tell(seen(2, "10.0.0.7")).await);
    let conflict = |news: &News| match news {
        News::Conflict(conflict) => Some(conflict.clone()),
        _ => None,
    };
    let told = until(&mut sources, conflict).await;
    assert_eq!((told.address, told.macs.len()), (Endpoint::new("10.0.0.7", 80), 2));
    assert!(reporter.tell(seen(2, "10.0.0.8")).await);
    let settled = |news: &News| match news {
        News::Settled(address) => Some(address.clone()),
        _ => None,
    };
    assert_eq!(until(&mut sources, settled).await, Endpoint::new("10.0.0.7", 80));
    sources.stop().await;
}

/// What waits is bounded by the number of devices, and the reader gets the newest.
#[tokio::test]
async fn a_slow_reader_gets_the_newest_and_nothing_twice() {
    let options = SourcesOptions {
        news: 1,
        merge: MergeOptions { capacity: 10, ..MergeOptions::default() },
        ..SourcesOptions::default()
    };
    let mut sources = Sources::start(&options, clock());
    let reporter = sources.reporter();
    for round in 1..=200_u16 {
        for device in 1..=20 {
            assert!(reporter.tell(seen(device, &format!("10.0.{device}.1:{round}"))).await);
        }
    }
    drop(reporter);
    let mut count = 0;
    loop {
        let sighting = until(&mut sources, |news| match news {
            News::Sighting(sighting) => Some((sighting.mac, sighting.about.address.clone().unwrap())),
            _ => None,
        });
        count += 1;
        let (who, address) = sighting.await;
        if (who, address.port()) == (mac(10), 200) {
            break;
        }
    }
    assert!(count <= 30, "{count} news of 10 devices");
    tokio::time::timeout(PATIENCE, sources.stop()).await.unwrap();
}

#[tokio::test]
async fn stopped_sources_take_nothing() {
    let sources = Sources::start(&SourcesOptions::default(), clock());
    let reporter = sources.reporter();
    sources.stop().await;
    assert!(!reporter.tell(seen(1, "10.0.0.7")).await && !reporter.try_tell(seen(1, "10.0.0.7")));
}
