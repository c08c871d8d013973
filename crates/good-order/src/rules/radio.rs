//! WiFi.

use shelly_types::ComponentStatus;

use super::for_shared;
use crate::{
    AppliesTo, DeviceFacts, Finding, Severity,
    facts::path,
    rule::{Check, rules},
};

/// Signal in dBm from which links get lossy; also the vendor's own threshold for roaming (reference/gen2/protocol.md 10).
const WEAK_DBM: i64 = -80;

/// The vendor's interval between searches for a better access point, in seconds (reference/gen2/protocol.md 10).
const ROAM_INTERVAL_S: f64 = 60.0;

rules! {
    /// reference/gen2/protocol.md 10: `is_open` says that the network has no key.
    {
        id: "open-wifi",
        title: "WiFi without a key",
        severity: Severity::Serious,
        why: "The device is in a WiFi network that everybody can join and listen to.",
        remedy: "Move the device to a network with a key.",
        sets: &[],
        applies_to: AppliesTo::Gen2AndLater,
        check: Check::Device(|device| {
            let open = device.is_on("wifi", "sta.enable") && device.is_on("wifi", "sta.is_open");
            let ssid = device.text("wifi", "sta.ssid")?;
            open.then(|| Finding::by_hand(format!("its network `{ssid}` has no key")))
        }),
    },
    /// reference/gen2/protocol.md 10: the device goes to its second network when the first is gone.
    {
        id: "open-second-wifi",
        title: "Second WiFi without a key",
        severity: Severity::Serious,
        why: "When its first network is gone, the device joins one without a key. Anybody can offer a network of that name.",
        remedy: "Switch the second network off.",
        sets: &["wifi.sta1.enable"],
        applies_to: AppliesTo::Gen2AndLater,
        check: Check::Device(open_second_wifi),
    },
    /// Signal of the station, `rssi`; the threshold is the vendor's for roaming.
    {
        id: "weak-signal",
        title: "Weak WiFi signal",
        severity: Severity::Warning,
        why: "With a weak signal, answers get lost and writes break off half way.",
        remedy: "Bring an access point nearer, or let the device use a range extender.",
        sets: &[],
        applies_to: AppliesTo::Every,
        check: Check::Device(|device| {
            let signal = signal_dbm(device).filter(|signal| *signal <= WEAK_DBM)?;
            Some(Finding::by_hand(format!("its WiFi signal is {signal} dBm")))
        }),
    },
    /// reference/gen2/protocol.md 10: `roam.interval` 0 is off, 60 s by default; on Gen1 `ap_roaming.enabled`.
    {
        id: "roaming-off",
        title: "Does not look for a better access point",
        severity: Severity::Hint,
        why: "The signal is weak, and the device stays at its access point although a better one may be near.",
        remedy: "Let it look for a better access point.",
        sets: &["wifi.roam.interval", "wifi.roam.enable"],
        applies_to: AppliesTo::Every,
        check: Check::Device(roaming_off),
    },
    /// device-facts 4: two devices at one address are each reached by chance.
    {
        id: "same-address",
        title: "Fixed address used twice",
        severity: Severity::Serious,
        why: "Two devices with the same address disturb each other, and a command may reach the wrong one.",
        remedy: "Give each device an address of its own, or let the network give them.",
        sets: &[],
        applies_to: AppliesTo::Every,
        check: Check::Fleet(|devices| {
            for_shared(devices, fixed_address, |address, others| {
                Finding::by_hand(format!("its fixed address {address} is that of {}", super::names::others(others)))
            })
        }),
    },
    /// reference/gen1/protocol.md 10, reference/gen2/protocol.md 10: with `static` the device knows only what it is told.
    {
        id: "no-name-server",
        title: "Fixed address without a name server",
        severity: Severity::Warning,
        why: "Without a name server the device finds neither its time server nor updates nor anything else by name.",
        remedy: "Wish a name server: setting `wifi.sta.nameserver`.",
        sets: &[],
        applies_to: AppliesTo::Every,
        check: Check::Device(|device| {
            let fixed = device.is_on("wifi", "sta.enable") && device.text("wifi", "sta.ipv4mode") == Some("static");
            let missing = fixed && device.is_nothing("wifi", "sta.nameserver");
            missing.then(|| Finding::by_hand("it has a fixed address and no name server"))
        }),
    },
}

fn open_second_wifi(device: &DeviceFacts) -> Option<Finding> {
    let open = device.is_on("wifi", "sta1.enable") && device.is_on("wifi", "sta1.is_open");
    let ssid = device.text("wifi", "sta1.ssid")?;
    let finding = || Finding::by_hand(format!("its second network `{ssid}` has no key"));
    open.then(|| finding().set(path("wifi", "sta1.enable"), false))
}

fn signal_dbm(device: &DeviceFacts) -> Option<i64> {
    device.reading(|reading| if let ComponentStatus::Wifi(wifi) = reading { wifi.rssi_dbm } else { None })
}

fn roaming_off(device: &DeviceFacts) -> Option<Finding> {
    signal_dbm(device).filter(|signal| *signal <= WEAK_DBM)?;
    let finding = Finding::by_hand("it stays at its access point however weak the signal");
    if device.is_off("wifi", "roam.enable") {
        Some(finding.set(path("wifi", "roam.enable"), true))
    } else if device.number("wifi", "roam.interval") == Some(0.0) {
        Some(finding.set(path("wifi", "roam.interval"), ROAM_INTERVAL_S))
    } else {
        None
    }
}

/// The address that the device gave itself, of WiFi or of the cable.
fn fixed_address(device: &DeviceFacts) -> Option<String> {
    let is_fixed = |mode: Option<&str>| mode == Some("static");
    if device.is_on("wifi", "sta.enable") && is_fixed(device.text("wifi", "sta.ipv4mode")) {
        return device.text("wifi", "sta.ip").map(str::to_owned);
    }
    let of_cable = device.is_on("eth", "enable") && is_fixed(device.text("eth", "ipv4mode"));
    device.text("eth", "ip").filter(|_| of_cable).map(str::to_owned)
}
