//! Holds for any wish and any device.

use std::collections::BTreeMap;

use capability_config::{
    Risk, SecretText, SettingFacts, SettingPath, SettingSelector, SettingValue, Settings, ValueType, all_facts,
};
use proptest::{collection::vec, prelude::*, sample::select};
use shelly_types::ComponentKey;
use sync_engine::{
    ApplyOptions, Drift, Layer, NoJournal, Plan, PlanOptions, Resolution, Scope, apply, diff, judge, plan, render,
    resolve, same, secret_digest,
};

use crate::fake::{Fake, digest, mac, run};

const SECRET: &str = "planted-secret-";

/// Kinds that make up the devices: with and without instances, harmless and risky.
const KINDS: [&str; 9] = ["auth", "cloud", "cover", "eth", "input", "mqtt", "switch", "sys", "wifi"];

fn some_facts() -> impl Strategy<Value = &'static SettingFacts> {
    let facts: Vec<_> = all_facts().iter().filter(|facts| KINDS.contains(&facts.kind)).collect();
    let delicate: Vec<_> = facts
        .iter()
        .copied()
        .filter(|facts| {
            matches!(facts.field, "sta.enable" | "sta1.enable" | "ap.enable" | "auto_off" | "auto_off_delay")
        })
        .collect();
    prop_oneof![select(facts), select(delicate)]
}

fn value_of(facts: &'static SettingFacts) -> BoxedStrategy<SettingValue> {
    let value = match facts.value {
        _ if facts.sensitive => {
            (0..3_u8).prop_map(|number| SettingValue::Secret(SecretText::new(format!("{SECRET}{number}")))).boxed()
        }
        ValueType::Bool => any::<bool>().prop_map(SettingValue::from).boxed(),
        ValueType::Number { .. } | ValueType::Integer { .. } => {
            (0..4_u8).prop_map(|number| SettingValue::from(f64::from(number) * 10.5)).boxed()
        }
        ValueType::Choice { words } => select(words).prop_map(SettingValue::from).boxed(),
        ValueType::Text { .. } | ValueType::Plain => select(vec!["", "a", "b"]).prop_map(SettingValue::from).boxed(),
        ValueType::List => vec((0..3_u8).prop_map(|number| SettingValue::from(f64::from(number))), 0..3)
            .prop_map(SettingValue::from)
            .boxed(),
    };
    if facts.nullable { prop_oneof![4 => value, 1 => Just(SettingValue::Null)].boxed() } else { value }
}

fn path_of(facts: &SettingFacts, instance: u32) -> SettingPath {
    let component = if facts.has_instances {
        ComponentKey::instance(facts.kind, instance)
    } else {
        ComponentKey::single(facts.kind)
    };
    SettingPath::new(component, facts.field)
}

fn devices() -> impl Strategy<Value = Fake> {
    let setting =
        (some_facts(), 0..2_u32).prop_flat_map(|(facts, instance)| (Just(path_of(facts, instance)), value_of(facts)));
    (1..5_u8, vec(setting, 0..30)).prop_map(|(generation, settings)| {
        let settings: Settings = settings.into_iter().collect();
        let mut fake = Fake::new(generation, "20241011-114455/1.4.4-g6d2a586", settings);
        fake.components.extend(["switch:0", "wifi", "sys"].map(|key| key.parse::<ComponentKey>().unwrap()));
        fake
    })
}

fn wishes() -> impl Strategy<Value = BTreeMap<SettingSelector, SettingValue>> {
    let wish = (some_facts(), 0..4_u32).prop_flat_map(|(facts, instance)| {
        let selector = if instance > 1 { facts.selector() } else { SettingSelector::from(&path_of(facts, instance)) };
        (Just(selector), value_of(facts))
    });
    vec(wish, 0..12).prop_map(|wishes| wishes.into_iter().collect())
}

fn layers() -> impl Strategy<Value = Vec<Layer>> {
    let scope = prop_oneof![
        Just(Scope::Fleet),
        select(vec!["a", "b"]).prop_map(|name| Scope::Location(name.into())),
        select(vec!["a", "b", "c"]).prop_map(|name| Scope::Group(name.into())),
        select(vec!["a", "b"]).prop_map(|name| Scope::Profile(name.into())),
        Just(Scope::Device),
    ];
    vec((scope, 0..2_u32, wishes()), 0..7).prop_map(|layers| {
        let layer = |(index, (scope, rank, settings))| Layer { id: format!("l{index}").into(), scope, rank, settings };
        layers.into_iter().enumerate().map(layer).collect()
    })
}

fn values(resolution: &Resolution) -> Settings {
    resolution.settings.iter().map(|(path, resolved)| (path.clone(), resolved.value.clone())).collect()
}

fn wished(layers: &[Layer], fake: &Fake) -> (Resolution, Drift, Plan) {
    let observed = fake.shows();
    let resolution = resolve(layers, &observed.components);
    let drift = diff(&resolution, &observed, &digest);
    let plan = plan(mac(), &resolution, &observed, &drift, PlanOptions::default());
    (resolution, drift, plan)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// An independent judge finds nothing wrong with any plan, and an empty one says why.
    #[test]
    fn a_plan_is_never_at_fault(layers in layers(), fake in devices()) {
        let (resolution, drift, plan) = wished(&layers, &fake);
        prop_assert_eq!(judge(&plan), []);
        prop_assert_eq!(plan.is_empty(), plan.report.why_empty.is_some());
        let blocked = plan.report.blocked.len() - resolution.conflicts.len();
        prop_assert_eq!(plan.changes().count() + blocked, drift.differences.len());
        prop_assert_eq!(drift.in_sync + drift.differences.len() + drift.not_applicable.len(), resolution.settings.len());
    }

    /// G4, G6: what is let be is not planned, and everything else is planned as before.
    #[test]
    fn what_is_waived_is_left_alone(layers in layers(), fake in devices(), parity in 0..2_usize) {
        let observed = fake.shows();
        let resolution = resolve(&layers, &observed.components);
        let mut drift = diff(&resolution, &observed, &digest);
        let before = drift.differences.len();
        drift.waive(|path| path.to_string().len() % 2 == parity);
        prop_assert_eq!(drift.differences.len() + drift.waived.len(), before);
        let plan = plan(mac(), &resolution, &observed, &drift, PlanOptions::default());
        prop_assert!(plan.changes().all(|change| drift.waived.iter().all(|waived| waived.path != change.path)));
        prop_assert_eq!(judge(&plan), []);
    }

    /// What may be risked is an upper bound.
    #[test]
    fn a_plan_risks_no_more_than_allowed(layers in layers(), fake in devices()) {
        let observed = fake.shows();
        let resolution = resolve(&layers, &observed.components);
        let drift = diff(&resolution, &observed, &digest);
        let plan = plan(mac(), &resolution, &observed, &drift, PlanOptions { most_risk: Risk::Load, ..PlanOptions::default() });
        prop_assert!(plan.risk() <= Risk::Load);
        prop_assert_eq!(judge(&plan), []);
    }

    /// D1: no secret is in anything that is stored or shown.
    #[test]
    fn no_secret_is_shown(layers in layers(), fake in devices()) {
        let (resolution, drift, plan) = wished(&layers, &fake);
        let report = run(apply(&plan, &mut fake.clone(), &mut NoJournal, &ApplyOptions::default())).unwrap();
        let json = serde_json::to_string(&(&resolution, &drift, &plan, &report)).unwrap();
        prop_assert!(!json.contains(SECRET));
        let debug = format!("{resolution:?}{drift:?}{plan:?}{report:?}");
        prop_assert!(!debug.contains(SECRET));
        let text = [
            render::resolution(&resolution), render::drift(&drift), render::plan(&plan), render::report(&report),
            render::settings(&fake.settings),
        ];
        prop_assert!(!text.concat().contains(SECRET));
    }

    /// F10, V8: on a device that does as it is told, a plan is verified and the next one is empty.
    #[test]
    fn after_applying_nothing_is_left_to_do(layers in layers(), mut fake in devices()) {
        let (resolution, _, first) = wished(&layers, &fake);
        let report = run(apply(&first, &mut fake, &mut NoJournal, &ApplyOptions::default())).unwrap();
        prop_assert!(report.is_verified(), "{}\n{}", render::plan(&first), render::report(&report));
        prop_assert_eq!(&fake.redundant, &[]);
        let proven = resolution.settings.iter().filter_map(|(path, resolved)| {
            Some((path.clone(), secret_digest(path, &resolved.value, &digest)?))
        });
        let observed = fake.shows().with_proven_secrets(proven.collect());
        let drift = diff(&resolution, &observed, &digest);
        let second = plan(mac(), &resolution, &observed, &drift, PlanOptions::default());
        prop_assert!(second.is_empty(), "{}\n{}", render::plan(&first), render::plan(&second));
        let again = run(apply(&first, &mut fake.clone(), &mut NoJournal, &ApplyOptions::default())).unwrap();
        prop_assert!(again.is_verified(), "{}", render::report(&again));
    }

    /// The order in which layers are given does not matter.
    #[test]
    fn resolving_does_not_depend_on_order(
        (layers, shuffled) in layers().prop_flat_map(|layers| (Just(layers.clone()), Just(layers).prop_shuffle())),
        fake in devices(),
    ) {
        let components: Vec<_> = fake.components.iter().cloned().collect();
        let reversed: Vec<_> = components.iter().rev().cloned().collect();
        prop_assert_eq!(resolve(&layers, &components), resolve(&shuffled, &reversed));
    }

    /// Resolving is associative: layers of equal strength that agree may be merged first.
    #[test]
    fn layers_that_agree_may_be_merged(
        layers in layers(), first in wishes(), second in wishes(), rank in 0..2_u32, fake in devices(),
    ) {
        let components: Vec<_> = fake.components.iter().cloned().collect();
        let layer = |id: &str, settings| Layer { id: id.into(), scope: Scope::Group("m".into()), rank, settings };
        let first = layer("m1", first);
        let mut second = layer("m2", second);
        let clashes = |selector: &SettingSelector, other: &SettingSelector| {
            selector.kind() == other.kind() && selector.field() == other.field() && selector != other
        };
        second.settings.retain(|selector, value| {
            first.settings.get(selector).is_none_or(|other| same(other, value))
                && !first.settings.keys().any(|other| clashes(selector, other))
        });
        let mut merged = layer("m1", first.settings.clone());
        merged.settings.extend(second.settings.clone());
        let apart = resolve(&[layers.clone(), vec![first, second]].concat(), &components);
        let together = resolve(&[layers, vec![merged]].concat(), &components);
        prop_assert_eq!(values(&apart), values(&together));
        let paths = |resolution: &Resolution| -> Vec<_> {
            resolution.conflicts.iter().map(|conflict| conflict.path.clone()).collect()
        };
        prop_assert_eq!(paths(&apart), paths(&together));
    }
}
