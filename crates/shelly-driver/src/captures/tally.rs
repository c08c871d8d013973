//! Counts what became of the leaves of a payload.

use std::ops::AddAssign;

use serde_json::{Map, Value};
use shelly_gen1::{Settings, Shelly, Status, settings::Relay};
use shelly_gen2_rpc::{
    DeviceConfig, DeviceStatus,
    components::shelly::{ComponentsPage, DeviceInfo},
};
use shelly_types::wire::{Wire, difference, leaves};

use super::{CaptureReport, endpoint::Document, endpoint::Part};

/// Leaves by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Payloads.
    pub documents: usize,
    /// Leaves with a typed field.
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

    /// Share of leaves with a typed field, in percent; 100 when there are none.
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
pub(super) fn round_trip(name: &str, document: &Document, report: &mut CaptureReport) {
    match document {
        Document::Gen1Settings(value) => {
            let counted = count::<Settings>(name, value, report);
            report.configuration += counted;
        }
        Document::Gen1Relay(value) => {
            let counted = count::<Relay>(name, value, report);
            report.configuration += counted;
        }
        Document::Gen1Status(value) => {
            let counted = count::<Status>(name, value, report);
            report.status += counted;
        }
        Document::Gen1Shelly(value) => {
            let counted = count::<Shelly>(name, value, report);
            report.other += counted;
        }
        Document::DeviceInfo(value) => {
            let counted = count::<DeviceInfo>(name, value, report);
            report.other += counted;
        }
        Document::Components { part: Part::Configuration, components } => {
            let counted = count::<DeviceConfig>(name, &Value::Object(components.clone()), report);
            report.configuration += counted;
        }
        Document::Components { part: Part::Status, components } => {
            let counted = count::<DeviceStatus>(name, &Value::Object(components.clone()), report);
            report.status += counted;
        }
        Document::Page(value) => page(name, value, report),
    }
}

/// A page of components: the whole must survive; configurations and readings are counted apart.
fn page(name: &str, value: &Value, report: &mut CaptureReport) {
    let mut frame = CaptureReport::default();
    let mut whole = count::<ComponentsPage>(name, value, &mut frame);
    let (configuration, status) = super::split(value);
    for (components, tally) in [(&configuration, true), (&status, false)] {
        let mut inner = CaptureReport::default();
        let components: Map<String, Value> = components.clone();
        let counted = if tally {
            count::<DeviceConfig>(name, &Value::Object(components), &mut inner)
        } else {
            count::<DeviceStatus>(name, &Value::Object(components), &mut inner)
        };
        whole.understood = whole.understood.saturating_sub(counted.understood);
        whole.kept = whole.kept.saturating_sub(counted.kept);
        whole.lost = whole.lost.saturating_sub(counted.lost);
        if tally {
            report.configuration += counted;
        } else {
            report.status += counted;
        }
    }
    report.other += whole;
    report.failures.append(&mut frame.failures);
    report.differences.append(&mut frame.differences);
    report.lost.append(&mut frame.lost);
    report.kept.append(&mut frame.kept);
}

fn count<T: Wire>(name: &str, value: &Value, report: &mut CaptureReport) -> Tally {
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
    let mut kept = 0;
    read.unknown("", &mut |path, value| {
        kept += leaves(value);
        report.kept.push(format!("{name}: {path}"));
    });
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
