//! PERF9: resolve, diff and plan with 5 layers of 40 settings, on one core, without any I/O.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use anyhow::{Result, ensure};
use capability_config::{
    Instance, SettingFacts, SettingSelector, SettingValue, Settings, Support, ValueType, all_facts,
};
use shelly_types::{ComponentKey, Firmware, Generation, Mac, Model};
use sync_engine::{Layer, NoDigester, Observed, Plan, PlanOptions, Scope, diff, plan, resolve};

use super::{mebibytes, micros_each};
use crate::{
    cost::{cpu_of_thread, memory_of_process},
    table::{Bar, Row},
};

/// Settings in a layer.
const SETTINGS: usize = 40;

/// By how many settings each layer differs from the one below.
const SHIFT: usize = 20;

/// Kinds of components whose settings are wished.
const KINDS: [&str; 9] = ["switch", "input", "sys", "mqtt", "cloud", "ble", "ws", "script", "light"];

pub(super) fn measure(quick: bool) -> Result<Vec<Row>> {
    let mut rows = of_size(1_000)?;
    if !quick {
        rows.extend(of_size(10_000)?);
    }
    Ok(rows)
}

fn of_size(count: u32) -> Result<Vec<Row>> {
    let fleet = Fleet::make_up();
    let pid = std::process::id();
    let before = memory_of_process(pid)?.resident;
    let (mut own, mut bare, mut plans) = (Duration::ZERO, Duration::ZERO, Vec::new());
    let mut wishes = 0;
    for index in 0..count {
        let (layers, observed) = (fleet.layers_of(index), fleet.observed(index));
        let start = cpu_of_thread();
        let found = compare(&layers, &observed);
        bare += cpu_of_thread().saturating_sub(start);

        let start = cpu_of_thread();
        let made = one(index, &layers, &observed);
        own += cpu_of_thread().saturating_sub(start);
        ensure!(!made.is_empty() && found > 0, "a device that differs has a plan: {:?}", made.report);
        wishes = made.relies_on.len() + made.changes().count();
        plans.push(made);
    }
    let memory = memory_of_process(pid)?.resident.saturating_sub(before);
    let work = format!("resolve, diff, plan for {count} devices, 5 layers of 40 settings");
    let bars = if count == 10_000 { (Bar::AtMost(1.5), Bar::AtMost(200.0)) } else { (Bar::None, Bar::None) };
    let rate = f64::from(count) / own.as_secs_f64();
    Ok(vec![
        Row::new("PERF9", work, own.as_secs_f64(), "s")
            .limit(bare.as_secs_f64())
            .bar(bars.0)
            .note(format!("{wishes} settings each, {:.0} us per device", micros_each(own, u64::from(count)))),
        Row::new("PERF9", format!("plans per second, {count} devices"), rate, "1/s"),
        Row::new("PERF9", format!("memory of {count} plans"), mebibytes(memory), "MiB").bar(bars.1),
    ])
}

/// What is measured.
fn one(index: u32, layers: &[Layer], observed: &Observed) -> Plan {
    let resolution = resolve(layers, &observed.components);
    let drift = diff(&resolution, observed, &NoDigester);
    let made = plan(mac(index), &resolution, observed, &drift, PlanOptions::default());
    debug_assert!(drift.differences.len() >= made.changes().count());
    made
}

/// The bare limit: lays the layers over each other in a map, and compares the result with what is shown.
fn compare(layers: &[Layer], observed: &Observed) -> usize {
    let mut wish: HashMap<(&ComponentKey, &str), &SettingValue> = HashMap::new();
    for layer in layers {
        for (selector, value) in &layer.settings {
            for component in observed.components.iter().filter(|component| selector.matches_component(component)) {
                wish.insert((component, selector.field()), value);
            }
        }
    }
    let shown: HashMap<(&ComponentKey, &str), &SettingValue> =
        observed.settings.iter().map(|(path, value)| ((path.component(), path.field()), value)).collect();
    wish.iter().filter(|(path, value)| shown.get(*path) != Some(value)).count()
}

/// A made-up fleet of equal devices that differ in some values.
struct Fleet {
    components: Vec<ComponentKey>,
    shared: Vec<Layer>,
    own: Layer,
    settings: Settings,
}

impl Fleet {
    fn make_up() -> Self {
        let components = components();
        let pool: Vec<&SettingFacts> = all_facts().iter().filter(|facts| is_plain(facts)).collect();
        let scopes = ["ground floor", "lights", "tenant"].map(|name| Scope::Group(name.into()));
        let scopes = [Scope::Fleet].into_iter().chain(scopes).chain([Scope::Device]);
        let mut layers: Vec<Layer> = (0_u32..).zip(scopes).map(|(rank, scope)| layer(rank, scope, &pool)).collect();
        let settings = resolve(&layers, &components).settings;
        let settings = settings.into_iter().map(|(path, wish)| (path, wish.value)).collect();
        let own = layers.pop().unwrap_or_else(|| layer(0, Scope::Device, &pool));
        Self { components, shared: layers, own, settings }
    }

    /// The layers of one device: those shared with others, and its own.
    fn layers_of(&self, index: u32) -> Vec<Layer> {
        let mut own = self.own.clone();
        let name = SettingSelector::new("switch", Instance::Id(0), "name");
        own.settings.insert(name, format!("Device {index}").into());
        self.shared.iter().cloned().chain([own]).collect()
    }

    /// What a device shows: what is wished, except for its name and four other settings.
    fn observed(&self, index: u32) -> Observed {
        let mut settings = self.settings.clone();
        let count = settings.len();
        for nth in 0..4 {
            let at = (index as usize * 7 + nth * 11) % count.max(1);
            if let Some((_, value)) = settings.iter_mut().nth(at) {
                *value = other(value);
            }
        }
        let components = self.components.iter().cloned();
        let firmware = Firmware::new("20260101-000000/1.7.1-g1234567");
        let support = Support::new(Generation::GEN3, Model::new("S3SW-002P16EU"), firmware, components);
        Observed::new(self.components.clone(), settings, support)
    }
}

fn components() -> Vec<ComponentKey> {
    let many = ["switch", "input"].into_iter().flat_map(|kind| (0..4).map(move |id| ComponentKey::instance(kind, id)));
    let single = ["sys", "wifi", "mqtt", "cloud", "ble", "ws"].map(ComponentKey::single);
    many.chain(single).collect()
}

/// Settings whose value can be made up, and which no network hangs on.
fn is_plain(facts: &SettingFacts) -> bool {
    facts.rpc
        && KINDS.contains(&facts.kind)
        && !(facts.sensitive || facts.write_only || facts.read_only)
        && value(facts, 0).is_some_and(|value| facts.fits(&value))
}

fn layer(rank: u32, scope: Scope, pool: &[&SettingFacts]) -> Layer {
    let settings: BTreeMap<_, _> = pool
        .iter()
        .cycle()
        .skip(rank as usize * SHIFT)
        .take(SETTINGS)
        .filter_map(|facts| Some((facts.selector(), value(facts, rank)?)))
        .collect();
    Layer { id: format!("layer-{rank}").into(), scope, rank, settings }
}

fn value(facts: &SettingFacts, rank: u32) -> Option<SettingValue> {
    let rank_number = f64::from(rank);
    Some(match facts.value {
        ValueType::Bool => SettingValue::Bool(rank.is_multiple_of(2)),
        ValueType::Number { min, .. } | ValueType::Integer { min, .. } => {
            SettingValue::Number(min.unwrap_or(0.0) + rank_number)
        }
        ValueType::Text { .. } => SettingValue::from(format!("value {rank}")),
        ValueType::Choice { words } => {
            let word = words.get(rank as usize % words.len().max(1))?;
            SettingValue::from(*word)
        }
        ValueType::List | ValueType::Plain => return None,
    })
}

/// A value that differs.
fn other(value: &SettingValue) -> SettingValue {
    match value {
        SettingValue::Bool(on) => SettingValue::Bool(!on),
        SettingValue::Number(number) => SettingValue::Number(number + 1.0),
        _ => SettingValue::from("something else"),
    }
}

fn mac(index: u32) -> Mac {
    let [a, b, c, d] = index.to_be_bytes();
    Mac::new([0xA8, 0x03, a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_made_up_fleet_is_as_large_as_the_bar_says() {
        let fleet = Fleet::make_up();
        let layers = fleet.layers_of(3);
        assert_eq!(layers.len(), 5);
        let sizes: Vec<usize> = layers.iter().map(|layer| layer.settings.len()).collect();
        assert!(sizes.iter().all(|size| (SETTINGS..=SETTINGS + 1).contains(size)), "{sizes:?}");
        let observed = fleet.observed(3);
        assert!(!one(3, &layers, &observed).is_empty());
        assert!(compare(&layers, &observed) > 0);
        assert!(observed.settings.len() > SETTINGS * 2, "{}", observed.settings.len());
    }
}
