//! Values that are more than text or a number: versions and ages.

use std::{fmt, str::FromStr};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use shelly_types::Firmware;

/// A version, or the beginning of one: `1.14` means every `1.14.x`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Version {
    parts: [u32; 3],
    given: usize,
}

/// A span of time, in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Age {
    seconds: u32,
}

/// Numbers of a version take this many bits of a key each.
const BITS: u32 = 20;
const MAX_PART: u32 = (1 << BITS) - 1;

/// The place of a firmware among all versions, for comparing and sorting; none when its id names no version.
///
/// A test version (`1.14.0-rc1`) comes before its release.
pub fn firmware_key(firmware: &Firmware) -> Option<i64> {
    let (major, minor, patch) = firmware.release()?;
    let version = firmware.version();
    let is_release = version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    Some(key([major, minor, patch]) | i64::from(is_release))
}

/// The key of the test versions before this release; the release itself is one more.
fn key(parts: [u32; 3]) -> i64 {
    let number = parts.iter().fold(0_i64, |number, part| number << BITS | i64::from((*part).min(MAX_PART)));
    number << 1
}

impl Version {
    /// The version with these numbers, one to three.
    pub fn new(numbers: &[u32]) -> Option<Self> {
        let mut parts = [0; 3];
        let fits = (1..=3).contains(&numbers.len()) && numbers.iter().all(|number| *number < MAX_PART);
        parts.get_mut(..numbers.len())?.copy_from_slice(numbers);
        fits.then_some(Self { parts, given: numbers.len() })
    }

    /// The keys of its versions: from the first one up to, but without, the second one.
    pub fn keys(self) -> (i64, i64) {
        let mut next = self.parts;
        next[self.given - 1] += 1;
        (key(self.parts) + 1, key(next))
    }
}

impl FromStr for Version {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let number = |part: &str| {
            let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            if is_number { part.parse().map_err(|_| ()) } else { Err(()) }
        };
        let numbers = text.split('.').map(number).collect::<Result<Vec<u32>, ()>>()?;
        Self::new(&numbers).ok_or(())
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> = self.parts[..self.given].iter().map(ToString::to_string).collect();
        f.write_str(&words.join("."))
    }
}

const UNITS: [(char, u32, &str); 5] =
    [('w', 604_800, "week"), ('d', 86_400, "day"), ('h', 3600, "hour"), ('m', 60, "minute"), ('s', 1, "second")];

impl Age {
    /// The longest one: a hundred years.
    pub const MAX_SECONDS: u32 = 36_525 * 86_400;

    /// The age of so many seconds, at most [`Age::MAX_SECONDS`].
    pub fn from_seconds(seconds: u32) -> Option<Self> {
        (seconds <= Self::MAX_SECONDS).then_some(Self { seconds })
    }

    /// The moment that lies this far before `now`, in whole microseconds as instants are stored.
    pub fn before(self, now: DateTime<Utc>) -> DateTime<Utc> {
        (now - TimeDelta::seconds(i64::from(self.seconds))).trunc_subsecs(6)
    }

    /// In words: `2 hours 5 minutes`.
    pub(crate) fn words(self) -> String {
        let unit = |count: u32, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
        let words: Vec<String> = self.split().map(|(count, (_, _, word))| unit(count, word)).collect();
        if words.is_empty() { unit(0, "second") } else { words.join(" ") }
    }

    fn split(self) -> impl Iterator<Item = (u32, (char, u32, &'static str))> {
        let mut rest = self.seconds;
        let counts = UNITS.map(|unit| {
            let count = rest / unit.1;
            rest %= unit.1;
            (count, unit)
        });
        counts.into_iter().filter(|(count, _)| *count > 0)
    }
}

impl FromStr for Age {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (mut rest, mut seconds) = (text, 0_u32);
        while !rest.is_empty() {
            let end = rest.find(|c: char| !c.is_ascii_digit()).ok_or(())?;
            let count: u32 = rest[..end].parse().map_err(|_| ())?;
            let letter = rest[end..].chars().next().ok_or(())?;
            let (.., unit, _) = UNITS.into_iter().find(|(name, ..)| *name == letter).ok_or(())?;
            seconds = count.checked_mul(unit).and_then(|more| seconds.checked_add(more)).ok_or(())?;
            rest = &rest[end + letter.len_utf8()..];
        }
        if text.is_empty() { Err(()) } else { Self::from_seconds(seconds).ok_or(()) }
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.seconds == 0 {
            return f.write_str("0s");
        }
        self.split().try_for_each(|(count, (letter, ..))| write!(f, "{count}{letter}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_both_families_are_ordered() {
        let key = |id: &str| firmware_key(&Firmware::new(id));
        let ids = [
            "20200309-104051/v1.6.0@43056d58",
            "20230913-112003/v1.13.99-dev1-gcb84623",
            "20230913-112003/v1.14.0-rc1-gcb84623",
            "20230913-112003/v1.14.0-gcb84623",
            "20241011-114455/1.14.1-g6d2a586",
            "20241011-114455/2.0.0-beta1",
        ];
        let keys: Vec<_> = ids.iter().map(|id| key(id)).collect();
        assert!(keys.is_sorted() && keys.iter().all(Option::is_some), "{keys:?}");
        assert_eq!(key("20191216-140157/???"), None);
        let (from, to) = "1.14".parse::<Version>().unwrap().keys();
        let inside: Vec<bool> = keys.iter().map(|key| (from..to).contains(&key.unwrap())).collect();
        assert_eq!(inside, [false, false, false, true, true, false]);
        for text in ["", ".", "1.", "1.2.3.4", "x", "1.-2", "99999999999"] {
            assert_eq!(text.parse::<Version>(), Err(()), "{text}");
        }
        assert_eq!("v1.14".parse::<Version>().unwrap().to_string(), "1.14");
    }

    #[test]
    fn ages_are_read_and_printed() {
        for (text, printed, words) in [
            ("90m", "1h30m", "1 hour 30 minutes"),
            ("2d", "2d", "2 days"),
            ("0s", "0s", "0 seconds"),
            ("1w1s", "1w1s", "1 week 1 second"),
        ] {
            let age: Age = text.parse().unwrap();
            assert_eq!((age.to_string().as_str(), age.words().as_str()), (printed, words));
        }
        for text in ["", "5", "m", "5x", "-5m", "99999999999s", "9999w9999w"] {
            assert_eq!(text.parse::<Age>(), Err(()), "{text}");
        }
    }
}
