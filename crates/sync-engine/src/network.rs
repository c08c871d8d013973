//! Cuts a plan around what moves its device to another network or address, and makes the steps there and back.
//!
//! A device that moves is out of reach if the new network does not take it. It comes back by itself only to a network in
//! its second slot (reference/gen1/protocol.md 5, gen2 9), so the one it is in goes there first, with its key.

use capability_config::{SettingPath, SettingValue, Settings};
use shelly_types::{ComponentKey, Mac};

use crate::{Change, Observed, Origin, Plan, PlanReport, Reliance, RestartForecast, Scope, Step, plan::masked};

/// Settings of a slot that decide where a device is, without the slot.
const FIELDS: [&str; 8] = ["enable", "ssid", "pass", "ipv4mode", "ip", "netmask", "gw", "nameserver"];

/// A slot for a WiFi network in the settings of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NetworkSlot {
    /// The network it tries first.
    First,
    /// The network it tries when the first does not take it.
    Second,
}

/// What a plan does to where its device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moves {
    /// Another address in the network it is in.
    Address,
    /// Another network, or another key for the one it is in.
    Network,
}

/// A plan cut around the move of its device. The steps of all parts keep their places.
#[derive(Debug, Clone, PartialEq)]
pub struct Cut {
    /// What comes before, and has to be proven before.
    pub before: Plan,
    /// The move.
    pub there: Step,
    /// Place of the move among the steps.
    pub place: usize,
    /// The whole plan, with what else changes about the network in a step after the move.
    pub after: Plan,
}

impl NetworkSlot {
    /// The path of a field of this slot.
    pub fn path(self, field: &str) -> SettingPath {
        let slot = match self {
            Self::First => "sta",
            Self::Second => "sta1",
        };
        SettingPath::new(ComponentKey::single("wifi"), format!("{slot}.{field}"))
    }

    /// What a device shows of this slot.
    pub fn shown(self, observed: &Observed) -> Settings {
        let paths = FIELDS.iter().map(|field| self.path(field));
        paths.filter_map(|path| Some((path.clone(), masked(observed.get(&path)?)))).collect()
    }

    /// Whether a setting is of this slot.
    pub fn has(self, path: &SettingPath) -> bool {
        FIELDS.iter().any(|field| *path == self.path(field))
    }
}

impl Plan {
    /// Where the plan moves its device, if it does.
    pub fn moves(&self) -> Option<Moves> {
        let of = |change: &Change| match change.path.field() {
            _ if !NetworkSlot::First.has(&change.path) => None,
            "sta.ssid" | "sta.pass" => Some(Moves::Network),
            "sta.ipv4mode" | "sta.ip" | "sta.netmask" | "sta.gw" => Some(Moves::Address),
            _ => None,
        };
        self.changes().filter_map(of).max()
    }

    /// The plan cut around the move; none when it moves nothing.
    pub fn around_the_move(&self) -> Option<Cut> {
        self.moves()?;
        let is_move = |change: &Change| NetworkSlot::First.has(&change.path);
        let place = self.steps.iter().position(|step| step.changes.iter().any(is_move))?;
        let wifi = self.steps.get(place)?;
        let (there, others): (Vec<_>, Vec<_>) = wifi.changes.iter().cloned().partition(is_move);
        let there = Step::new(wifi.component.clone(), there);
        let mut before = self.clone();
        before.steps.truncate(place);
        before.steps.push(Step::new(wifi.component.clone(), Vec::new()));
        before.relies_on.retain(|path| !is_of_network(path));
        let mut after = self.clone();
        after.relies_on.retain(|path| !is_of_network(path));
        if let Some(step) = after.steps.get_mut(place) {
            *step = there.clone();
        }
        if !others.is_empty() {
            after.steps.push(Step::new(wifi.component.clone(), others));
        }
        Some(Cut { before, there, place, after })
    }

    /// A plan of these steps alone, made from what a device shows now.
    pub fn of_steps(device: Mac, observed: &Observed, steps: Vec<Step>) -> Self {
        let report = PlanReport {
            blocked: Vec::new(),
            not_applicable: Vec::new(),
            unmatched: Vec::new(),
            in_sync: 0,
            restart: RestartForecast::No,
            restart_pending: observed.restart_required,
            memory: Vec::new(),
            why_empty: None,
        };
        Self { device, base: observed.fingerprint(), steps, relies_on: Reliance::default(), report }
    }

    /// Takes what a device shows of the network now for what it showed when the plan was made: the move has changed it.
    pub fn rebase_network(&mut self, observed: &Observed) {
        for change in self.steps.iter_mut().flat_map(|step| &mut step.changes) {
            if is_of_network(&change.path) {
                change.before = observed.get(&change.path).map(masked);
            }
        }
    }
}

/// The step that makes a slot like `wanted`, as far as the device has these settings. A network without a key is written
/// with none; of one whose key is not given, the key is left as it is.
pub fn fill_slot(slot: NetworkSlot, wanted: &Settings, from: NetworkSlot, key: &Key, observed: &Observed) -> Step {
    let origin = Origin { layer: "network".into(), scope: Scope::Device };
    let change = |field: &&str| {
        let path = slot.path(field);
        let after = match (*field, key) {
            ("pass", Key::Known(key)) => key.clone(),
            ("pass", Key::Unknown) => return None,
            _ => wanted.get(&from.path(field))?.clone(),
        };
        let before = observed.get(&path).map(masked);
        let is_there = before.is_some() || *field == "pass";
        is_there.then(|| Change { path, before, after, origin: origin.clone() })
    };
    Step::new(ComponentKey::single("wifi"), FIELDS.iter().filter_map(change).collect())
}

/// The key of a network.
#[derive(Debug, Clone, PartialEq)]
pub enum Key {
    /// A secret, or null for an open network.
    Known(SettingValue),
    /// Nobody told us.
    Unknown,
}

/// Whether a setting is about the WiFi.
fn is_of_network(path: &SettingPath) -> bool {
    path.component().kind() == "wifi"
}

#[cfg(test)]
mod tests {
    use capability_config::Support;
    use shelly_types::{Firmware, Generation, Model};

    use super::*;

    fn change(path: &str) -> Change {
        let origin = Origin { layer: "l".into(), scope: Scope::Fleet };
        Change { path: path.parse().unwrap(), before: None, after: "x".into(), origin }
    }

    fn plan(steps: &[&[&str]]) -> Plan {
        let support = Support::new(Generation::GEN3, Model::new("FAKE-1"), Firmware::new("1.4.4"), []);
        let observed = Observed::new(Vec::new(), Settings::new(), support);
        let steps = steps.iter().map(|paths| {
            let changes: Vec<_> = paths.iter().map(|path| change(path)).collect();
            Step::new(changes[0].path.component().clone(), changes)
        });
        Plan::of_steps(Mac::new([1; 6]), &observed, steps.collect())
    }

    fn paths(steps: &[Step]) -> Vec<Vec<String>> {
        steps.iter().map(|step| step.changes.iter().map(|change| change.path.to_string()).collect()).collect()
    }

    /// C11: what moves the device is a step of its own; all that is not of the network comes before, the rest after.
    #[test]
    fn a_plan_is_cut_around_the_move() {
        let plan = plan(&[&["switch:0.name"], &["wifi.ap.enable", "wifi.sta.pass", "wifi.sta.ssid", "wifi.sta1.ssid"]]);
        assert_eq!(plan.moves(), Some(Moves::Network));
        let cut = plan.around_the_move().unwrap();
        assert_eq!((paths(&cut.before.steps), cut.place), (vec![vec!["switch:0.name".to_owned()], Vec::new()], 1));
        assert_eq!(paths(&[cut.there]), [["wifi.sta.pass", "wifi.sta.ssid"]]);
        let after = paths(&cut.after.steps);
        assert_eq!(after[1..], [["wifi.sta.pass", "wifi.sta.ssid"], ["wifi.ap.enable", "wifi.sta1.ssid"]]);
    }

    #[test]
    fn what_does_not_move_the_device_is_not_cut() {
        let second = plan(&[&["wifi.sta1.ssid", "wifi.sta.nameserver"]]);
        assert_eq!((second.moves(), second.around_the_move()), (None, None));
        assert_eq!(plan(&[&["wifi.sta.ip"]]).moves(), Some(Moves::Address));
    }
}
