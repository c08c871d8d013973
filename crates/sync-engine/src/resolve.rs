//! Turns layers of wishes into one wish for a device, with the origin of every value.

use std::collections::BTreeMap;

use capability_config::{Instance, SecretText, SettingPath, SettingSelector, SettingValue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::ComponentKey;
use smol_str::SmolStr;

use crate::{Layer, Origin, catalogue, same};

/// What a device should have, and why.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Resolution {
    /// The wish by setting. Absent means not managed.
    pub settings: BTreeMap<SettingPath, Resolved>,
    /// Settings about which equally strong layers disagree. None of their wishes is in `settings`.
    pub conflicts: Vec<Conflict>,
    /// Wishes for components that the device does not have.
    pub unmatched: Vec<Unmatched>,
}

/// The wish for one setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Resolved {
    /// The value.
    pub value: SettingValue,
    /// The layer that decides.
    pub origin: Origin,
    /// Equally strong layers that wish the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agreeing: Vec<Origin>,
    /// Wishes of weaker layers, strongest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overruled: Vec<Wish>,
}

/// What one layer wishes for a setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Wish {
    /// The layer.
    pub origin: Origin,
    /// The value.
    pub value: SettingValue,
}

/// Equally strong layers wish different values, and no stronger one decides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Conflict {
    /// The setting.
    pub path: SettingPath,
    /// Who wishes what.
    pub wishes: Vec<Wish>,
}

/// A wish that found no component.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Unmatched {
    /// The layer.
    pub origin: Origin,
    /// What it names.
    pub selector: SettingSelector,
}

/// Resolves `layers`, in any order, for a device with these components.
pub fn resolve<'a>(layers: impl IntoIterator<Item = &'a Layer>, components: &[ComponentKey]) -> Resolution {
    let mut layers: Vec<&Layer> = layers.into_iter().collect();
    layers.sort_by(|left, right| {
        right.strength().cmp(&left.strength()).then_with(|| (&left.id, &left.scope).cmp(&(&right.id, &right.scope)))
    });
    let mut components: Vec<&ComponentKey> = components.iter().collect();
    components.sort_unstable();
    components.dedup();
    let mut resolution = Resolution::default();
    let mut wishes = Vec::new();
    for (place, layer) in layers.iter().enumerate() {
        expand(place, layer, &components, &mut wishes, &mut resolution.unmatched);
    }
    wishes.sort_unstable_by_key(|wish| (wish.component, wish.field, wish.place, wish.is_general));
    // Of one layer the wish for the one instance is left, which comes first.
    wishes.dedup_by_key(|wish| (wish.component, wish.field, wish.place));
    let mut settings = Vec::with_capacity(wishes.len());
    for wishes in wishes.chunk_by(|left, right| (left.component, left.field) == (right.component, right.field)) {
        let Some(first) = wishes.first() else { continue };
        let path = SettingPath::new(first.component.clone(), first.field.clone());
        match decide(wishes, &layers, catalogue::is_sensitive(&path)) {
            Ok(resolved) => settings.push((path, resolved)),
            Err(wishes) => resolution.conflicts.push(Conflict { path, wishes }),
        }
    }
    resolution.settings = settings.into_iter().collect();
    resolution.unmatched.sort();
    resolution
}

/// What one layer wishes for one setting of the device.
struct Wanted<'a> {
    component: &'a ComponentKey,
    field: &'a SmolStr,
    /// Place of the layer, strongest first.
    place: usize,
    /// The wish names every instance. A wish for one instance beats it.
    is_general: bool,
    value: &'a SettingValue,
}

impl Wanted<'_> {
    /// The value; a secret that was given as plain text is a secret all the same.
    fn value(&self, is_sensitive: bool) -> SettingValue {
        match self.value.as_text() {
            Some(text) if is_sensitive => SettingValue::Secret(SecretText::new(text)),
            Some(_) | None => self.value.clone(),
        }
    }
}

/// Adds what a layer wishes for each setting of the device. `components` are sorted.
fn expand<'a>(
    place: usize,
    layer: &'a Layer,
    components: &[&'a ComponentKey],
    wishes: &mut Vec<Wanted<'a>>,
    unmatched: &mut Vec<Unmatched>,
) {
    for (selector, value) in &layer.settings {
        let begin = components.partition_point(|component| component.kind() < selector.kind());
        let kind = components[begin..].iter().take_while(|component| component.kind() == selector.kind());
        let before = wishes.len();
        let is_general = selector.instance() == Instance::Every;
        let wanted = |component| Wanted { component, field: selector.field_name(), place, is_general, value };
        wishes.extend(kind.copied().filter(|component| selector.matches_component(component)).map(wanted));
        if wishes.len() == before {
            unmatched.push(Unmatched { origin: layer.origin(), selector: selector.clone() });
        }
    }
}

/// The strongest wish; the wishes that disagree if there are several. `wishes` is sorted, strongest first.
fn decide(wishes: &[Wanted<'_>], layers: &[&Layer], is_sensitive: bool) -> Result<Resolved, Vec<Wish>> {
    let origin = |wish: &Wanted<'_>| layers[wish.place].origin();
    let wish = |wanted: &Wanted<'_>| Wish { origin: origin(wanted), value: wanted.value(is_sensitive) };
    let strength = |wish: &Wanted<'_>| layers[wish.place].strength();
    let count = wishes.partition_point(|wish| wishes.first().map(strength) == Some(strength(wish)));
    let (equals, weaker) = wishes.split_at(count);
    match equals {
        [first, others @ ..] if others.iter().all(|other| same(other.value, first.value)) => Ok(Resolved {
            value: first.value(is_sensitive),
            origin: origin(first),
            agreeing: others.iter().map(origin).collect(),
            overruled: weaker.iter().map(wish).collect(),
        }),
        equals => Err(equals.iter().map(wish).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scope;

    fn layer(id: &str, scope: Scope, rank: u32, settings: &[(&str, SettingValue)]) -> Layer {
        let settings = settings.iter().map(|(path, value)| (path.parse().unwrap(), value.clone())).collect();
        Layer { id: id.into(), scope, rank, settings }
    }

    fn group(id: &str, rank: u32, settings: &[(&str, SettingValue)]) -> Layer {
        layer(id, Scope::Group(id.into()), rank, settings)
    }

    fn components(keys: &[&str]) -> Vec<ComponentKey> {
        keys.iter().map(|key| key.parse().unwrap()).collect()
    }

    /// F4, F5: the narrower scope wins and remembers whom it overruled.
    #[test]
    fn narrow_beats_wide() {
        let layers = [
            layer("d", Scope::Device, 0, &[("switch:0.name", "device".into())]),
            layer("f", Scope::Fleet, 9, &[("switch:0.name", "fleet".into())]),
            group("g", 5, &[("switch:0.name", "group".into())]),
        ];
        let resolution = resolve(&layers, &components(&["switch:0"]));
        let resolved = &resolution.settings[&"switch:0.name".parse().unwrap()];
        assert_eq!(resolved.value, "device".into());
        assert_eq!(resolved.origin.scope, Scope::Device);
        let overruled: Vec<_> = resolved.overruled.iter().map(|wish| wish.value.clone()).collect();
        assert_eq!(overruled, ["group".into(), "fleet".into()]);
    }

    #[test]
    fn one_instance_beats_every_instance_in_a_layer() {
        let wishes: &[(&str, SettingValue)] =
            &[("switch:*.auto_off", true.into()), ("switch:1.auto_off", false.into())];
        let resolution = resolve(&[group("g", 0, wishes)], &components(&["switch:0", "switch:1", "wifi"]));
        let value = |path: &str| resolution.settings[&path.parse().unwrap()].value.clone();
        assert_eq!(value("switch:0.auto_off"), true.into());
        assert_eq!(value("switch:1.auto_off"), false.into());
        assert_eq!(resolution.settings.len(), 2);
    }

    #[test]
    fn equally_strong_groups_that_disagree_are_a_conflict() {
        let layers = [
            layer("f", Scope::Fleet, 0, &[("switch:0.name", "fleet".into())]),
            group("a", 1, &[("switch:0.name", "a".into()), ("switch:0.auto_on", true.into())]),
            group("b", 1, &[("switch:*.name", "b".into()), ("switch:*.auto_on", true.into())]),
        ];
        let resolution = resolve(&layers, &components(&["switch:0"]));
        assert_eq!(resolution.conflicts.len(), 1);
        assert_eq!(resolution.conflicts[0].wishes.len(), 2);
        assert_eq!(resolution.settings.len(), 1, "agreement is no conflict");
        assert_eq!(resolution.settings.values().next().unwrap().agreeing.len(), 1);
    }

    #[test]
    fn a_stronger_layer_settles_a_conflict() {
        let layers = [
            group("a", 1, &[("switch:0.name", "a".into())]),
            group("b", 1, &[("switch:0.name", "b".into())]),
            group("c", 2, &[("switch:0.name", "c".into())]),
        ];
        let resolution = resolve(&layers, &components(&["switch:0"]));
        assert!(resolution.conflicts.is_empty());
        assert_eq!(resolution.settings.values().next().unwrap().value, "c".into());
    }

    #[test]
    fn a_wish_without_component_is_told() {
        let wishes: &[(&str, SettingValue)] = &[("cover:*.name", "c".into()), ("switch:7.name", "s".into())];
        let resolution = resolve(&[group("g", 0, wishes)], &components(&["switch:0"]));
        let unmatched: Vec<_> = resolution.unmatched.iter().map(|wish| wish.selector.to_string()).collect();
        assert_eq!(unmatched, ["cover:*.name", "switch:7.name"]);
    }

    /// D1: a key that was stated as plain text is a secret from here on.
    #[test]
    fn plain_text_at_a_secret_becomes_a_secret() {
        let resolution = resolve(&[group("g", 0, &[("wifi.sta.pass", "planted".into())])], &components(&["wifi"]));
        assert!(!format!("{resolution:?}").contains("planted"));
        assert!(!serde_json::to_string(&resolution).unwrap().contains("planted"));
    }
}
