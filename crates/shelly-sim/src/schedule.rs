//! Runs schedules by the clock of the device: cron on Gen2+, rules on Gen1.

use serde_json::Value;

use crate::{
    device::Device,
    gen1,
    gen2::frames::{self, Way},
    json,
    output::OutputKind,
    state::State,
};

/// Whether anything is planned.
pub(crate) fn any(device: &Device, state: &State) -> bool {
    if device.is_gen1() {
        return state.config.contains(r#""schedule":true"#);
    }
    state.lists.as_ref().is_some_and(|lists| lists.has_schedules())
}

/// Runs what is due in the minute that begins now. A device without a clock does nothing and says nothing.
pub(crate) fn run(device: &Device, state: &mut State) {
    let Some(unix) = local_unix(device, state) else { return };
    let moment = Moment::of(unix);
    if device.is_gen1() {
        rules(state, moment);
        return;
    }
    let due: Vec<Value> = state.lists.as_ref().map(|lists| lists.schedules_due(&moment)).unwrap_or_default();
    for call in due {
        let method = json::text(&call, "method").unwrap_or_default();
        let params = call.get("params").cloned().unwrap_or_else(|| serde_json::json!({}));
        let _ = frames::run(device, state, Way::Loopback, method, &params);
    }
}

/// Seconds since 1970 by the clock on the wall; none for a device without a clock.
pub(crate) fn local_unix(device: &Device, state: &State) -> Option<u64> {
    let (unix, root) = (state.known_unix()?, json::parse(&state.config));
    if device.is_gen1() {
        #[expect(clippy::cast_possible_truncation, reason = "an offset of a time zone is less than a day")]
        let offset = json::number(&root, "tz_utc_offset").unwrap_or(0.0) as i64;
        return Some(unix.saturating_add_signed(offset));
    }
    Some(unix + if json::text(&root, "sys.location.tz").is_some() { 3600 } else { 0 })
}

/// A minute of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    minute: u64,
    hour: u64,
    day: u64,
    month: u64,
    /// 0 is Sunday.
    weekday: u64,
}

impl Moment {
    /// Reads seconds since 1970.
    pub(crate) fn of(unix: u64) -> Self {
        let days = unix / 86_400;
        // Days since 1 March of the year 0, in eras of 400 years.
        let shifted = days + 719_468;
        let of_era = shifted % 146_097;
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        Self {
            minute: unix / 60 % 60,
            hour: unix / 3600 % 24,
            day: of_year - (153 * month + 2) / 5 + 1,
            month: if month < 10 { month + 3 } else { month - 9 },
            weekday: (days + 4) % 7,
        }
    }

    /// Whether a timespec (`sec min hour dom month dow`) names this minute. What is not understood never matches.
    pub(crate) fn matches(&self, timespec: &str) -> bool {
        let fields: Vec<&str> = timespec.split_whitespace().collect();
        let [_, minute, hour, day, month, weekday] = fields.as_slice() else { return false };
        names(minute, self.minute, &[])
            && names(hour, self.hour, &[])
            && names(day, self.day, &[])
            && names(month, self.month, MONTHS)
            && names(weekday, self.weekday, DAYS)
    }
}

const DAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const MONTHS: &[&str] = &["", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

fn names(field: &str, value: u64, words: &[&str]) -> bool {
    let number = |text: &str| -> Option<u64> {
        let word = words.iter().position(|word| !word.is_empty() && word.eq_ignore_ascii_case(text));
        word.map(|at| at as u64).or_else(|| text.parse().ok())
    };
    field.split(',').any(|part| {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse().unwrap_or(0)),
            None => (part, 1),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (0, u64::MAX),
            Some((from, to)) => match (number(from), number(to)) {
                (Some(from), Some(to)) => (from, to),
                _ => return false,
            },
            None => match number(range) {
                Some(only) => (only, if step > 1 { u64::MAX } else { only }),
                None => return false,
            },
        };
        step > 0 && (from..=to).contains(&value) && (value - from).is_multiple_of(step)
    })
}

/// Gen1: `0700-0123456-on`, where 0 is Monday.
fn rules(state: &mut State, moment: Moment) {
    let root = json::parse(&state.config);
    let now = state.clock.now();
    let day = char::from_digit(u32::try_from((moment.weekday + 6) % 7).unwrap_or(0), 10).unwrap_or('0');
    let time = format!("{:02}{:02}", moment.hour, moment.minute);
    for output in &mut state.outputs {
        let base = format!("{}.{}", gen1::list_of(output.kind), output.id);
        if !json::truth(&root, &format!("{base}.schedule")) {
            continue;
        }
        let rules = json::at(&root, &format!("{base}.schedule_rules")).and_then(Value::as_array);
        for rule in rules.into_iter().flatten().filter_map(Value::as_str) {
            let mut parts = rule.splitn(3, '-');
            let (Some(at), Some(days), Some(action)) = (parts.next(), parts.next(), parts.next()) else { continue };
            if at != time || !days.contains(day) {
                continue;
            }
            match action {
                "on" | "off" if output.kind != OutputKind::Cover => {
                    output.switch(action == "on", "schedule", None, now);
                }
                "open" => output.go(100.0, "schedule", now),
                "close" => output.go(0.0, "schedule", now),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_is_right() {
        let moment = Moment::of(1_764_072_300);
        assert_eq!(moment, Moment { minute: 5, hour: 12, day: 25, month: 11, weekday: 2 });
        assert_eq!(Moment::of(951_782_400), Moment { minute: 0, hour: 0, day: 29, month: 2, weekday: 2 });
    }

    proptest::proptest! {
        #[test]
        fn no_timespec_is_too_strange(text in ".{0,60}", fields in "[-*/,0-9A-Z ]{0,40}", unix in 0..10_000_000_000_u64) {
            let _ = Moment::of(unix).matches(&text);
            let _ = Moment::of(unix).matches(&fields);
        }
    }

    #[test]
    fn timespecs_match() {
        let moment = Moment::of(1_764_072_300);
        for right in
            ["0 5 12 * * *", "0 */5 12 25 11 TUE", "0 0-10 8-18/2 * NOV 1,2", "0 5 12 * * MON-FRI", "* * * * * *"]
        {
            assert!(moment.matches(right), "{right}");
        }
        for wrong in ["0 6 12 * * *", "0 5 12 * * SUN", "0 5 12 * *", "0 5 x * * *", "0 */0 12 * * *", "@sunrise"] {
            assert!(!moment.matches(wrong), "{wrong}");
        }
    }
}
