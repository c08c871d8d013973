//! Looks at devices with every built-in rule.

use shelly_types::Mac;

use crate::{DeviceFacts, Finding, Rule, all, rule::Check};

/// A finding, of which rule, on which device.
#[derive(Debug, Clone)]
pub struct Found {
    /// The rule.
    pub rule: &'static Rule,
    /// The device.
    pub mac: Mac,
    /// What was found.
    pub finding: Finding,
}

/// Everything that `rules` find on the devices that are `wanted`. Rules about the fleet compare them with all `devices`.
pub fn examine(devices: &[DeviceFacts], wanted: impl Fn(Mac) -> bool, with_rule: impl Fn(&Rule) -> bool) -> Vec<Found> {
    let mut found = Vec::new();
    for rule in all().filter(|rule| with_rule(rule)) {
        let meant = devices.iter().filter(|device| rule.applies_to.includes(device));
        match rule.check {
            Check::Device(check) => found.extend(meant.filter(|device| wanted(device.mac)).filter_map(|device| {
                let finding = check(device)?;
                Some(Found { rule, mac: device.mac, finding })
            })),
            Check::Fleet(check) => {
                let meant: Vec<&DeviceFacts> = meant.collect();
                let of_wanted = check(&meant).into_iter().filter(|(mac, _)| wanted(*mac));
                found.extend(of_wanted.map(|(mac, finding)| Found { rule, mac, finding }));
            }
        }
    }
    found
}
