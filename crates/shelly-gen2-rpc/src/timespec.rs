//! Reads and writes the times of schedules: six fields as in cron, or the sun with an offset.
//!
//! `0 30 7 * * 1-5` is half past seven on weekdays, `@sunset-00h30m * * *` half an hour before every sunset. Numbers
//! have no leading zeros (protocol 14); names of days and months are read, and written as numbers. Sunday is 0.

mod values;

use std::{fmt, str::FromStr};

pub use self::values::{Span, Values};

/// Minutes in an hour.
const HOUR: i32 = 60;

/// When a schedule comes true.
///
/// ```
/// use shelly_gen2_rpc::timespec::{At, Sun, Timespec};
///
/// let spec: Timespec = "@sunrise+01h15m * * MON,TUE".parse().unwrap();
/// assert_eq!(spec.at, At::Sun { event: Sun::Rise, offset_min: 75 });
/// assert!(spec.weekdays.contains(1) && !spec.weekdays.contains(0));
/// assert_eq!(spec.to_string(), "@sunrise+01h15m * * 1,2");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timespec {
    /// Time of the day.
    pub at: At,
    /// Days of the month, 1 to 31.
    pub days: Values,
    /// Months, 1 to 12.
    pub months: Values,
    /// Days of the week, 0 for Sunday to 6.
    pub weekdays: Values,
}

/// Time of the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// By the clock.
    Clock {
        /// 0 to 59.
        seconds: Values,
        /// 0 to 59.
        minutes: Values,
        /// 0 to 23.
        hours: Values,
    },
    /// By the sun.
    Sun {
        /// Which way.
        event: Sun,
        /// Minutes after it; negative before it.
        offset_min: i32,
    },
}

/// What the sun does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sun {
    /// It rises.
    Rise,
    /// It sets.
    Set,
}

/// A text is not a time specification.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a time for a schedule: {problem}")]
pub struct ParseTimespecError {
    text: String,
    problem: Problem,
}

/// What is wrong with a time specification.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The number of fields.
    #[error(
        "expected second, minute, hour, day, month and weekday, or @sunrise or @sunset with day, month and weekday"
    )]
    Fields,
    /// A field.
    #[error("the {0} is wrong")]
    Field(&'static str),
}

impl ParseTimespecError {
    /// What is wrong.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }
}

impl Timespec {
    /// Every day at a time.
    pub fn daily(hour: u8, minute: u8) -> Self {
        let at = At::Clock { seconds: Values::one(0), minutes: Values::one(minute), hours: Values::one(hour) };
        Self { at, days: Values::Any, months: Values::Any, weekdays: Values::Any }
    }

    /// Every day at sunrise or sunset, with an offset in minutes.
    pub fn by_sun(event: Sun, offset_min: i32) -> Self {
        let at = At::Sun { event, offset_min };
        Self { at, days: Values::Any, months: Values::Any, weekdays: Values::Any }
    }

    /// The same on certain days of the week, 0 for Sunday to 6.
    #[must_use]
    pub fn on_weekdays(self, days: impl IntoIterator<Item = u8>) -> Self {
        Self { weekdays: Values::of(days), ..self }
    }
}

impl Sun {
    fn word(self) -> &'static str {
        match self {
            Self::Rise => "@sunrise",
            Self::Set => "@sunset",
        }
    }
}

impl FromStr for Timespec {
    type Err = ParseTimespecError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read(text).map_err(|problem| ParseTimespecError { text: text.chars().take(80).collect(), problem })
    }
}

fn read(text: &str) -> Result<Timespec, Problem> {
    let fields: Vec<&str> = text.split_ascii_whitespace().collect();
    let field = |text, name, limits, names| Values::read(text, limits, names).ok_or(Problem::Field(name));
    let (at, date) = match *fields.as_slice() {
        [second, minute, hour, ref date @ ..] if date.len() == 3 => {
            let clock = At::Clock {
                seconds: field(second, "second", 0..=59, &[])?,
                minutes: field(minute, "minute", 0..=59, &[])?,
                hours: field(hour, "hour", 0..=23, &[])?,
            };
            (clock, date)
        }
        [sun, ref date @ ..] if date.len() == 3 => (read_sun(sun).ok_or(Problem::Field("sun"))?, date),
        _ => return Err(Problem::Fields),
    };
    Ok(Timespec {
        at,
        days: field(date[0], "day", 1..=31, &[])?,
        months: field(date[1], "month", 1..=12, &MONTHS)?,
        weekdays: field(date[2], "weekday", 0..=6, &WEEKDAYS)?,
    })
}

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// `@sunset`, `@sunset+1h`, `@sunset-00h30m`.
fn read_sun(text: &str) -> Option<At> {
    let event = [Sun::Rise, Sun::Set].into_iter().find(|event| text.starts_with(event.word()))?;
    let offset = &text[event.word().len()..];
    if offset.is_empty() {
        return Some(At::Sun { event, offset_min: 0 });
    }
    let (sign, length) = match offset.split_at_checked(1)? {
        ("+", length) => (1, length),
        ("-", length) => (-1, length),
        _ => return None,
    };
    let (hours, rest) = length.split_once('h').unwrap_or(("0", length));
    let minutes = if rest.is_empty() { "0" } else { rest.strip_suffix('m')? };
    let number = |digits: &str| {
        let is_short = (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_short.then(|| digits.parse::<i32>().ok())?
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours < 24 && minutes < HOUR).then(|| At::Sun { event, offset_min: sign * (hours * HOUR + minutes) })
}

impl fmt::Display for Timespec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            At::Clock { seconds, minutes, hours } => write!(f, "{seconds} {minutes} {hours}")?,
            At::Sun { event, offset_min } => {
                let sign = if *offset_min < 0 { '-' } else { '+' };
                let length = offset_min.unsigned_abs();
                let hour = HOUR.unsigned_abs();
                write!(f, "{}{sign}{:02}h{:02}m", event.word(), length / hour, length % hour)?;
            }
        }
        write!(f, " {} {} {}", self.days, self.months, self.weekdays)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(limits: std::ops::RangeInclusive<u8>) -> impl Strategy<Value = Values> {
        let (low, high) = (*limits.start(), *limits.end());
        let span = (limits.clone(), limits, 1_u8..=3).prop_map(move |(a, b, step)| {
            let (first, last) = (a.min(b), a.max(b));
            Span { first, last, step: if first == last { 1 } else { step } }
        });
        let spans = proptest::collection::vec(span, 1..4).prop_map(Values::Spans);
        prop_oneof![Just(Values::Any), spans].prop_filter("within limits", move |values| values.fits(low..=high))
    }

    fn specs() -> impl Strategy<Value = Timespec> {
        let clock = (values(0..=59), values(0..=59), values(0..=23)).prop_map(|(seconds, minutes, hours)| At::Clock {
            seconds,
            minutes,
            hours,
        });
        let sun = (prop::bool::ANY, -1439..=1439_i32)
            .prop_map(|(rises, offset_min)| At::Sun { event: if rises { Sun::Rise } else { Sun::Set }, offset_min });
        (prop_oneof![clock, sun], values(1..=31), values(1..=12), values(0..=6))
            .prop_map(|(at, days, months, weekdays)| Timespec { at, days, months, weekdays })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(spec in specs()) {
            prop_assert_eq!(spec.to_string().parse::<Timespec>(), Ok(spec));
        }

        #[test]
        fn no_text_breaks_the_reader(text in "[@a-zA-Z0-9*,/+ -]{0,40}") {
            if let Ok(spec) = text.parse::<Timespec>() {
                prop_assert_eq!(spec.to_string().parse::<Timespec>(), Ok(spec));
            }
        }
    }

    #[test]
    fn captured_times_are_read() {
        for (text, expected) in [
            ("@sunrise+00h00m * * MON,TUE,WED,THU,FRI", "@sunrise+00h00m * * 1,2,3,4,5"),
            ("0 59 5 * * 0,1,2,3,4,5,6", "0 59 5 * * 0,1,2,3,4,5,6"),
            ("0 0 22 * * *", "0 0 22 * * *"),
            ("@sunset * * *", "@sunset+00h00m * * *"),
            ("@sunset-1h * JAN-mar SUN", "@sunset-01h00m * 1-3 0"),
            ("@sunset+20m 1 * *", "@sunset+00h20m 1 * *"),
            ("*/15 5/20 * * * 7", "0-59/15 5-59/20 * * * 0"),
        ] {
            assert_eq!(text.parse::<Timespec>().map(|spec| spec.to_string()).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, expected) in [
            ("", Problem::Fields),
            ("0 0 * * *", Problem::Fields),
            ("60 0 0 * * *", Problem::Field("second")),
            ("0 0 08 * * *", Problem::Field("hour")),
            ("0 0 24 * * *", Problem::Field("hour")),
            ("0 5-1 0 * * *", Problem::Field("minute")),
            ("0 */0 0 * * *", Problem::Field("minute")),
            ("0 0 0 0 * *", Problem::Field("day")),
            ("0 0 0 * FOO *", Problem::Field("month")),
            ("0 0 0 * * 1,", Problem::Field("weekday")),
            ("@moonrise * * *", Problem::Field("sun")),
            ("@sunset+99m * * *", Problem::Field("sun")),
            ("@sunset+h * * *", Problem::Field("sun")),
        ] {
            assert_eq!(text.parse::<Timespec>().unwrap_err().problem(), &expected, "{text}");
        }
    }

    #[test]
    fn common_times_are_made() {
        assert_eq!(Timespec::daily(7, 30).on_weekdays(1..=5).to_string(), "0 30 7 * * 1,2,3,4,5");
        assert_eq!(Timespec::by_sun(Sun::Set, -30).to_string(), "@sunset-00h30m * * *");
    }
}
