//! K4: holds for any device, whatever it tells of its memory.

use capability_config::{SettingPath, SettingValue, Settings};
use proptest::{collection::vec, option, prelude::*, sample::subsequence};
use shelly_types::ComponentKey;
use sync_engine::{
    Blocked, Layer, Memory, MemoryVerdict, NoDigester, Observed, Plan, PlanOptions, Scope, ScriptMemory, diff, judge,
    plan, resolve,
};

use crate::fake::{Fake, mac};

const SWITCHES: [&str; 5] =
    ["matter.enable", "ble.enable", "ble.observer.enable", "scripts.a.running", "scripts.b.running"];

fn path(text: &str) -> SettingPath {
    text.parse().unwrap()
}

/// A device on which everything is off; its scripts `a` and `b` have a text.
fn device(generation: u8) -> Fake {
    let mut settings: Settings = SWITCHES.iter().map(|switch| (path(switch), SettingValue::Bool(false))).collect();
    for name in ["a", "b"] {
        settings.insert(path(&format!("scripts.{name}.code")), "let x;".into());
        settings.insert(path(&format!("scripts.{name}.enable")), true.into());
    }
    Fake::new(generation, "20241011-114455/1.4.4-g6d2a586", settings)
}

fn memories() -> impl Strategy<Value = Memory> {
    let script = (0..4_u32, 0..20_000_u64, 0..9_000_u64).prop_map(|(id, used, more)| ScriptMemory {
        component: ComponentKey::instance("script", id),
        used: Some(used),
        peak: Some(used + more),
    });
    let size = || option::of(0..400_000_u64);
    (size(), size(), size(), option::of(0..26_000_u64), vec(script, 0..3)).prop_map(
        |(size, free, least_free, scripts_free, scripts)| Memory { size, free, least_free, scripts_free, scripts },
    )
}

fn planned(observed: &Observed, wished: &[&str], spend_memory: bool) -> Plan {
    let settings = wished.iter().map(|wish| (wish.parse().unwrap(), true.into())).collect();
    let layers = [Layer { id: "l".into(), scope: Scope::Fleet, rank: 0, settings }];
    let resolution = resolve(&layers, &observed.components);
    let drift = diff(&resolution, observed, &NoDigester);
    plan(mac(), &resolution, observed, &drift, PlanOptions { spend_memory, ..PlanOptions::default() })
}

/// What was said of each setting, whether it is held back or not.
fn verdicts(plan: &Plan) -> Vec<(SettingPath, MemoryVerdict)> {
    let held = plan.report.blocked.iter().map(|blocked| match blocked {
        Blocked::LittleMemory { memory, .. } => (memory.path.clone(), memory.verdict),
        other => panic!("{other:?}"),
    });
    let mut all: Vec<_> = plan.report.memory.iter().map(|one| (one.path.clone(), one.verdict)).chain(held).collect();
    all.sort();
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Nothing is switched on for which there is not enough memory, unless that is agreed to; then everything is.
    #[test]
    fn k4_nothing_is_switched_on_without_the_memory(
        generation in 2..6_u8, memory in option::of(memories()), wished in subsequence(SWITCHES.to_vec(), 1..=5),
    ) {
        let observed = device(generation).shows().with_memory(memory.clone());
        let careful = planned(&observed, &wished, false);
        prop_assert_eq!(judge(&careful), []);
        prop_assert_eq!(careful.changes().count() + careful.report.blocked.len(), wished.len());
        prop_assert!(careful.report.memory.iter().all(|one| one.verdict != MemoryVerdict::NotEnough));
        let agreed = planned(&observed, &wished, true);
        prop_assert_eq!(agreed.changes().count(), wished.len());
        // What is switched on without consent leaves what has to stay free.
        if let Some(free) = memory.and_then(|memory| memory.free) {
            let mut heap = careful.report.memory.iter().filter(|one| one.size.is_some() || one.least_free.is_some());
            if let Some(last) = heap.next_back() {
                prop_assert!(last.free.is_some_and(|left| left <= free && left >= last.needs + last.floor));
            }
        }
    }

    /// More memory never makes it worse.
    #[test]
    fn k4_more_memory_is_never_worse(
        memory in memories(), more in 0..200_000_u64, wished in subsequence(SWITCHES.to_vec(), 1..=1),
    ) {
        let memory = Memory { free: memory.free.or(Some(50_000)), scripts_free: memory.scripts_free.or(Some(9_000)), ..memory };
        let richer = Memory {
            free: memory.free.map(|free| free + more),
            least_free: memory.least_free.map(|free| free + more),
            scripts_free: memory.scripts_free.map(|free| free + more),
            ..memory.clone()
        };
        let of = |memory| verdicts(&planned(&device(3).shows().with_memory(Some(memory)), &wished, false));
        for ((path, poor), (same, rich)) in of(memory).into_iter().zip(of(richer)) {
            prop_assert!(path == same && rich <= poor, "{path}: {rich} with more, {poor} with less");
        }
    }
}

/// A plan that takes memory relies on the scripts that run, so that one that stops is not overlooked.
#[test]
fn k4_scripts_that_run_are_relied_on() {
    let mut fake = device(3);
    fake.settings.insert(path("scripts.a.running"), true.into());
    let observed = fake.shows().with_memory(None);
    let made = planned(&observed, &["ble.observer.enable", "matter.enable"], false);
    assert_eq!(made.relies_on.get(&path("scripts.a.running")), Some(&true.into()));
    assert!(made.relies_on.get(&path("scripts.b.running")).is_none());
}
