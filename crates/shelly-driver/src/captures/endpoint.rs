//! Knows what kind of document an endpoint of a capture holds.

use serde_json::{Map, Value, json};

/// A payload that is read here.
pub(super) enum Document {
    /// `/settings` of Gen1, whole or in part.
    Gen1Settings(Value),
    /// `/settings/relay/N` of Gen1.
    Gen1Relay(Value),
    /// `/status` of Gen1, whole or in part.
    Gen1Status(Value),
    /// `/shelly` of Gen1.
    Gen1Shelly(Value),
    /// Components of Gen2 and later by key.
    Components {
        /// What of them.
        part: Part,
        /// Payloads by key.
        components: Map<String, Value>,
    },
    /// A page of `Shelly.GetComponents`.
    Page(Value),
    /// Who a device of Gen2 and later is.
    DeviceInfo(Value),
}

/// Which part of a component a payload holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Configuration,
    Status,
}

/// The document at an endpoint; none when it is neither configuration nor status.
pub(super) fn document(name: &str, payload: &Value) -> Option<Document> {
    let (is_fragment, name) = match name.strip_prefix("fragment:") {
        Some(name) => (true, name),
        None => (false, name),
    };
    if let Some(member) = name.strip_prefix("/settings.").filter(|_| is_fragment) {
        return Some(Document::Gen1Settings(json!({ member: payload })));
    }
    if let Some(member) = name.strip_prefix("/status.").filter(|_| is_fragment) {
        return Some(Document::Gen1Status(json!({ member: payload })));
    }
    let payload = || payload.clone();
    match name {
        "/settings" => Some(Document::Gen1Settings(payload())),
        "/status" | "mqtt:shellies/<id>/info" => Some(Document::Gen1Status(payload())),
        "/shelly" => Some(Document::Gen1Shelly(payload())),
        "Shelly.GetComponents" => Some(Document::Page(payload())),
        "Shelly.GetConfig" => Some(whole(Part::Configuration, payload())),
        "Shelly.GetStatus" => Some(whole(Part::Status, payload())),
        _ if name.starts_with("/settings/relay/") => Some(Document::Gen1Relay(payload())),
        _ if name.starts_with("Shelly.GetDeviceInfo") => Some(Document::DeviceInfo(payload())),
        _ => component(name, payload()),
    }
}

/// Components by key; what is no object is one component without a name, so that it fails visibly.
fn whole(part: Part, payload: Value) -> Document {
    let components = match payload {
        Value::Object(components) => components,
        other => Map::from_iter([(String::new(), other)]),
    };
    Document::Components { part, components }
}

/// A single component, under the names that captures have for it.
fn component(name: &str, payload: Value) -> Option<Document> {
    let one = |part, key: &str, payload| {
        Some(Document::Components { part, components: Map::from_iter([(key.to_owned(), payload)]) })
    };
    for (prefix, part) in [
        ("Shelly.GetConfig.", Part::Configuration),
        ("Shelly.GetStatus.", Part::Status),
        ("NotifyStatus.", Part::Status),
        ("mqtt:<prefix>/status/", Part::Status),
    ] {
        if let Some(key) = name.strip_prefix(prefix) {
            return one(part, key, payload);
        }
    }
    let (namespace, method) = name.split_once('.')?;
    let part = match method {
        "GetConfig" => Part::Configuration,
        "GetStatus" => Part::Status,
        _ => return None,
    };
    let kind = namespace.to_lowercase();
    let key = match payload.get("id").and_then(Value::as_u64) {
        Some(id) => format!("{kind}:{id}"),
        None => kind,
    };
    one(part, &key, payload)
}
