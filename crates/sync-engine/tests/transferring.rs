//! Takes the configuration of any device over to any other (J10, J11).

use std::collections::{BTreeMap, BTreeSet};

use capability_config::{
    SettingFacts, SettingPath, SettingValue, Settings, ValueType, all_facts, facts, resource_facts,
};
use proptest::{collection::vec, prelude::*, sample::select};
use shelly_types::ComponentKey;
use sync_engine::{
    Fate, Observed, PlanOptions, Resolution, Transfer, TransferOptions, WhyDropped, diff, judge, plan, same, transfer,
};

use crate::fake::{Fake, digest, mac};

/// Kinds of which devices are made here: of both families, with and without numbers.
const KINDS: [&str; 14] = [
    "auth", "cover", "input", "light", "led", "mqtt", "plugs_ui", "rgbw", "script", "switch", "sys", "wifi", "eth",
    "cct",
];

fn some_facts(is_gen1: bool) -> impl Strategy<Value = &'static SettingFacts> {
    let of_family = |facts: &&SettingFacts| if is_gen1 { facts.gen1 } else { facts.rpc };
    let settings: Vec<&'static SettingFacts> =
        all_facts().iter().filter(|facts| KINDS.contains(&facts.kind)).filter(of_family).collect();
    let resources: Vec<&'static SettingFacts> =
        resource_facts().iter().filter(|facts| facts.field != "exclusive").filter(of_family).collect();
    prop_oneof![4 => select(settings), 1 => select(resources)]
}

fn value_of(facts: &'static SettingFacts) -> BoxedStrategy<SettingValue> {
    let value = match facts.value {
        _ if facts.sensitive => Just(SettingValue::Hidden).boxed(),
        ValueType::Bool => any::<bool>().prop_map(SettingValue::from).boxed(),
        ValueType::Number { min, max } | ValueType::Integer { min, max } => {
            let least = min.unwrap_or(0.0);
            let greatest = max.unwrap_or(least + 60.0).min(least + 60.0);
            prop_oneof![Just(least), Just(greatest)].prop_map(SettingValue::from).boxed()
        }
        ValueType::Choice { words } => select(words).prop_map(SettingValue::from).boxed(),
        ValueType::Text { .. } | ValueType::Plain if facts.is_document => Just("[]".into()).boxed(),
        ValueType::Text { .. } | ValueType::Plain => {
            select(vec!["a", "shelly-0102", "switch.on", "user_ca.pem"]).prop_map(SettingValue::from).boxed()
        }
        ValueType::List => {
            let rules = select(vec!["0700-01-on", "0000bss-0-on", "http://hub.lan/on", "22:00"]);
            vec(rules.prop_map(SettingValue::from), 0..3).prop_map(SettingValue::from).boxed()
        }
    };
    // What an owner made is shown with the fields that it has.
    let is_resource = resource_facts().iter().any(|row| std::ptr::eq(row, facts));
    if facts.nullable && !is_resource { prop_oneof![5 => value, 1 => Just(SettingValue::Null)].boxed() } else { value }
}

fn path_of(facts: &SettingFacts, number: u32) -> SettingPath {
    let is_resource = resource_facts().iter().any(|row| std::ptr::eq(row, facts));
    if is_resource {
        let name = if facts.kind == "actions" { "switch-on" } else { "thing" };
        return SettingPath::new(ComponentKey::single(facts.kind), format!("{name}:{number}.{}", facts.field));
    }
    let component =
        if facts.has_instances { ComponentKey::instance(facts.kind, number) } else { ComponentKey::single(facts.kind) };
    SettingPath::new(component, facts.field)
}

fn devices() -> impl Strategy<Value = Fake> {
    let device = |generation: u8| {
        let setting = (some_facts(generation == 1), 0..3_u32)
            .prop_flat_map(|(facts, number)| (Just(path_of(facts, number)), value_of(facts)));
        vec(setting, 0..40).prop_map(move |settings| {
            let settings: Settings = settings.into_iter().collect();
            let mut fake = Fake::new(generation, "20241011-114455/1.4.4-g6d2a586", settings);
            let resources: &[&str] = if generation == 1 { &["actions"] } else { &["kvs", "schedules", "webhooks"] };
            fake.components.extend(resources.iter().map(|key| key.parse::<ComponentKey>().unwrap()));
            fake
        })
    };
    (1..5_u8).prop_flat_map(device)
}

fn options() -> TransferOptions {
    TransferOptions { names: vec!["shelly-0102".to_owned()], address_left: Some("taken".to_owned()) }
}

fn taken_over(former: &Observed, to: &Observed) -> (Transfer, Resolution) {
    let mut transfer = transfer(former, to, &options());
    let wish = transfer.wish(&Resolution::default());
    transfer.settle(&diff(&wish, to, &digest));
    (transfer, wish)
}

fn targets(transfer: &Transfer) -> Vec<(SettingPath, SettingValue)> {
    let of = |field: &sync_engine::TransferField| match &field.fate {
        Fate::Kept => vec![(field.from.clone(), field.value.clone())],
        Fate::Converted { to, .. } => to.iter().map(|to| (to.path.clone(), to.value.clone())).collect(),
        Fate::Overruled { .. } | Fate::Dropped { .. } => Vec::new(),
    };
    transfer.fields.iter().flat_map(of).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// J10: every setting of the former device is told once and in order, and none that it does not have.
    #[test]
    fn j10_every_setting_is_told_once(former in devices(), to in devices()) {
        let (former, to) = (former.shows(), to.shows());
        let (transfer, _) = taken_over(&former, &to);
        let told: Vec<&SettingPath> = transfer.fields.iter().map(|field| &field.from).collect();
        prop_assert_eq!(told, former.settings.keys().collect::<Vec<_>>());
    }

    /// J10: what goes has a place of its own that the other device has, with a value that it can have, and is neither
    /// secret nor what names the former device.
    #[test]
    fn j10_what_goes_can_be_there(former in devices(), to in devices()) {
        let (former, to) = (former.shows(), to.shows());
        let (transfer, wish) = taken_over(&former, &to);
        let targets = targets(&transfer);
        let places: BTreeSet<&SettingPath> = targets.iter().map(|(path, _)| path).collect();
        prop_assert_eq!(places.len(), targets.len());
        for (path, value) in &targets {
            let facts = facts(path.component().kind(), path.field());
            prop_assert!(to.components.contains(path.component()), "{} is no part of it", path);
            prop_assert!(facts.is_none_or(|facts| facts.fits(value)), "{path} = {value}");
            prop_assert!(!matches!(value, SettingValue::Hidden | SettingValue::Secret(_)));
            let is_named = value.as_text().is_some_and(|text| text.contains("shelly-0102"));
            prop_assert!(!is_named || facts.is_some_and(|facts| facts.kind == "kvs" || facts.kind == "webhooks"
                || facts.kind == "schedules" || facts.kind == "virtuals" || facts.kind == "scripts"));
            prop_assert!(wish.settings.contains_key(path));
        }
        let drift = diff(&wish, &to, &digest);
        for wish in &drift.not_applicable {
            prop_assert!(!places.contains(&wish.path), "{} cannot be had", wish.path);
        }
        prop_assert_eq!(judge(&plan(mac(), &wish, &to, &drift, PlanOptions::default())), []);
    }

    /// A device that takes its own place has nothing to do, and every part of it is found again.
    #[test]
    fn j11_one_that_is_the_same_already_stays_as_it_is(device in devices()) {
        let observed = device.shows();
        let (transfer, wish) = taken_over(&observed, &observed);
        prop_assert_eq!(diff(&wish, &observed, &digest).differences, []);
        for field in &transfer.fields {
            let is_lost = matches!(&field.fate, Fate::Dropped { why: WhyDropped::Taken });
            prop_assert!(!is_lost, "{field:?}");
            if let Fate::Converted { to, .. } = &field.fate {
                prop_assert!(to.iter().all(|target| target.path == field.from), "{field:?}");
            }
        }
    }

    /// A wish goes before what the former device had, and that is told.
    #[test]
    fn j11_a_wish_goes_before(former in devices(), to in devices(), seed in any::<prop::sample::Index>()) {
        let (former, to) = (former.shows(), to.shows());
        let (first, _) = taken_over(&former, &to);
        let targets = targets(&first);
        prop_assume!(!targets.is_empty());
        let (path, value) = &targets[seed.index(targets.len())];
        let wished = if same(value, &true.into()) { SettingValue::from(false) } else { true.into() };
        let layer = sync_engine::Layer {
            id: "hall".into(),
            scope: sync_engine::Scope::Group("hall".into()),
            rank: 0,
            settings: BTreeMap::from([(path.into(), wished.clone())]),
        };
        let mut again = transfer(&former, &to, &options());
        let wish = again.wish(&sync_engine::resolve([&layer], &to.components));
        prop_assert!(wish.settings.get(path).is_some_and(|resolved| resolved.value == wished));
    }
}
