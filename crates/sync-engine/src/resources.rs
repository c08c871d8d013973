//! Completes the wish for scripts, stored values and other resources: what is not to be there goes as a whole.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use capability_config::{Resource, ResourceKind, SettingPath, SettingValue};

use crate::{Change, NotApplicableReason, Observed, Origin, Resolution, Resolved, catalogue};

/// The wish with what follows from it for what the device shows:
///
/// * a resource of which what makes it is wished to be null goes with all its settings;
/// * a resource that is wished in one form, such as a text, is not there in another, such as a document;
/// * where only what is wished may be there, the others go.
///
/// What says that only the wished ones may be there is no setting of a device, so it is taken out.
pub(crate) fn completed<'a>(resolution: &'a Resolution, observed: &Observed) -> Cow<'a, Resolution> {
    let mut completed = Cow::Borrowed(resolution);
    for kind in ResourceKind::ALL {
        if of_kind(resolution.settings.range(start(kind)..), kind).next().is_some() {
            complete(kind, completed.to_mut(), observed);
        }
    }
    completed
}

fn start(kind: ResourceKind) -> SettingPath {
    SettingPath::new(kind.component(), "")
}

fn of_kind<'a, T: 'a>(
    from: impl Iterator<Item = (&'a SettingPath, T)>,
    kind: ResourceKind,
) -> impl Iterator<Item = (&'a SettingPath, T)> {
    from.take_while(move |(path, _)| path.component().kind() == kind.as_str())
}

/// What is wished of one resource.
#[derive(Default)]
struct Wished {
    /// Someone wishes it to be there, in this form.
    made: Option<(String, Origin)>,
    /// Someone wishes it not to be there.
    unmade: Option<Origin>,
}

fn complete(kind: ResourceKind, resolution: &mut Resolution, observed: &Observed) {
    let exclusive = resolution.settings.remove(&kind.exclusive());
    let exclusive = exclusive.filter(|wish| wish.value == SettingValue::Bool(true)).map(|wish| wish.origin);
    let mut wished: BTreeMap<String, Wished> = BTreeMap::new();
    for (path, resolved) in of_kind(resolution.settings.range(start(kind)..), kind) {
        let Some((resource, field)) = Resource::of(path) else { continue };
        let wish = wished.entry(resource.name.to_owned()).or_default();
        if !kind.makers().contains(&field) {
            continue;
        }
        if resolved.value == SettingValue::Null {
            wish.unmade.get_or_insert_with(|| resolved.origin.clone());
        } else {
            wish.made.get_or_insert_with(|| (field.to_owned(), resolved.origin.clone()));
        }
    }
    let disputed: BTreeSet<&str> = resolution
        .conflicts
        .iter()
        .filter_map(|conflict| Resource::of(&conflict.path))
        .filter(|(resource, _)| resource.kind == kind)
        .map(|(resource, _)| resource.name)
        .collect();
    let mut gone: Vec<(SettingPath, Origin)> = Vec::new();
    for (path, _) in of_kind(observed.settings.range(start(kind)..), kind) {
        let Some((resource, field)) = Resource::of(path) else { continue };
        if catalogue::is_read_only(path) || disputed.contains(resource.name) {
            continue;
        }
        let origin = match wished.get(resource.name) {
            Some(Wished { made: Some((made, origin)), .. }) => {
                (field != made && kind.makers().contains(&field)).then_some(origin)
            }
            Some(Wished { unmade: Some(origin), .. }) => Some(origin),
            Some(Wished { made: None, unmade: None }) => None,
            None => exclusive.as_ref(),
        };
        gone.extend(origin.map(|origin| (path.clone(), origin.clone())));
    }
    let is_unmade = |path: &SettingPath| {
        let wish = Resource::of(path).and_then(|(resource, _)| wished.get(resource.name));
        wish.is_some_and(|wish| wish.made.is_none() && wish.unmade.is_some())
    };
    resolution.settings.retain(|path, resolved| resolved.value == SettingValue::Null || !is_unmade(path));
    for (path, origin) in gone {
        let (agreeing, overruled) = (Vec::new(), Vec::new());
        resolution.settings.entry(path).or_insert(Resolved { value: SettingValue::Null, origin, agreeing, overruled });
    }
}

/// Why a setting of a resource cannot be had: it is not there, and nobody wishes that it were.
pub(crate) fn unmade(path: &SettingPath, resolution: &Resolution, observed: &Observed) -> Option<NotApplicableReason> {
    let (resource, _) = Resource::of(path)?;
    let is_made = |field: &&str| {
        let wish = resolution.settings.get(&resource.path(field));
        wish.is_some_and(|wish| wish.value != SettingValue::Null)
    };
    let is_there = shows(resource, observed) || resource.kind.makers().iter().any(is_made);
    (!is_there).then_some(NotApplicableReason::NoSuchComponent)
}

/// Whether the device has it.
fn shows(resource: Resource<'_>, observed: &Observed) -> bool {
    let mut from = observed.settings.range(resource.path("")..);
    from.next().is_some_and(|(next, _)| Resource::of(next).is_some_and(|(other, _)| other == resource))
}

/// Takes out changes of resources that are gone and cannot be made again, because what makes them was hidden.
pub(crate) fn take_unmakeable(changes: &mut Vec<Change>, observed: &Observed) -> Vec<SettingPath> {
    let made: BTreeSet<String> = changes
        .iter()
        .filter(|change| change.after != SettingValue::Null)
        .filter_map(|change| Some((Resource::of(&change.path)?, change)))
        .filter(|((resource, field), _)| resource.kind.makers().contains(field))
        .map(|((resource, _), _)| resource.path("").to_string())
        .collect();
    let is_lost = |change: &Change| {
        Resource::of(&change.path)
            .is_some_and(|(resource, _)| !shows(resource, observed) && !made.contains(&resource.path("").to_string()))
    };
    let (lost, kept): (Vec<_>, Vec<_>) = std::mem::take(changes).into_iter().partition(is_lost);
    *changes = kept;
    lost.into_iter().map(|change| change.path).collect()
}
