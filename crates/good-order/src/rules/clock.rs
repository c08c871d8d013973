//! Time, which schedules need.

use capability_config::SettingValue;

use super::outsiders;
use crate::{
    AppliesTo, DeviceFacts, Finding, Severity,
    facts::path,
    rule::{Check, rules},
};

/// Time after the start within which a device may still be without a clock, in seconds (device-facts 18: some seconds).
const GRACE_S: u64 = 600;

rules! {
    /// K9, device-facts 6: schedules need a synchronised clock; without one they silently do nothing.
    {
        id: "schedules-without-clock",
        title: "Schedules without a clock",
        severity: Severity::Serious,
        why: "The device has schedules, and no time server to tell it the time. After the next power cut they do nothing, \
              and it says nothing.",
        remedy: "Give it a time server.",
        sets: &["sys.sntp.server"],
        applies_to: AppliesTo::Every,
        check: Check::Device(schedules_without_clock),
    },
    /// device-facts 6; defaults: reference/gen1/protocol.md 12, reference/gen2/protocol.md 13.
    {
        id: "no-time-server",
        title: "No time server",
        severity: Severity::Warning,
        why: "Without a time server the device has no clock after a power cut. Schedules stop, and certificates cannot be \
              checked.",
        remedy: "Give it a time server.",
        sets: &["sys.sntp.server"],
        applies_to: AppliesTo::Every,
        check: Check::Device(no_time_server),
    },
    /// reference/gen1/protocol.md 12: `unixtime` 0 until synchronised; reference/gen2/protocol.md 13: `time` null.
    {
        id: "clock-not-set",
        title: "Clock not set",
        severity: Severity::Warning,
        why: "The device has been running for a while and does not know the time: it does not reach its time server.",
        remedy: "Look whether the device may reach its time server (UDP port 123).",
        sets: &[],
        applies_to: AppliesTo::Every,
        check: Check::Device(clock_not_set),
    },
    /// reference/gen2/protocol.md 13: the zone is `sys.location.tz`; null leaves it to a look-up in the internet.
    {
        id: "no-time-zone",
        title: "No time zone",
        severity: Severity::Hint,
        why: "The device asks the internet for its time zone. Where it cannot, schedules run at the wrong hour.",
        remedy: "Wish a time zone: setting `sys.location.tz`.",
        sets: &[],
        applies_to: AppliesTo::Gen2AndLater,
        check: Check::Device(|device| {
            device.is_nothing("sys", "location.tz").then(|| Finding::by_hand("it has no time zone of its own"))
        }),
    },
    /// `reference/gen1/capability_map.md`, reference/gen2/protocol.md 13: both families name the zone in IANA's words.
    {
        id: "time-zone-differs",
        title: "Another time zone than the rest",
        severity: Severity::Hint,
        why: "Nearly all devices are in one time zone and this one is in another. Its schedules run at other hours.",
        remedy: "Set it to the zone of the rest, unless it is elsewhere.",
        sets: &["sys.location.tz"],
        applies_to: AppliesTo::Every,
        check: Check::Fleet(|devices| {
            let Some((common, others)) = outsiders(devices, |device| device.text("sys", "location.tz")) else {
                return Vec::new();
            };
            let finding = |zone: &str| {
                let finding = Finding::by_hand(format!("it is in {zone}, the others in {common}"));
                finding.set(path("sys", "location.tz"), common)
            };
            others.into_iter().map(|(mac, zone)| (mac, finding(zone))).collect()
        }),
    },
}

/// The vendor's own time server for this family.
fn with_time_server(device: &DeviceFacts, finding: Finding) -> Finding {
    let server = if device.generation.is_gen1() { "time.google.com" } else { "time.cloudflare.com" };
    finding.set(path("sys", "sntp.server"), server)
}

/// Whether it is known to have schedules that are in force.
fn has_schedules(device: &DeviceFacts) -> bool {
    let rules = |value: &SettingValue| matches!(value, SettingValue::List(rules) if !rules.is_empty());
    device.every("schedule.enable").any(|(enabled, on)| {
        let rules_path = capability_config::SettingPath::new(enabled.component().clone(), "schedule.rules");
        on.as_bool() == Some(true) && device.settings.get(&rules_path).is_some_and(rules)
    })
}

fn schedules_without_clock(device: &DeviceFacts) -> Option<Finding> {
    let missing = device.is_nothing("sys", "sntp.server") && has_schedules(device);
    missing.then(|| with_time_server(device, Finding::by_hand("it has schedules and no time server")))
}

fn no_time_server(device: &DeviceFacts) -> Option<Finding> {
    let missing = device.is_nothing("sys", "sntp.server") && !has_schedules(device);
    missing.then(|| with_time_server(device, Finding::by_hand("it has no time server")))
}

fn clock_not_set(device: &DeviceFacts) -> Option<Finding> {
    let system = device.status.as_ref()?.system()?;
    let runs_long = system.uptime_s.is_some_and(|uptime| uptime >= GRACE_S) && !device.sleeps;
    let unset = runs_long && system.clock_at.is_none() && device.text("sys", "sntp.server").is_some();
    unset.then(|| Finding::by_hand("it has a time server and does not know the time"))
}
