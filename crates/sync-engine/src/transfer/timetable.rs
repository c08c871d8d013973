//! Makes jobs of a schedule from the weekly timetables that channels of Gen1 have.
//!
//! A rule of Gen1 is `HHMM-DAYS-ACTION` with Monday as day 0; a job counts from Sunday
//! (`reference/gen1/capability_map.md`, `schedule_rules`).

use std::collections::BTreeMap;

use capability_config::{ResourceKind, SettingPath, SettingValue, document_text};
use serde_json::json;
use shelly_types::ComponentKey;

use crate::{NotApplicableReason, Observed};

use super::{Fate, TransferTarget, has, not_there, place::destination};

const RULES: &str = "schedule.rules";
const ENABLE: &str = "schedule.enable";

/// When a rule is due, and what it calls.
#[derive(Debug, PartialEq)]
struct Job {
    timespec: String,
    calls: String,
}

/// What becomes of the timetables of a Gen1 device on one that has schedules. Others are told like every setting.
pub(super) fn fates(former: &Observed, to: &Observed, fates: &mut BTreeMap<SettingPath, Fate>) {
    let has_schedules = has(to, &ResourceKind::Schedules.component());
    if !former.support.generation().is_gen1() || to.support.generation().is_gen1() || !has_schedules {
        return;
    }
    for (path, value) in former.settings.iter().filter(|(path, _)| path.field() == RULES) {
        let enable = SettingPath::new(path.component().clone(), ENABLE);
        let (of_rules, of_enable) = of_channel(path.component(), value, former.get(&enable), former, to);
        fates.insert(path.clone(), of_rules);
        if former.get(&enable).is_some() {
            fates.insert(enable, of_enable);
        }
    }
}

fn of_channel(
    channel: &ComponentKey,
    rules: &SettingValue,
    enable: Option<&SettingValue>,
    former: &Observed,
    to: &Observed,
) -> (Fate, Fate) {
    let nothing =
        || (not_there(NotApplicableReason::NotOnThisGeneration), not_there(NotApplicableReason::NotOnThisGeneration));
    let Some(place) = destination(channel, former, to).filter(|place| place.kind() == channel.kind()) else {
        return (not_there(NotApplicableReason::NoSuchComponent), not_there(NotApplicableReason::NoSuchComponent));
    };
    let SettingValue::List(rules) = rules else { return nothing() };
    let (mut made, mut switches, mut left) = (Vec::new(), Vec::new(), Vec::new());
    for (number, rule) in (1..).zip(rules.iter().filter_map(SettingValue::as_text).filter(|rule| !rule.is_empty())) {
        let Some(Job { timespec, calls }) = job(&place, rule) else {
            left.push(format!("`{rule}`"));
            continue;
        };
        let name = format!("{}-{}-{number}", channel.kind(), channel.id().unwrap_or_default());
        let target = |field: &str, value: SettingValue| TransferTarget {
            path: ResourceKind::Schedules.path(&name, field),
            value,
        };
        made.push(target("timespec", timespec.into()));
        made.push(target("calls", calls.into()));
        switches.push(target("enable", enable.and_then(SettingValue::as_bool).unwrap_or(true).into()));
    }
    if made.is_empty() {
        return nothing();
    }
    let mut how = "the timetable is jobs of the schedule there".to_owned();
    if !left.is_empty() {
        how = format!("{how}; left out, because they cannot be told there: {}", left.join(", "));
    }
    let of_enable = "each job of the timetable is on or off".to_owned();
    (Fate::Converted { to: made, how }, Fate::Converted { to: switches, how: of_enable })
}

/// The job that a rule is; none when it cannot be told.
fn job(place: &ComponentKey, rule: &str) -> Option<Job> {
    let mut words = rule.splitn(3, '-');
    let (time, days, action) = (words.next()?, words.next()?, words.next()?);
    let days = weekdays(days)?;
    let digits = time.get(..4).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()))?;
    let (hour, minute): (u32, u32) = (digits[..2].parse().ok()?, digits[2..].parse().ok()?);
    if hour > 23 || minute > 59 {
        return None;
    }
    let timespec = match time.get(4..)? {
        "" => format!("0 {minute} {hour} * * {days}"),
        // What the digits mean before sunrise or sunset is not proven (reference/gen1/gaps.md 8).
        "asr" => format!("@sunrise+{hour:02}h{minute:02}m * * {days}"),
        "ass" => format!("@sunset+{hour:02}h{minute:02}m * * {days}"),
        _ => return None,
    };
    let id = place.id()?;
    let (method, params) = match (place.kind(), action) {
        ("switch", "on" | "off") => ("Switch.Set", json!({ "id": id, "on": action == "on" })),
        ("light", "on" | "off") => ("Light.Set", json!({ "id": id, "on": action == "on" })),
        ("cover", "open") => ("Cover.Open", json!({ "id": id })),
        ("cover", "close") => ("Cover.Close", json!({ "id": id })),
        _ => return None,
    };
    let calls = document_text(&json!([{ "method": method, "params": params }]))?;
    Some(Job { timespec, calls })
}

/// Days of Gen1, Monday being 0, as those of a job, Sunday being 0.
fn weekdays(days: &str) -> Option<String> {
    let day = |digit: char| digit.to_digit(10).filter(|day| *day < 7).map(|day| (day + 1) % 7);
    let mut days: Vec<u32> = days.chars().map(day).collect::<Option<_>>()?;
    days.sort_unstable();
    days.dedup();
    match days.len() {
        0 => None,
        7 => Some("*".to_owned()),
        _ => Some(days.iter().map(u32::to_string).collect::<Vec<_>>().join(",")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(component: &str, rule: &str) -> Option<(String, String)> {
        job(&component.parse().unwrap(), rule).map(|job| (job.timespec, job.calls))
    }

    #[test]
    fn a_rule_is_a_job() {
        let on = |id: u32| format!(r#"[{{"method":"Switch.Set","params":{{"id":{id},"on":true}}}}]"#);
        assert_eq!(told("switch:1", "0705-01234-on"), Some(("0 5 7 * * 1,2,3,4,5".to_owned(), on(1))));
        assert_eq!(told("switch:0", "2200-0123456-on").unwrap().0, "0 0 22 * * *");
        assert_eq!(told("switch:0", "0000ass-6-on").unwrap().0, "@sunset+00h00m * * 0");
        assert_eq!(told("cover:0", "0800-5-open").unwrap().1, r#"[{"method":"Cover.Open","params":{"id":0}}]"#);
    }

    #[test]
    fn what_cannot_be_told_is_not_guessed() {
        for rule in ["0030bss-0-on", "2500-0-on", "0700--on", "0700-7-on", "0700-0-blink", "", "7", "äöüß-0-on"] {
            assert_eq!(told("switch:0", rule), None, "{rule}");
        }
    }
}
