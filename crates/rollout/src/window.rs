//! Knows when a maintenance window is open: days, from and to, in a time zone.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Datelike, Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A weekly window, such as `mon-fri 22:00-04:00` or `sat,sun 08:00-20:00`. One that ends at or before its beginning ends on
/// the next day; its day is the one on which it begins. Without days it is every day.
///
/// A beginning or end that the clock skips is the moment after the gap; of one that comes twice, the window begins with the
/// first and ends with the second.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Window {
    /// Monday first.
    days: [bool; 7],
    from: NaiveTime,
    to: NaiveTime,
}

/// A time zone by its name, such as `Europe/Berlin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Zone(Tz);

/// The text is not a window.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a maintenance window: expected days and times such as `mon-fri 22:00-04:00` or `08:00-20:00`")]
pub struct ParseWindowError {
    text: String,
}

/// The text is not a time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a time zone: expected a name such as Europe/Berlin or UTC")]
pub struct ParseZoneError {
    text: String,
}

impl Window {
    /// Whether it is open at `now`.
    pub fn is_open(&self, zone: Zone, now: DateTime<Utc>) -> bool {
        let today = now.with_timezone(&zone.0).date_naive();
        let days = [today.checked_sub_days(Days::new(1)), Some(today)];
        days.into_iter().flatten().filter_map(|day| self.on(zone, day)).any(|(from, to)| from <= now && now < to)
    }

    /// When it opens next after `now`.
    pub fn opens_after(&self, zone: Zone, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let today = now.with_timezone(&zone.0).date_naive();
        // A week and a day, and as much again for a week whose only one is eaten by the clock.
        let openings = (0..15).filter_map(|ahead| self.on(zone, today.checked_add_days(Days::new(ahead))?));
        openings.map(|(from, _)| from).find(|from| *from > now)
    }

    /// The window that begins on this day; none when there is none, or the clock skips it.
    fn on(&self, zone: Zone, day: NaiveDate) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let is_its_day = usize::try_from(day.weekday().num_days_from_monday()).is_ok_and(|number| self.days[number]);
        if !is_its_day {
            return None;
        }
        let last = if self.to <= self.from { day.checked_add_days(Days::new(1))? } else { day };
        let (from, to) = (zone.first(day.and_time(self.from))?, zone.last(last.and_time(self.to))?);
        (from < to).then_some((from, to))
    }
}

impl Zone {
    /// The name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    fn first(self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        self.instants(local).map(|(first, _)| first)
    }

    fn last(self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        self.instants(local).map(|(_, last)| last)
    }

    /// The moments at which the clock shows `local`; where it skips it, the first moment after the gap.
    fn instants(self, local: NaiveDateTime) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let utc = |at: DateTime<Tz>| at.with_timezone(&Utc);
        // Gaps are at most some hours long, except where a zone once changed its date.
        (0..=24 * 60).find_map(|minutes| {
            match self.0.from_local_datetime(&local.checked_add_signed(TimeDelta::minutes(minutes))?) {
                LocalResult::Single(at) => Some((utc(at), utc(at))),
                LocalResult::Ambiguous(first, last) => Some((utc(first), utc(last))),
                LocalResult::None => None,
            }
        })
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self(Tz::UTC)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Zone {
    type Err = ParseZoneError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.trim().parse().map(Self).map_err(|_| ParseZoneError { text: text.chars().take(64).collect() })
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.days != [true; 7] {
            let days: Vec<&str> = DAYS.iter().zip(self.days).filter(|(_, is_in)| *is_in).map(|(day, _)| *day).collect();
            write!(f, "{} ", days.join(","))?;
        }
        write!(f, "{}-{}", self.from.format("%H:%M"), self.to.format("%H:%M"))
    }
}

impl FromStr for Window {
    type Err = ParseWindowError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read(text).ok_or_else(|| ParseWindowError { text: text.chars().take(64).collect() })
    }
}

fn read(text: &str) -> Option<Window> {
    let text = text.trim().to_lowercase();
    let (days, times) = match text.rsplit_once(char::is_whitespace) {
        Some((days, times)) => (read_days(days)?, times),
        None => ([true; 7], text.as_str()),
    };
    let (from, to) = times.split_once('-')?;
    let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").ok();
    // The end of a day is the beginning of the next.
    let to = if to == "24:00" { NaiveTime::MIN } else { time(to)? };
    Some(Window { days, from: time(from)?, to })
}

fn read_days(text: &str) -> Option<[bool; 7]> {
    let number = |day: &str| DAYS.iter().position(|known| *known == day.trim());
    let mut days = [false; 7];
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (mut day, last) = (number(first)?, number(last)?);
        days[day] = true;
        while day != last {
            day = (day + 1) % DAYS.len();
            days[day] = true;
        }
    }
    Some(days)
}

/// Says that a type is read from and written as its text.
macro_rules! as_text {
    ($($name:ident or $error:ident),*) => {$(
        impl TryFrom<String> for $name {
            type Error = $error;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }
    )*};
}

as_text!(Window or ParseWindowError, Zone or ParseZoneError);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn window(text: &str) -> Window {
        text.parse().unwrap()
    }

    fn berlin() -> Zone {
        "Europe/Berlin".parse().unwrap()
    }

    #[test]
    fn h6_a_window_is_read_as_it_is_printed() {
        for (text, printed) in [
            ("08:00-20:00", "08:00-20:00"),
            ("Mon-Wed 22:00-04:00", "mon,tue,wed 22:00-04:00"),
            ("sat,sun 00:00-24:00", "sat,sun 00:00-00:00"),
            ("fri-mon 01:30-02:00", "mon,fri,sat,sun 01:30-02:00"),
        ] {
            assert_eq!(window(text).to_string(), printed);
            assert_eq!(window(printed), window(text));
        }
        for text in ["", "mon", "mon 8-9", "someday 08:00-09:00", "08:00", "25:00-26:00"] {
            assert!(text.parse::<Window>().is_err(), "{text}");
        }
        assert!("Mars/Olympus".parse::<Zone>().is_err());
    }

    /// 2025-11-28 is a Friday; Berlin is one hour ahead of UTC then.
    #[test]
    fn h6_a_window_across_midnight_belongs_to_the_day_it_begins() {
        let night = window("fri 22:00-04:00");
        for (now, is_open) in [
            ("2025-11-28T20:59:59Z", false),
            ("2025-11-28T21:00:00Z", true),
            ("2025-11-29T02:59:59Z", true),
            ("2025-11-29T03:00:00Z", false),
            ("2025-11-27T23:00:00Z", false),
            ("2025-11-29T21:30:00Z", false),
        ] {
            assert_eq!(night.is_open(berlin(), at(now)), is_open, "{now}");
        }
        assert_eq!(night.opens_after(berlin(), at("2025-11-29T12:00:00Z")), Some(at("2025-12-05T21:00:00Z")));
        assert_eq!(night.opens_after(berlin(), at("2025-11-28T12:00:00Z")), Some(at("2025-11-28T21:00:00Z")));
        let whole = window("sat 00:00-24:00");
        assert!(
            whole.is_open(berlin(), at("2025-11-29T22:59:59Z")) && !whole.is_open(berlin(), at("2025-11-29T23:00:00Z"))
        );
    }

    /// Berlin skips 2026-03-29 02:00 to 03:00, and has 2026-10-25 02:00 to 03:00 twice.
    #[test]
    fn h6_a_window_survives_changes_of_the_clock() {
        let skipped = window("sun 02:15-02:45");
        let before = at("2026-03-28T12:00:00Z");
        assert!(!skipped.is_open(berlin(), at("2026-03-29T01:00:00Z")), "there is no such time on that day");
        assert_eq!(skipped.opens_after(berlin(), before), Some(at("2026-04-05T00:15:00Z")));
        let late = window("sun 02:30-04:00");
        assert_eq!(late.opens_after(berlin(), before), Some(at("2026-03-29T01:00:00Z")), "it begins after the gap");
        assert!(!late.is_open(berlin(), at("2026-03-29T02:00:00Z")), "04:00 comes an hour earlier");
        let twice = window("sun 02:00-03:00");
        for (now, is_open) in [
            ("2026-10-24T23:59:59Z", false),
            ("2026-10-25T00:00:00Z", true),
            ("2026-10-25T01:59:59Z", true),
            ("2026-10-25T02:00:00Z", false),
        ] {
            assert_eq!(twice.is_open(berlin(), at(now)), is_open, "{now}");
        }
    }
}
