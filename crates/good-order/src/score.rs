//! One number for the order of a device.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Severity;

/// The order of a device: 100 when no rule finds anything, less for each rule that does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Score {
    /// 0 to 100.
    pub points: u8,
    /// Rules that found something serious.
    pub serious: u32,
    /// Rules that found something to look at.
    pub warnings: u32,
    /// Rules with a hint.
    pub hints: u32,
}

impl Severity {
    /// Points that a rule of this severity takes, once for a device.
    pub const fn points(self) -> u32 {
        match self {
            Self::Hint => 2,
            Self::Warning => 8,
            Self::Serious => 25,
        }
    }
}

/// The score of a device on which one rule each of these severities found something.
pub fn score(rules: impl IntoIterator<Item = Severity>) -> Score {
    let (mut taken, mut score) = (0, Score { points: 100, serious: 0, warnings: 0, hints: 0 });
    for severity in rules {
        taken += severity.points();
        *match severity {
            Severity::Hint => &mut score.hints,
            Severity::Warning => &mut score.warnings,
            Severity::Serious => &mut score.serious,
        } += 1;
    }
    score.points = u8::try_from(100_u32.saturating_sub(taken)).unwrap_or(0);
    score
}

impl std::fmt::Display for Score {
    /// How the points come about, in words.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts = [
            (self.serious, "serious", Severity::Serious),
            (self.warnings, "to look at", Severity::Warning),
            (self.hints, "hints", Severity::Hint),
        ];
        write!(f, "{} of 100", self.points)?;
        for (count, what, severity) in parts.into_iter().filter(|(count, ..)| *count > 0) {
            write!(f, ", {count} {what} ({} points each)", severity.points())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// D9: the score says how it comes about, and never falls below nothing.
    #[test]
    fn d9_a_score_is_explained() {
        let some = score([Severity::Serious, Severity::Hint, Severity::Hint]);
        assert_eq!(some.to_string(), "71 of 100, 1 serious (25 points each), 2 hints (2 points each)");
        assert_eq!(score([]).to_string(), "100 of 100");
        assert_eq!(score([Severity::Serious; 9]).points, 0);
    }
}
