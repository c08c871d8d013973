//! Reads and prints the size of a ring: `1`, `10%`, `noncritical`, `critical`, `rest`.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many, or which, devices are in a ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub enum RingSize {
    /// So many.
    Count(u32),
    /// So many of a hundred of all devices of the job, rounded up.
    Percent(u8),
    /// All that are left and not critical.
    NonCritical,
    /// All that are left and critical.
    Critical,
    /// All that are left.
    Rest,
}

/// The text is not the size of a ring.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not the size of a ring: expected a number, a percentage such as 10%, critical, noncritical or rest"
)]
pub struct ParseRingError {
    text: String,
}

impl RingSize {
    /// How many of `all` devices it takes at most.
    pub(crate) fn most(self, all: usize) -> usize {
        match self {
            Self::Count(count) => usize::try_from(count).unwrap_or(usize::MAX),
            Self::Percent(percent) => (all * usize::from(percent)).div_ceil(100),
            Self::NonCritical | Self::Critical | Self::Rest => usize::MAX,
        }
    }

    /// Whether such a device may be in it.
    pub(crate) fn takes(self, critical: bool) -> bool {
        match self {
            Self::NonCritical => !critical,
            Self::Critical => critical,
            Self::Count(_) | Self::Percent(_) | Self::Rest => true,
        }
    }
}

impl fmt::Display for RingSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => count.fmt(f),
            Self::Percent(percent) => write!(f, "{percent}%"),
            Self::NonCritical => f.write_str("noncritical"),
            Self::Critical => f.write_str("critical"),
            Self::Rest => f.write_str("rest"),
        }
    }
}

impl FromStr for RingSize {
    type Err = ParseRingError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let size = match text.trim() {
            "noncritical" => Some(Self::NonCritical),
            "critical" => Some(Self::Critical),
            "rest" => Some(Self::Rest),
            size => match size.strip_suffix('%') {
                Some(percent) => percent.parse().ok().filter(|percent| (1..=100).contains(percent)).map(Self::Percent),
                None => size.parse().ok().filter(|count| *count > 0).map(Self::Count),
            },
        };
        size.ok_or_else(|| ParseRingError { text: text.chars().take(64).collect() })
    }
}

impl TryFrom<String> for RingSize {
    type Error = ParseRingError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<RingSize> for String {
    fn from(size: RingSize) -> Self {
        size.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_read_as_it_is_printed() {
        for text in ["1", "10%", "100%", "noncritical", "critical", "rest"] {
            assert_eq!(text.parse::<RingSize>().unwrap().to_string(), text);
        }
        for text in ["0", "-1", "0%", "101%", "all", ""] {
            assert!(text.parse::<RingSize>().is_err(), "{text}");
        }
    }
}
