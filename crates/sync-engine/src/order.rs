//! Orders the steps of a plan: safe ones first, the network last.

use crate::{NetworkSlot, Step};

/// Sorts by risk, then by component, so that what may cost us the device comes when all else is done.
///
/// Everything is written before the one restart at the end.
pub(crate) fn safe_first(steps: &mut [Step]) {
    steps.sort_by(|left, right| {
        let key = |step: &Step| (step.risk, moves(step), step.component.clone());
        key(left).cmp(&key(right))
    });
}

/// Whether the device may not be where it was after a step: nothing can be written after it.
pub(crate) fn moves(step: &Step) -> bool {
    step.changes.iter().any(|change| NetworkSlot::First.has(&change.path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Change, Origin, Scope};

    /// F12: integration, access and network come last, in this order.
    #[test]
    fn the_network_comes_last() {
        let origin = Origin { layer: "l".into(), scope: Scope::Fleet };
        let mut steps: Vec<_> = ["wifi.sta.ssid", "auth.enable", "mqtt.server", "switch:0.name"]
            .iter()
            .map(|path| {
                let path: capability_config::SettingPath = path.parse().unwrap();
                let component = path.component().clone();
                let change = Change { path, before: None, after: "x".into(), origin: origin.clone() };
                Step::new(component, vec![change])
            })
            .collect();
        safe_first(&mut steps);
        let order: Vec<_> = steps.iter().map(|step| step.component.to_string()).collect();
        assert_eq!(order, ["switch:0", "mqtt", "auth", "wifi"]);
    }
}
