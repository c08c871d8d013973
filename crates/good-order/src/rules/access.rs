//! Who gets in.

use capability_config::SettingValue;

use crate::{
    AppliesTo, DeviceFacts, Finding, Severity,
    facts::path,
    rule::{Check, rules},
};

rules! {
    /// reference/gen2/protocol.md 10: a factory access point has no key and stays on until it is switched off;
    /// device-facts 31.
    {
        id: "open-access-point",
        title: "Open access point",
        severity: Severity::Serious,
        why: "The device runs a WiFi network of its own without a key. Anybody near can join it and reach the device.",
        remedy: "Switch the access point off. Where it extends the network for others, give it a key instead.",
        sets: &["wifi.ap.enable"],
        applies_to: AppliesTo::Gen2AndLater,
        check: Check::Device(open_access_point),
    },
    /// reference/gen2/protocol.md 10: the access point is needed until the station is set up, and by range extenders.
    {
        id: "access-point-on",
        title: "Access point on",
        severity: Severity::Hint,
        why: "The device is in your network and runs a WiFi network of its own besides. That is one more way in, and it \
              takes air time.",
        remedy: "Switch the access point off.",
        sets: &["wifi.ap.enable"],
        applies_to: AppliesTo::Gen2AndLater,
        check: Check::Device(access_point_on),
    },
    /// `auth_en` and `auth` of `/shelly`: reference/gen1/protocol.md 3, reference/gen2/protocol.md 5.
    {
        id: "no-password",
        title: "No password",
        severity: Severity::Serious,
        why: "Everybody in the network can switch the device and change its settings.",
        remedy: "Wish a password: setting `auth.password`.",
        sets: &[],
        applies_to: AppliesTo::Every,
        check: Check::Device(no_password),
    },
    /// device-facts 3 and 21: a password is never readable, and guessing locks the device.
    {
        id: "password-not-known",
        title: "Password not known",
        severity: Severity::Warning,
        why: "The device asks for a password that the manager does not have, so it can be neither read nor set.",
        remedy: "Tell the manager the password of the device.",
        sets: &[],
        applies_to: AppliesTo::Every,
        check: Check::Device(password_not_known),
    },
    /// device-facts 31: from 1.7.5 the vendor closes commands over Bluetooth after the setup; reference/gen2/protocol.md 4.
    {
        id: "bluetooth-commands",
        title: "Commands over Bluetooth",
        severity: Severity::Hint,
        why: "The device takes commands over Bluetooth from anybody near. It is only needed while the device is set up.",
        remedy: "Switch commands over Bluetooth off.",
        sets: &["ble.rpc.enable"],
        applies_to: AppliesTo::Gen2AndLater,
        check: Check::Device(|device| {
            let finding = || Finding::by_hand("it takes commands over Bluetooth").set(path("ble", "rpc.enable"), false);
            device.is_on("ble", "rpc.enable").then(finding)
        }),
    },
    /// reference/gen2/protocol.md 3.6: the same frames, one per datagram, whose sender can be forged.
    {
        id: "udp-commands",
        title: "Commands over UDP",
        severity: Severity::Warning,
        why: "The device takes commands as single datagrams, whose sender is easily forged.",
        remedy: "Close the UDP port.",
        sets: &["sys.rpc_udp.listen_port"],
        applies_to: AppliesTo::Gen2AndLater,
        check: Check::Device(|device| {
            let port = device.number("sys", "rpc_udp.listen_port")?;
            let finding = Finding::by_hand(format!("it takes commands at UDP port {port}"));
            Some(finding.set(path("sys", "rpc_udp.listen_port"), SettingValue::Null))
        }),
    },
    /// reference/gen1/protocol.md 1: CORS headers only with `allow_cross_origin`.
    {
        id: "cross-origin",
        title: "Foreign web pages may ask",
        severity: Severity::Warning,
        why: "Any web page that somebody in your network opens may send commands to the device.",
        remedy: "Forbid it.",
        sets: &["sys.device.allow_cross_origin"],
        applies_to: AppliesTo::Gen1,
        check: Check::Device(|device| {
            let finding = Finding::by_hand("web pages of other origins may call it");
            let finding = finding.set(path("sys", "device.allow_cross_origin"), false);
            device.is_on("sys", "device.allow_cross_origin").then_some(finding)
        }),
    },
    /// device-facts 11: CoIoT goes past the password.
    {
        id: "coiot-commands",
        title: "Commands over CoIoT",
        severity: Severity::Warning,
        why: "Commands over CoIoT go past the password of the device.",
        remedy: "Switch them off; reports go on.",
        sets: &["coiot.execute_enable"],
        applies_to: AppliesTo::Gen1,
        check: Check::Device(|device| {
            let finding = Finding::by_hand("it takes commands over CoIoT").set(path("coiot", "execute_enable"), false);
            device.is_on("coiot", "execute_enable").then_some(finding)
        }),
    },
    /// Modbus has no login in any version; reference/gen2/components.json `Modbus`.
    {
        id: "modbus-on",
        title: "Modbus on",
        severity: Severity::Warning,
        why: "Modbus knows no password: everybody in the network can read and switch through it.",
        remedy: "Switch it off, unless something in your network uses it.",
        sets: &["modbus.enable"],
        applies_to: AppliesTo::Gen2AndLater,
        check: Check::Device(|device| {
            let finding = || Finding::by_hand("it serves Modbus").set(path("modbus", "enable"), false);
            device.is_on("modbus", "enable").then(finding)
        }),
    },
    /// reference/gen1/protocol.md 6, reference/gen2/protocol.md 12: five pushes in the first minute; open access point after.
    {
        id: "reset-by-switch",
        title: "Wall switch can reset it",
        severity: Severity::Hint,
        why: "Five pushes of its switch in the minute after power returns reset the device to its factory state, open \
              access point included.",
        remedy: "Switch the reset by input off, if the device is reached by hand otherwise.",
        sets: &["input:*.factory_reset"],
        applies_to: AppliesTo::Having("input"),
        check: Check::Device(reset_by_switch),
    },
    /// reference/gen1/endpoints.json `pon_wifi_reset`.
    {
        id: "reset-by-power",
        title: "Power cycles can reset it",
        severity: Severity::Hint,
        why: "A certain sequence of power cuts makes the device forget its WiFi. Trouble in the grid can do that too.",
        remedy: "Switch it off.",
        sets: &["sys.device.pon_wifi_reset"],
        applies_to: AppliesTo::Gen1,
        check: Check::Device(|device| {
            let finding = Finding::by_hand("power cycles make it forget its WiFi");
            let finding = finding.set(path("sys", "device.pon_wifi_reset"), false);
            device.is_on("sys", "device.pon_wifi_reset").then_some(finding)
        }),
    },
    /// reference/gen2/protocol.md 12: true by default; may be off only without enhanced security.
    {
        id: "certificate-dates-ignored",
        title: "Dates of certificates ignored",
        severity: Severity::Warning,
        why: "The device takes certificates that have run out, which somebody else may have by now.",
        remedy: "Let it heed the dates.",
        sets: &["sys.device.tls_check_cert_validity_time"],
        applies_to: AppliesTo::Gen2AndLater,
        check: Check::Device(|device| {
            let finding = Finding::by_hand("it takes certificates that are out of date");
            let finding = finding.set(path("sys", "device.tls_check_cert_validity_time"), true);
            device.is_off("sys", "device.tls_check_cert_validity_time").then_some(finding)
        }),
    },
}

/// Whether the device is in a network other than its own.
fn is_in_a_network(device: &DeviceFacts) -> bool {
    device.is_on("wifi", "sta.enable") || device.is_on("eth", "enable")
}

fn open_access_point(device: &DeviceFacts) -> Option<Finding> {
    if !device.is_on("wifi", "ap.enable") || !device.is_on("wifi", "ap.is_open") {
        return None;
    }
    if device.is_on("wifi", "ap.range_extender.enable") {
        return Some(Finding::by_hand("its access point has no key and extends the network for others"));
    }
    let finding = Finding::by_hand("its access point has no key");
    Some(if is_in_a_network(device) { finding.set(path("wifi", "ap.enable"), false) } else { finding })
}

fn access_point_on(device: &DeviceFacts) -> Option<Finding> {
    let needed = device.is_on("wifi", "ap.range_extender.enable") || !is_in_a_network(device);
    if needed || !device.is_on("wifi", "ap.enable") || !device.is_off("wifi", "ap.is_open") {
        return None;
    }
    Some(Finding::by_hand("its access point is on").set(path("wifi", "ap.enable"), false))
}

fn no_password(device: &DeviceFacts) -> Option<Finding> {
    (!device.auth_required).then(|| Finding::by_hand("it asks for no password"))
}

fn password_not_known(device: &DeviceFacts) -> Option<Finding> {
    let missing = device.auth_required && !device.is_password_known;
    missing.then(|| Finding::by_hand("it asks for a password that is not known here"))
}

fn reset_by_switch(device: &DeviceFacts) -> Option<Finding> {
    let inputs = device
        .every("factory_reset")
        .filter(|(path, value)| path.component().kind() == "input" && value.as_bool() == Some(true));
    let finding = inputs.fold(Finding::default(), |finding, (path, _)| finding.set(path.clone(), false));
    let components: Vec<String> = finding.fix.keys().map(|path| path.component().to_string()).collect();
    let message = format!("five pushes reset it ({})", components.join(", "));
    (!components.is_empty()).then_some(Finding { message, ..finding })
}
