//! Reckons what is left for each thing that a plan switches on, one after the other.

use std::collections::BTreeMap;

use capability_config::{Resource, ResourceKind, SettingPath, SettingValue, encode_name};
use shelly_types::{Generation, LEAST_FREE_HEAP_PERCENT};

use super::{Memory, MemoryFinding, MemoryUse, MemoryVerdict, ScriptMemory};
use crate::{Change, Difference, Observed, Reliance, RestartForecast};

/// Chosen: what Matter is reckoned to take, in bytes. No two captures differ in nothing but Matter; the one Gen3 plug
/// with Matter and Bluetooth on has 37 kB free, and once had 14 kB.
const MATTER: u64 = 32_000;

/// Chosen: what passing on what Bluetooth devices say takes when Bluetooth is on already, in bytes: the greatest difference
/// between captures of one model (firmware 1.4.99, different builds).
const GATEWAY: u64 = 20_000;

/// Chosen: what a script takes of which nothing is known, in bytes.
const SCRIPT: u64 = 4_000;

/// The pool of the scripts where none runs, in bytes: the same in every capture of Gen2 and Gen3 that shows a script.
const SCRIPT_POOL: u64 = 25_200;

/// Chosen: what has to stay free on a device that does not tell the size of its heap, in bytes: a tenth of a usual one.
const LEAST_FREE: u64 = 25_000;

/// What Bluetooth is reckoned to take, in bytes: the greatest difference in `ram_free` between captures of one model and
/// firmware with it off and on.
fn bluetooth(generation: Generation) -> u64 {
    match generation {
        Generation::GEN2 => 33_000,
        Generation::GEN3 => 57_100,
        _ => 45_700,
    }
}

/// What a setting would switch on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Use {
    Matter,
    Bluetooth,
    Gateway,
    /// By its name as it is written in paths.
    Script(String),
}

/// What bringing a setting to the wish would switch on, if it is something that takes memory.
pub(super) fn use_of(difference: &Difference, observed: &Observed) -> Option<Use> {
    let path = &difference.path;
    if let Some((resource, field)) = Resource::of(path).filter(|(resource, _)| resource.kind == ResourceKind::Scripts) {
        let starts = match field {
            "running" | "enable" => difference.desired == SettingValue::Bool(true),
            // It is started anew with the new text.
            "code" | "secret_code" => difference.desired != SettingValue::Null && runs(resource, observed),
            _ => false,
        };
        return starts.then(|| Use::Script(resource.name.to_owned()));
    }
    if difference.desired != SettingValue::Bool(true) {
        return None;
    }
    match (path.component().kind(), path.field()) {
        ("matter", "enable") => Some(Use::Matter),
        ("ble", "enable" | "keep_running") => Some(Use::Bluetooth),
        ("ble", "observer.enable") => Some(Use::Gateway),
        _ => None,
    }
}

fn runs(resource: Resource<'_>, observed: &Observed) -> bool {
    observed.get(&resource.path("running")) == Some(&SettingValue::Bool(true))
}

/// What is left of the memory of a device while a plan is made.
pub(crate) struct Budget<'a> {
    observed: &'a Observed,
    memory: Memory,
    spent: u64,
    spent_on_scripts: u64,
    /// What was judged already. Several settings may switch on the same thing.
    judged: BTreeMap<Use, MemoryFinding>,
}

impl<'a> Budget<'a> {
    /// That of a device as it is.
    pub(crate) fn of(observed: &'a Observed) -> Self {
        let memory = observed.memory.as_deref().cloned().unwrap_or_default();
        Self { observed, memory, spent: 0, spent_on_scripts: 0, judged: BTreeMap::new() }
    }

    /// What is to be known before a setting is brought to the wish; none when that takes no memory. What is found enough,
    /// or is `agreed` to, is counted as spent.
    pub(crate) fn judge(&mut self, difference: &Difference, agreed: bool) -> Option<MemoryFinding> {
        let mut what = use_of(difference, self.observed)?;
        if what == Use::Gateway {
            if self.judged.contains_key(&Use::Bluetooth) {
                what = Use::Bluetooth;
            } else if self.is_off("ble.enable") {
                // It takes nothing while Bluetooth is off.
                return None;
            }
        }
        if let Some(known) = self.judged.get(&what) {
            return Some(MemoryFinding { path: difference.path.clone(), ..known.clone() });
        }
        let finding = self.finding(difference.path.clone(), &what);
        if agreed || finding.verdict != MemoryVerdict::NotEnough {
            match &what {
                Use::Script(name) => {
                    let own = self.script(name).and_then(|script| script.used).unwrap_or_default();
                    self.spent_on_scripts += finding.needs.saturating_sub(own);
                }
                Use::Matter | Use::Bluetooth | Use::Gateway => self.spent += finding.needs,
            }
        }
        self.judged.insert(what, finding.clone());
        Some(finding)
    }

    fn finding(&self, path: SettingPath, what: &Use) -> MemoryFinding {
        let generation = self.observed.support.generation();
        let (what, needs) = match what {
            Use::Matter => (MemoryUse::Matter, MATTER),
            Use::Bluetooth => (MemoryUse::Bluetooth, bluetooth(generation)),
            Use::Gateway => (MemoryUse::BluetoothGateway, GATEWAY),
            Use::Script(name) => return self.of_script(path, name),
        };
        let (floor, free) = (self.floor(), self.free());
        let least_free = self.memory.least_free.map(|least| least.saturating_sub(self.spent));
        let verdict = match free {
            None => MemoryVerdict::Unknown,
            Some(free) if free < needs.saturating_add(floor) => MemoryVerdict::NotEnough,
            Some(free) if free < needs.saturating_add(2 * floor) => MemoryVerdict::Tight,
            Some(_) if least_free.is_some_and(|least| least < needs.saturating_add(floor)) => MemoryVerdict::Tight,
            Some(_) => MemoryVerdict::Plenty,
        };
        let (size, beside) = (self.memory.size, self.beside(what, None));
        MemoryFinding { path, what, verdict, needs, floor, free, least_free, size, beside }
    }

    /// A script takes from the pool of the scripts, of which the others may want again what they once had; and a device
    /// whose heap is short already is not given one more.
    fn of_script(&self, path: SettingPath, name: &str) -> MemoryFinding {
        let own = self.script(name);
        let needs = own.and_then(|script| script.peak.or(script.used)).unwrap_or(SCRIPT);
        let others = self.memory.scripts.iter().filter(|other| own.is_none_or(|own| own.component != other.component));
        let growth =
            |script: &ScriptMemory| script.peak.unwrap_or_default().saturating_sub(script.used.unwrap_or_default());
        let floor: u64 = others.map(growth).sum();
        let pool = self.memory.scripts_free.or((!self.memory.runs_scripts()).then_some(SCRIPT_POOL));
        let freed = own.and_then(|script| script.used).unwrap_or_default();
        let free = pool.map(|pool| pool.saturating_add(freed).saturating_sub(self.spent_on_scripts));
        let is_short = self.free().is_some_and(|free| free < self.floor());
        let verdict = match free {
            _ if is_short => MemoryVerdict::NotEnough,
            None => MemoryVerdict::Unknown,
            Some(free) if free < needs.saturating_add(floor) => MemoryVerdict::NotEnough,
            Some(free) if free < needs.saturating_add(floor).saturating_add(SCRIPT) => MemoryVerdict::Tight,
            Some(_) => MemoryVerdict::Plenty,
        };
        let beside = self.beside(MemoryUse::Script, Some(name));
        let what = MemoryUse::Script;
        if is_short {
            // The heap is what decides, so its numbers are told.
            let Memory { size, least_free, .. } = self.memory;
            return MemoryFinding {
                path,
                what,
                verdict,
                needs,
                floor: self.floor(),
                free: self.free(),
                least_free,
                size,
                beside,
            };
        }
        MemoryFinding { path, what, verdict, needs, floor, free, least_free: None, size: None, beside }
    }

    /// What is free of the heap after what was switched on before.
    fn free(&self) -> Option<u64> {
        self.memory.free.map(|free| free.saturating_sub(self.spent))
    }

    /// What has to stay free of the heap.
    fn floor(&self) -> u64 {
        self.memory.size.map_or(LEAST_FREE, |size| size / 100 * LEAST_FREE_HEAP_PERCENT)
    }

    /// The script of this name, if it runs.
    fn script(&self, name: &str) -> Option<&ScriptMemory> {
        self.memory.scripts.iter().find(|script| encode_name(&self.name_of(script)) == name)
    }

    /// The name of a script that runs; its component where it has none.
    fn name_of(&self, script: &ScriptMemory) -> String {
        let path = SettingPath::new(script.component.clone(), "name");
        let told = self.observed.get(&path).and_then(SettingValue::as_text).filter(|name| !name.is_empty());
        told.map_or_else(|| script.component.to_string(), str::to_owned)
    }

    fn is_off(&self, path: &str) -> bool {
        path.parse().is_ok_and(|path| self.observed.get(&path) == Some(&SettingValue::Bool(false)))
    }

    fn is_on(&self, path: &str) -> bool {
        path.parse().is_ok_and(|path| self.observed.get(&path) == Some(&SettingValue::Bool(true)))
    }

    /// Firmware 2 has Bluetooth always on, and no setting for it.
    fn has_bluetooth(&self) -> bool {
        let is_shown = |path: &str| path.parse().is_ok_and(|path| self.observed.get(&path).is_some());
        self.is_on("ble.enable") || !is_shown("ble.enable") && is_shown("ble.rpc.enable")
    }

    /// What is on and shares the memory.
    fn beside(&self, what: MemoryUse, script: Option<&str>) -> Vec<String> {
        let mut beside = Vec::new();
        if what != MemoryUse::Matter && self.is_on("matter.enable") {
            beside.push("Matter".to_owned());
        }
        if !matches!(what, MemoryUse::Bluetooth | MemoryUse::BluetoothGateway) && self.has_bluetooth() {
            beside.push("Bluetooth".to_owned());
        }
        let names = self.memory.scripts.iter().map(|script| self.name_of(script));
        let others = names.filter(|name| script.is_none_or(|own| encode_name(name) != own));
        beside.extend(others.map(|name| format!("script {name}")));
        beside
    }
}

/// The scripts that run and are to run on when memory is taken, as settings that a plan relies on. A restart stops those
/// that do not run at boot, whatever the memory.
pub(crate) fn rely_on_scripts(
    observed: &Observed,
    changes: &[&Change],
    restart: RestartForecast,
    relies_on: &mut Reliance,
) {
    let component = ResourceKind::Scripts.component();
    let from = SettingPath::new(component.clone(), "");
    for (path, value) in observed.settings.range(from..).take_while(|(path, _)| *path.component() == component) {
        let Some((resource, "running")) = Resource::of(path) else { continue };
        let is_changed = changes.iter().any(|change| Resource::of(&change.path).is_some_and(|(of, _)| of == resource));
        let starts_again = observed.get(&resource.path("enable")) == Some(&SettingValue::Bool(true));
        if *value == SettingValue::Bool(true) && !is_changed && (starts_again || restart == RestartForecast::No) {
            relies_on.insert(path.clone(), value.clone());
        }
    }
}
