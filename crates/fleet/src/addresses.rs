//! Static addresses of devices: given or from a pool, and checked before anything is sent (C12).

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    net::Ipv4Addr,
};

use capability_config::{SettingPath, SettingSelector, SettingValue};
use fleet_model::{Actor, DeviceRecord, JobOptions, LayerScope, Permission};
use serde_json::{Value, json};
use shelly_types::{ComponentKey, Mac};
use sync_engine::{NetworkSlot, Plan};

use crate::{Error, ErrorKind, Fleet, JobWithUnits, LayerChange, ScopeName, Selection, connect::endpoint};

/// Most addresses that a pool holds.
const MOST: usize = 4096;

/// Where addresses come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Addresses {
    /// These.
    Given(Vec<(Mac, Ipv4Addr)>),
    /// One each for the selected devices, from the first to the last of a range. A device that has one of them keeps it.
    Pool {
        /// The first.
        first: Ipv4Addr,
        /// The last.
        last: Ipv4Addr,
    },
    /// The network leases them, as it does from the factory.
    Leased,
}

/// The network that addresses are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressNetwork {
    /// Netmask.
    pub netmask: Ipv4Addr,
    /// Gateway, within the network.
    pub gateway: Option<Ipv4Addr>,
    /// Name server.
    pub nameserver: Option<Ipv4Addr>,
}

impl Fleet {
    /// Wishes an address for each of the selected devices and makes the job that gives it to them. Nothing is written to a
    /// device before somebody says yes.
    ///
    /// # Errors
    /// When an address or the network makes no sense; every mistake is named, and nothing is wished then.
    pub async fn addresses_assign(
        &self,
        actor: &Actor,
        selection: &Selection,
        addresses: &Addresses,
        network: Option<AddressNetwork>,
        options: JobOptions,
    ) -> Result<JobWithUnits, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let macs = match addresses {
            Addresses::Given(given) => given.iter().map(|(mac, _)| *mac).collect(),
            Addresses::Pool { .. } | Addresses::Leased => self.selected(actor, selection).await?,
        };
        let selection = Selection { devices: macs.clone(), ..Selection::default() };
        if macs.is_empty() {
            return Err(Error::invalid("no device was named"));
        }
        let wishes = match (addresses, network) {
            (Addresses::Leased, _) => macs.iter().map(|mac| (*mac, None)).collect(),
            (_, None) => return Err(Error::invalid("static addresses need a netmask")),
            (addresses, Some(network)) => self.assigned(addresses, network, &macs).await?,
        };
        for (mac, address) in wishes {
            let wish = |field: &str, value: Value| (NetworkSlot::First.path(field).to_string(), value);
            let text = |address: Option<Ipv4Addr>| address.map_or(Value::Null, |address| json!(address.to_string()));
            let (set, clear) = if let (Some(address), Some(network)) = (address, network) {
                let set = vec![
                    wish("ipv4mode", json!("static")),
                    wish("ip", json!(address.to_string())),
                    wish("netmask", json!(network.netmask.to_string())),
                    wish("gw", text(network.gateway)),
                    wish("nameserver", text(network.nameserver)),
                ];
                (set, Vec::new())
            } else {
                let fields = ["ip", "netmask", "gw", "nameserver"];
                let clear = fields.map(|field| NetworkSlot::First.path(field).to_string());
                (vec![wish("ipv4mode", json!("dhcp"))], clear.to_vec())
            };
            let change = LayerChange { scope: ScopeName::Device(mac), set, clear, revision: None };
            self.layer_change(actor, change).await?;
        }
        self.job_create(actor, &selection, options).await
    }

    /// The address of each device, after all of them were checked.
    async fn assigned(
        &self,
        addresses: &Addresses,
        network: AddressNetwork,
        macs: &[Mac],
    ) -> Result<Vec<(Mac, Option<Ipv4Addr>)>, Error> {
        let ours = self.store().devices_all().await?;
        let known: HashSet<Mac> = ours.iter().map(|record| record.mac).collect();
        if let Some(stranger) = macs.iter().find(|mac| !known.contains(mac)) {
            return Err(Error::not_found(format!("device {stranger}")));
        }
        let mut wished: BTreeMap<Mac, Ipv4Addr> = BTreeMap::new();
        let selector: Option<SettingSelector> = NetworkSlot::First.path("ip").to_string().parse().ok();
        for layer in self.store().layers_for_devices(ours.iter().map(|record| record.mac).collect()).await? {
            let LayerScope::Device(mac) = layer.scope else { continue };
            let value = selector.as_ref().and_then(|selector| layer.settings.get(selector));
            if let Some(address) = value.and_then(SettingValue::as_text).and_then(|text| text.parse().ok()) {
                wished.insert(mac, address);
            }
        }
        // Who has an address now, or is to have it.
        let mut taken: HashMap<Ipv4Addr, Mac> =
            ours.iter().filter_map(|record| Some((host(record)?, record.mac))).collect();
        taken.extend(wished.iter().map(|(mac, address)| (*address, *mac)));
        let free = |address: &Ipv4Addr, mac: Mac| taken.get(address).is_none_or(|owner| *owner == mac);
        let assigned: Vec<(Mac, Ipv4Addr)> = match addresses {
            Addresses::Given(given) => given.clone(),
            Addresses::Leased => Vec::new(),
            Addresses::Pool { first, last } => {
                let (from, to) = (u32::from(*first), u32::from(*last));
                if from > to || (to - from) as usize >= MOST {
                    return Err(Error::invalid(format!(
                        "a pool goes from its first address to its last, {MOST} at most"
                    )));
                }
                let mut used: HashSet<Ipv4Addr> = HashSet::new();
                let mut assigned = Vec::new();
                for mac in macs {
                    let kept = wished.get(mac).filter(|address| (from..=to).contains(&u32::from(**address))).copied();
                    let next = || {
                        let mut pool = (from..=to).map(Ipv4Addr::from);
                        pool.find(|address| {
                            let is_sound = trouble_of(*address, network).is_none();
                            is_sound
                                && network.gateway != Some(*address)
                                && !used.contains(address)
                                && free(address, *mac)
                        })
                    };
                    let Some(address) = kept.or_else(next) else {
                        return Err(Error::invalid(format!("the pool has no address left for device {mac}")));
                    };
                    used.insert(address);
                    assigned.push((*mac, address));
                }
                assigned
            }
        };
        let mut wrong: Vec<(String, String)> = Vec::new();
        let mut seen: HashMap<Ipv4Addr, Mac> = HashMap::new();
        for (mac, address) in &assigned {
            let mut refuse = |why: String| wrong.push((mac.to_string(), why));
            if let Some(why) = trouble_of(*address, network) {
                refuse(why);
            }
            if let Some(other) = seen.insert(*address, *mac) {
                refuse(format!("{address} is given to {other} too"));
            }
            if let Some(owner) = taken.get(address).filter(|owner| *owner != mac) {
                refuse(format!("{address} is that of device {owner}"));
            }
        }
        if wrong.is_empty() {
            return Ok(assigned.into_iter().map(|(mac, address)| (mac, Some(address))).collect());
        }
        let kind = ErrorKind::Invalid { setting: None, fields: wrong };
        Err(Error::new("some addresses cannot be given; nothing was changed", kind))
    }
}

/// What is wrong with an address in a network, by itself.
fn trouble_of(address: Ipv4Addr, network: AddressNetwork) -> Option<String> {
    let AddressNetwork { netmask, gateway, nameserver } = network;
    let mask = u32::from(netmask);
    if mask.leading_ones() + mask.trailing_zeros() != 32 || !(8..=30).contains(&mask.leading_ones()) {
        return Some(format!("{netmask} is no netmask of a network with room for devices"));
    }
    let base = u32::from(address) & mask;
    let is_end = |address: Ipv4Addr| u32::from(address) == base || u32::from(address) == base | !mask;
    if address.is_multicast() || address.is_unspecified() || address.is_broadcast() {
        return Some(format!("{address} is no address of a device"));
    }
    if is_end(address) {
        return Some(format!("{address} is the network itself or its broadcast address"));
    }
    match gateway {
        Some(gateway) if u32::from(gateway) & mask != base || is_end(gateway) => {
            return Some(format!("the gateway {gateway} is not within the network of {address}"));
        }
        Some(gateway) if gateway == address => return Some(format!("{address} is the gateway")),
        Some(_) | None => {}
    }
    let is_bad = |server: &Ipv4Addr| server.is_unspecified() || server.is_multicast() || server.is_broadcast();
    nameserver.filter(is_bad).map(|server| format!("{server} is no address of a name server"))
}

/// Why a plan must not give its device an address: it could not be reached there.
pub(crate) fn trouble(plan: &Plan, record: &DeviceRecord) -> Option<String> {
    let value = |field: &str| {
        let path = SettingPath::new(ComponentKey::single("wifi"), format!("sta.{field}"));
        let planned = plan.changes().find(|change| change.path == path).map(|change| &change.after);
        planned.or_else(|| plan.relies_on.get(&path)).and_then(SettingValue::as_text).map(str::to_owned)
    };
    if value("ipv4mode").as_deref() == Some("dhcp") {
        return None;
    }
    let address = value("ip")?;
    let parsed = |field: &str| value(field).and_then(|text| text.parse::<Ipv4Addr>().ok());
    let Some((address, netmask)) = parsed("ip").zip(parsed("netmask")) else {
        return Some(format!("the address {address} needs a netmask, both with four numbers"));
    };
    let network = AddressNetwork { netmask, gateway: parsed("gw"), nameserver: parsed("nameserver") };
    if let Some(why) = trouble_of(address, network) {
        return Some(why);
    }
    let mask = u32::from(netmask);
    let now = host(record)?;
    (u32::from(now) & mask != u32::from(address) & mask).then(|| {
        format!("{address} is not in the network in which the device is now, at {now}: it could not be reached there")
    })
}

/// The address that a device has now.
fn host(record: &DeviceRecord) -> Option<Ipv4Addr> {
    endpoint(&record.endpoint).ok()?.host().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble(address: &str, netmask: &str, gateway: &str) -> Option<String> {
        let gateway = Some(gateway).filter(|text| !text.is_empty()).map(|text| text.parse().unwrap());
        let network = AddressNetwork { netmask: netmask.parse().unwrap(), gateway, nameserver: None };
        trouble_of(address.parse().unwrap(), network)
    }

    /// C12: mask, gateway, and the two ends of a network are checked.
    #[test]
    fn c12_addresses_are_checked_before_they_are_sent() {
        assert_eq!(trouble("10.0.0.7", "255.255.255.0", "10.0.0.1"), None);
        assert_eq!(trouble("10.0.0.255", "255.255.254.0", ""), None, "within a larger network");
        for (address, netmask, gateway, why) in [
            ("10.0.0.7", "255.0.255.0", "", "no netmask"),
            ("10.0.0.7", "255.255.255.254", "", "no netmask"),
            ("10.0.0.7", "0.0.0.0", "", "no netmask"),
            ("10.0.0.0", "255.255.255.0", "", "network itself"),
            ("10.0.0.255", "255.255.255.0", "", "broadcast"),
            ("10.0.0.7", "255.255.255.0", "10.0.1.1", "not within"),
            ("10.0.0.7", "255.255.255.0", "10.0.0.255", "not within"),
            ("10.0.0.7", "255.255.255.0", "10.0.0.7", "is the gateway"),
            ("224.0.0.7", "255.255.255.0", "", "no address"),
        ] {
            let found = trouble(address, netmask, gateway);
            assert!(
                found.as_deref().is_some_and(|found| found.contains(why)),
                "{address} {netmask} {gateway}: {found:?}"
            );
        }
    }
}
