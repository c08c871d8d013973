//! Rules of a schedule as typed values: `0700-0123456-on`, `0030bss-01234-off`, `0645-56-21.5`.
//!
//! Grammar: reference/gen1/endpoints.json, `schedule_rule_grammar`. A list of rules is written whole, joined by commas.

use std::{fmt, str::FromStr};

/// Rules that a channel takes at most; 18 are told of the Shelly 1 and 1PM.
pub const MAX_RULES: usize = 20;

/// A rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// When on a day.
    pub time: RuleTime,
    /// On which days.
    pub days: Days,
    /// What happens.
    pub action: RuleAction,
}

/// When on a day a rule applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleTime {
    /// Local time.
    Clock {
        /// 0 to 23.
        hour: u8,
        /// 0 to 59.
        minute: u8,
    },
    /// Some time before or after sunrise or sunset; needs the place of the device.
    Sun {
        /// Which.
        event: SunEvent,
        /// Before or after it.
        side: Side,
        /// How long before or after, minutes; the vendor's page stays within 179.
        minutes: u16,
    },
}

/// Sunrise or sunset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SunEvent {
    /// Sunrise.
    Sunrise,
    /// Sunset.
    Sunset,
}

/// Before or after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Before.
    Before,
    /// After, also at the moment itself.
    After,
}

/// Days of the week, 0 is Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days(u8);

impl Days {
    /// All seven.
    pub const ALL: Self = Self(0b111_1111);

    /// These days, 0 (Monday) to 6; none when the list is empty or a number is beyond 6.
    pub fn new(days: impl IntoIterator<Item = u8>) -> Option<Self> {
        let mut bits = 0;
        for day in days {
            bits |= 1_u8.checked_shl(u32::from(day)).filter(|_| day < 7)?;
        }
        (bits != 0).then_some(Self(bits))
    }

    /// Whether `day`, 0 (Monday) to 6, is among them.
    pub fn contains(self, day: u8) -> bool {
        day < 7 && self.0 >> day & 1 == 1
    }

    /// The days in order.
    pub fn iter(self) -> impl Iterator<Item = u8> {
        (0..7).filter(move |day| self.contains(*day))
    }
}

/// What a rule does.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum RuleAction {
    /// Turns on.
    On,
    /// Turns off.
    Off,
    /// Opens.
    Open,
    /// Closes.
    Close,
    /// Goes to a position, 0 (closed) to 100.
    Position(u8),
    /// Target temperature of a radiator valve, degrees Celsius.
    Target(f64),
    /// Something else, such as `100;60;on` of lights, whose numbers are not documented; kept as it came.
    Other(String),
}

/// The text is not a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a schedule rule: {reason}")]
pub struct ParseRuleError {
    text: String,
    reason: &'static str,
}

impl FromStr for Rule {
    type Err = ParseRuleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = |reason| ParseRuleError { text: text.chars().take(64).collect(), reason };
        let mut parts = text.splitn(3, '-');
        let (Some(time), Some(days), Some(action)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(error("expected time, days and action with `-` between them"));
        };
        let time =
            read_time(time).ok_or_else(|| error("expected four digits, and asr, bsr, ass or bss for the sun"))?;
        let digits = days.bytes().map(|digit| digit.wrapping_sub(b'0'));
        let days = Days::new(digits).ok_or_else(|| error("expected days out of 0 (Monday) to 6"))?;
        if action.is_empty() || action.contains(',') {
            return Err(error("expected an action without comma"));
        }
        Ok(Self { time, days, action: RuleAction::read(action) })
    }
}

fn read_time(text: &str) -> Option<RuleTime> {
    let (digits, word) = text.split_at_checked(4)?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hour, minute): (u8, u8) = (digits[..2].parse().ok()?, digits[2..].parse().ok()?);
    if minute > 59 {
        return None;
    }
    let sun = |side, event| RuleTime::Sun { event, side, minutes: u16::from(hour) * 60 + u16::from(minute) };
    Some(match word {
        "" if hour < 24 => RuleTime::Clock { hour, minute },
        "asr" => sun(Side::After, SunEvent::Sunrise),
        "bsr" => sun(Side::Before, SunEvent::Sunrise),
        "ass" => sun(Side::After, SunEvent::Sunset),
        "bss" => sun(Side::Before, SunEvent::Sunset),
        _ => return None,
    })
}

impl RuleAction {
    fn read(text: &str) -> Self {
        let number = || text.parse::<f64>().ok().filter(|number| number.is_finite());
        let known = match text {
            "on" => Some(Self::On),
            "off" => Some(Self::Off),
            "open" => Some(Self::Open),
            "close" => Some(Self::Close),
            _ => match text.strip_suffix('%') {
                Some(percent) => percent.parse().ok().filter(|percent| *percent <= 100).map(Self::Position),
                None => number().map(Self::Target),
            },
        };
        // What would be printed otherwise, such as 18.50, is kept as it came.
        known.filter(|action| action.to_string() == text).unwrap_or_else(|| Self::Other(text.to_owned()))
    }
}

impl fmt::Display for RuleTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Clock { hour, minute } => write!(f, "{hour:02}{minute:02}"),
            Self::Sun { event, side, minutes } => {
                let side = match side {
                    Side::Before => 'b',
                    Side::After => 'a',
                };
                let event = match event {
                    SunEvent::Sunrise => "sr",
                    SunEvent::Sunset => "ss",
                };
                write!(f, "{:02}{:02}{side}{event}", minutes / 60, minutes % 60)
            }
        }
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().try_for_each(|day| write!(f, "{day}"))
    }
}

impl fmt::Display for RuleAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::On => f.write_str("on"),
            Self::Off => f.write_str("off"),
            Self::Open => f.write_str("open"),
            Self::Close => f.write_str("close"),
            Self::Position(percent) => write!(f, "{percent}%"),
            Self::Target(celsius) => celsius.fmt(f),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.time, self.days, self.action)
    }
}

#[cfg(test)]
mod tests;
