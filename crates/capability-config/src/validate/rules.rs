//! The rules, one function each.

use std::net::Ipv4Addr;

use shelly_types::ComponentKey;

use super::{Severity, View};
use crate::{SettingValue, ValueType, facts};

/// Every rule that holds for all generations.
pub(super) const ALL: &[fn(&mut View<'_>)] = &[
    static_addresses,
    addresses,
    timers,
    servers,
    reachable,
    login,
    voltage_limits,
    illuminance,
    night_modes,
    ranges,
    location,
    certificates,
    safety_switch,
    words,
];

/// Gen1 has either the cloud or MQTT, either an access point or a station.
pub(super) fn gen1(view: &mut View<'_>) {
    let (cloud, mqtt, wifi) = (single("cloud"), single("mqtt"), single("wifi"));
    if view.bool(&cloud, "enable") == Some(true) && view.bool(&mqtt, "enable") == Some(true) {
        view.report(&cloud, "enable", Severity::Error, "Gen1 devices cannot use the cloud and MQTT at once");
    }
    if view.bool(&wifi, "ap.enable") == Some(true) && view.bool(&wifi, "sta.enable") == Some(true) {
        view.report(
            &wifi,
            "ap.enable",
            Severity::Error,
            "Gen1 devices cannot run the access point and the station at once",
        );
    }
}

fn single(kind: &str) -> ComponentKey {
    ComponentKey::single(kind)
}

/// Components that can have a fixed address, with the prefix of its fields.
fn networks() -> [(ComponentKey, &'static str); 3] {
    [(single("wifi"), "sta."), (single("wifi"), "sta1."), (single("eth"), "")]
}

fn static_addresses(view: &mut View<'_>) {
    for (component, prefix) in networks() {
        let is_static = view.text(&component, &format!("{prefix}ipv4mode")) == Some("static");
        for (part, name) in [("ip", "an address"), ("netmask", "a netmask")] {
            let field = format!("{prefix}{part}");
            let missing = view.get(&component, &field).is_none() || view.is_blank(&component, &field);
            if is_static && missing {
                view.report(&component, &field, Severity::Error, format!("a static address needs {name}"));
            }
        }
    }
}

fn addresses(view: &mut View<'_>) {
    for (component, prefix) in networks() {
        for part in ["ip", "netmask", "gw", "nameserver"] {
            let field = format!("{prefix}{part}");
            let wrong =
                view.text(&component, &field).is_some_and(|text| !text.is_empty() && text.parse::<Ipv4Addr>().is_err());
            if wrong {
                view.report(&component, &field, Severity::Error, "is not an IPv4 address");
            }
        }
    }
}

fn timers(view: &mut View<'_>) {
    for component in view.components() {
        for (delay, switch) in [("auto_on_delay", "auto_on"), ("auto_off_delay", "auto_off")] {
            if view.number(&component, delay).is_some() && view.bool(&component, switch) != Some(true) {
                let message = format!("has no effect unless `{switch}` is true");
                view.report(&component, delay, Severity::Warning, message);
            }
        }
    }
}

fn servers(view: &mut View<'_>) {
    for kind in ["mqtt", "ws"] {
        let component = single(kind);
        if view.bool(&component, "enable") != Some(true) {
            continue;
        }
        if view.is_blank(&component, "server") {
            view.report(&component, "server", Severity::Error, "must not be empty when `enable` is true");
        } else if view.get(&component, "server").is_none() {
            view.report(&component, "server", Severity::Warning, "is needed when `enable` is true");
        }
    }
    let ws = single("ws");
    let strange = view
        .text(&ws, "server")
        .is_some_and(|url| !url.is_empty() && !url.starts_with("ws://") && !url.starts_with("wss://"));
    if strange {
        view.report(&ws, "server", Severity::Error, "must begin with `ws://` or `wss://`");
    }
}

fn reachable(view: &mut View<'_>) {
    let (wifi, eth) = (single("wifi"), single("eth"));
    let off = |view: &View<'_>, field| view.bool(&wifi, field) == Some(false);
    let second = view.bool(&wifi, "sta1.enable") == Some(true);
    let wired = view.bool(&eth, "enable") == Some(true);
    if off(view, "sta.enable") && off(view, "ap.enable") && !second && !wired {
        view.report(
            &wifi,
            "sta.enable",
            Severity::Error,
            "without access point and cable the device would leave every network",
        );
    }
    for station in ["sta", "sta1"] {
        let on = view.bool(&wifi, &format!("{station}.enable")) == Some(true);
        let field = format!("{station}.ssid");
        if on && view.is_blank(&wifi, &field) {
            view.report(&wifi, &field, Severity::Error, "is needed to join a network");
        }
    }
}

fn login(view: &mut View<'_>) {
    let auth = single("auth");
    if view.bool(&auth, "enable") != Some(true) {
        return;
    }
    match view.get(&auth, "password") {
        Some(SettingValue::Null) => {
            view.report(&auth, "password", Severity::Error, "must not be empty when `enable` is true");
        }
        None => view.report(&auth, "password", Severity::Warning, "is needed when `enable` is true"),
        Some(_) => {}
    }
}

fn voltage_limits(view: &mut View<'_>) {
    for component in view.components() {
        let least = view.number(&component, "undervoltage_limit");
        let greatest = view.number(&component, "voltage_limit");
        if least.zip(greatest).is_some_and(|(least, greatest)| least >= greatest) {
            view.report(&component, "undervoltage_limit", Severity::Error, "must be below `voltage_limit`");
        }
    }
}

fn illuminance(view: &mut View<'_>) {
    for component in view.components() {
        let dark = view.number(&component, "dark_thr");
        let bright = view.number(&component, "bright_thr");
        if dark.zip(bright).is_some_and(|(dark, bright)| dark >= bright) {
            view.report(&component, "dark_thr", Severity::Error, "must be below `bright_thr`");
        }
    }
}

fn night_modes(view: &mut View<'_>) {
    for component in view.components() {
        for prefix in ["", "leds."] {
            let field = format!("{prefix}night_mode.active_between");
            let on = view.bool(&component, &format!("{prefix}night_mode.enable")) == Some(true);
            let Some(SettingValue::List(times)) = view.get(&component, &field) else { continue };
            let are_times = times.iter().all(|time| time.as_text().is_some_and(is_time));
            let (count, is_span) = (times.len(), times.len() == 2 && are_times);
            if !is_span && (on || count > 0) {
                view.report(&component, &field, Severity::Error, "must be begin and end, each as `HH:MM`");
            }
        }
    }
}

fn is_time(text: &str) -> bool {
    let number = |text: &str, below: u32| text.len() == 2 && text.parse::<u32>().is_ok_and(|number| number < below);
    text.split_once(':').is_some_and(|(hours, minutes)| number(hours, 24) && number(minutes, 60))
}

fn ranges(view: &mut View<'_>) {
    for component in view.components() {
        for field in ["range_map", "ct_range"] {
            let Some(SettingValue::List(ends)) = view.get(&component, field) else { continue };
            let rising = match &ends[..] {
                [least, greatest] => least.as_number().zip(greatest.as_number()).is_some_and(|(a, b)| a < b),
                _ => false,
            };
            if !rising {
                view.report(&component, field, Severity::Error, "must be two numbers, the smaller first");
            }
        }
    }
}

fn location(view: &mut View<'_>) {
    let sys = single("sys");
    let (lat, lon) = (view.number(&sys, "location.lat"), view.number(&sys, "location.lon"));
    if lat.is_some() != lon.is_some() {
        let missing = if lat.is_some() { "location.lon" } else { "location.lat" };
        view.report(&sys, missing, Severity::Warning, "latitude and longitude belong together");
    }
    let by_itself = view.bool(&sys, "location.tz_autodetect") == Some(true);
    for field in ["tz", "lat", "lon", "tz_utc_offset", "tz_dst", "tz_dst_auto"] {
        let field = format!("location.{field}");
        if by_itself && view.get(&sys, &field).is_some() {
            view.report(&sys, &field, Severity::Warning, "is overwritten while `location.tz_autodetect` is true");
        }
    }
}

fn certificates(view: &mut View<'_>) {
    let sys = single("sys");
    let secured = view.bool(&sys, "device.enhanced_security") == Some(true);
    if secured && view.bool(&sys, "device.tls_check_cert_validity_time") == Some(false) {
        let message = "cannot be false while `device.enhanced_security` is true";
        view.report(&sys, "device.tls_check_cert_validity_time", Severity::Error, message);
    }
}

fn safety_switch(view: &mut View<'_>) {
    for component in view.components() {
        let used = component.kind() == "cover" && view.bool(&component, "safety_switch.enable") == Some(true);
        if used && view.text(&component, "in_mode").is_some_and(|mode| mode != "single") {
            let message = "works only while `in_mode` is `single`";
            view.report(&component, "safety_switch.enable", Severity::Warning, message);
        }
    }
}

fn words(view: &mut View<'_>) {
    let settings = view.settings;
    for (path, value) in settings {
        let choice = facts(path.component().kind(), path.field()).map(|facts| facts.value);
        let (Some(ValueType::Choice { words }), Some(word)) = (choice, value.as_text()) else { continue };
        if !words.contains(&word) {
            let message = format!("`{word}` is not a word known here; known are {}", words.join(", "));
            view.report(path.component(), path.field(), Severity::Warning, message);
        }
    }
}
