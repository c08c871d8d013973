//! The profile of a network that is joined for a while.

use std::collections::HashMap;

use zbus::zvariant::{OwnedValue, Value};

use crate::Join;

/// What the names of our profiles begin with.
pub(super) const OURS: &str = "shelly-provisioner";

/// Values by name.
type Section = HashMap<&'static str, OwnedValue>;

/// The profile: it connects only when told to, and takes neither the default route nor name servers from the device.
pub(super) fn profile(interface: &str, join: &Join) -> HashMap<&'static str, Section> {
    let mut wireless = vec![
        ("ssid", value(join.ssid.as_str().as_bytes().to_vec())),
        ("mode", value("infrastructure")),
        ("hidden", value(false)),
    ];
    let connection = section(vec![
        ("id", value(format!("{OURS} {}", join.ssid))),
        ("type", value("802-11-wireless")),
        ("interface-name", value(interface.to_owned())),
        ("autoconnect", value(false)),
    ]);
    let ipv4 = section(vec![
        ("method", value("auto")),
        ("never-default", value(true)),
        ("ignore-auto-dns", value(true)),
        ("ignore-auto-routes", value(true)),
    ]);
    let ipv6 = section(vec![("method", value("disabled"))]);
    let mut sections = HashMap::from([("connection", connection), ("ipv4", ipv4), ("ipv6", ipv6)]);
    if let Some(key) = &join.key {
        let security = vec![("key-mgmt", value("wpa-psk")), ("psk", value(key.expose().clone()))];
        sections.insert("802-11-wireless-security", section(security));
        wireless.push(("security", value("802-11-wireless-security")));
    }
    sections.insert("802-11-wireless", section(wireless));
    sections
}

/// The profile lives in memory, for as long as we are on the bus.
pub(super) fn options() -> Section {
    section(vec![("persist", value("volatile")), ("bind-activation", value("dbus-client"))])
}

fn section(values: Vec<(&'static str, Option<OwnedValue>)>) -> Section {
    values.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// Only file descriptors cannot be copied, and there are none here.
fn value(value: impl Into<Value<'static>>) -> Option<OwnedValue> {
    OwnedValue::try_from(value.into()).ok()
}
