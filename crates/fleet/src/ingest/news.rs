//! Tells whether a reading says something that the one before did not.

use std::collections::btree_map::Entry;

use shelly_types::{ComponentKey, ComponentStatus, DeviceStatus, status::SystemStatus};

/// Whether `after` differs in anything but the clock, the uptime and the free memory, which always differ.
pub(super) fn is_news(before: &DeviceStatus, after: &DeviceStatus) -> bool {
    before.components.len() != after.components.len()
        || before
            .components
            .iter()
            .zip(&after.components)
            .any(|((key, left), (other, right))| key != other || !same(left, right))
}

fn same(before: &ComponentStatus, after: &ComponentStatus) -> bool {
    match (before, after) {
        (ComponentStatus::System(before), ComponentStatus::System(after)) => same_system(before, after),
        (before, after) => before == after,
    }
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

/// What was told beside what was known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Merged {
    /// Something differs in more than what always does.
    pub(super) readings: bool,
    /// An output does something else.
    pub(super) outputs: bool,
}

/// Puts what was told into what is known of the whole device. A component without a reading is gone.
pub(super) fn merge(status: &mut DeviceStatus, news: Vec<(ComponentKey, Option<ComponentStatus>)>) -> Merged {
    let mut merged = Merged::default();
    for (component, reading) in news {
        let (before, after) = match (status.components.entry(component), reading) {
            (Entry::Occupied(mut entry), Some(reading)) => {
                let before = entry.insert(reading);
                merged.readings |= !same(&before, entry.get());
                (output(&before), output(entry.get()))
            }
            (Entry::Occupied(entry), None) => {
                merged.readings = true;
                (output(&entry.remove()), None)
            }
            (Entry::Vacant(entry), Some(reading)) => {
                merged.readings = true;
                (None, output(entry.insert(reading)))
            }
            (Entry::Vacant(_), None) => (None, None),
        };
        merged.outputs |= before != after;
    }
    merged
}

/// What an output does; nothing for what is none.
fn output(reading: &ComponentStatus) -> Option<(Option<bool>, Option<String>)> {
    match reading {
        ComponentStatus::Switch(switch) => Some((switch.output, None)),
        ComponentStatus::Light(light) => Some((light.output, None)),
        ComponentStatus::Cover(cover) => Some((None, cover.state.clone())),
        _ => None,
    }
}

/// Whether an output does something else: what belongs into the event log.
pub(super) fn outputs_differ(before: &DeviceStatus, after: &DeviceStatus) -> bool {
    fn outputs(status: &DeviceStatus) -> impl Iterator<Item = (&ComponentKey, (Option<bool>, Option<String>))> {
        status.components.iter().filter_map(|(key, reading)| Some((key, output(reading)?)))
    }
    !outputs(before).eq(outputs(after))
}

/// The outputs of a device by name.
pub(super) fn output_names(status: &DeviceStatus) -> Vec<String> {
    let outputs = status.components.iter().filter(|(_, reading)| output(reading).is_some());
    outputs.map(|(key, _)| key.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use shelly_types::{ComponentKey, status::SwitchStatus};

    use super::*;

    fn status(uptime_s: u64, output: bool) -> DeviceStatus {
        let system = SystemStatus { uptime_s: Some(uptime_s), ..SystemStatus::default() };
        let switch = SwitchStatus { output: Some(output), ..SwitchStatus::default() };
        let components = [
            (ComponentKey::single("sys"), ComponentStatus::System(Box::new(system))),
            (ComponentKey::instance("switch", 0), ComponentStatus::Switch(Box::new(switch))),
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

    #[test]
    fn what_is_told_says_the_same_as_what_is_read() {
        let told = |status: &DeviceStatus, key: &str| {
            let key: ComponentKey = key.parse().unwrap();
            let reading = status.components.get(&key).cloned();
            (key, reading)
        };
        for (before, after) in [
            (status(1, true), status(2, true)),
            (status(1, true), status(1, false)),
            (status(1, true), DeviceStatus::default()),
            (DeviceStatus::default(), status(1, true)),
        ] {
            let mut merged = before.clone();
            let new = merge(&mut merged, vec![told(&after, "sys"), told(&after, "switch:0")]);
            assert_eq!(merged, after);
            assert_eq!(new.readings, is_news(&before, &after));
            assert_eq!(new.outputs, outputs_differ(&before, &after));
        }
        assert_eq!(merge(&mut DeviceStatus::default(), vec![("switch:0".parse().unwrap(), None)]), Merged::default());
    }
}
