//! The table of settings: where each is read in the `/settings` document, and how it is written.
//!
//! Source: `reference/gen1/capability_map.md`, reference/gen1/endpoints.json and reference/gen1/protocol.md 7.

mod channel;
mod general;
mod sensor;

use std::borrow::Cow;

use shelly_types::ComponentKey;

use super::{
    document::{self, Members},
    form::{Form, Words},
    shape::{Inputs, Shape},
};

/// One setting, or two that the device tells in one value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    /// Field of the component.
    pub(super) field: &'static str,
    /// Place in the document; `{}` is the number of the channel.
    pub(super) at: &'static str,
    /// Path that takes it.
    pub(super) path: &'static str,
    /// Name of the parameter; empty when it cannot be written.
    pub(super) parameter: &'static str,
    /// How it is told.
    pub(super) kind: Kind,
    /// Which devices have it so.
    pub(super) when: fn(&Shape) -> bool,
}

/// How a setting is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// One value.
    Plain(Form),
    /// Seconds, 0 for off: `field` and `field_delay`.
    Delay,
    /// `disabled` or the movement during which: `field.enable` and `field.direction`.
    Window,
    /// `input_mode` and `button_type` of a roller, the second of which can say that the inputs do nothing.
    RollerInputs,
    /// `button_type` of a roller, which says what is wired unless the inputs do nothing.
    RollerButton(Words),
    /// `start_time` and `end_time`, a list of ours.
    Interval,
    /// `period` and `unit` of the sleep, seconds of ours.
    Sleep,
}

/// Rules of a kind of component.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group {
    /// Kind.
    pub(super) kind: &'static str,
    /// Number of the first instance; none when there are no instances.
    pub(super) first: Option<u32>,
    /// How many there are.
    pub(super) each: Each,
    /// Which devices have it.
    pub(super) when: fn(&Shape) -> bool,
    /// Settings.
    pub(super) rules: &'static [Rule],
}

/// How many components of a kind there are.
#[derive(Debug, Clone, Copy)]
pub(super) enum Each {
    /// One.
    One,
    /// As many as this list has items.
    Item(&'static str),
    /// As many as there are inputs.
    Input,
}

/// A rule that writes.
pub(super) const fn rule(
    field: &'static str,
    at: &'static str,
    path: &'static str,
    parameter: &'static str,
    form: Form,
) -> Rule {
    Rule { field, at, path, parameter, kind: Kind::Plain(form), when: always }
}

/// A rule of something that can only be read.
pub(super) const fn shown(field: &'static str, at: &'static str, form: Form) -> Rule {
    rule(field, at, "", "", form)
}

impl Rule {
    /// The same rule for values told in another way.
    pub(super) const fn as_kind(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    /// The same rule for some devices only.
    pub(super) const fn when(self, when: fn(&Shape) -> bool) -> Self {
        Self { when, ..self }
    }

    /// The fields it is about.
    pub(super) fn fields(&self) -> Vec<String> {
        match self.kind {
            Kind::Plain(_) | Kind::RollerInputs | Kind::RollerButton(_) | Kind::Interval | Kind::Sleep => {
                vec![self.field.to_owned()]
            }
            Kind::Delay => vec![self.field.to_owned(), format!("{}_delay", self.field)],
            Kind::Window => vec![format!("{}.enable", self.field), format!("{}.direction", self.field)],
        }
    }
}

impl Rule {
    /// Where it is told.
    fn places(&self) -> Vec<String> {
        let below: &[&str] = match self.kind {
            Kind::Plain(_) | Kind::Delay | Kind::Window | Kind::RollerButton(_) => return vec![self.at.to_owned()],
            Kind::RollerInputs => &["button_type", "input_mode"],
            Kind::Interval => &["start_time", "end_time"],
            Kind::Sleep => &["period", "unit"],
        };
        below.iter().map(|name| format!("{}.{name}", self.at)).collect()
    }
}

/// `text` with the number of the channel: `{}` counts from 0, `{+}` from 1.
pub(super) fn numbered(text: &'static str, index: u32) -> Cow<'static, str> {
    if !text.contains('{') {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("{}", &index.to_string()).replace("{+}", &index.saturating_add(1).to_string()))
}

impl Group {
    /// How many components there are in this document.
    pub(super) fn count(&self, shape: &Shape, settings: &Members) -> u32 {
        match self.each {
            Each::One => 1,
            Each::Item(list) => document::count(settings, list),
            Each::Input => shape.count_inputs(settings),
        }
    }

    /// The number of the channel of a component, when it belongs to this group.
    pub(super) fn index(&self, component: &ComponentKey) -> Option<u32> {
        if component.kind() != self.kind {
            return None;
        }
        match (self.first, component.id()) {
            (None, None) => Some(0),
            (Some(first), Some(id)) => {
                let index = id.checked_sub(first)?;
                let among_add_ons = first >= ADD_ON;
                (among_add_ons == (id >= ADD_ON)).then_some(index)
            }
            _ => None,
        }
    }
}

/// Sensors of the add-on are numbered from here.
pub(super) const ADD_ON: u32 = 100;

/// The groups of a device, in the order in which they are read.
pub(super) fn groups(shape: &Shape) -> impl Iterator<Item = &'static Group> {
    let all = [general::GROUPS, channel::GROUPS, sensor::GROUPS];
    all.into_iter().flatten().filter(|group| (group.when)(shape))
}

/// The rules for a component with the number of its channel, in the order in which they are written.
pub(super) fn rules_of(shape: &Shape, component: &ComponentKey) -> Vec<(&'static Rule, u32)> {
    groups(shape)
        .filter_map(|group| Some((group, group.index(component)?)))
        .flat_map(|(group, index)| group.rules.iter().map(move |rule| (rule, index)))
        .filter(|(rule, _)| (rule.when)(shape))
        .collect()
}

/// Whether some device tells a setting at this place of its `/settings` document.
pub(crate) fn has_setting_at(path: &str) -> bool {
    all().any(|rule| rule.places().iter().any(|place| is_place(place, path)))
}

/// Whether a setting is written with this parameter of a path of the reference, `/settings/relay/{i}`.
#[cfg(test)]
pub(crate) fn has_parameter(path: &str, name: &str) -> bool {
    let path = path.replace("{i}", "{}").replace("{r}", "0");
    all().any(|rule| {
        let names = [Cow::Borrowed(rule.parameter), numbered(rule.parameter, 0), numbered(rule.parameter, 1)];
        let paths = [rule.path.to_owned(), rule.path.replace("/0", "/{}")];
        paths.contains(&path) && names.iter().any(|known| known == name)
    })
}

/// Whether `path` is the place `known` of some channel.
fn is_place(known: &str, path: &str) -> bool {
    let mut words = path.split('.');
    let same = |known: &str| {
        let is_number = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        words.next().is_some_and(|word| match known.split_once("{+}") {
            Some((begin, end)) => {
                word.strip_prefix(begin).and_then(|rest| rest.strip_suffix(end)).is_some_and(is_number)
            }
            None => word == known || known == "{}" && is_number(word),
        })
    };
    known.split('.').all(same) && words.next().is_none()
}

/// Every rule of the table.
fn all() -> impl Iterator<Item = &'static Rule> {
    [general::GROUPS, channel::GROUPS, sensor::GROUPS].into_iter().flatten().flat_map(|group| group.rules)
}

/// Every device.
pub(super) fn always(_: &Shape) -> bool {
    true
}

/// Devices whose inputs belong to this.
macro_rules! inputs_belong_to {
    ($($name:ident => $inputs:ident),*) => {$(
        pub(super) fn $name(shape: &Shape) -> bool {
            shape.inputs == Inputs::$inputs
        }
    )*};
}

inputs_belong_to!(to_relays => Relays, to_one_relay => OneRelay, to_roller => Roller, to_lights => Lights, to_nothing => Nothing);

/// Kind and field of every setting in the table.
#[cfg(test)]
pub(super) fn all_fields() -> std::collections::BTreeSet<(&'static str, String)> {
    [general::GROUPS, channel::GROUPS, sensor::GROUPS]
        .into_iter()
        .flatten()
        .flat_map(|group| {
            group.rules.iter().flat_map(|rule| rule.fields().into_iter().map(|field| (group.kind, field)))
        })
        .collect()
}
