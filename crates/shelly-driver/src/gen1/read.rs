//! Turns a `/settings` document into settings in the words of all generations.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
};

use capability_config::{SettingPath, SettingValue, Settings, Support};
use serde_json::{Value, json};
use shelly_gen1::scalar::Quantity;
use shelly_types::{
    ComponentKey, Identity,
    wire::{AsSent, Wire},
};
use smol_str::SmolStr;
use sync_engine::Observed;

use super::{
    document::{self, Members},
    form::Form,
    rules::{Group, Kind, Rule, groups},
    shape::Shape,
};

/// What the device showed: settings, components, and the rest of the document.
pub(crate) fn observe(identity: &Identity, settings: &AsSent) -> Observed {
    let document = document::without_lists_of_sensors(settings.members());
    let shape = Shape::of_document(identity, &document);
    let mut found = Found::default();
    for group in groups(&shape) {
        for index in 0..group.count(&shape, &document) {
            let component = component(group, index);
            found.is_channel(group, &component);
            for rule in group.rules.iter().filter(|rule| (rule.when)(&shape)) {
                found.read(rule, index, &component, &shape, &document);
            }
        }
    }
    let mut components = found.channels;
    for path in found.settings.keys() {
        if !components.contains(path.component()) {
            components.insert(path.component().clone());
        }
    }
    let kept = rest(&document, found.told);
    let support = Support::new(
        identity.generation,
        identity.model.clone(),
        identity.firmware.clone(),
        components.iter().cloned(),
    );
    let mut observed = Observed::new(components.into_iter().collect(), found.settings, support);
    observed.kept = kept;
    observed
}

fn component(group: &Group, index: u32) -> ComponentKey {
    match group.first {
        None => ComponentKey::single(group.kind),
        Some(first) => ComponentKey::instance(group.kind, first.saturating_add(index)),
    }
}

#[derive(Default)]
struct Found {
    settings: Settings,
    channels: BTreeSet<ComponentKey>,
    /// What a setting tells.
    told: document::Parts,
}

impl Found {
    /// Relays, rollers, lights and inputs are there even when nothing of them can be set.
    fn is_channel(&mut self, group: &Group, component: &ComponentKey) {
        if matches!(group.kind, "switch" | "cover" | "light" | "input") {
            self.channels.insert(component.clone());
        }
    }

    fn read(&mut self, rule: &Rule, index: u32, component: &ComponentKey, shape: &Shape, document: &Members) {
        let Some(place) = document::at_channel(document, rule.at, index) else { return };
        for (field, value, names) in parts(rule, place, shape) {
            let field = match field {
                Cow::Borrowed(field) => SmolStr::new_static(field),
                Cow::Owned(field) => field.into(),
            };
            let Entry::Vacant(entry) = self.settings.entry(SettingPath::new(component.clone(), field)) else {
                continue;
            };
            entry.insert(value);
            for name in names {
                if let Some(told) = if name.is_empty() { Some(place) } else { place.get(name) } {
                    self.told.add(told);
                }
            }
        }
    }
}

/// What no setting tells. Secrets are masked.
fn rest(document: &Members, told: document::Parts) -> BTreeMap<String, Value> {
    let mut rest = BTreeMap::new();
    told.rest(document, &mut |path, value| {
        let hide = document::is_secret(path) && value.as_str().is_none_or(|text| !text.is_empty());
        rest.insert(path.to_owned(), if hide { json!({ "hidden": true }) } else { value.clone() });
    });
    rest
}

/// Field, value, and the places below the rule's that they come from.
type Part = (Cow<'static, str>, SettingValue, &'static [&'static str]);

/// The settings that a rule finds in its value; none when the value is of another kind than expected.
fn parts(rule: &Rule, value: &Value, shape: &Shape) -> Vec<Part> {
    const HERE: &[&str] = &[""];
    let field = Cow::Borrowed(rule.field);
    match rule.kind {
        Kind::Plain(form) => form.read(value).map(|value| (field, value, HERE)).into_iter().collect(),
        Kind::Delay => match Form::Number.read(value).and_then(|value| value.as_number()) {
            None => Vec::new(),
            Some(seconds) if seconds > 0.0 => {
                vec![(format!("{field}_delay").into(), seconds.into(), HERE), (field, true.into(), HERE)]
            }
            Some(_) => vec![(field, false.into(), HERE)],
        },
        Kind::Window => {
            let enable = |on: bool| (format!("{field}.enable").into(), on.into(), HERE);
            let direction = |word: &str| vec![enable(true), (format!("{field}.direction").into(), word.into(), HERE)];
            match value.as_str() {
                Some("disabled") => vec![enable(false)],
                Some("while_opening") => direction("open"),
                Some("while_closing") => direction("close"),
                Some("while_moving") => direction("both"),
                _ => Vec::new(),
            }
        }
        Kind::RollerInputs => roller_inputs(value).map(|(word, from)| (field, word.into(), from)).into_iter().collect(),
        Kind::RollerButton(_) if value == "detached" => Vec::new(),
        Kind::RollerButton(words) => {
            Form::Word(words).read(value).map(|value| (field, value, HERE)).into_iter().collect()
        }
        Kind::Interval => {
            let time = |name: &str| value.get(name).and_then(Value::as_str).map(SettingValue::from);
            let (Some(start), Some(end)) = (time("start_time"), time("end_time")) else { return Vec::new() };
            vec![(field, SettingValue::from(vec![start, end]), &["start_time", "end_time"])]
        }
        Kind::Sleep => {
            let period = value.get("period").and_then(|period| Quantity::from_json(period.clone()).ok());
            let unit = value.get("unit").and_then(Value::as_str);
            match (period, unit) {
                (Some(period), Some(unit)) if unit == sleep_unit(shape).0 => {
                    vec![(field, (period.number() * sleep_unit(shape).1).into(), &["period", "unit"])]
                }
                _ => Vec::new(),
            }
        }
    }
}

fn roller_inputs(roller: &Value) -> Option<(&'static str, &'static [&'static str])> {
    let word = |name: &str| roller.get(name).and_then(Value::as_str);
    match (word("button_type"), word("input_mode")) {
        (Some("detached"), _) => Some(("detached", &["button_type"])),
        (_, Some("openclose")) => Some(("dual", &["input_mode"])),
        (_, Some("onebutton")) => Some(("single", &["input_mode"])),
        _ => None,
    }
}

/// The unit in which a device counts its sleep, and how many seconds it has.
pub(super) fn sleep_unit(shape: &Shape) -> (&'static str, f64) {
    if shape.sleeps_minutes { ("m", 60.0) } else { ("h", 3600.0) }
}
