//! Announcements on loopback, by a responder of the engine's own (B1).

use std::{
    net::{IpAddr, Ipv4Addr, UdpSocket},
    time::Duration,
};

use discovery::{
    News, Sources, SourcesOptions,
    mdns::{Browser, Interface, MdnsOptions, Service},
};
use mdns_sd::{IfKind, ServiceDaemon, ServiceInfo};

use crate::{PATIENCE, clock, mac, sighting, until};

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Announces services until it is dropped.
pub(crate) struct Responder {
    daemon: ServiceDaemon,
    pub(crate) options: MdnsOptions,
}

impl Responder {
    pub(crate) fn start() -> Self {
        // A port of its own, so that tests do not hear each other.
        let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let daemon = ServiceDaemon::new_with_port(port).unwrap();
        daemon.disable_interface(IfKind::All).unwrap();
        daemon.enable_interface(IfKind::Addr(LOOPBACK)).unwrap();
        let options = MdnsOptions {
            interfaces: vec![Interface::Address(LOOPBACK)],
            port,
            repeat: Duration::from_millis(200),
            ask: Duration::from_millis(500),
        };
        Self { daemon, options }
    }

    pub(crate) fn announce(&self, service: Service, name: &str, host: &str, port: u16, txt: &[(&str, &str)]) {
        let host = format!("{host}.local.");
        let mut info = ServiceInfo::new(service.domain(), name, &host, LOOPBACK, port, txt).unwrap();
        info.set_requires_probe(false);
        self.daemon.register(info).unwrap();
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        self.daemon.shutdown().unwrap();
    }
}

#[tokio::test]
async fn b1_announced_devices_of_both_families_are_found() {
    let responder = Responder::start();
    let plus = [("gen", "2"), ("app", "Plus1"), ("ver", "1.4.4")];
    responder.announce(Service::Shelly, "shellyplus1-a8032a000001", "ShellyPlus1-A8032A000001", 8101, &plus);
    let gen1 = [("id", "shelly1-A8032A000002"), ("arch", "esp8266"), ("fw_id", "20230913-112003/v1.14.0-gcb84623")];
    responder.announce(Service::Http, "shelly1-A8032A000002", "shelly1-A8032A000002", 8102, &gen1);
    responder.announce(Service::Http, "printer", "printer", 8103, &[("gen", "2")]);
    let options = SourcesOptions { mdns: Some(responder.options.clone()), ..SourcesOptions::default() };
    let mut sources = Sources::start(&options, clock());
    let mut found = Vec::new();
    while found.len() < 2 {
        let news = until(&mut sources, |news| match news {
            News::Sighting(sighting) => Some((sighting.mac, sighting.about.clone())),
            News::Stranger(stranger) => panic!("{stranger:?}"),
            _ => None,
        });
        let (mac, about) = news.await;
        if found.iter().all(|(known, _)| *known != mac) {
            found.push((mac, about));
        }
    }
    found.sort_by_key(|(mac, _)| *mac);
    let address = |index: usize| found[index].1.address.as_ref().unwrap().to_string();
    assert_eq!((found[0].0, address(0).as_str()), (mac(1), "127.0.0.1:8101"));
    assert_eq!((found[0].1.app.as_deref(), found[1].1.app.as_deref()), (Some("Plus1"), None));
    assert_eq!((found[1].0, address(1).as_str()), (mac(2), "127.0.0.1:8102"));
    sources.stop().await;
}

/// B6: a device that announces another port is followed, and one of which nothing is new is told again.
#[tokio::test]
async fn b6_announcements_are_followed_and_repeated() {
    let responder = Responder::start();
    let announce = |port| {
        let txt = [("gen", "3"), ("app", "Mini1G3")];
        responder.announce(Service::Shelly, "shelly1minig3-a8032a000003", "Shelly1MiniG3-A8032A000003", port, &txt);
    };
    announce(8201);
    let mdns = Some(responder.options.clone());
    let options = SourcesOptions { mdns, repeat: Duration::from_millis(1), ..SourcesOptions::default() };
    let mut sources = Sources::start(&options, clock());
    let first = sighting(&mut sources, mac(3)).await;
    loop {
        let again = sighting(&mut sources, mac(3)).await;
        if again.about.last_seen_at > first.about.last_seen_at {
            break;
        }
    }
    announce(8202);
    while sighting(&mut sources, mac(3)).await.about.address.unwrap().port() != 8202 {}
    sources.stop().await;
}

#[tokio::test]
async fn a_browser_starts_stops_and_starts_again() {
    let responder = Responder::start();
    responder.announce(Service::Shelly, "shellyplus1-a8032a000004", "x", 80, &[("gen", "2")]);
    for _ in 0..3 {
        let mut browser = Browser::start(&responder.options).unwrap();
        let record = tokio::time::timeout(PATIENCE, browser.next()).await.unwrap().unwrap();
        assert_eq!(record.txt("GEN"), Some("2"));
        browser.stop().await;
    }
}
