//! Says before which loads a restart may switch (H7).

use fleet_model::{Load, LoadEffect};
use shelly_types::DeviceStatus;
use sync_engine::{Observed, Plan, RestartForecast};

use crate::offline::{Output, output};

/// Outputs that may be another way after the restart that a plan needs: power-on default, as the plan leaves it, against
/// the state now.
pub(super) fn loads(plan: &Plan, observed: &Observed, status: Option<&DeviceStatus>) -> Vec<Load> {
    if plan.report.restart == RestartForecast::No {
        return Vec::new();
    }
    let defaults = observed.settings.iter().filter(|(path, _)| path.field() == "initial_state");
    let load = |(path, shown): (&capability_config::SettingPath, &capability_config::SettingValue)| {
        let component = path.component().clone();
        let changed = plan.changes().find(|change| change.path == *path).map(|change| &change.after);
        let at_power_on = changed.unwrap_or(shown).as_text()?.to_owned();
        let reading = status.and_then(|status| status.components.get(&component)).and_then(output);
        let is_on = match reading {
            Some(Output::On) => Some(true),
            Some(Output::Off) => Some(false),
            Some(Output::Unknown) | None => None,
        };
        let effect = match (at_power_on.as_str(), is_on) {
            ("restore_last", _) | ("on", Some(true)) | ("off", Some(false)) => return None,
            ("on", Some(false)) => LoadEffect::SwitchesOn,
            ("off", Some(true)) => LoadEffect::SwitchesOff,
            // An input decides, or nobody knows.
            _ => LoadEffect::MaySwitch,
        };
        Some(Load { component, is_on, at_power_on, effect })
    };
    defaults.filter_map(load).collect()
}
