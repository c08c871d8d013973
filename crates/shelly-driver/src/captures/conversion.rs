//! Takes recorded payloads through the conversion into our words, and back into writes.

use std::collections::BTreeMap;

use capability_config::{SettingPath, SettingSelector, SettingValue, Settings, Supported, check, facts};
use serde_json::{Map, Value};
use shelly_gen1::settings::Mode;
use shelly_gen2_rpc::{DeviceConfig, DeviceStatus, components::ComponentConfig};
use shelly_types::{
    ComponentKey, ComponentStatus, Firmware, Generation, Identity, Mac, Model,
    wire::{AsSent, Wire, difference, leaves},
};
use sync_engine::Observed;

use super::{CaptureReport, no_setting, tally::Kept};
use crate::{
    Error,
    family::{Request, Write},
    gen1, gen2,
    probe::identify,
};

/// The document as its types write it back.
fn sent(document: &impl Wire) -> AsSent {
    AsSent::from_json(document.to_json()).unwrap_or_default()
}

/// Who the captured device is: what it says itself, else what the envelope says.
pub(super) fn identity(envelope: &Value, endpoints: &Map<String, Value>) -> Identity {
    let said = ["/shelly", "Shelly.GetDeviceInfo", "Shelly.GetDeviceInfo?ident=true"];
    if let Some(identity) = said.into_iter().find_map(|name| identify(endpoints.get(name)?.clone())) {
        return identity;
    }
    let text = |name: &str| envelope.get(name).and_then(Value::as_str).map(str::to_owned);
    let generation = envelope.get("gen").and_then(Value::as_u64).and_then(|number| u8::try_from(number).ok());
    Identity {
        mac: Mac::new([0; 6]),
        generation: Generation(generation.unwrap_or(1)),
        model: Model::new(text("model").unwrap_or_default()),
        firmware: Firmware::new(text("fw").or_else(|| text("ver")).unwrap_or_default()),
        host_name: Some("shelly-000000000000".to_owned()),
        app: text("app"),
        name: None,
        profile: text("profile"),
        auth_required: false,
    }
}

/// What of a Gen1 configuration is no setting, though nothing says why.
pub(super) fn gen1_kept(wire: &shelly_gen1::Settings, identity: &Identity) -> Vec<Kept> {
    let observed = gen1::observe(identity, &sent(wire));
    // A device of two modes shows the settings of both.
    let is_there = |kind| observed.components.iter().any(|key| key.kind() == kind);
    let other_mode = match (is_there("switch"), is_there("cover")) {
        (true, false) => Some("rollers."),
        (false, true) => Some("relays."),
        _ => None,
    };
    let is_of_other_mode =
        |path: &str| other_mode.is_some_and(|list| path.starts_with(list)) && gen1::has_setting_at(path);
    let is_strange = |path: &str| no_setting::on_gen1(path).is_none() && !is_of_other_mode(path);
    let strange = observed.kept.into_iter().filter(|(path, _)| is_strange(path));
    strange.map(|(path, value)| (path, leaves(&value))).collect()
}

/// What of a later configuration is no setting, though nothing says why.
pub(super) fn rpc_kept(wire: &DeviceConfig, identity: &Identity) -> Vec<Kept> {
    let unknown = |key: &str| matches!(wire.components.get(key), Some(ComponentConfig::Unknown(_)));
    let is_strange = |path: &str| {
        let (component, field) = path.split_once('.').unwrap_or((path, ""));
        let kind = component.split(':').next().unwrap_or(component);
        !unknown(component) && no_setting::on_rpc(kind, field).is_none()
    };
    let kept = gen2::observe(identity, &sent(wire)).kept;
    let strange = kept.into_iter().filter(|(path, _)| is_strange(path));
    let whole =
        wire.components.iter().filter(|(key, _)| unknown(key)).map(|(key, config)| (key.clone(), config.to_json()));
    strange.chain(whole).map(|(path, value)| (path, leaves(&value))).collect()
}

/// The components whose reading has no typed form, with the number of their leaves.
pub(super) fn rpc_without_reading(status: &DeviceStatus) -> Vec<Kept> {
    let readings = gen2::status(status).components;
    let bare = readings.into_iter().filter_map(|(key, reading)| match reading {
        ComponentStatus::Other(value) => Some((key.to_string(), leaves(&value))),
        _ => None,
    });
    bare.collect()
}

/// Configuration of a Gen1 device: into settings, and each settable one back into a request.
pub(super) fn gen1_settings(name: &str, value: Value, identity: &Identity, report: &mut CaptureReport) {
    let Ok(wire) = shelly_gen1::Settings::from_json(value) else { return };
    let observed = gen1::observe(identity, &sent(&wire));
    check_settings(name, &observed, report);
    for (component, changes) in settable(&observed) {
        let writes = gen1::writes(identity, &component, &changes, &observed.settings);
        if let Some(writes) = expressed(name, &component, writes, report)
            && writes.is_empty()
        {
            report.differences.push(format!("{name}: settings of {component} have no write"));
        }
    }
}

/// Status of a Gen1 device.
pub(super) fn gen1_status(name: &str, value: Value, identity: &Identity, report: &mut CaptureReport) {
    if let Ok(wire) = shelly_gen1::Status::from_json(value) {
        let mode = identity.profile.clone().map(Mode::from);
        survives_json(name, &gen1::status(&wire, mode.as_ref()), report);
    }
}

/// Configuration of later devices: into settings and back; what would be written must be what was there.
pub(super) fn rpc_configuration(
    name: &str,
    components: Map<String, Value>,
    identity: &Identity,
    report: &mut CaptureReport,
) {
    let original = components.clone();
    let Ok(wire) = DeviceConfig::from_json(Value::Object(components)) else { return };
    let observed = gen2::observe(identity, &sent(&wire));
    check_settings(name, &observed, report);
    for (component, changes) in settable(&observed) {
        let writes = gen2::writes(identity, &component, &changes, &observed.settings);
        let Some(writes) = expressed(name, &component, writes, report) else { continue };
        let Some(before) = original.get(&component.to_string()) else { continue };
        let mut after = before.clone();
        for write in &writes {
            if let Request::Rpc { params, .. } = &write.request
                && let Some(config) = params.get("config")
            {
                overlay(&mut after, config);
            }
        }
        if let Some(at) = difference(before, &after) {
            report.differences.push(format!("{name}: writing {component} as it is would change {at}"));
        }
    }
}

/// Status of later devices.
pub(super) fn rpc_status(name: &str, components: Map<String, Value>, report: &mut CaptureReport) {
    if let Ok(wire) = DeviceStatus::from_json(Value::Object(components)) {
        survives_json(name, &gen2::status(&wire), report);
    }
}

/// Every setting must be known, and of its type.
fn check_settings(name: &str, observed: &Observed, report: &mut CaptureReport) {
    for (path, value) in &observed.settings {
        let Some(facts) = facts(path.component().kind(), path.field()) else {
            report.differences.push(format!("{name}: {path} is no known setting"));
            continue;
        };
        if !facts.has_type(value) || facts.has_instances != path.component().id().is_some() {
            report.differences.push(format!("{name}: {path} cannot be {value}"));
        }
    }
}

/// The settings that can be set to what they are, by component. Secrets are none of them: the device does not show them.
fn settable(observed: &Observed) -> BTreeMap<ComponentKey, Settings> {
    let mut settable: BTreeMap<ComponentKey, Settings> = BTreeMap::new();
    let can_be_set = |path: &SettingPath, value: &SettingValue| {
        let is_shown = facts(path.component().kind(), path.field()).is_some_and(|facts| !facts.write_only);
        let is_supported = observed.support.of(path, &observed.settings) == Supported::Yes;
        is_shown && is_supported && check(&SettingSelector::from(path), value.clone()).is_ok()
    };
    // The login is changed as a whole, with the password, which is not here.
    for (path, value) in observed.settings.iter().filter(|(path, _)| path.component().kind() != "auth") {
        if can_be_set(path, value) {
            settable.entry(path.component().clone()).or_default().insert(path.clone(), value.clone());
        }
    }
    settable
}

fn expressed(
    name: &str,
    component: &ComponentKey,
    writes: Result<Vec<Write>, Error>,
    report: &mut CaptureReport,
) -> Option<Vec<Write>> {
    writes.map_err(|error| report.differences.push(format!("{name}: {component}: {}", error.chain()))).ok()
}

/// Puts a written configuration over the one that was there, as a device does.
fn overlay(target: &mut Value, written: &Value) {
    match (target, written) {
        (Value::Object(target), Value::Object(written)) => {
            for (name, value) in written {
                overlay(target.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (target, written) => *target = written.clone(),
    }
}

/// A status in our words is stored and shown as JSON, so it must survive that.
fn survives_json(name: &str, status: &shelly_types::DeviceStatus, report: &mut CaptureReport) {
    let back = serde_json::to_value(status).and_then(serde_json::from_value::<shelly_types::DeviceStatus>);
    match back {
        Ok(back) if back == *status => {}
        Ok(_) => report.differences.push(format!("{name}: the status is another one after JSON")),
        Err(error) => report.failures.push(format!("{name}: the status does not survive JSON: {error}")),
    }
}
