//! Keeps the URL actions of a Gen1 device (`/settings/actions`).

use serde_json::{Value, json};

use crate::{
    device::Device,
    exchange::Reply,
    form::{self, Params},
    gen1::Refusal,
    json,
    state::State,
};

/// Most URLs of one action.
const URLS: usize = 5;

/// Answers a read with all actions, and a write with all after the change.
pub(crate) fn answer(device: &Device, state: &mut State, params: &Params) -> Result<Reply, Refusal> {
    let mut actions = state.dynamic.as_deref().map_or_else(|| first(device), json::parse);
    let Some(name) = params.get("name") else {
        return Ok(Reply::json(200, json!({"actions": actions}).to_string()));
    };
    let index = params.get("index").map_or(Ok(0), str::parse::<u64>).map_err(|_| Refusal::bad("index"))?;
    let entry = actions[name]
        .as_array_mut()
        .and_then(|entries| entries.iter_mut().find(|entry| entry["index"] == index))
        .ok_or_else(|| Refusal::bad("name"))?;
    let body = params.iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    let urls: Vec<&str> = params.all("urls[]").filter(|url| !url.is_empty()).collect();
    if urls.len() > URLS || urls.iter().any(|url| url.len() > 256) {
        return Err(Refusal::bad("urls"));
    }
    if params.all("urls[]").next().is_some() {
        entry["urls"] = json!(urls);
    }
    if let Some(enabled) = params.get("enabled") {
        entry["enabled"] = json!(form::truth(enabled));
    }
    device.record(state, "/settings/actions", Value::Object(body));
    let mut root = json::parse(&state.config);
    let active = actions.as_object().is_some_and(|actions| {
        actions.values().filter_map(Value::as_array).flatten().any(|entry| entry["enabled"] == true)
    });
    json::set(&mut root, "actions.active", active);
    state.config = root.to_string().into();
    state.dynamic = Some(actions.to_string().into());
    Ok(Reply::json(200, json!({"actions": actions}).to_string()).written())
}

/// All actions of the model, empty. A name that occurs several times exists once for each channel.
fn first(device: &Device) -> Value {
    let mut actions = json!({});
    for name in &device.spec.actions {
        let entries = actions.as_object_mut().map(|members| members.entry(name).or_insert_with(|| json!([])));
        if let Some(entries) = entries.and_then(Value::as_array_mut) {
            entries.push(json!({"index": entries.len(), "urls": [], "enabled": false}));
        }
    }
    actions
}
