//! What devices are called.

use super::for_shared;
use crate::{
    AppliesTo, Finding, Severity,
    rule::{Check, rules},
};

rules! {
    /// Names of devices are free text on both families and nobody keeps them apart.
    {
        id: "same-name",
        title: "Name used twice",
        severity: Severity::Warning,
        why: "Of two devices with the same name, sooner or later the wrong one is switched.",
        remedy: "Give each device a name of its own.",
        sets: &[],
        applies_to: AppliesTo::Every,
        check: Check::Fleet(|devices| {
            let name = |device: &crate::DeviceFacts| device.is_named.then(|| device.name.trim().to_lowercase());
            for_shared(devices, name, |name, count| {
                Finding::by_hand(format!("its name `{name}` is that of {}", others(count)))
            })
        }),
    },
    /// reference/gen1/protocol.md 2, reference/gen2/protocol.md 8: without a name there is only the device id.
    {
        id: "no-name",
        title: "No name",
        severity: Severity::Hint,
        why: "Without a name nobody knows what the device is for once the one who mounted it is away.",
        remedy: "Give it a name.",
        sets: &[],
        applies_to: AppliesTo::Every,
        check: Check::Device(|device| (!device.is_named).then(|| Finding::by_hand("it has no name"))),
    },
}

/// So many other devices, in words.
pub(super) fn others(count: usize) -> String {
    if count == 1 { "another device".to_owned() } else { format!("{count} other devices") }
}
