//! The rules that come with the program, a table for each subject.

mod access;
mod clock;
mod health;
mod names;
mod radio;
mod services;

use std::collections::BTreeMap;

use shelly_types::Mac;

use crate::{DeviceFacts, Finding, Rule};

/// Every rule, by subject.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    [access::RULES, radio::RULES, services::RULES, clock::RULES, names::RULES, health::RULES].into_iter().flatten()
}

/// The rule with this id.
pub fn by_id(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

/// Devices that have the same `key`; one that nobody shares is left out.
fn shared<K: Ord>(devices: &[&DeviceFacts], key: impl Fn(&DeviceFacts) -> Option<K>) -> Vec<(K, Vec<Mac>)> {
    let mut by_key: BTreeMap<K, Vec<Mac>> = BTreeMap::new();
    for device in devices {
        if let Some(key) = key(device) {
            by_key.entry(key).or_default().push(device.mac);
        }
    }
    by_key.into_iter().filter(|(_, macs)| macs.len() > 1).collect()
}

/// A finding for each device that shares its `key` with others, worded from the key and the number of the others.
fn for_shared<K: Ord>(
    devices: &[&DeviceFacts],
    key: impl Fn(&DeviceFacts) -> Option<K>,
    finding: impl Fn(&K, usize) -> Finding,
) -> Vec<(Mac, Finding)> {
    let of_one = |(key, macs): (K, Vec<Mac>)| {
        let found = finding(&key, macs.len() - 1);
        macs.into_iter().map(move |mac| (mac, found.clone()))
    };
    shared(devices, key).into_iter().flat_map(of_one).collect()
}

/// What more than two thirds of at least three devices have in common, and the devices that have something else.
fn outsiders<'a, K: Ord + Clone>(
    devices: &[&'a DeviceFacts],
    key: impl Fn(&'a DeviceFacts) -> Option<K>,
) -> Option<(K, Vec<(Mac, K)>)> {
    let known: Vec<(Mac, K)> = devices.iter().filter_map(|device| Some((device.mac, key(device)?))).collect();
    let mut counts: BTreeMap<&K, usize> = BTreeMap::new();
    for (_, key) in &known {
        *counts.entry(key).or_default() += 1;
    }
    let (common, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    let common = (known.len() >= 3 && count * 3 > known.len() * 2).then(|| common.clone())?;
    let others = known.into_iter().filter(|(_, key)| *key != common).collect();
    Some((common, others))
}

/// The host of `scheme://host:port/path` or `host:port`.
fn host(text: &str) -> &str {
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let text = text.split('/').next().unwrap_or(text);
    text.rsplit_once(':').map_or(text, |(host, _)| host)
}

/// Whether an address can only be the device itself or its own access point's network, 192.168.33.0/24
/// (reference/gen1/protocol.md 5, reference/gen2/protocol.md 10).
fn leads_nowhere(target: &str) -> bool {
    let host = host(target);
    host.is_empty() || host == "localhost" || ["192.168.33.", "127.", "0.0.0.0"].iter().any(|net| host.starts_with(net))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_understood() {
        assert_eq!(host("ws://10.0.0.2:8123/api"), "10.0.0.2");
        assert_eq!(host("broker.lan:1883"), "broker.lan");
        assert!(leads_nowhere("192.168.33.3:1883") && leads_nowhere("ws://localhost/x") && leads_nowhere(""));
        assert!(!leads_nowhere("192.168.3.3:1883"));
    }
}
