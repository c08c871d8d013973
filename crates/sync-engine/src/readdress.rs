//! Puts another address in the place of that of a server, wherever a device names it: URLs of webhooks and actions, scripts,
//! stored values, calls of the schedule, and settings that hold a server (K7).

mod address;
mod text;

use std::collections::BTreeMap;

use capability_config::{Resource, ResourceKind, SecretText, SettingPath, SettingValue, document_text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Drift, Observed, Origin, Plan, Resolution, Resolved, Scope};

pub use address::{Readdress, ServerAddress, ServerAddressError};

use text::{Found, Reading, find};

/// Name of the layer that stands for the change.
const LAYER: &str = "replaced address";

/// Settings that name a server as part of where the device itself is.
const OF_NETWORK: [&str; 6] =
    ["wifi.sta.gw", "wifi.sta.nameserver", "wifi.sta1.gw", "wifi.sta1.nameserver", "eth.gw", "eth.nameserver"];

/// A place where a device names the server. Holds neither login nor query of a URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NamedPlace {
    /// The setting; what is not understood has the dotted name under which the device shows it.
    pub place: String,
    /// The addresses found there, each once: `http://10.0.0.5:8123`.
    pub found: Vec<String>,
    /// What they become, in the same order.
    pub becomes: Vec<String>,
    /// How often they are named there.
    pub times: u32,
    /// How often the new address was there already.
    pub already: u32,
    /// Why it is left as it is; none when it is changed.
    pub left: Option<String>,
}

/// What it takes that a device names the other address.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Readdressed {
    /// What is to be written.
    pub wish: Resolution,
    /// Every place where the server is named, by setting.
    pub places: Vec<NamedPlace>,
}

/// How the text of a setting is read; none when it names no server.
fn reading(path: &SettingPath, is_over_tls: bool) -> Option<Reading> {
    if let Some((resource, field)) = Resource::of(path) {
        return match (resource.kind, field) {
            (ResourceKind::Webhooks | ResourceKind::Actions, "urls" | "secret_urls") => Some(Reading::Server(None)),
            (ResourceKind::Webhooks, "condition") | (ResourceKind::Scripts, "code" | "secret_code") => {
                Some(Reading::Code)
            }
            (ResourceKind::Kvs, "value" | "secret" | "json")
            | (ResourceKind::Schedules, "calls")
            | (ResourceKind::Virtuals, "config") => Some(Reading::Words),
            _ => None,
        };
    }
    match (path.component().kind(), path.field()) {
        ("mqtt", "server") => Some(Reading::Server(Some(if is_over_tls { 8883 } else { 1883 }))),
        ("sys", "sntp.server") => Some(Reading::Server(Some(123))),
        ("coiot", "peer") => Some(Reading::Server(Some(5683))),
        ("ws" | "cloud", "server") | ("sys", "debug.udp.addr" | "rpc_udp.dst_addr") => Some(Reading::Server(None)),
        _ => None,
    }
}

/// What was found in a value, and the value with the other address.
struct InValue {
    value: SettingValue,
    found: Found,
}

fn in_value(path: &SettingPath, value: &SettingValue, is_over_tls: bool, change: &Readdress) -> Option<InValue> {
    let reading = reading(path, is_over_tls)?;
    let is_json = Resource::of(path).is_some_and(|(_, field)| matches!(field, "json" | "calls" | "config"));
    let mut all = Found::default();
    let mut read = |text: &str| {
        let found = find(text, reading, change);
        all.replaced.extend(found.replaced);
        all.within += found.within;
        all.no_port += found.no_port;
        found.text
    };
    let value = match value {
        SettingValue::Text(text) if is_json => {
            let mut document = serde_json::from_str(text).ok()?;
            texts(&mut document, &mut read);
            document_text(&document)?.into()
        }
        SettingValue::Text(text) => read(text).into(),
        SettingValue::Secret(secret) if matches!(reading, Reading::Server(_)) => {
            let lines: Vec<String> = secret.expose().lines().map(&mut read).collect();
            SettingValue::Secret(SecretText::new(lines.join("\n")))
        }
        SettingValue::Secret(secret) => SettingValue::Secret(SecretText::new(read(secret.expose()))),
        SettingValue::List(items) => {
            let item = |item: &SettingValue| match item.as_text() {
                Some(text) => read(text).into(),
                None => item.clone(),
            };
            SettingValue::List(items.iter().map(item).collect())
        }
        SettingValue::Null | SettingValue::Bool(_) | SettingValue::Number(_) | SettingValue::Hidden => return None,
    };
    let is_named = !all.replaced.is_empty() || all.within + all.no_port > 0;
    is_named.then_some(InValue { value, found: all })
}

/// Changes every text of a document.
fn texts(value: &mut Value, change: &mut impl FnMut(&str) -> String) {
    match value {
        Value::String(text) => *text = change(text),
        Value::Array(items) => items.iter_mut().for_each(|item| texts(item, change)),
        Value::Object(members) => members.values_mut().for_each(|member| texts(member, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn is_over_tls(observed: &Observed) -> bool {
    let path: Option<SettingPath> = "mqtt.ssl_ca".parse().ok();
    path.and_then(|path| observed.get(&path)).is_some_and(|value| *value != SettingValue::Null)
}

/// A secret of a device with the other address. None when it does not name the former one.
pub fn readdressed_secret(path: &SettingPath, secret: &SecretText, change: &Readdress) -> Option<SecretText> {
    let found = in_value(path, &SettingValue::Secret(secret.clone()), false, change)?;
    if found.found.replaced.is_empty() {
        return None;
    }
    if let SettingValue::Secret(secret) = found.value { Some(secret) } else { None }
}

/// Finds where a device names a server, and what it takes that it names the other address. What a wish decides about is left
/// to the wish: the device would get the former address again from it.
pub fn readdress(observed: &Observed, wished: &Resolution, change: &Readdress) -> Readdressed {
    let tls = is_over_tls(observed);
    let mut wish = Resolution::default();
    let mut places: BTreeMap<String, NamedPlace> = BTreeMap::new();
    for (path, value) in &observed.settings {
        let Some(InValue { value: after, found }) = in_value(path, value, tls, change) else { continue };
        let back = in_value(path, value, tls, &change.reversed());
        let already = back.map_or(0, |back| back.found.replaced.len());
        let left = decided_by(path, wished).map(|origin| of_wish(&origin, false)).or_else(|| kept_as_it_is(&found));
        if left.is_none() {
            wish.settings.insert(path.clone(), change_to(after));
        }
        let place = NamedPlace { left, ..NamedPlace::new(path.to_string(), &found, already) };
        places.insert(place.place.clone(), place);
    }
    for (path, resolved) in &wished.settings {
        let name = path.to_string();
        if let Some(InValue { found, .. }) = in_value(path, &resolved.value, tls, change)
            && !found.replaced.is_empty()
            && !places.contains_key(&name)
        {
            let left = Some(of_wish(&resolved.origin, true));
            places.insert(name.clone(), NamedPlace { left, ..NamedPlace::new(name, &found, 0) });
        }
    }
    let others = not_ours(observed, change);
    for (name, found, why) in others {
        places
            .entry(name.clone())
            .or_insert_with(|| NamedPlace { left: Some(why.to_owned()), ..NamedPlace::new(name, &found, 0) });
    }
    Readdressed { wish, places: places.into_values().collect() }
}

/// Places that are no settings of servers.
fn not_ours(observed: &Observed, change: &Readdress) -> Vec<(String, Found, &'static str)> {
    let mut places = Vec::new();
    let mut look = |name: String, text: &str, why: &'static str| {
        let found = find(text, Reading::Server(None), change);
        if !found.replaced.is_empty() {
            places.push((name, found, why));
        }
    };
    for path in OF_NETWORK.iter().filter_map(|path| path.parse::<SettingPath>().ok()) {
        if let Some(text) = observed.get(&path).and_then(SettingValue::as_text) {
            look(path.to_string(), text, "part of the network that the device is in: change its address instead");
        }
    }
    for (name, value) in &observed.kept {
        let mut value = value.clone();
        let mut look = |text: &str| {
            look(name.clone(), text, "not a setting that can be written: change it on the device");
            String::new()
        };
        texts(&mut value, &mut look);
    }
    places
}

/// Who decides about a setting. Whoever wishes a script, a webhook and so on decides about all of it.
fn decided_by(path: &SettingPath, wished: &Resolution) -> Option<Origin> {
    let of = |path: &SettingPath| {
        let resolved = wished.settings.get(path).map(|resolved| resolved.origin.clone());
        let disputed = || wished.conflicts.iter().find(|conflict| conflict.path == *path);
        resolved.or_else(|| Some(disputed()?.wishes.first()?.origin.clone()))
    };
    let resource = Resource::of(path).map(|(resource, _)| resource);
    let by_makers = || resource.and_then(|of_it| of_it.kind.makers().iter().find_map(|field| of(&of_it.path(field))));
    of(path).or_else(by_makers)
}

fn of_wish(origin: &Origin, is_elsewhere: bool) -> String {
    let which = match &origin.scope {
        Scope::Fleet => "--fleet".to_owned(),
        Scope::Location(name) => format!("--location {name}"),
        Scope::Group(name) => format!("--group {name}"),
        Scope::Profile(name) => format!("--profile {name}"),
        Scope::Device => "--device".to_owned(),
    };
    let so = if is_elsewhere { ", though the device does not show it" } else { "" };
    format!("wished by {origin}{so}: change it there (`config set {which}`)")
}

/// Why nothing can be replaced although it is named.
fn kept_as_it_is(found: &Found) -> Option<String> {
    if !found.replaced.is_empty() {
        return None;
    }
    Some(if found.no_port > 0 {
        "names the host without its port, so it may be another server".to_owned()
    } else {
        "names it in a path, a query or a login, which are kept".to_owned()
    })
}

fn change_to(value: SettingValue) -> Resolved {
    let origin = Origin { layer: LAYER.into(), scope: Scope::Device };
    Resolved { value, origin, agreeing: Vec::new(), overruled: Vec::new() }
}

impl NamedPlace {
    fn new(place: String, found: &Found, already: usize) -> Self {
        let mut each: Vec<&(String, String)> = found.replaced.iter().collect();
        each.sort_unstable();
        each.dedup();
        let (found_there, becomes) = each.into_iter().cloned().unzip();
        let times = u32::try_from(found.replaced.len()).unwrap_or(u32::MAX);
        let already = u32::try_from(already).unwrap_or(u32::MAX);
        Self { place, found: found_there, becomes, times, already, left: None }
    }
}

impl Readdressed {
    /// Notes what the device cannot have.
    pub fn settle(&mut self, drift: &Drift) {
        for cannot in &drift.not_applicable {
            let name = cannot.path.to_string();
            if let Some(place) = self.places.iter_mut().find(|place| place.place == name) {
                place.left.get_or_insert_with(|| cannot.reason.to_string());
            }
        }
    }

    /// Notes what a plan holds back.
    pub fn hold_back(&mut self, plan: &Plan) {
        for blocked in &plan.report.blocked {
            let name = blocked.path().to_string();
            if let Some(place) = self.places.iter_mut().find(|place| place.place == name) {
                place.left.get_or_insert_with(|| blocked.to_string());
            }
        }
    }
}

impl Plan {
    /// Whether a secret that the device shows has to be at hand before it is applied.
    pub fn wants_secrets(&self) -> bool {
        self.changes().any(|change| change.after == SettingValue::Hidden)
    }

    /// Puts in the secrets that name a server, from what the device shows: as they are, and with the other address. A stored
    /// plan does not hold them.
    pub fn readdress_secrets(&mut self, observed: &Observed, change: &Readdress, resolution: &mut Resolution) {
        for one in self.steps.iter_mut().flat_map(|step| &mut step.changes) {
            let Some(SettingValue::Secret(shown)) = observed.get(&one.path) else { continue };
            if one.after != SettingValue::Hidden {
                continue;
            }
            let after = match readdressed_secret(&one.path, shown, change) {
                Some(after) => {
                    one.before = Some(SettingValue::Secret(shown.clone()));
                    after
                }
                // It has the other address already, if this goes on after an interruption.
                None if readdressed_secret(&one.path, shown, &change.reversed()).is_some() => shown.clone(),
                None => continue,
            };
            resolution.settings.insert(one.path.clone(), change_to(SettingValue::Secret(after)));
        }
    }

    /// The plan with the secrets that it changed, from what the device shows now, so that they can be put back. Those that
    /// somebody changed since stay unknown.
    #[must_use]
    pub fn with_readdressed(&self, observed: &Observed, change: &Readdress, places: &[NamedPlace]) -> Self {
        let (mut plan, back) = (self.clone(), change.reversed());
        for one in plan.steps.iter_mut().flat_map(|step| &mut step.changes) {
            let Some(shown @ SettingValue::Secret(_)) = observed.get(&one.path) else { continue };
            let name = one.path.to_string();
            let Some(place) = places.iter().find(|place| place.place == name && place.already == 0) else { continue };
            let before = in_value(&one.path, shown, false, &back);
            let before = before.filter(|before| before.found.replaced.len() == place.times as usize);
            if let Some(InValue { value, .. }) = before.filter(|_| one.after == SettingValue::Hidden) {
                (one.before, one.after) = (Some(value), shown.clone());
            }
        }
        plan
    }
}

#[cfg(test)]
mod tests {
    use capability_config::{Settings, Support};
    use shelly_types::{ComponentKey, Firmware, Generation, Mac, Model};

    use super::*;
    use crate::{NoDigester, PlanOptions, UndoOf, diff, plan, undo};

    fn observed(shown: &[(&str, SettingValue)]) -> Observed {
        let settings: Settings = shown.iter().map(|(path, value)| (path.parse().unwrap(), value.clone())).collect();
        let mut components: Vec<ComponentKey> = settings.keys().map(|path| path.component().clone()).collect();
        components.dedup();
        let support =
            Support::new(Generation::GEN3, Model::new("S3SW-001P16EU"), Firmware::new("1.4.4"), components.clone());
        Observed::new(components, settings, support)
    }

    fn secret(text: &str) -> SettingValue {
        SettingValue::Secret(SecretText::new(text))
    }

    fn urls(url: &str) -> SettingValue {
        SettingValue::from(vec![url.into(), "http://10.0.0.50/".into()])
    }

    fn change() -> Readdress {
        Readdress::new("10.0.0.5".parse().unwrap(), "hub.lan".parse().unwrap()).unwrap()
    }

    fn device() -> Observed {
        let mut device = observed(&[
            ("kvs.conf.json", r#"{"at":["http://10.0.0.5/x",1],"n":"10.0.0.50"}"#.into()),
            ("kvs.hub.value", "10.0.0.5:80".into()),
            ("mqtt.server", "10.0.0.5:1883".into()),
            ("schedules.a.calls", r#"[{"method":"HTTP.GET","params":{"url":"http://10.0.0.5/"}}]"#.into()),
            ("scripts.a.code", "let hub = 'http://10.0.0.5/';\n".into()),
            ("scripts.a.hash", "x".into()),
            ("sys.device.name", "10.0.0.5".into()),
            ("sys.sntp.server", "10.0.0.50".into()),
            ("webhooks.a.secret_urls", secret("http://me:hush@10.0.0.5/a\nhttp://10.0.0.5/b?key=hush")),
            ("webhooks.b.urls", urls("http://10.0.0.5:8123/on?a=b")),
            ("webhooks.c.urls", urls("http://other/?to=10.0.0.5")),
            ("wifi.sta.nameserver", "10.0.0.5".into()),
        ]);
        device.kept.insert("relays.0.out_on_url".to_owned(), "http://10.0.0.5/old".into());
        device
    }

    fn told(places: &[NamedPlace]) -> Vec<String> {
        let one = |place: &NamedPlace| match &place.left {
            Some(why) => format!("{} left: {why}", place.place),
            None => format!("{} {} -> {}", place.place, place.found.join(" "), place.becomes.join(" ")),
        };
        places.iter().map(one).collect()
    }

    /// K7: every place is found, and no secret is in what is told of it.
    #[test]
    fn k7_every_place_is_told() {
        let found = readdress(&device(), &Resolution::default(), &change());
        assert_eq!(
            told(&found.places),
            [
                "kvs.conf.json http://10.0.0.5 -> http://hub.lan",
                "kvs.hub.value 10.0.0.5:80 -> hub.lan:80",
                "mqtt.server 10.0.0.5:1883 -> hub.lan:1883",
                "relays.0.out_on_url left: not a setting that can be written: change it on the device",
                "schedules.a.calls http://10.0.0.5 -> http://hub.lan",
                "scripts.a.code http://10.0.0.5 -> http://hub.lan",
                "webhooks.a.secret_urls http://10.0.0.5 -> http://hub.lan",
                "webhooks.b.urls http://10.0.0.5:8123 -> http://hub.lan:8123",
                "webhooks.c.urls left: names it in a path, a query or a login, which are kept",
                "wifi.sta.nameserver left: part of the network that the device is in: change its address instead",
            ]
        );
        let wish = |path: &str| found.wish.settings[&path.parse().unwrap()].value.clone();
        assert_eq!(wish("webhooks.b.urls"), urls("http://hub.lan:8123/on?a=b"));
        assert_eq!(wish("kvs.conf.json"), r#"{"at":["http://hub.lan/x",1],"n":"10.0.0.50"}"#.into());
        assert_eq!(wish("webhooks.a.secret_urls"), secret("http://me:hush@hub.lan/a\nhttp://hub.lan/b?key=hush"));
        assert!(!serde_json::to_string(&found.places).unwrap().contains("hush"));
    }

    /// K7: what a profile decides is changed in the profile.
    #[test]
    fn k7_a_wish_decides_about_what_it_makes() {
        let mut wished = Resolution::default();
        let origin = Origin { layer: "p".into(), scope: Scope::Profile("relays".into()) };
        for (path, value) in [
            ("webhooks.b.urls", urls("http://10.0.0.5:8123/on?a=b")),
            ("webhooks.a.urls", urls("http://elsewhere/")),
            ("kvs.new.value", "10.0.0.5".into()),
        ] {
            let resolved = Resolved { origin: origin.clone(), ..change_to(value) };
            wished.settings.insert(path.parse().unwrap(), resolved);
        }
        let found = readdress(&device(), &wished, &change());
        let told = told(&found.places).join("\n");
        for words in [
            "webhooks.b.urls left: wished by profile:relays: change it there (`config set --profile relays`)",
            "webhooks.a.secret_urls left: wished by profile:relays",
            "kvs.new.value left: wished by profile:relays, though the device does not show it",
        ] {
            assert!(told.contains(words), "{words}: {told}");
        }
        assert_eq!(found.wish.settings.len(), 5);
    }

    /// K7: a secret is in no stored plan; it is taken from the device when the plan is carried out and when it is undone.
    #[test]
    fn k7_secrets_come_from_the_device() {
        let (before, change) = (device(), change());
        let found = readdress(&before, &Resolution::default(), &change);
        let drift = diff(&found.wish, &before, &NoDigester);
        let made = plan(Mac::new([0; 6]), &found.wish, &before, &drift, PlanOptions::default());
        let stored = serde_json::to_string(&made).unwrap();
        assert!(!stored.contains("hush"), "{stored}");
        let mut read: Plan = serde_json::from_str(&stored).unwrap();
        assert!(read.wants_secrets());
        let mut resolution = Resolution::default();
        read.readdress_secrets(&before, &change, &mut resolution);
        assert_eq!(read.fill_secrets(&resolution), []);
        let after = observed(
            &read
                .changes()
                .map(|change| (change.path.to_string(), change.after.clone()))
                .collect::<Vec<_>>()
                .iter()
                .map(|(path, value)| (path.as_str(), value.clone()))
                .collect::<Vec<_>>(),
        );
        // Once more, as after an interruption.
        let mut again: Plan = serde_json::from_str(&stored).unwrap();
        again.readdress_secrets(&after, &change, &mut resolution);
        assert_eq!(again.fill_secrets(&resolution), []);
        assert_eq!(again.stale(&after), []);

        let stored: Plan = serde_json::from_str(&stored).unwrap();
        let known = stored.with_readdressed(&after, &change, &found.places);
        let way = undo(&known, &after, UndoOf::Earlier, |_| true);
        assert_eq!(way.left, []);
        let back = way.plan.changes().find(|change| change.path.to_string() == "webhooks.a.secret_urls").unwrap();
        assert_eq!(back.after, before.settings[&back.path]);
        let mut since = after.clone();
        since.settings.insert("webhooks.a.secret_urls".parse().unwrap(), secret("http://hub.lan/else"));
        let way = undo(&stored.with_readdressed(&since, &change, &found.places), &since, UndoOf::Earlier, |_| true);
        assert_eq!(way.left.len(), 1, "somebody changed it since");
    }
}
