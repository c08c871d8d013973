//! Firmware builds of both families, ordered by meaning.

use std::{cmp::Ordering, fmt};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A firmware build id as the device prints it: `20230913-112003/v1.14.0-gcb84623`, `20241011-114455/1.4.4-g6d2a586`.
///
/// The tail is free text on development builds, so nothing is refused. Builds of one model are ordered by
/// [`Firmware::build_date`]; version numbers of betas and stable releases do not order (reference/gen1/protocol.md 8,
/// device-facts 7).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Firmware(String);

/// Date and time of a build, `YYYYMMDD` and `HHMMSS` as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BuildDate(pub u32, pub u32);

impl Firmware {
    /// The build with this id.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as the device prints it.
    pub fn id(&self) -> &str {
        &self.0
    }

    /// When it was built, if the id says so.
    pub fn build_date(&self) -> Option<BuildDate> {
        let (date, rest) = self.0.split_at_checked(8)?;
        let time = rest.strip_prefix('-')?.get(..6)?;
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        (is_number(date) && is_number(time)).then(|| Some(BuildDate(date.parse().ok()?, time.parse().ok()?)))?
    }

    /// The version as people say it: `1.14.0`, `1.4.99-dev101226`, or the whole tail when it holds none.
    pub fn version(&self) -> &str {
        let tail = self.0.split_once('/').map_or(self.0.as_str(), |(_, tail)| tail);
        let tail = tail.strip_prefix('v').unwrap_or(tail);
        let tail = tail.split('@').next().unwrap_or(tail);
        match tail.rfind("-g") {
            Some(at) if at > 0 && tail[at + 2..].bytes().all(|byte| byte.is_ascii_hexdigit()) => &tail[..at],
            _ => tail,
        }
    }

    /// Major, minor and patch number, if the version begins with three numbers.
    pub fn release(&self) -> Option<(u32, u32, u32)> {
        let version = self.version();
        let numbers = version.split(|c: char| !c.is_ascii_digit() && c != '.').next()?;
        let mut parts = numbers.split('.').map(|part| part.parse().ok());
        match (parts.next()?, parts.next()?, parts.next()?, parts.next()) {
            (Some(major), Some(minor), Some(patch), None) => Some((major, minor, patch)),
            _ => None,
        }
    }

    /// Order of two builds of one model; none when neither dates nor releases can be compared.
    pub fn age_order(&self, other: &Self) -> Option<Ordering> {
        match (self.build_date(), other.build_date()) {
            (Some(mine), Some(theirs)) => Some(mine.cmp(&theirs)),
            _ => Some(self.release()?.cmp(&other.release()?)),
        }
    }
}

impl fmt::Display for Firmware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_schemes_are_read() {
        let cases = [
            ("20230913-112003/v1.14.0-gcb84623", "1.14.0", Some((1, 14, 0))),
            ("20241011-114455/1.4.4-g6d2a586", "1.4.4", Some((1, 4, 4))),
            ("20200309-104051/v1.6.0@43056d58", "1.6.0", Some((1, 6, 0))),
            ("20240719-122242/1.4.99-dev101226-g55db545", "1.4.99-dev101226", Some((1, 4, 99))),
            ("20191216-140157/???", "???", None),
            ("20250804-114929/gc6a6e5c", "gc6a6e5c", None),
        ];
        for (id, version, release) in cases {
            let firmware = Firmware::new(id);
            assert_eq!(firmware.version(), version, "{id}");
            assert_eq!(firmware.release(), release, "{id}");
            assert!(firmware.build_date().is_some(), "{id}");
        }
        assert_eq!(Firmware::new("").build_date(), None);
        assert_eq!(Firmware::new("ünïcödé-text").build_date(), None);
    }

    #[test]
    fn builds_are_ordered_by_date_not_by_version() {
        let dev = Firmware::new("20240712-100000/1.4.99-dev100685-gaaaaaaa");
        let stable = Firmware::new("20240726-100000/1.4.0-gbbbbbbb");
        assert_eq!(dev.age_order(&stable), Some(Ordering::Less));
    }
}
