//! Finds the part of another device that takes the place of one.

use capability_config::ResourceKind;
use shelly_types::ComponentKey;

use crate::Observed;

use super::has;

/// Lights by another name: Gen1 calls every light the same, later devices name it by what it can do.
const LIGHTS: [&str; 5] = ["light", "rgbw", "rgb", "cct", "rgbcct"];

/// Kinds of the components that `virtuals` makes; these have numbers from 200 on.
const VIRTUAL: [&str; 7] = ["boolean", "number", "text", "enum", "object", "button", "group"];

/// Number of the first component that somebody made, or that stands for a Bluetooth device.
const FIRST_MADE: u32 = 200;

/// The part of `to` that takes the place of a part of `former`: the one of the same name; the only one of its kind where
/// either device has one; for lights, the one of another kind of light.
pub(super) fn destination(component: &ComponentKey, former: &Observed, to: &Observed) -> Option<ComponentKey> {
    if has(to, component) {
        return Some(component.clone());
    }
    component.id().filter(|id| *id < FIRST_MADE)?;
    let (kind, ours) = (component.kind(), of_kinds(former, &[component.kind()]));
    let theirs = of_kinds(to, &[kind]);
    if let ([_], [only]) = (&ours[..], &theirs[..]) {
        return Some((*only).clone());
    }
    if !theirs.is_empty() || !LIGHTS.contains(&kind) {
        return None;
    }
    let lights = of_kinds(to, &LIGHTS);
    if let ([_], [only]) = (&ours[..], &lights[..]) {
        return Some((*only).clone());
    }
    let mut kinds: Vec<&str> = lights.iter().map(|light| light.kind()).collect();
    kinds.dedup();
    let same_number = lights.iter().find(|light| light.id() == component.id());
    same_number.filter(|_| kinds.len() == 1).map(|light| (*light).clone())
}

/// The parts of these kinds that a device has from the factory.
fn of_kinds<'a>(observed: &'a Observed, kinds: &[&str]) -> Vec<&'a ComponentKey> {
    let is_built_in = |key: &&ComponentKey| key.id().is_some_and(|id| id < FIRST_MADE) && kinds.contains(&key.kind());
    let mut found: Vec<&ComponentKey> = observed.components.iter().filter(is_built_in).collect();
    found.sort();
    found.dedup();
    found
}

/// Whether the setting of a component is that of a resource as well, under the name that stays.
pub(super) fn is_covered(component: &ComponentKey, components: &[ComponentKey]) -> bool {
    let was_read = |kind: ResourceKind| components.contains(&kind.component());
    let is_virtual = component.id().is_some_and(|id| id >= FIRST_MADE) && VIRTUAL.contains(&component.kind());
    (component.kind() == "script" && component.id().is_some() && was_read(ResourceKind::Scripts))
        || (is_virtual && was_read(ResourceKind::Virtuals))
}
