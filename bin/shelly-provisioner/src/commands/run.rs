//! Works for the manager.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr, SocketAddrV4},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, bail};
use discovery::mdns::MdnsOptions;
use provisioner::{
    FirmwareFile, SystemClock, Way,
    link::{About, Credentials, Enrolled, Link, Timetable, v1},
    tasks::{probe::Lan, relay::private_networks},
};
use rand::RngExt;
use sd_notify::NotifyState;
use shelly_driver::CoiotConfig;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use wifi_control::{HostWifi, addresses, wifi_interfaces};

use crate::{
    args::{Backend, Host, Run},
    output::{Exit, note},
    radio::Radio,
    wiring::network_interfaces,
};

/// Where Gen1 devices send their reports.
const COIOT: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 5683);

/// Works until it is told to stop.
pub(crate) async fn run(host: &Host, wish: &Run) -> anyhow::Result<Exit> {
    let Some(credentials) = Credentials::load(&host.state)? else {
        bail!("this host is not enrolled: run `shelly-provisioner enroll` with a code of the manager");
    };
    let firmware = wish.firmware_dir.as_deref().map(FirmwareFile::folder).transpose().context("use the firmware")?;
    for file in firmware.iter().flatten() {
        note(format!("devices get firmware first: {file}"));
    }
    let by = (host.backend != Backend::None).then_some(Way::AccessPoint);
    let agent = host.agent(by).await?.with_firmware(firmware.unwrap_or_default());
    let radio = match agent.wifi() {
        Radio::Wifi(HostWifi::NetworkManager(_)) => Some((host.interface()?, "NetworkManager")),
        Radio::Wifi(HostWifi::WpaSupplicant(_)) => Some((host.interface()?, "wpa_supplicant")),
        Radio::Absent => None,
    };
    let own = own_address(&credentials.manager).await;
    let interface = radio.as_ref().map(|(interface, _)| interface.clone()).unwrap_or_default();
    let carries = own.is_some_and(|own| belongs_to(own, &interface));
    let why_not = match &radio {
        None => Some("this agent has no radio (--backend none)".to_owned()),
        Some(_) => (carries && !wish.allow_own_interface).then(|| {
            format!(
                "{interface} carries the connection to the manager; another radio, a cable, or --allow-own-interface \
                 helps"
            )
        }),
    };
    if let Some(why) = &why_not {
        note(format!("no task for the radio is taken: {why}"));
    }
    let shown = (interface, radio.map_or("", |(_, control)| control), why_not.clone());
    let about = About {
        epoch: format!("{:032x}", rand::rng().random::<u128>()),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        host: host_name(),
        system: system(),
        interfaces: Box::new(move || interfaces(&shown.0, shown.1, shown.2.as_deref(), own)),
        why_not,
        carries_session: carries,
        timetable: Timetable {
            access_points: wish.scan_every.map(|seconds| Duration::from_secs(seconds.into())),
            lan: wish.look_every.map(|seconds| Duration::from_secs(seconds.into())),
            listen: None,
        },
    };
    let lan = lan(host, wish)?;
    let dial = Enrolled::new(credentials, host.state.clone(), Arc::new(SystemClock));
    let link = Link::new(Arc::new(agent), dial, about, lan);
    let stop = CancellationToken::new();
    stop_on_signals(&stop)?;
    let ready = || {
        // Without systemd nobody listens.
        let _ = sd_notify::notify(&[NotifyState::Ready]);
    };
    let watchdog = tokio::spawn(alive());
    let ended = link.run(stop, ready).await;
    watchdog.abort();
    let _ = sd_notify::notify(&[NotifyState::Stopping]);
    ended?;
    Ok(Exit::Ok)
}

/// The networks of this host, and what is done in them.
fn lan(host: &Host, wish: &Run) -> anyhow::Result<Lan> {
    let mut lan = Lan::new(host.device_options()?(), Arc::new(SystemClock));
    lan.mdns = Some(MdnsOptions::default());
    lan.coiot = Some(CoiotConfig { listen: COIOT, interfaces: Vec::new() });
    lan.targets = host.targets()?;
    lan.interfaces = network_interfaces().into_iter().filter(|name| !is_made_up(name)).collect();
    if !wish.no_relay {
        lan.relay_to = private_networks();
    }
    Ok(lan)
}

/// Whether an interface leads to programs on this host alone, as those of containers and tunnels do.
fn is_made_up(name: &str) -> bool {
    ["docker", "veth", "br-", "virbr", "cni", "tun", "tap", "wg"].iter().any(|begins| name.starts_with(begins))
}

/// Stops on the first signal; a second one ends the program at once, and the next start cleans up.
fn stop_on_signals(stop: &CancellationToken) -> anyhow::Result<()> {
    let mut end = signal(SignalKind::terminate()).context("listen for signals")?;
    let stop = stop.clone();
    tokio::spawn(async move {
        for again in [false, true] {
            tokio::select! {
                _ = end.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            if again {
                std::process::exit(1);
            }
            let _ = sd_notify::notify(&[NotifyState::Stopping]);
            stop.cancel();
        }
    });
    Ok(())
}

/// Tells systemd that this process is alive, where it wants to know.
async fn alive() {
    let Some(limit) = sd_notify::watchdog_enabled() else { return };
    let mut beats = tokio::time::interval((limit / 2).max(Duration::from_secs(1)));
    loop {
        beats.tick().await;
        let _ = sd_notify::notify(&[NotifyState::Watchdog]);
    }
}

/// Our address toward the manager. Nothing is sent.
async fn own_address(manager: &str) -> Option<IpAddr> {
    let target = tokio::net::lookup_host(manager).await.ok()?.next()?;
    let any: IpAddr =
        if target.is_ipv4() { std::net::Ipv4Addr::UNSPECIFIED.into() } else { std::net::Ipv6Addr::UNSPECIFIED.into() };
    let socket = tokio::net::UdpSocket::bind((any, 0)).await.ok()?;
    socket.connect(target).await.ok()?;
    Some(socket.local_addr().ok()?.ip())
}

/// Whether an address is one of this interface.
fn belongs_to(address: IpAddr, interface: &str) -> bool {
    let IpAddr::V4(address) = address else { return false };
    addresses(interface).is_ok_and(|own| own.contains(&address))
}

fn interfaces(radio: &str, control: &str, why_not: Option<&str>, own: Option<IpAddr>) -> Vec<v1::Interface> {
    let radios = wifi_interfaces();
    let shown = |name: String| {
        let mac = fs::read_to_string(format!("/sys/class/net/{name}/address")).unwrap_or_default();
        let addresses = addresses(&name).unwrap_or_default();
        let wifi = radios.contains(&name).then(|| {
            let is_ours = name == radio;
            v1::WifiRadio {
                control: if is_ours { control.to_owned() } else { String::new() },
                ssid: String::new(),
                is_usable: is_ours && why_not.is_none(),
                why_not: match (is_ours, why_not) {
                    (true, why) => why.unwrap_or_default().to_owned(),
                    (false, _) if radio.is_empty() => "this agent uses no radio".to_owned(),
                    (false, _) => format!("this agent works with {radio}"),
                },
            }
        });
        v1::Interface {
            carries_session: own.is_some_and(|own| addresses.iter().any(|address| IpAddr::V4(*address) == own)),
            addresses: addresses.iter().map(ToString::to_string).collect(),
            mac: mac.trim().replace(':', "").to_uppercase(),
            wifi,
            name,
        }
    };
    network_interfaces().into_iter().map(shown).collect()
}

/// Name of this host.
pub(crate) fn host_name() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    if name.trim().is_empty() { "agent".to_owned() } else { name.trim().to_owned() }
}

/// The system, as people know it.
fn system() -> String {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
    name.map_or_else(|| "Linux".to_owned(), |name| name.trim_matches('"').to_owned())
}
