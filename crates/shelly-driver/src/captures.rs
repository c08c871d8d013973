//! Proves on recorded payloads that reading a device loses nothing.
//!
//! Every configuration and status in a capture is parsed into its wire type and written back, and goes through the
//! conversion into our words and back into writes. What a leaf became is counted: a leaf of a configuration is understood
//! when it is a setting, or known to be none; a leaf of a status when it has a typed field and its component a typed
//! reading.

mod conversion;
mod endpoint;
mod no_setting;
#[cfg(test)]
mod reference;
mod tally;

use serde_json::{Map, Value};
use shelly_types::Identity;

use self::endpoint::{Document, Part};
pub use self::tally::Tally;

/// What became of the payloads of one capture.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CaptureReport {
    /// Leaves of configurations.
    pub configuration: Tally,
    /// Leaves of status readings.
    pub status: Tally,
    /// Leaves of everything else that was read: who the device is, frames around components.
    pub other: Tally,
    /// Payloads that could not be read, each with the reason.
    pub failures: Vec<String>,
    /// What was not the same after a round trip, each with its place.
    pub differences: Vec<String>,
    /// Leaves that were not there after a round trip, each with its place.
    pub lost: Vec<String>,
    /// Leaves that were kept without being understood, each with its place.
    pub kept: Vec<String>,
    /// Payloads that are not JSON as the device sent them: why, and the text itself.
    pub invalid: Vec<Invalid>,
    /// Endpoints that hold neither configuration nor status and were left alone.
    pub left_alone: Vec<String>,
}

/// A payload that is not JSON as the device sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// Where it came from.
    pub endpoint: String,
    /// Why it could not be read.
    pub error: String,
    /// The text as it came.
    pub raw: String,
}

impl CaptureReport {
    /// Whether everything was read, nothing was lost and nothing changed.
    pub fn is_clean(&self) -> bool {
        self.failures.is_empty() && self.differences.is_empty() && self.lost.is_empty()
    }
}

/// Reads every configuration and status in a capture: an object with the member `endpoints`, payloads by endpoint.
pub fn read_capture(envelope: &Value) -> CaptureReport {
    let mut report = CaptureReport::default();
    let Some(endpoints) = envelope.get("endpoints").and_then(Value::as_object) else {
        report.failures.push("it has no object `endpoints`".to_owned());
        return report;
    };
    let identity = conversion::identity(envelope, endpoints);
    for (name, payload) in endpoints {
        match raw_text(payload) {
            Some(raw) => read_text(name, raw, &identity, &mut report),
            None => read_payload(name, payload, &identity, &mut report),
        }
    }
    report
}

/// The text of a payload that was recorded as not being JSON.
fn raw_text(payload: &Value) -> Option<&str> {
    (payload.get("_invalid_json")? == &Value::Bool(true)).then_some(())?;
    payload.get("_raw")?.as_str()
}

fn read_text(name: &str, raw: &str, identity: &Identity, report: &mut CaptureReport) {
    match serde_json::from_str::<Value>(raw) {
        Ok(payload) => read_payload(name, &payload, identity, report),
        Err(error) => report.invalid.push(Invalid {
            endpoint: name.to_owned(),
            error: format!("answer to {name} is not JSON: {error}"),
            raw: raw.to_owned(),
        }),
    }
}

fn read_payload(name: &str, payload: &Value, identity: &Identity, report: &mut CaptureReport) {
    let Some(document) = endpoint::document(name, payload) else {
        report.left_alone.push(name.to_owned());
        return;
    };
    tally::round_trip(name, &document, identity, report);
    match document {
        Document::Gen1Settings(value) => conversion::gen1_settings(name, value, identity, report),
        Document::Gen1Status(value) => conversion::gen1_status(name, value, identity, report),
        Document::Components { part: Part::Configuration, components } => {
            conversion::rpc_configuration(name, components, identity, report);
        }
        Document::Components { part: Part::Status, components } => conversion::rpc_status(name, components, report),
        Document::Page(page) => {
            let (configuration, status) = split(&page);
            conversion::rpc_configuration(name, configuration, identity, report);
            conversion::rpc_status(name, status, report);
        }
        Document::Gen1Shelly(_) | Document::Gen1Relay(_) | Document::DeviceInfo(_) => {}
    }
}

/// Configurations and readings of a page of components.
fn split(page: &Value) -> (Map<String, Value>, Map<String, Value>) {
    let entries = page.get("components").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let part = |name: &str| {
        let member = |entry: &Value| Some((entry.get("key")?.as_str()?.to_owned(), entry.get(name)?.clone()));
        entries.iter().filter_map(member).collect()
    };
    (part("config"), part("status"))
}
