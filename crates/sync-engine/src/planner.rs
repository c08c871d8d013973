//! Makes a plan.

use std::collections::BTreeMap;

use capability_config::{Resource, Restart, Risk, SettingPath, SettingValue};
use shelly_types::{ComponentKey, Mac};

use crate::{
    Blocked, Change, Difference, Drift, MemoryFinding, MemoryVerdict, NotApplicable, NotApplicableReason, Observed,
    Plan, PlanReport, Reliance, Resolution, RestartForecast, Step, WhyEmpty, catalogue,
    memory::{Budget, rely_on_scripts},
    order::safe_first,
    plan::masked,
    resources, risk_of,
};

/// What keeps a device on a network. At least one of them must be on.
const LIFELINES: [&str; 4] = ["wifi.sta.enable", "wifi.sta1.enable", "wifi.ap.enable", "eth.enable"];

/// What a plan may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanOptions {
    /// Changes that risk more are held back and reported.
    pub most_risk: Risk,
    /// Whether a device may be taken away from whom it reports to by its only outbound WebSocket or CoIoT peer.
    pub take_over: bool,
    /// Whether things may be switched on for which the device has not the memory.
    pub spend_memory: bool,
}

impl Default for PlanOptions {
    fn default() -> Self {
        Self { most_risk: Risk::Connectivity, take_over: false, spend_memory: false }
    }
}

/// Plans how to bring a device to the wish. `drift` is what [`diff`](crate::diff) found between the two.
pub fn plan(device: Mac, resolution: &Resolution, observed: &Observed, drift: &Drift, options: PlanOptions) -> Plan {
    let mut blocked: Vec<_> = resolution
        .conflicts
        .iter()
        .map(|conflict| Blocked::Conflict { path: conflict.path.clone(), wishes: conflict.wishes.clone() })
        .collect();
    let is_secret = |wish: &NotApplicable| wish.reason == NotApplicableReason::SecretUnavailable;
    let secrets = drift.not_applicable.iter().filter(|wish| is_secret(wish));
    blocked.extend(secrets.map(|wish| Blocked::SecretUnavailable { path: wish.path.clone() }));
    let mut relies_on = in_sync(&resources::completed(resolution, observed), observed, drift);
    let mut memory = Vec::new();
    let changes = hold_back(&drift.differences, observed, options, &mut blocked, &mut memory);
    let changes = keep_a_lifeline(changes, observed, &mut blocked, &mut relies_on);
    let mut steps = by_component(changes);
    safe_first(&mut steps);
    let restart = restart_forecast(&steps, observed);
    if !memory.is_empty() {
        let changes: Vec<&Change> = steps.iter().flat_map(|step| &step.changes).collect();
        rely_on_scripts(observed, &changes, restart, &mut relies_on);
    }
    blocked.sort_by(|left, right| left.path().cmp(right.path()));
    let why_empty = steps.is_empty().then(|| why_empty(drift, &blocked));
    let report = PlanReport {
        blocked,
        restart,
        in_sync: drift.in_sync,
        unmatched: resolution.unmatched.clone(),
        not_applicable: drift.not_applicable.iter().filter(|wish| !is_secret(wish)).cloned().collect(),
        restart_pending: observed.restart_required,
        memory,
        why_empty,
    };
    Plan { device, base: observed.fingerprint(), steps, relies_on, report }
}

/// What is already as wished, as it is shown.
fn in_sync(resolution: &Resolution, observed: &Observed, drift: &Drift) -> Reliance {
    // All of them are in the order of their paths.
    let mut differs = drift.differences.iter().map(|known| &known.path).peekable();
    let mut cannot = drift.not_applicable.iter().map(|known| &known.path).peekable();
    let mut shown = observed.settings.iter().peekable();
    let not_shown = |path: &SettingPath| {
        if catalogue::is_write_only(path) { SettingValue::Hidden } else { SettingValue::Null }
    };
    let as_shown = |path: &SettingPath| {
        while shown.next_if(|(other, _)| *other < path).is_some() {}
        let shown = shown.next_if(|(other, _)| *other == path);
        (path.clone(), shown.map_or_else(|| not_shown(path), |(_, value)| masked(value)))
    };
    let paths = resolution.settings.keys();
    let paths = paths.filter(|path| differs.next_if_eq(path).is_none() && cannot.next_if_eq(path).is_none());
    paths.map(as_shown).collect()
}

fn hold_back(
    differences: &[Difference],
    observed: &Observed,
    options: PlanOptions,
    blocked: &mut Vec<Blocked>,
    memory: &mut Vec<MemoryFinding>,
) -> Vec<Change> {
    let mut budget = Budget::of(observed);
    let mut changes = Vec::new();
    for difference in differences {
        let (path, risk) = (difference.path.clone(), risk_of(&difference.path));
        if risk > options.most_risk {
            blocked.push(Blocked::TooRisky { path, risk });
            continue;
        }
        if let Some(owner) = owner(&path, observed).filter(|_| !options.take_over) {
            blocked.push(Blocked::TakesOver { path, owner: owner.clone() });
            continue;
        }
        if let Some(finding) = budget.judge(difference, options.spend_memory) {
            if finding.verdict == MemoryVerdict::NotEnough && !options.spend_memory {
                blocked.push(Blocked::LittleMemory { path, memory: Box::new(finding) });
                continue;
            }
            memory.push(finding);
        }
        changes.push(Change {
            path,
            before: difference.observed.as_ref().map(masked),
            after: difference.desired.clone(),
            origin: difference.origin.clone(),
        });
    }
    changes
}

/// Whom the device reports to by this setting, if it is one of which there is only one and it is in use
/// (device-facts 15 and 23).
fn owner<'a>(path: &SettingPath, observed: &'a Observed) -> Option<&'a SettingValue> {
    let switch = match (path.component().kind(), path.field()) {
        ("ws", "server") | ("coiot", "peer") => SettingPath::new(path.component().clone(), "enable"),
        _ => return None,
    };
    let owner = observed.get(path).filter(|owner| owner.as_text().is_some_and(|owner| !owner.is_empty()))?;
    (observed.get(&switch) != Some(&SettingValue::Bool(false))).then_some(owner)
}

/// Holds back what would turn off the last network of the device, and notes which network the plan relies on.
pub(crate) fn keep_a_lifeline(
    changes: Vec<Change>,
    observed: &Observed,
    blocked: &mut Vec<Blocked>,
    relies_on: &mut Reliance,
) -> Vec<Change> {
    let lifelines: Vec<SettingPath> = LIFELINES.iter().filter_map(|path| path.parse().ok()).collect();
    let on = SettingValue::Bool(true);
    let turns_off = |change: &Change| lifelines.contains(&change.path) && change.after != on;
    if !changes.iter().any(turns_off) {
        return changes;
    }
    let stays_on = lifelines.iter().any(|path| {
        let change = changes.iter().find(|change| change.path == *path).map(|change| &change.after);
        change.or_else(|| observed.get(path)) == Some(&on)
    });
    if stays_on {
        for path in lifelines {
            if let Some(value) = observed.get(&path)
                && !changes.iter().any(|change| change.path == path)
            {
                relies_on.insert(path, value.clone());
            }
        }
        return changes;
    }
    let (held, changes): (Vec<_>, Vec<_>) = changes.into_iter().partition(turns_off);
    blocked.extend(held.into_iter().map(|change| Blocked::WouldStrand { path: change.path }));
    changes
}

pub(crate) fn by_component(changes: Vec<Change>) -> Vec<Step> {
    // Each script, webhook and so on is written by itself.
    let mut components: BTreeMap<(ComponentKey, Option<String>), Vec<Change>> = BTreeMap::new();
    for change in changes {
        let resource = Resource::of(&change.path).map(|(resource, _)| resource.name.to_owned());
        components.entry((change.path.component().clone(), resource)).or_default().push(change);
    }
    components.into_iter().map(|((component, _), changes)| Step::new(component, changes)).collect()
}

pub(crate) fn restart_forecast(steps: &[Step], observed: &Observed) -> RestartForecast {
    let changes = steps.iter().flat_map(|step| &step.changes);
    let forecast = changes.map(|change| match catalogue::restart_of(&change.path) {
        Restart::No => RestartForecast::No,
        Restart::AsToldByDevice => RestartForecast::Possible,
        Restart::Always | Restart::ByItself => RestartForecast::Certain,
    });
    match forecast.max() {
        Some(_) if observed.restart_required => RestartForecast::Certain,
        Some(forecast) => forecast,
        None => RestartForecast::No,
    }
}

fn why_empty(drift: &Drift, blocked: &[Blocked]) -> WhyEmpty {
    if !blocked.is_empty() {
        WhyEmpty::AllBlocked
    } else if drift.in_sync > 0 {
        WhyEmpty::InSync
    } else if drift.not_applicable.is_empty() {
        WhyEmpty::NothingManaged
    } else {
        WhyEmpty::NothingApplicable
    }
}
