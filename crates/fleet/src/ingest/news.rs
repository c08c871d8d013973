//! Tells whether a reading says something that the one before did not.

use shelly_types::{ComponentStatus, DeviceStatus, status::SystemStatus};

/// Whether `after` differs in anything but the clock, the uptime and the free memory, which always differ.
pub(super) fn is_news(before: &DeviceStatus, after: &DeviceStatus) -> bool {
    let same = |left: &ComponentStatus, right: &ComponentStatus| match (left, right) {
        (ComponentStatus::System(left), ComponentStatus::System(right)) => same_system(left, right),
        (left, right) => left == right,
    };
    before.components.len() != after.components.len()
        || before
            .components
            .iter()
            .zip(&after.components)
            .any(|((key, left), (other, right))| key != other || !same(left, right))
}

fn same_system(before: &SystemStatus, after: &SystemStatus) -> bool {
    let steady = |system: &SystemStatus| SystemStatus {
        uptime_s: None,
        clock_at: None,
        ram_free_bytes: None,
        fs_free_bytes: None,
        ..system.clone()
    };
    before == after || steady(before) == steady(after)
}

/// Whether an output does something else: what belongs into the event log.
pub(super) fn outputs_differ(before: &DeviceStatus, after: &DeviceStatus) -> bool {
    let outputs = |status: &DeviceStatus| {
        let outputs = status.components.iter().filter_map(|(key, reading)| match reading {
            ComponentStatus::Switch(switch) => Some((key.clone(), switch.output, None)),
            ComponentStatus::Light(light) => Some((key.clone(), light.output, None)),
            ComponentStatus::Cover(cover) => Some((key.clone(), None, cover.state.clone())),
            _ => None,
        });
        outputs.collect::<Vec<_>>()
    };
    outputs(before) != outputs(after)
}

/// The outputs of a device by name.
pub(super) fn output_names(status: &DeviceStatus) -> Vec<String> {
    let is_output = |reading: &ComponentStatus| {
        matches!(reading, ComponentStatus::Switch(_) | ComponentStatus::Light(_) | ComponentStatus::Cover(_))
    };
    status.components.iter().filter(|(_, reading)| is_output(reading)).map(|(key, _)| key.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use shelly_types::{ComponentKey, status::SwitchStatus};

    use super::*;

    fn status(uptime_s: u64, output: bool) -> DeviceStatus {
        let system = SystemStatus { uptime_s: Some(uptime_s), ..SystemStatus::default() };
        let switch = SwitchStatus { output: Some(output), ..SwitchStatus::default() };
        let components = [
            (ComponentKey::single("sys"), ComponentStatus::System(system)),
            (ComponentKey::instance("switch", 0), ComponentStatus::Switch(switch)),
        ];
        DeviceStatus { components: components.into() }
    }

    #[test]
    fn time_that_passes_is_no_news() {
        assert!(!is_news(&status(1, true), &status(2, true)));
        assert!(is_news(&status(1, true), &status(2, false)));
        assert!(is_news(&status(1, true), &DeviceStatus::default()));
    }

    #[test]
    fn only_outputs_make_an_event() {
        assert!(outputs_differ(&status(1, true), &status(1, false)));
        assert!(!outputs_differ(&status(1, true), &status(2, true)));
        assert_eq!(output_names(&status(1, true)), ["switch:0"]);
    }
}
