//! Whom devices talk to.

use capability_config::SettingValue;
use shelly_types::{ComponentStatus, Mac};

use super::{leads_nowhere, names::others, outsiders, shared};
use crate::{
    AppliesTo, DeviceFacts, Finding, Severity,
    facts::path,
    rule::{Check, rules},
};

rules! {
    /// reference/gen1/endpoints.json and reference/gen2/components.json: `cloud.enable`.
    {
        id: "cloud-on",
        title: "Cloud on",
        severity: Severity::Hint,
        why: "The device tells the vendor's servers what it does, and takes commands from there.",
        remedy: "Switch the cloud off, unless you use the vendor's app from elsewhere.",
        sets: &["cloud.enable"],
        applies_to: AppliesTo::Every,
        check: Check::Device(|device| {
            let finding = || Finding::by_hand("it is connected to the vendor's cloud").set(path("cloud", "enable"), false);
            device.is_on("cloud", "enable").then(finding)
        }),
    },
    /// reference/gen1/endpoints.json: the factory value is 192.168.33.3:1883, or .2, in the network of its own access point.
    {
        id: "mqtt-default-server",
        title: "MQTT to nowhere",
        severity: Severity::Warning,
        why: "MQTT is on and the broker's address is the factory's, or the device itself. Nobody hears it; on Gen1 MQTT \
              keeps the cloud off besides.",
        remedy: "Switch MQTT off, or wish the address of your broker.",
        sets: &["mqtt.enable"],
        applies_to: AppliesTo::Every,
        check: Check::Device(|device| {
            let server = device.text("mqtt", "server").filter(|server| leads_nowhere(server))?;
            let finding = || Finding::by_hand(format!("its MQTT broker is {server}")).set(path("mqtt", "enable"), false);
            device.is_on("mqtt", "enable").then(finding)
        }),
    },
    /// reference/gen2/components.json `Mqtt`: `server` may be null while `enable` is true.
    {
        id: "mqtt-no-server",
        title: "MQTT without a broker",
        severity: Severity::Warning,
        why: "MQTT is on and no broker is named, so nobody hears the device.",
        remedy: "Switch MQTT off, or wish the address of your broker.",
        sets: &["mqtt.enable"],
        applies_to: AppliesTo::Every,
        check: Check::Device(|device| {
            let missing = device.is_on("mqtt", "enable") && device.is_nothing("mqtt", "server");
            missing.then(|| Finding::by_hand("it has no MQTT broker").set(path("mqtt", "enable"), false))
        }),
    },
    /// `mqtt.connected` of both families' status.
    {
        id: "mqtt-not-connected",
        title: "MQTT not connected",
        severity: Severity::Warning,
        why: "The device does not reach its broker. What hears it over MQTT sees old values.",
        remedy: "Look at the broker's address, its user and password, and whether the broker runs.",
        sets: &[],
        applies_to: AppliesTo::Every,
        check: Check::Device(|device| {
            let server = device.text("mqtt", "server").filter(|server| !leads_nowhere(server))?;
            let down = device.is_on("mqtt", "enable") && mqtt_connected(device) == Some(false);
            down.then(|| Finding::by_hand(format!("it does not reach its MQTT broker {server}")))
        }),
    },
    /// device-facts 11 and 22: MQTT goes past the password of the device.
    {
        id: "mqtt-without-login",
        title: "MQTT without a login",
        severity: Severity::Warning,
        why: "MQTT goes past the password of the device, and its broker asks the device for none. Whoever reaches the \
              broker can switch it.",
        remedy: "Let the broker ask for user and password: settings `mqtt.user` and `mqtt.pass`.",
        sets: &[],
        applies_to: AppliesTo::Every,
        check: Check::Device(|device| {
            let server = device.text("mqtt", "server").filter(|server| !leads_nowhere(server))?;
            let open = device.is_on("mqtt", "enable") && device.is_nothing("mqtt", "user");
            open.then(|| Finding::by_hand(format!("it tells the MQTT broker {server} no user")))
        }),
    },
    /// reference/gen2/components.json `Mqtt.ssl_ca`: `*` encrypts and checks nobody.
    {
        id: "mqtt-certificate-unchecked",
        title: "Broker's certificate not checked",
        severity: Severity::Warning,
        why: "The connection to the broker is encrypted, but anybody can pretend to be the broker and take its password.",
        remedy: "Wish an authority: `mqtt.ssl_ca` to `ca.pem` for public ones, or `user_ca.pem` for your own.",
        sets: &[],
        applies_to: AppliesTo::Gen2AndLater,
        check: Check::Device(|device| {
            let unchecked = device.is_on("mqtt", "enable") && device.text("mqtt", "ssl_ca") == Some("*");
            unchecked.then(|| Finding::by_hand("it takes any certificate for the MQTT broker's"))
        }),
    },
    /// MQTT 3.1.1, 3.1.4: a broker ends the older connection of the same client id.
    {
        id: "same-client-id",
        title: "MQTT client id used twice",
        severity: Severity::Serious,
        why: "A broker keeps one connection for each client id: the devices throw each other out, again and again.",
        remedy: "Let each device use its own id. On Gen1 this changes the topics too.",
        sets: &["mqtt.client_id"],
        applies_to: AppliesTo::Every,
        check: Check::Fleet(|devices| at_one_broker(devices, "client_id", "MQTT client id")),
    },
    /// reference/gen2/protocol.md 3.4: topics begin with the prefix, commands too.
    {
        id: "same-topics",
        title: "MQTT topics used twice",
        severity: Severity::Serious,
        why: "The devices speak and listen under the same topics: a command for one moves all of them.",
        remedy: "Let each device use its own topics.",
        sets: &["mqtt.topic_prefix"],
        applies_to: AppliesTo::Gen2AndLater,
        check: Check::Fleet(|devices| at_one_broker(devices, "topic_prefix", "first part of MQTT topics")),
    },
    /// device-facts 23: one outbound WebSocket, whose target is easily left over from an earlier owner.
    {
        id: "websocket-to-nowhere",
        title: "Outbound WebSocket to nowhere",
        severity: Severity::Warning,
        why: "The outbound WebSocket is on and leads to the device itself or to no address, so nobody hears it.",
        remedy: "Switch it off, or wish the address of your server.",
        sets: &["ws.enable"],
        applies_to: AppliesTo::Gen2AndLater,
        check: Check::Device(|device| {
            let nowhere = match device.text("ws", "server") {
                Some(server) => leads_nowhere(server),
                None => device.is_nothing("ws", "server"),
            };
            let finding = || Finding::by_hand("its outbound WebSocket leads nowhere").set(path("ws", "enable"), false);
            (nowhere && device.is_on("ws", "enable")).then(finding)
        }),
    },
    /// `ws.connected` of the status; reference/gen2/protocol.md 3.3.
    {
        id: "websocket-not-connected",
        title: "Outbound WebSocket not connected",
        severity: Severity::Warning,
        why: "The device does not reach the server that it reports to.",
        remedy: "Look at the server's address and certificate, and whether the server runs.",
        sets: &[],
        applies_to: AppliesTo::Gen2AndLater,
        check: Check::Device(|device| {
            let server = device.text("ws", "server").filter(|server| !leads_nowhere(server))?;
            let down = device.is_on("ws", "enable") && websocket_connected(device) == Some(false);
            down.then(|| Finding::by_hand(format!("its outbound WebSocket does not reach {}", super::host(server))))
        }),
    },
    /// device-facts 22: the outbound WebSocket goes past the password; reference/gen2/components.json `Ws.ssl_ca`.
    {
        id: "websocket-certificate-unchecked",
        title: "WebSocket server's certificate not checked",
        severity: Severity::Warning,
        why: "Commands over the outbound WebSocket go past the password, and anybody can pretend to be its server.",
        remedy: "Wish an authority: `ws.ssl_ca` to `ca.pem` for public ones, or `user_ca.pem` for your own.",
        sets: &[],
        applies_to: AppliesTo::Gen2AndLater,
        check: Check::Device(|device| {
            let is_tls = device.text("ws", "server").is_some_and(|server| server.starts_with("wss://"));
            let unchecked = is_tls && device.is_on("ws", "enable") && device.text("ws", "ssl_ca") == Some("*");
            unchecked.then(|| Finding::by_hand("it takes any certificate for its WebSocket server's"))
        }),
    },
    /// device-facts 23: writing the one target takes the device away from whoever had it.
    {
        id: "websocket-target-differs",
        title: "Reports to another server than the rest",
        severity: Severity::Warning,
        why: "Nearly all devices report to one server by outbound WebSocket and this one to another. It may have been left \
              behind, or taken away.",
        remedy: "Set it to the server of the rest. The plan asks for consent, because this takes it away from the other.",
        sets: &["ws.server"],
        applies_to: AppliesTo::Gen2AndLater,
        check: Check::Fleet(websocket_target_differs),
    },
    /// device-facts 15: unicast has one peer, `ip:port`.
    {
        id: "coiot-to-nowhere",
        title: "CoIoT to nowhere",
        severity: Severity::Warning,
        why: "The reports of the device go to itself or to its own access point's network, so nobody hears them.",
        remedy: "Send the reports to everybody in the network, or wish the address of your server.",
        sets: &["coiot.peer"],
        applies_to: AppliesTo::Gen1,
        check: Check::Device(|device| {
            let peer = device.text("coiot", "peer").filter(|peer| leads_nowhere(peer))?;
            let finding = Finding::by_hand(format!("its reports go to {peer}"));
            let finding = finding.set(path("coiot", "peer"), SettingValue::Null);
            device.is_on("coiot", "enable").then_some(finding)
        }),
    },
    /// K4, device-facts 35: scripts, Bluetooth and Matter share one small heap.
    {
        id: "matter-unused",
        title: "Matter on and unused",
        severity: Severity::Hint,
        why: "Matter is on and the device is in no Matter network. It takes memory that scripts and Bluetooth need.",
        remedy: "Switch Matter off until it is used.",
        sets: &["matter.enable"],
        applies_to: AppliesTo::Having("matter"),
        check: Check::Device(|device| {
            let fabrics = device.reading(|reading| {
                if let ComponentStatus::Matter(matter) = reading { matter.fabrics } else { None }
            });
            let unused = device.is_on("matter", "enable") && fabrics == Some(0);
            unused.then(|| Finding::by_hand("it is in no Matter network").set(path("matter", "enable"), false))
        }),
    },
}

fn mqtt_connected(device: &DeviceFacts) -> Option<bool> {
    device.reading(|reading| if let ComponentStatus::Mqtt(link) = reading { link.connected } else { None })
}

fn websocket_connected(device: &DeviceFacts) -> Option<bool> {
    device.reading(|reading| if let ComponentStatus::OutboundWebsocket(link) = reading { link.connected } else { None })
}

/// Devices that share this setting at one broker.
fn at_one_broker(devices: &[&DeviceFacts], field: &'static str, what: &str) -> Vec<(Mac, Finding)> {
    let key = |device: &DeviceFacts| {
        let server = device.text("mqtt", "server").filter(|_| device.is_on("mqtt", "enable"))?;
        Some((server.to_owned(), device.text("mqtt", field)?.to_owned()))
    };
    let of_one = |((_, value), macs): ((String, String), Vec<Mac>)| {
        let finding = Finding::by_hand(format!("its {what} `{value}` is that of {}", others(macs.len() - 1)));
        let finding = finding.set(path("mqtt", field), SettingValue::Null);
        macs.into_iter().map(move |mac| (mac, finding.clone()))
    };
    shared(devices, key).into_iter().flat_map(of_one).collect()
}

fn websocket_target_differs(devices: &[&DeviceFacts]) -> Vec<(Mac, Finding)> {
    let server = |device: &DeviceFacts| {
        let server = device.text("ws", "server").filter(|server| !leads_nowhere(server))?;
        device.is_on("ws", "enable").then(|| server.to_owned())
    };
    let Some((common, others)) = outsiders(devices, server) else { return Vec::new() };
    let finding = |server: &str| {
        let (its, theirs) = (super::host(server), super::host(&common));
        Finding::by_hand(format!("it reports to {its}, the others to {theirs}"))
            .set(path("ws", "server"), common.as_str())
    };
    others.into_iter().map(|(mac, server)| (mac, finding(&server))).collect()
}
