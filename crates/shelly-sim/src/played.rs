//! Reads a captured payload so that a device can play it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use shelly_types::{Firmware, Generation, Mac, Model};

use crate::{
    catalogue::{ModelSpec, Profile},
    json,
};

/// The text of captured answers, by the name of the endpoint.
#[derive(Debug, Clone)]
pub(crate) struct Played {
    pub(crate) endpoints: BTreeMap<String, Box<str>>,
    /// Nothing was written or switched yet, so answers are served as captured.
    pub(crate) untouched: bool,
}

/// A capture cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// The text is not JSON.
    #[error("read the capture as JSON")]
    NotJson(#[source] serde_json::Error),
    /// The envelope has no member of this name.
    #[error("the capture has no endpoint `{0}`, so no device can be played from it")]
    Missing(&'static str),
    /// The identity holds no hardware address.
    #[error("the identity in the capture has no MAC address")]
    NoMac,
}

#[derive(Deserialize)]
struct Envelope {
    endpoints: BTreeMap<String, Box<RawValue>>,
}

/// Identity and documents of a capture.
#[derive(Debug, Clone)]
pub(crate) struct Capture {
    pub(crate) spec: ModelSpec,
    pub(crate) mac: Mac,
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) profile: String,
    pub(crate) config: Box<str>,
    pub(crate) played: Played,
}

/// Reads an envelope.
pub(crate) fn read(text: &str) -> Result<Capture, CaptureError> {
    let envelope: Envelope = serde_json::from_str(text).map_err(CaptureError::NotJson)?;
    let endpoints: BTreeMap<String, Box<str>> =
        envelope.endpoints.into_iter().map(|(name, raw)| (name, raw.get().into())).collect();
    let gen1 = endpoints.contains_key("/settings");
    let (info_name, config_name, status_name) = if gen1 {
        ("/shelly", "/settings", "/status")
    } else {
        ("Shelly.GetDeviceInfo", "Shelly.GetConfig", "Shelly.GetStatus")
    };
    let config = endpoints.get(config_name).ok_or(CaptureError::Missing(config_name))?.clone();
    if !endpoints.contains_key(status_name) {
        return Err(CaptureError::Missing(status_name));
    }
    let settings = json::parse(&config);
    let info = match endpoints.get(info_name) {
        Some(info) => json::parse(info),
        None if gen1 => settings["device"].clone(),
        None => return Err(CaptureError::Missing(info_name)),
    };
    let mac = json::text(&info, "mac").and_then(|text| text.parse().ok()).ok_or(CaptureError::NoMac)?;
    let spec = spec(&info, &settings, gen1);
    let id = if gen1 { json::text(&settings, "device.hostname") } else { json::text(&info, "id") };
    let name = if gen1 { json::text(&settings, "name") } else { json::text(&info, "name") };
    let profile = json::text(&info, if gen1 { "mode" } else { "profile" }).or(json::text(&settings, "mode"));
    Ok(Capture {
        mac,
        id: id.map_or_else(|| mac.to_string(), str::to_owned),
        name: name.map(str::to_owned),
        profile: profile.unwrap_or_default().to_owned(),
        config,
        spec,
        played: Played { endpoints, untouched: true },
    })
}

/// Describes the captured device as a model of its own.
fn spec(info: &Value, settings: &Value, gen1: bool) -> ModelSpec {
    let text = |name: &str| json::text(info, name).unwrap_or_default().to_owned();
    let components = if gen1 { gen1_components(settings) } else { gen2_components(settings) };
    let generation =
        json::at(info, "gen").and_then(Value::as_u64).and_then(|number| u8::try_from(number).ok()).unwrap_or(2);
    let name = json::text(info, if gen1 { "mode" } else { "profile" }).unwrap_or_default().to_owned();
    ModelSpec {
        model: Model::new(text(if gen1 { "type" } else { "model" })),
        name: text("app"),
        generation: Generation(if gen1 { 1 } else { generation }),
        app: text("app"),
        id_prefix: String::new(),
        ap_prefix: String::new(),
        firmware: Firmware::new(text(if gen1 { "fw" } else { "fw_id" })),
        profiles: vec![Profile { name, components }],
        singles: Vec::new(),
        dynamic: Vec::new(),
        counts: Vec::new(),
        actions: Vec::new(),
        config: serde_json::Map::new(),
        status: serde_json::Map::new(),
        facts: crate::catalogue::Facts::default(),
        quirks: crate::catalogue::Quirks::default(),
    }
}

fn gen2_components(config: &Value) -> Vec<String> {
    config.as_object().into_iter().flat_map(|members| members.keys()).filter(|key| key.contains(':')).cloned().collect()
}

fn gen1_components(settings: &Value) -> Vec<String> {
    let count = |name: &str| json::at(settings, name).and_then(Value::as_array).map_or(0, Vec::len);
    let mode = json::text(settings, "mode").unwrap_or_default();
    let light = if mode == "color" { "rgbw" } else { "light" };
    let mut components = Vec::new();
    let relays = if mode == "roller" { 0 } else { count("relays") };
    let rollers = if mode == "relay" { 0 } else { count("rollers") };
    for (kind, count) in [("switch", relays), ("cover", rollers), (light, count("lights"))] {
        components.extend((0..count).map(|id| format!("{kind}:{id}")));
    }
    components
}
