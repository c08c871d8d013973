//! Takes `SetConfig`: merges, checks, counts the revision, says whether a restart is needed.

use serde_json::{Map, Value, json};

use crate::{
    device::Device,
    fault::bend,
    gen2::{
        Outcome, RpcError, dynamic, first,
        rules::{self, Rule},
    },
    json,
    link::Wiring,
    output::PowerOn,
    quirk::Quirk,
    state::State,
    wifi,
};

/// What a merge found on its way.
struct Merge<'a> {
    device: &'a Device,
    kind: &'a str,
    default: &'a Value,
    secrets: Vec<(String, Option<String>)>,
}

/// Writes the configuration of the component `key`.
pub(crate) fn write(device: &Device, state: &mut State, key: &str, params: &Value) -> Outcome {
    let Some(patch) = params.get("config") else { return Err(RpcError::missing("config")) };
    let Some(patch) = patch.as_object() else { return Err(RpcError::argument("config")) };
    let kind = key.split(':').next().unwrap_or(key);
    let dynamic = dynamic::is_dynamic(kind);
    let before = if dynamic { dynamic::config(state, key) } else { json::parse(&state.config).get(key).cloned() };
    let before = before.ok_or_else(|| RpcError::no_such_id(&json!(key)))?;
    let default = if state.played.is_some() { None } else { default_of(device, state, key) };
    let mut after = before.clone();
    let none = Value::Null;
    let mut merge = Merge { device, kind, default: default.as_ref().unwrap_or(&none), secrets: Vec::new() };
    merge.object(&mut after, patch, "")?;
    let secrets = std::mem::take(&mut merge.secrets);
    let (old, mut new) = (json!({key: before}), json!({key: after}));
    bend(&state.faults, &old, &mut new);
    let after = new[key].take();
    let mut changed = changes(&before, &after, "");
    for (path, value) in secrets {
        if remember(state, &format!("{key}.{path}"), value) {
            changed.push(path);
        }
    }
    if changed.is_empty() {
        return Ok(json!({"restart_required": state.restart_required}).to_string());
    }
    state.revisions.config += 1;
    let restart = changed.iter().any(|path| rules::needs_restart(kind, path));
    state.restart_required |= restart;
    changed_event(state, key, restart);
    if device.has(Quirk::SharedHeap)
        && key == "matter"
        && after["enable"] == true
        && let Some(lists) = &mut state.lists
    {
        lists.starve_scripts();
    }
    if dynamic {
        dynamic::set_config(state, key, after);
    } else {
        let mut root = json::parse(&state.config);
        root[key] = after;
        store(state, root);
    }
    wifi::look(device, state);
    Ok(json!({"restart_required": restart}).to_string())
}

/// Notes that the configuration of a component changed, with the new revision.
pub(crate) fn changed_event(state: &mut State, key: &str, restart_required: bool) {
    let more =
        json::object([("restart_required", json!(restart_required)), ("cfg_rev", json!(state.revisions.config))]);
    state.event(key, "config_changed", more);
}

/// Stores a configuration someone else changed at this path.
pub(crate) fn changed_outside(state: &mut State, root: Value, path: &str) {
    state.revisions.config += 1;
    changed_event(state, path.split('.').next().unwrap_or(path), false);
    store(state, root);
}

/// What `null` restores. The network a device was set up for is no default.
fn default_of(device: &Device, state: &State, key: &str) -> Option<Value> {
    let mut default = first::component(&device.spec, device.mac, &device.id, &state.profile, key)?;
    if key == "wifi" {
        json::set(&mut default, "sta.ssid", Value::Null);
        json::set(&mut default, "sta.enable", false);
    }
    Some(default)
}

/// Remembers a secret; true when it is another one than before.
fn remember(state: &mut State, path: &str, value: Option<String>) -> bool {
    let known = &mut state.secrets;
    match value {
        Some(text) => known.insert(path.to_owned(), text.clone()) != Some(text),
        None => known.remove(path).is_some(),
    }
}

impl Merge<'_> {
    fn object(&mut self, target: &mut Value, patch: &Map<String, Value>, base: &str) -> Result<(), RpcError> {
        for (name, value) in patch {
            let path = if base.is_empty() { name.clone() } else { format!("{base}.{name}") };
            if rules::is_secret(self.kind, &path) {
                self.secret(target, path, value)?;
                continue;
            }
            if rules::read_only(self.kind, &path) {
                continue;
            }
            let Some(members) = target.as_object_mut() else { return Err(RpcError::argument("config")) };
            match (members.get_mut(name), value) {
                (None, value) if rules::is_free(self.kind, base) => {
                    members.insert(name.clone(), value.clone());
                }
                // A key the firmware does not know is ignored, with success.
                (None, _) => {}
                (Some(_), Value::Null) if rules::is_free(self.kind, base) => {
                    members.remove(name);
                }
                (Some(old @ Value::Object(_)), Value::Object(patch)) => self.object(old, patch, &path)?,
                (Some(old), Value::Null) => *old = json::at(self.default, &path).cloned().unwrap_or_default(),
                (Some(old), value) => {
                    let value = self.checked(old, value, &path)?;
                    *old = json::like(old, value);
                }
            }
        }
        Ok(())
    }

    fn secret(&mut self, target: &mut Value, path: String, value: &Value) -> Result<(), RpcError> {
        let text = match value {
            Value::Null => None,
            Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            _ => return Err(self.invalid(&path)),
        };
        if let Some(open) = target.get_mut("is_open") {
            *open = json!(text.is_none());
        }
        self.secrets.push((path, text));
        Ok(())
    }

    fn invalid(&self, path: &str) -> RpcError {
        RpcError::new(-103, format!("Argument 'config', field '{}.{path}' is invalid!", self.kind))
    }

    /// The value to store, if type and range allow it.
    fn checked(&self, old: &Value, value: &Value, path: &str) -> Result<Value, RpcError> {
        // Raised security comes down with a factory reset only, and keeps the check of validity times.
        let raised = path == "device.enhanced_security" && *old == true && *value == false;
        if self.kind == "sys" && raised {
            return Err(self.invalid(path));
        }
        let fits = match (old, value) {
            (Value::Null, Value::Number(_)) => rules::is_number(self.kind, path),
            (Value::Null, Value::String(_)) => !rules::is_number(self.kind, path),
            (Value::Null, Value::Array(_)) => true,
            (Value::Null, _) => false,
            (old, new) => std::mem::discriminant(old) == std::mem::discriminant(new),
        };
        if !fits {
            return Err(self.invalid(path));
        }
        let facts = &self.device.spec.facts;
        let number = value.as_f64();
        let within = |most: f64| number.is_some_and(|number| (0.0..=most).contains(&number));
        let holds = match rules::rule(self.kind, path) {
            None => true,
            Some(Rule::OneOf(words)) => value.as_str().is_some_and(|word| words.contains(&word)),
            Some(Rule::Chars(most)) => value.as_str().is_none_or(|text| text.chars().count() <= most),
            Some(Rule::Range(least, most)) => number.is_none_or(|number| (least..=most).contains(&number)),
            Some(Rule::Power) => within(facts.max_power_w),
            Some(Rule::Current) => within(facts.max_current_a),
            Some(Rule::Clamp(least, most)) => {
                let clamped = number.map(|number| number.clamp(least, most));
                return Ok(match clamped {
                    Some(clamped) if Some(clamped) != number => json!(clamped),
                    _ => value.clone(),
                });
            }
        };
        if holds { Ok(value.clone()) } else { Err(self.invalid(path)) }
    }
}

/// Paths of the leaves that differ.
fn changes(before: &Value, after: &Value, base: &str) -> Vec<String> {
    let (Value::Object(old), Value::Object(new)) = (before, after) else {
        return if json::same(before, after) { Vec::new() } else { vec![base.to_owned()] };
    };
    let join = |name: &str| if base.is_empty() { name.to_owned() } else { format!("{base}.{name}") };
    let mut found = Vec::new();
    for (name, value) in new {
        found.extend(changes(old.get(name).unwrap_or(&Value::Null), value, &join(name)));
    }
    found.extend(old.keys().filter(|name| !new.contains_key(*name)).map(|name| join(name)));
    found
}

/// Stores the whole configuration.
pub(crate) fn store(state: &mut State, mut root: Value) {
    json::set(&mut root, "sys.cfg_rev", state.revisions.config);
    state.config = root.to_string().into();
    let now = Wiring::of(state, false);
    if now.udp_to != state.wiring.udp_to {
        state.wiring.udp_to = now.udp_to;
        state.wiring_revision += 1;
    }
    if let Some(played) = &mut state.played {
        played.untouched = false;
    }
    refresh(state);
}

/// Hands timers and power-on states to the outputs, and the revision to the document.
pub(crate) fn refresh(state: &mut State) {
    let mut root = json::parse(&state.config);
    for output in &mut state.outputs {
        let key = format!("{}:{}", output.kind.word(), output.id);
        let config = &root[&key];
        let delay = |name: &str| {
            let wanted = json::truth(config, name);
            json::number(config, &format!("{name}_delay")).filter(|_| wanted)
        };
        output.auto_on = delay("auto_on");
        output.auto_off = delay("auto_off");
        output.travel_s = json::number(config, "maxtime_open").unwrap_or(60.0) / 3.0;
        output.power_on = match json::text(config, "initial_state") {
            Some("on") => PowerOn::On,
            Some("restore_last") => PowerOn::Keep,
            _ => PowerOn::Off,
        };
    }
    if state.played.is_none() && root["sys"]["cfg_rev"] != state.revisions.config {
        json::set(&mut root, "sys.cfg_rev", state.revisions.config);
        state.config = root.to_string().into();
    } else if let Some(revision) = json::at(&root, "sys.cfg_rev").and_then(Value::as_u64) {
        state.revisions.config = u32::try_from(revision).unwrap_or(u32::MAX);
    }
}
