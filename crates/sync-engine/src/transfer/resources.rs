//! Takes scripts, stored values, schedules, webhooks, actions and virtual components over to another device.

use std::collections::BTreeMap;

use capability_config::{Resource, ResourceKind, SettingPath, SettingValue, encode_name, facts};
use serde_json::Value;
use shelly_types::ComponentKey;

use crate::{NotApplicableReason, Observed};

use super::{Fate, TransferTarget, WhyDropped, has, not_there};

/// Events that actions of Gen1 and webhooks both know (`reference/gen1/capability_map.md`).
const SHARED: [&str; 15] = [
    "switch.on",
    "switch.off",
    "light.on",
    "light.off",
    "input.toggle_on",
    "input.toggle_off",
    "input.button_push",
    "input.button_longpush",
    "input.button_doublepush",
    "input.button_triplepush",
    "cover.open",
    "cover.closed",
    "cover.stopped",
    "flood.alarm",
    "flood.alarm_off",
];

/// URLs of an action of Gen1 at most.
const MOST_URLS: usize = 5;

/// Fields of one resource by their name.
type Fields<'a> = BTreeMap<&'a str, &'a SettingValue>;

/// What becomes of every setting of a resource.
pub(super) fn fates(former: &Observed, to: &Observed) -> BTreeMap<SettingPath, Fate> {
    let mut resources: BTreeMap<(ResourceKind, &str), Fields<'_>> = BTreeMap::new();
    for (path, value) in &former.settings {
        if let Some((resource, field)) = Resource::of(path) {
            resources.entry((resource.kind, resource.name)).or_default().insert(field, value);
        }
    }
    let mut fates = BTreeMap::new();
    for ((kind, name), fields) in resources {
        let of_resource = Resource { kind, name };
        for (field, fate) in of_one(of_resource, &fields, to) {
            fates.insert(of_resource.path(field), fate);
        }
    }
    fates
}

/// What becomes of each field of one resource.
fn of_one<'a>(resource: Resource<'_>, fields: &Fields<'a>, to: &Observed) -> Vec<(&'a str, Fate)> {
    let whole = |fate: &Fate| -> Vec<(&'a str, Fate)> { fields.keys().map(|field| (*field, fate.clone())).collect() };
    let kind = resource.kind;
    let known = |field: &str| facts(kind.as_str(), &format!("{}.{field}", resource.name));
    let is_of_generation =
        if to.support.generation().is_gen1() { kind == ResourceKind::Actions } else { kind != ResourceKind::Actions };
    let other = match kind {
        ResourceKind::Webhooks => Some(ResourceKind::Actions),
        ResourceKind::Actions => Some(ResourceKind::Webhooks),
        ResourceKind::Kvs | ResourceKind::Virtuals | ResourceKind::Scripts | ResourceKind::Schedules => None,
    };
    let goes_as = match (is_of_generation, other) {
        (true, _) => kind,
        (false, Some(other)) => other,
        (false, None) => return whole(&not_there(NotApplicableReason::NotOnThisGeneration)),
    };
    if !has(to, &goes_as.component()) {
        return whole(&not_there(NotApplicableReason::NoSuchComponent));
    }
    let is_hidden = |field: &&str| {
        fields.get(*field).is_some_and(|value| matches!(value, SettingValue::Hidden | SettingValue::Secret(_)))
    };
    if kind.makers().iter().any(is_hidden) {
        return whole(&Fate::Dropped { why: WhyDropped::Secret });
    }
    if let Some(fate) = without_its_part(resource, fields, to) {
        return whole(&fate);
    }
    if kind == ResourceKind::Actions && !is_of_generation {
        return to_webhook(resource.name, fields);
    }
    if kind == ResourceKind::Webhooks && !is_of_generation {
        return to_action(fields);
    }
    let fate = |(field, value): (&&'a str, &&SettingValue)| {
        let why = match (known(field), *value) {
            (Some(facts), _) if facts.read_only => Some(WhyDropped::ReadOnly),
            (_, value) if *field == "ssl_ca" && value.as_text() == Some("user_ca.pem") => Some(WhyDropped::Certificate),
            _ => None,
        };
        (*field, why.map_or(Fate::Kept, |why| Fate::Dropped { why }))
    };
    fields.iter().map(fate).collect()
}

/// Why a resource does nothing on the other device: it is about a part that is not there.
fn without_its_part(resource: Resource<'_>, fields: &Fields<'_>, to: &Observed) -> Option<Fate> {
    let parts = match resource.kind {
        ResourceKind::Webhooks => vec![part_of_webhook(fields)?],
        ResourceKind::Actions => vec![event_of_action(resource.name).map(|(event, id)| part(&event, id))?],
        ResourceKind::Schedules => parts_of_calls(fields),
        ResourceKind::Kvs | ResourceKind::Virtuals | ResourceKind::Scripts => Vec::new(),
    };
    let is_missing = |[one, only]: &[ComponentKey; 2]| !has(to, one) && !has(to, only);
    parts.iter().any(is_missing).then(|| not_there(NotApplicableReason::NoSuchComponent))
}

/// The part that an event happens to: `switch.on` of number 1 to `switch:1`; of a kind without numbers to `sys`.
fn part(event: &str, id: u32) -> [ComponentKey; 2] {
    let kind = event.split('.').next().unwrap_or_default().to_ascii_lowercase();
    [ComponentKey::instance(kind.clone(), id), ComponentKey::single(kind)]
}

fn part_of_webhook(fields: &Fields<'_>) -> Option<[ComponentKey; 2]> {
    Some(part(fields.get("event")?.as_text()?, number(fields.get("instance")?)?))
}

/// The parts that a job of the schedule calls by their number.
fn parts_of_calls(fields: &Fields<'_>) -> Vec<[ComponentKey; 2]> {
    let calls = fields.get("calls").and_then(|calls| calls.as_text()).unwrap_or_default();
    let calls: Vec<Value> = serde_json::from_str(calls).unwrap_or_default();
    let called = |call: &Value| {
        let id = call.get("params")?.get("id")?.as_u64()?;
        let id = u32::try_from(id).ok()?;
        let method = call.get("method")?.as_str()?;
        // A script has another number on another device, and is started by whoever knows it.
        (!method.to_ascii_lowercase().starts_with("script.")).then(|| part(method, id))
    };
    calls.iter().filter_map(called).collect()
}

/// The event and channel of an action of Gen1 by its name, in the words of webhooks. None for words of Gen1 alone.
fn event_of_action(name: &str) -> Option<(String, u32)> {
    let (event, channel) = name.rsplit_once(':')?;
    let event = event.split_once('-').map(|(kind, what)| format!("{kind}.{what}"))?;
    Some((event, channel.parse().ok()?))
}

/// An action of Gen1 as a webhook of the same name.
fn to_webhook<'a>(name: &str, fields: &Fields<'a>) -> Vec<(&'a str, Fate)> {
    let path = |field: &str| ResourceKind::Webhooks.path(name, field);
    let event = event_of_action(name).filter(|(event, _)| SHARED.contains(&event.as_str()));
    let fate = |(field, value): (&&'a str, &&SettingValue)| {
        let Some((event, channel)) = &event else {
            let reason = "webhooks do not know this event".to_owned();
            return (*field, Fate::Dropped { why: WhyDropped::Event { reason } });
        };
        let mut to = vec![TransferTarget { path: path(field), value: (*value).clone() }];
        if *field == "urls" {
            to.push(TransferTarget { path: path("event"), value: event.as_str().into() });
            to.push(TransferTarget { path: path("instance"), value: f64::from(*channel).into() });
        }
        (*field, Fate::Converted { to, how: "the action is a webhook there".to_owned() })
    };
    fields.iter().map(fate).collect()
}

/// A webhook as an action of Gen1, which is named by what happens.
fn to_action<'a>(fields: &Fields<'a>) -> Vec<(&'a str, Fate)> {
    let text = |field: &str| fields.get(field).and_then(|value| value.as_text());
    let event = text("event").filter(|event| SHARED.contains(event));
    let channel = fields.get("instance").and_then(|value| number(value));
    let urls = match fields.get("urls") {
        Some(SettingValue::List(urls)) => urls.len(),
        _ => 0,
    };
    let reason = match (event, channel) {
        (None, _) | (_, None) => Some("actions of Gen1 do not know this event"),
        _ if text("condition").is_some() => Some("actions of Gen1 have no condition"),
        _ if urls > MOST_URLS => Some("an action of Gen1 has five URLs at most"),
        _ => None,
    };
    let (event, channel) = (event.unwrap_or_default(), channel.unwrap_or_default());
    let name = format!("{}:{channel}", encode_name(&event.replacen('.', "-", 1)));
    let fate = |(field, value): (&&'a str, &&SettingValue)| {
        let how = "the webhook is an action there".to_owned();
        let fate = match (reason, *field) {
            (Some(reason), _) => Fate::Dropped { why: WhyDropped::Event { reason: reason.to_owned() } },
            (None, "event" | "instance") => {
                Fate::Converted { to: Vec::new(), how: format!("told by the name of the action, {name}") }
            }
            (None, "urls" | "enable" | "between") => {
                let path = ResourceKind::Actions.path(&name, field);
                Fate::Converted { to: vec![TransferTarget { path, value: (*value).clone() }], how }
            }
            (None, _) => not_there(NotApplicableReason::NotOnThisGeneration),
        };
        (*field, fate)
    };
    fields.iter().map(fate).collect()
}

/// A number that counts something.
fn number(value: &SettingValue) -> Option<u32> {
    let number = value.as_number().filter(|number| (0.0..65_536.0).contains(number) && number.fract() == 0.0)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be whole and small")]
    Some(number as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_named_by_event_and_channel() {
        assert_eq!(event_of_action("switch-on:1"), Some(("switch.on".to_owned(), 1)));
        assert_eq!(event_of_action("input-button_push:0"), Some(("input.button_push".to_owned(), 0)));
        assert_eq!(event_of_action("dark_url:0"), None);
        assert_eq!(event_of_action("switch-on"), None);
    }

    #[test]
    fn calls_name_their_parts() {
        let calls: SettingValue = r#"[{"method":"Switch.Set","params":{"id":1}},{"method":"Sys.Reboot"},
            {"method":"Script.Start","params":{"id":2}}]"#
            .into();
        let parts = parts_of_calls(&[("calls", &calls)].into_iter().collect());
        assert_eq!(parts.len(), 1);
        assert_eq!(parts[0][0].to_string(), "switch:1");
    }
}
