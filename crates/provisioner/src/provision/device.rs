//! What is written to a device, what of it is put back, and how it is proven.

use capability_config::{SecretText, SettingPath, SettingValue};
use shelly_types::ComponentKey;
use sync_engine::{Change, Observed, Origin, Scope, Step};

use crate::{Addressing, Before, Network, Provision};

/// Settings that are put back, none of which is secret.
const PUT_BACK: [&str; 17] = [
    "wifi.ap.enable",
    "wifi.sta.enable",
    "wifi.sta.ssid",
    "wifi.sta.ipv4mode",
    "wifi.sta.ip",
    "wifi.sta.netmask",
    "wifi.sta.gw",
    "wifi.sta.nameserver",
    "wifi.sta1.enable",
    "wifi.sta1.ssid",
    "wifi.sta1.ipv4mode",
    "wifi.sta1.ip",
    "wifi.sta1.netmask",
    "wifi.sta1.gw",
    "wifi.sta1.nameserver",
    "sys.device.name",
    "wifi.ap.ssid",
];

/// What a device shows of the settings that are put back.
pub(super) fn before(shown: &Observed) -> Before {
    let paths = PUT_BACK.iter().filter_map(|text| text.parse::<SettingPath>().ok());
    let settings = paths.filter_map(|path| Some((path.clone(), shown.get(&path)?.clone()))).collect();
    Before { settings }
}

/// The step that gives a device its networks. Gen1 gets the first alone: it leaves its access point as soon as either is
/// enabled, so that the other would not be written (gen1 protocol 5).
pub(super) fn station_step(task: &Provision, is_gen1: bool) -> Step {
    let first = station("sta", &task.network, &task.address);
    let second = task.fallback.as_ref().filter(|_| !is_gen1).map(|network| station("sta1", network, &Addressing::Dhcp));
    step("wifi", first.into_iter().chain(second.into_iter().flatten()).collect())
}

/// The step that gives it its name.
pub(super) fn system_step(task: &Provision) -> Option<Step> {
    let name = task.name.as_deref()?;
    Some(step("sys", vec![(path("sys", "device.name"), name.into())]))
}

fn station(which: &str, network: &Network, address: &Addressing) -> Vec<(SettingPath, SettingValue)> {
    let key = match &network.key {
        Some(key) => SettingValue::Secret(SecretText::new(key.expose().as_str())),
        None => SettingValue::Null,
    };
    let mut values = vec![("enable", true.into()), ("ssid", network.ssid.as_str().into()), ("pass", key)];
    match address {
        Addressing::Dhcp => values.push(("ipv4mode", "dhcp".into())),
        Addressing::Static { ip, netmask, gateway, nameserver } => {
            values.push(("ipv4mode", "static".into()));
            values.push(("ip", ip.to_string().as_str().into()));
            values.push(("netmask", netmask.to_string().as_str().into()));
            let optional = [("gw", gateway), ("nameserver", nameserver)];
            values.extend(
                optional
                    .into_iter()
                    .filter_map(|(name, value)| Some((name, SettingValue::from(value.as_ref()?.to_string().as_str())))),
            );
        }
    }
    values.into_iter().map(|(name, value)| (path("wifi", &format!("{which}.{name}")), value)).collect()
}

/// The steps that give a device its access point back, and the station that it had.
pub(super) fn steps_back(before: &Before, is_gen1: bool) -> Vec<Step> {
    let (ap, station) = (path("wifi", "ap.enable"), path("wifi", "sta.enable"));
    if is_gen1 {
        // There the access point switches the station off (gen1 protocol 5).
        return vec![step("wifi", vec![(ap, true.into())])];
    }
    let of = |kind: &str| before.settings.iter().filter(|(path, _)| path.component().kind() == kind).cloned().collect();
    let mut wifi: Vec<(SettingPath, SettingValue)> = of("wifi");
    wifi.retain(|(path, _)| *path != ap);
    wifi.push((ap, true.into()));
    if !wifi.iter().any(|(path, _)| *path == station) {
        wifi.push((station, false.into()));
    }
    if wifi.iter().any(|(path, value)| path.field() == "sta.ssid" && *value == SettingValue::Null) {
        wifi.push((path("wifi", "sta.pass"), SettingValue::Null));
    }
    let name: Vec<(SettingPath, SettingValue)> = of("sys");
    let mut steps = vec![step("wifi", wifi)];
    if !name.is_empty() {
        steps.push(step("sys", name));
    }
    steps
}

/// Whether a device shows what was written, as far as it can be seen; else what is different.
pub(super) fn is_written(task: &Provision, shown: &Observed) -> Result<(), String> {
    let steps = [Some(station_step(task, false)), system_step(task)];
    let changes = steps.into_iter().flatten().flat_map(|step| step.changes);
    for change in changes {
        let is_secret =
            matches!(change.after, SettingValue::Secret(_)) || ["sta.pass", "sta1.pass"].contains(&change.path.field());
        if !is_secret && shown.get(&change.path).is_some_and(|value| *value != change.after) {
            return Err(format!("{} is not {}", change.path, change.after));
        }
    }
    Ok(())
}

/// Whether a device is in its access point, without the station that was written.
pub(super) fn is_back(before: &Before, shown: &Observed, is_gen1: bool) -> bool {
    let is = |field: &str, value: SettingValue| shown.get(&path("wifi", field)) == Some(&value);
    if is_gen1 {
        return is("ap.enable", true.into()) && !is("sta.enable", true.into());
    }
    let ap_is_open = !is("ap.enable", false.into());
    let same = |wanted: &(SettingPath, SettingValue)| {
        let (path, value) = wanted;
        path.field() == "ap.enable" || shown.get(path).is_none_or(|now| now == value)
    };
    ap_is_open && before.settings.iter().filter(|(path, _)| path.component().kind() == "wifi").all(same)
}

fn path(component: &str, field: &str) -> SettingPath {
    SettingPath::new(ComponentKey::single(component), field)
}

fn step(component: &str, values: Vec<(SettingPath, SettingValue)>) -> Step {
    let origin = || Origin { layer: "provisioning".into(), scope: Scope::Device };
    let change = |(path, after)| Change { path, before: None, after, origin: origin() };
    Step::new(ComponentKey::single(component), values.into_iter().map(change).collect())
}
