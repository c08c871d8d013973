//! Counts what became of the leaves of a payload.

use std::ops::AddAssign;

use serde_json::{Map, Value};
use shelly_gen1::{Settings, Shelly, Status, settings::Relay};
use shelly_gen2_rpc::{
    DeviceConfig, DeviceStatus,
    components::shelly::{ComponentsPage, DeviceInfo},
};
use shelly_types::{
    Identity,
    wire::{Wire, difference, leaves},
};

use super::{
    CaptureReport, conversion,
    endpoint::{Document, Part},
};

/// Leaves by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Payloads.
    pub documents: usize,
    /// Leaves with a typed home: a setting, or a field of a reading.
    pub understood: usize,
    /// Leaves kept as they came.
    pub kept: usize,
    /// Leaves that were not there after a round trip.
    pub lost: usize,
}

impl Tally {
    /// All leaves.
    pub fn leaves(&self) -> usize {
        self.understood + self.kept + self.lost
    }

    /// Share of leaves with a typed home, in percent; 100 when there are none.
    pub fn understood_percent(&self) -> f64 {
        if self.leaves() == 0 { 100.0 } else { 100.0 * self.understood as f64 / self.leaves() as f64 }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.documents += other.documents;
        self.understood += other.understood;
        self.kept += other.kept;
        self.lost += other.lost;
    }
}

/// Parses the document, writes it back, and counts.
pub(super) fn round_trip(name: &str, document: &Document, identity: &Identity, report: &mut CaptureReport) {
    match document {
        Document::Gen1Settings(value) => {
            let counted = count::<Settings>(name, value, report, |wire| conversion::gen1_kept(wire, identity));
            report.configuration += counted;
        }
        Document::Gen1Relay(value) => {
            let counted = count::<Relay>(name, value, report, unknown);
            report.configuration += counted;
        }
        Document::Gen1Status(value) => {
            let counted = count::<Status>(name, value, report, unknown);
            report.status += counted;
        }
        Document::Gen1Shelly(value) => {
            let counted = count::<Shelly>(name, value, report, unknown);
            report.other += counted;
        }
        Document::DeviceInfo(value) => {
            let counted = count::<DeviceInfo>(name, value, report, unknown);
            report.other += counted;
        }
        Document::Components { part, components } => {
            count_components(name, *part, components, identity, report);
        }
        Document::Page(value) => page(name, value, identity, report),
    }
}

fn count_components(
    name: &str,
    part: Part,
    components: &Map<String, Value>,
    identity: &Identity,
    report: &mut CaptureReport,
) {
    let value = Value::Object(components.clone());
    match part {
        Part::Configuration => {
            let kept = |wire: &DeviceConfig| conversion::rpc_kept(wire, identity);
            let counted = count(name, &value, report, kept);
            report.configuration += counted;
        }
        Part::Status => {
            let counted = count(name, &value, report, without_reading);
            report.status += counted;
        }
    }
}

/// A page of components: the whole must survive; configurations and readings are counted apart from their frame.
fn page(name: &str, value: &Value, identity: &Identity, report: &mut CaptureReport) {
    let mut whole = CaptureReport::default();
    count::<ComponentsPage>(name, value, &mut whole, |_| Vec::new());
    report.failures.append(&mut whole.failures);
    report.differences.append(&mut whole.differences);
    report.lost.append(&mut whole.lost);

    let (configuration, status) = super::split(value);
    let mut frame = value.clone();
    for entry in frame.get_mut("components").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(members) = entry.as_object_mut() {
            members.remove("config");
            members.remove("status");
        }
    }
    let counted = count::<ComponentsPage>(name, &frame, report, unknown);
    report.other += counted;
    count_components(name, Part::Configuration, &configuration, identity, report);
    count_components(name, Part::Status, &status, identity, report);
}

/// A place, and how many leaves of it are not understood.
pub(super) type Kept = (String, usize);

/// What was kept without a typed field.
fn unknown<T: Wire>(wire: &T) -> Vec<Kept> {
    let mut kept = Vec::new();
    wire.unknown("", &mut |path, value| kept.push((path.to_owned(), leaves(value))));
    kept
}

/// What was kept without a typed field, and every component that has no reading in our words.
fn without_reading(status: &DeviceStatus) -> Vec<Kept> {
    let bare = conversion::rpc_without_reading(status);
    let is_in_bare = |path: &str| bare.iter().any(|(key, _)| path.strip_prefix(key.as_str()).is_some_and(is_below));
    let fields = unknown(status).into_iter().filter(|(path, _)| !is_in_bare(path));
    fields.chain(bare.iter().cloned()).collect()
}

fn is_below(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('.')
}

fn count<T: Wire>(
    name: &str,
    value: &Value,
    report: &mut CaptureReport,
    kept_of: impl FnOnce(&T) -> Vec<Kept>,
) -> Tally {
    let read = match T::from_json(value.clone()) {
        Ok(read) => read,
        Err(odd) => {
            let beginning: String = odd.to_string().chars().take(60).collect();
            report.failures.push(format!("{name} is not an object but {beginning}"));
            return Tally { documents: 1, kept: leaves(value), ..Tally::default() };
        }
    };
    let back = read.to_json();
    let mut lost = Vec::new();
    missing(name, value, Some(&back), &mut lost);
    if let Some(at) = difference(value, &back) {
        report.differences.push(format!("{name}{at}"));
    }
    let places = kept_of(&read);
    let kept = places.iter().map(|(_, leaves)| leaves).sum();
    report.kept.extend(places.into_iter().map(|(path, _)| format!("{name}: {path}")));
    let understood = leaves(value).saturating_sub(kept + lost.len());
    let tally = Tally { documents: 1, understood, kept, lost: lost.len() };
    report.lost.append(&mut lost);
    tally
}

/// Collects the leaves of `value` that `back` does not have.
fn missing(at: &str, value: &Value, back: Option<&Value>, lost: &mut Vec<String>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, member) in members {
                missing(&format!("{at}.{name}"), member, back.and_then(|back| back.get(name)), lost);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                missing(&format!("{at}[{index}]"), item, back.and_then(|back| back.get(index)), lost);
            }
        }
        _ if back.is_none() => lost.push(at.to_owned()),
        _ => {}
    }
}
