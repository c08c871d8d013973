//! Announces the devices of a fleet by mDNS, as both families do (gen1 protocol 4, gen2 protocol 10).

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};

use mdns_sd::{IfKind, ServiceDaemon, ServiceInfo};
use shelly_types::Mac;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::{device::Device, json, state::Reach};

/// How often is looked which devices are up.
const LOOK: Duration = Duration::from_millis(500);
/// Type of the service only Gen2+ has.
const SHELLY: &str = "_shelly._tcp.local.";
/// Type of the service both families have.
const HTTP: &str = "_http._tcp.local.";

/// Where devices are announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mdns {
    /// UDP port; 5353 unless a test wants to be alone.
    pub port: u16,
    /// Address of the interface.
    pub interface: IpAddr,
}

impl Default for Mdns {
    fn default() -> Self {
        Self { port: 5353, interface: IpAddr::V4(Ipv4Addr::LOCALHOST) }
    }
}

/// The responder cannot start.
#[derive(Debug, thiserror::Error)]
#[error("announce the simulated devices by mDNS on port {port}")]
pub struct MdnsError {
    /// The port.
    pub port: u16,
    /// What the responder said.
    #[source]
    pub source: mdns_sd::Error,
}

/// Starts a responder that announces nobody yet.
pub(crate) fn start(mdns: Mdns) -> Result<ServiceDaemon, MdnsError> {
    let failed = |source| MdnsError { port: mdns.port, source };
    let daemon = ServiceDaemon::new_with_port(mdns.port).map_err(failed)?;
    daemon.disable_interface(IfKind::All).map_err(failed)?;
    daemon.enable_interface(IfKind::Addr(mdns.interface)).map_err(failed)?;
    Ok(daemon)
}

/// Announces those that are up and want to be found, until the fleet stops.
pub(crate) async fn announce(daemon: ServiceDaemon, devices: impl Fn() -> Vec<Arc<Device>>, stop: CancellationToken) {
    let mut said: HashMap<Mac, Vec<ServiceInfo>> = HashMap::new();
    loop {
        for device in devices() {
            let wanted = services(&device);
            let known = said.entry(device.mac).or_default();
            let same = known.len() == wanted.len() && known.iter().zip(&wanted).all(|(a, b)| alike(a, b));
            if same {
                continue;
            }
            for old in known.iter().filter(|old| !wanted.iter().any(|new| new.get_fullname() == old.get_fullname())) {
                let _ = daemon.unregister(old.get_fullname());
            }
            for new in &wanted {
                let _ = daemon.register(new.clone());
            }
            *known = wanted;
        }
        tokio::select! {
            () = stop.cancelled() => break,
            () = sleep(LOOK) => {}
        }
    }
    let _ = daemon.shutdown();
}

fn alike(a: &ServiceInfo, b: &ServiceInfo) -> bool {
    a.get_fullname() == b.get_fullname()
        && a.get_port() == b.get_port()
        && a.get_addresses() == b.get_addresses()
        && a.get_property_val_str("ver") == b.get_property_val_str("ver")
        && a.get_property_val_str("fw_id") == b.get_property_val_str("fw_id")
}

/// What a device announces now; nothing while it is down, asleep, behind an extender or not discoverable.
fn services(device: &Arc<Device>) -> Vec<ServiceInfo> {
    if matches!(device.reach(), Reach::Down(_)) || device.extender().is_some() {
        return Vec::new();
    }
    let state = device.state();
    let root = json::parse(&state.config);
    let firmware = state.firmware.clone();
    drop(state);
    let path = if device.is_gen1() { "discoverable" } else { "sys.device.discoverable" };
    if json::at(&root, path) == Some(&serde_json::Value::Bool(false)) {
        return Vec::new();
    }
    let id = &*device.id;
    if device.is_gen1() {
        let texts = gen1_texts(device, firmware.id());
        return service(device, HTTP, id, id, &texts).into_iter().collect();
    }
    let generation = device.spec.generation.0.to_string();
    let texts = [("gen", generation.clone()), ("app", device.spec.app.clone()), ("ver", firmware.version().to_owned())];
    let host = format!("{}-{}", device.spec.ap_prefix, device.mac);
    let mut found: Vec<ServiceInfo> = Vec::new();
    found.extend(service(device, SHELLY, id, &host, &texts));
    found.extend(service(device, HTTP, id, &host, &[("gen", generation)]));
    if let Some(name) = json::text(&root, "sys.device.name").filter(|name| !name.is_empty() && !name.contains('.')) {
        found.extend(service(device, SHELLY, name, &host, &texts));
        found.extend(service(device, HTTP, name, &host, &texts));
    }
    found
}

/// TXT of Gen1; the second chip family says less.
fn gen1_texts(device: &Device, firmware: &str) -> Vec<(&'static str, String)> {
    if device.spec.quirks.second_chip {
        return vec![("fw_id", firmware.into()), ("id", device.id.to_string()), ("arch", "EFM32GG11".into())];
    }
    vec![
        ("id", device.id.to_string()),
        ("arch", "esp8266".into()),
        ("app", device.spec.id_prefix.trim_start_matches("shelly").to_lowercase()),
        ("fw_version", "1.0".into()),
        ("fw_id", firmware.into()),
        ("discoverable", "true".into()),
    ]
}

fn service(device: &Device, kind: &str, instance: &str, host: &str, texts: &[(&str, String)]) -> Option<ServiceInfo> {
    let address = device.address();
    let texts: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let mut service =
        ServiceInfo::new(kind, instance, &format!("{host}.local."), address.ip(), address.port(), &texts[..]).ok()?;
    service.set_requires_probe(false);
    Some(service)
}
