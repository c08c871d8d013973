//! Makes wishes of what a well-set device shows: what is its own becomes a variable or is left out, and told (F13).

mod own;
mod text;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use capability_config::{Resource, ResourceKind, SecretText, SettingPath, SettingSelector, SettingValue, check, facts};
use serde_json::Value;
use sync_engine::{Observed, same};

use crate::{Engine, Variables, is_template};

use self::{
    own::{is_name, own},
    text::{names_itself, templated},
};

/// What goes into wishes that are made of a device.
#[derive(Debug, Clone, Default)]
pub struct MakeOptions {
    /// Components, or settings or the begin of them: `switch`, `switch:0`, `sys.location`. Without any, all. One that is named
    /// exactly goes in even if it is the device's own.
    pub only: Vec<String>,
    /// What is left out, in the same words.
    pub without: Vec<String>,
    /// Scripts, stored values, schedules, webhooks, actions and virtual components go in too.
    pub resources: bool,
    /// Secrets of the vault for settings that devices hide: `mqtt.pass` is `vault.broker`.
    pub vault: BTreeMap<SettingPath, String>,
    /// What the device is called, and the variable that says so: `{{ device.mac | lower }}`.
    pub names: Vec<OwnName>,
    /// Settings that are the same here are left out.
    pub unlike: Option<BTreeMap<SettingPath, SettingValue>>,
}

/// What a device is called, and the variable that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnName {
    /// The text.
    pub text: String,
    /// The expression for it: `device.mac | lower`.
    pub expression: String,
    /// It is looked for within every text; else only a setting that holds a name, and nothing else, stands for it.
    pub is_distinct: bool,
}

/// Wishes that were made of a device.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Made {
    /// The wishes.
    pub settings: BTreeMap<SettingSelector, SettingValue>,
    /// Settings that were left out, and why.
    pub left: Vec<(SettingPath, WhyNotMade)>,
    /// How many were left out because they are the same elsewhere.
    pub alike: usize,
}

/// Why a setting of a device goes into no wish for others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyNotMade {
    /// It says how this one device is called.
    Identity,
    /// It says in which network and where in it this one device is.
    Network,
    /// It is the login of this one device.
    Login,
    /// It was measured on this one device, or fits what is connected to it.
    Calibration,
    /// The device hides it, or it holds a secret.
    Secret,
    /// It needs a certificate that the owner put on the device.
    Certificate,
    /// The component was made on this one device.
    MadeHere,
    /// It has no name by which another device could have it.
    Unnamed,
    /// It names the device in a list, and no list is a template.
    NameInList,
    /// It cannot be written as a wish.
    NoWish {
        /// Why.
        reason: String,
    },
}

/// Makes wishes of what a device shows. Each was rendered with the variables of this very device, and gives what it shows.
pub fn make(observed: &Observed, variables: &Variables, options: &MakeOptions) -> Made {
    let engine = Engine::default();
    let mut made = Made::default();
    let whole = left_as_a_whole(observed, options);
    let jobs = names_of_jobs(observed);
    for (path, value) in &observed.settings {
        if !options.wants(path) || is_read_only(path, observed) || is_covered(path, observed) {
            continue;
        }
        let is_alike = |other: &BTreeMap<SettingPath, SettingValue>| {
            other.get(path).is_some_and(|other| same(other, value)) || other.get(path).is_none() && is_nothing(value)
        };
        if options.unlike.as_ref().is_some_and(is_alike) {
            made.alike += 1;
            continue;
        }
        let resource = Resource::of(path);
        if let Some(why) = resource.and_then(|(resource, _)| whole.get(&resource)) {
            made.left.push((path.clone(), why.clone()));
            continue;
        }
        let named = resource.and_then(|(of, field)| Some(of.kind.path(jobs.get(of.name)?, field)));
        let selector = SettingSelector::from(named.as_ref().unwrap_or(path));
        match wish(path, &selector, value, observed, options) {
            Ok(wish) => match proven(&engine, &selector, &wish, value, variables) {
                Ok(()) => drop(made.settings.insert(selector, wish)),
                Err(reason) => made.left.push((path.clone(), WhyNotMade::NoWish { reason })),
            },
            Err(why) => made.left.push((path.clone(), why)),
        }
    }
    made.take_unmakeable(&jobs);
    made
}

impl Made {
    /// Takes out what is left of resources of which what makes them did not go in.
    fn take_unmakeable(&mut self, jobs: &BTreeMap<String, String>) {
        let mut lost: BTreeMap<(ResourceKind, String), WhyNotMade> = BTreeMap::new();
        for (path, why) in &self.left {
            let Some((resource, field)) = Resource::of(path) else { continue };
            if resource.kind.makers().contains(&field) || field == "calls" {
                let name = jobs.get(resource.name).map_or(resource.name, String::as_str);
                lost.insert((resource.kind, name.to_owned()), why.clone());
            }
        }
        let mut gone = Vec::new();
        self.settings.retain(|selector, _| {
            let resource = Resource::of_selector(selector).map(|(resource, _)| resource);
            let why = resource.and_then(|resource| lost.get(&(resource.kind, resource.name.to_owned())));
            gone.extend(why.and_then(|why| Some((selector.as_path()?, why.clone()))));
            why.is_none()
        });
        self.left.extend(gone);
        self.left.sort_by(|(left, _), (right, _)| left.cmp(right));
    }
}

impl MakeOptions {
    /// Whether a setting is asked for.
    fn wants(&self, path: &SettingPath) -> bool {
        let is_of = |filter: &String| is_of(path, filter);
        let is_resource = ResourceKind::of(path.component().kind()).is_some();
        let is_in = if self.only.is_empty() { self.resources || !is_resource } else { self.only.iter().any(is_of) };
        is_in && !self.without.iter().any(is_of)
    }

    /// Whether it is named by itself, so that it goes in whatever it is.
    fn names_exactly(&self, path: &SettingPath) -> bool {
        let path = path.to_string();
        self.only.contains(&path)
    }

    /// What is asked for by name and not shown.
    pub fn unmatched(&self, observed: &Observed) -> Vec<&str> {
        let is_there = |filter: &&String| !observed.settings.keys().any(|path| is_of(path, filter));
        self.only.iter().filter(is_there).map(String::as_str).collect()
    }

    /// Whether resources of any kind are asked for.
    pub fn wants_resources(&self) -> bool {
        let is_kind = |filter: &String| ResourceKind::of(filter.split('.').next().unwrap_or_default()).is_some();
        if self.only.is_empty() { self.resources } else { self.only.iter().any(is_kind) }
    }
}

/// Whether a setting is what a filter names: its component, a kind of components, or the begin of its path.
fn is_of(path: &SettingPath, filter: &str) -> bool {
    let full = path.to_string();
    path.component().kind() == filter
        || full.strip_prefix(filter).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn is_nothing(value: &SettingValue) -> bool {
    *value == SettingValue::Null
}

fn is_read_only(path: &SettingPath, observed: &Observed) -> bool {
    facts(path.component().kind(), path.field())
        .is_some_and(|facts| facts.is_read_only_on(observed.support.generation()))
}

/// Whether the resource of the same name tells it.
fn is_covered(path: &SettingPath, observed: &Observed) -> bool {
    let was_read = |kind: ResourceKind| observed.components.contains(&kind.component());
    path.component().kind() == "script" && path.component().id().is_some() && was_read(ResourceKind::Scripts)
}

/// The resources that do not go in at all, because what makes them cannot.
fn left_as_a_whole<'a>(observed: &'a Observed, options: &MakeOptions) -> BTreeMap<Resource<'a>, WhyNotMade> {
    let mut left = BTreeMap::new();
    for (path, value) in &observed.settings {
        let Some((resource, field)) = Resource::of(path) else { continue };
        let is_numbered = |prefix: &str| {
            let number = resource.name.strip_prefix(prefix);
            number.is_some_and(|number| number.chars().all(|digit| digit.is_ascii_digit()))
        };
        let is_unnamed = match resource.kind {
            ResourceKind::Scripts => is_numbered("script:"),
            ResourceKind::Webhooks => is_numbered("hook:"),
            ResourceKind::Virtuals => resource.name.contains(':'),
            ResourceKind::Kvs | ResourceKind::Schedules | ResourceKind::Actions => false,
        };
        if is_unnamed {
            left.insert(resource, WhyNotMade::Unnamed);
        }
        let is_maker = resource.kind.makers().contains(&field) && !options.vault.contains_key(path);
        if is_maker && matches!(value, SettingValue::Hidden | SettingValue::Secret(_)) {
            left.insert(resource, WhyNotMade::Secret);
        }
        if let SettingValue::List(items) = value
            && is_maker
            && items.iter().filter_map(SettingValue::as_text).any(|text| names_itself(text, &options.names))
        {
            left.insert(resource, WhyNotMade::NameInList);
        }
    }
    left
}

/// Names for jobs of the schedule that have only a number, which another device may have given to another job.
fn names_of_jobs(observed: &Observed) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    let resources = || observed.settings.keys().filter_map(Resource::of).map(|(resource, _)| resource);
    taken.extend(resources().map(|resource| resource.name));
    for resource in resources() {
        let Some(number) = resource.name.strip_prefix("job:").filter(|_| resource.kind == ResourceKind::Schedules)
        else {
            continue;
        };
        let calls = observed.get(&resource.path("calls")).and_then(SettingValue::as_text).unwrap_or_default();
        let calls: Value = serde_json::from_str(calls).unwrap_or_default();
        let method = calls.pointer("/0/method").and_then(Value::as_str).unwrap_or("job").to_ascii_lowercase();
        let word: String =
            method.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
        let name = format!("{word}-{number}");
        if !taken.contains(name.as_str()) {
            names.insert(resource.name.to_owned(), name);
        }
    }
    names
}

/// The wish for a setting.
fn wish(
    path: &SettingPath,
    selector: &SettingSelector,
    value: &SettingValue,
    observed: &Observed,
    options: &MakeOptions,
) -> Result<SettingValue, WhyNotMade> {
    if let Some(secret) = options.vault.get(path) {
        return checked(selector, format!("{{{{ vault.{secret} }}}}").into());
    }
    if let Some(why) = own(path, value, options).filter(|_| !options.names_exactly(path)) {
        return Err(why);
    }
    if matches!(value, SettingValue::Hidden | SettingValue::Secret(_)) {
        return Err(WhyNotMade::Secret);
    }
    if let Some(reason) = refused(path, observed) {
        return Err(WhyNotMade::NoWish { reason });
    }
    match value {
        SettingValue::Text(text) => {
            let is_meant = |name: &&OwnName| name.is_distinct || is_name(path);
            let names: Vec<OwnName> = options.names.iter().filter(is_meant).cloned().collect();
            checked(selector, templated(text, &names).into())
        }
        SettingValue::List(items) => {
            let names = |item: &SettingValue| item.as_text().is_some_and(|text| names_itself(text, &options.names));
            if items.iter().any(names) { Err(WhyNotMade::NameInList) } else { checked(selector, value.clone()) }
        }
        _ => checked(selector, value.clone()),
    }
}

fn checked(selector: &SettingSelector, value: SettingValue) -> Result<SettingValue, WhyNotMade> {
    if is_template(&value) {
        // What it gives is checked when it is rendered.
        let sensitive = facts(selector.kind(), selector.field()).is_some_and(|facts| facts.sensitive);
        return Ok(match value {
            SettingValue::Text(text) if sensitive => SettingValue::Secret(SecretText::new(text)),
            other => other,
        });
    }
    check(selector, value).map_err(|error| WhyNotMade::NoWish { reason: error.to_string() })
}

/// Why a setting cannot be had by a device that shows it.
fn refused(path: &SettingPath, observed: &Observed) -> Option<String> {
    let known = facts(path.component().kind(), path.field())?;
    let is_there = if observed.support.generation().is_gen1() { known.gen1 } else { known.rpc };
    (!is_there).then(|| "devices of this generation only show it".to_owned())
}

/// Whether the wish gives the device what it shows. A secret of the vault is not compared: the device hides what it has.
fn proven(
    engine: &Engine,
    selector: &SettingSelector,
    wish: &SettingValue,
    shown: &SettingValue,
    variables: &Variables,
) -> Result<(), String> {
    let given = engine.render(selector, wish, variables).map_err(|error| error.to_string())?;
    let is_secret = matches!(given, SettingValue::Secret(_));
    if is_secret || same(&given, shown) { Ok(()) } else { Err("a template would give something else".to_owned()) }
}

impl fmt::Display for WhyNotMade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Identity => "it says how this one device is called",
            Self::Network => "it says in which network, and where in it, this one device is",
            Self::Login => "it is the login of this one device",
            Self::Calibration => "it was measured on this one device, or fits what is connected to it",
            Self::Secret => "it is a secret: name one of the vault for it",
            Self::Certificate => "it needs a certificate of yours on the device",
            Self::MadeHere => "the component was made on this one device",
            Self::Unnamed => "it has no name by which another device could have it",
            Self::NameInList => "it names this one device in a list, and no list is a template",
            Self::NoWish { reason } => return f.write_str(reason),
        })
    }
}

#[cfg(test)]
mod tests;
