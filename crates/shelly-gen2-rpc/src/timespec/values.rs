//! One field of a time specification: which numbers it takes.

use std::{fmt, ops::RangeInclusive};

/// Numbers that a field takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Values {
    /// Every one: `*`.
    Any,
    /// Some: `1,3-5`. What is read as `*/15` is a stretch over all with a step.
    Spans(Vec<Span>),
}

/// A stretch of numbers: `5`, `1-5`, `0-30/10`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first.
    pub first: u8,
    /// The last; that of a single number is the first.
    pub last: u8,
    /// 1 for every one.
    pub step: u8,
}

impl Values {
    /// One number.
    pub fn one(value: u8) -> Self {
        Self::of([value])
    }

    /// Certain numbers.
    pub fn of(values: impl IntoIterator<Item = u8>) -> Self {
        Self::Spans(values.into_iter().map(|value| Span { first: value, last: value, step: 1 }).collect())
    }

    /// Whether it takes a number.
    pub fn contains(&self, value: u8) -> bool {
        match self {
            Self::Any => true,
            Self::Spans(spans) => spans.iter().any(|span| {
                (span.first..=span.last).contains(&value) && (value - span.first).is_multiple_of(span.step.max(1))
            }),
        }
    }

    /// Whether all numbers are within limits.
    pub fn fits(&self, limits: RangeInclusive<u8>) -> bool {
        match self {
            Self::Any => true,
            Self::Spans(spans) => {
                let fits = |span: &Span| {
                    let Span { first, last, step } = span;
                    limits.contains(first) && limits.contains(last) && first <= last && *step >= 1
                };
                !spans.is_empty() && spans.iter().all(fits)
            }
        }
    }

    /// Reads a field whose numbers are within `limits` and may have names, the first of which is the least number.
    pub(super) fn read(text: &str, limits: RangeInclusive<u8>, names: &[&str]) -> Option<Self> {
        if matches!(text, "*" | "?") {
            return Some(Self::Any);
        }
        let span = |part| Span::read(part, &limits, names);
        let values = Self::Spans(text.split(',').map(span).collect::<Option<_>>()?);
        values.fits(limits).then_some(values)
    }
}

impl Span {
    fn read(text: &str, limits: &RangeInclusive<u8>, names: &[&str]) -> Option<Self> {
        let number = |text: &str| number(text, limits, names);
        let (range, step) = match text.split_once('/') {
            Some((range, step)) => (range, Some(digits(step)?)),
            None => (text, None),
        };
        let (first, last) = match range.split_once('-') {
            None if range == "*" && step.is_some() => (*limits.start(), *limits.end()),
            Some((first, last)) => (number(first)?, number(last)?),
            // `5/20` goes on to the end.
            None if step.is_some() => (number(range)?, *limits.end()),
            None => (number(range)?, number(range)?),
        };
        Some(Self { first, last, step: step.unwrap_or(1) })
    }
}

/// A number or its name. A week may also be counted to 7, which is Sunday again.
fn number(text: &str, limits: &RangeInclusive<u8>, names: &[&str]) -> Option<u8> {
    if let Some(place) = names.iter().position(|name| name.eq_ignore_ascii_case(text)) {
        return limits.start().checked_add(u8::try_from(place).ok()?);
    }
    let number = digits(text)?;
    let is_sunday_again = number == 7 && *limits.end() == 6;
    Some(if is_sunday_again { 0 } else { number })
}

/// A number without leading zeros, which devices refuse.
fn digits(text: &str) -> Option<u8> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    is_plain.then(|| text.parse().ok())?
}

impl fmt::Display for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Spans(spans) => {
                for (place, span) in spans.iter().enumerate() {
                    let comma = if place == 0 { "" } else { "," };
                    write!(f, "{comma}{span}")?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { first, last, step } = self;
        match (first == last, *step) {
            (true, 0 | 1) => write!(f, "{first}"),
            (false, 0 | 1) => write!(f, "{first}-{last}"),
            (_, step) => write!(f, "{first}-{last}/{step}"),
        }
    }
}
