//! What a rule is, and what it finds.

use capability_config::{SettingPath, SettingValue, Settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::Mac;

use crate::DeviceFacts;

/// How much a finding matters. Later ones matter more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Could be better; nothing is wrong.
    Hint,
    /// Should be looked at.
    Warning,
    /// Open to others, or not working as meant.
    Serious,
}

/// The text is no severity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a severity: expected hint, warning or serious")]
pub struct UnknownSeverity {
    text: String,
}

/// A rule that comes with the program.
#[derive(Debug)]
pub struct Rule {
    /// Stable name: `open-access-point`.
    pub id: &'static str,
    /// A few words.
    pub title: &'static str,
    /// How much it matters, unless somebody says otherwise.
    pub severity: Severity,
    /// Why it matters, in one or two sentences.
    pub why: &'static str,
    /// What sets it right, in a sentence.
    pub remedy: &'static str,
    /// Settings that set it right, as selectors; none when no setting does.
    pub sets: &'static [&'static str],
    /// Which devices it is about.
    pub applies_to: AppliesTo,
    /// How it is found.
    pub(crate) check: Check,
}

/// Which devices a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppliesTo {
    /// All.
    Every,
    /// Devices of Gen1.
    Gen1,
    /// Devices of Gen2 and later.
    Gen2AndLater,
    /// Devices with a component of this kind.
    Having(&'static str),
}

/// How a rule looks.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Check {
    /// At one device.
    Device(fn(&DeviceFacts) -> Option<Finding>),
    /// At all devices together. It sees their settings, not their status.
    Fleet(fn(&[&DeviceFacts]) -> Vec<(Mac, Finding)>),
}

/// What was found on a device. Holds no secret.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Finding {
    /// What was found, in a sentence without a full stop.
    pub message: String,
    /// Settings that set it right; empty when a person has to.
    pub fix: Settings,
}

impl Severity {
    /// Every severity, from the least.
    pub const ALL: [Self; 3] = [Self::Hint, Self::Warning, Self::Serious];

    /// The word, as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hint => "hint",
            Self::Warning => "warning",
            Self::Serious => "serious",
        }
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for Severity {
    type Err = UnknownSeverity;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|severity| severity.as_str() == text);
        known.ok_or_else(|| UnknownSeverity { text: text.chars().take(64).collect() })
    }
}

impl Rule {
    /// Whether it looks at more than one device at a time.
    pub fn is_of_fleet(&self) -> bool {
        matches!(self.check, Check::Fleet(_))
    }
}

impl AppliesTo {
    /// Whether a device is meant. A device whose components are not known has none.
    pub fn includes(self, device: &DeviceFacts) -> bool {
        match self {
            Self::Every => true,
            Self::Gen1 => device.generation.is_gen1(),
            Self::Gen2AndLater => !device.generation.is_gen1(),
            Self::Having(kind) => device.components.iter().any(|component| component.kind() == kind),
        }
    }
}

impl std::fmt::Display for AppliesTo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Every => f.write_str("all"),
            Self::Gen1 => f.write_str("Gen1"),
            Self::Gen2AndLater => f.write_str("Gen2 and later"),
            Self::Having(kind) => write!(f, "with `{kind}`"),
        }
    }
}

impl Finding {
    /// Something that a person has to set right.
    pub(crate) fn by_hand(message: impl Into<String>) -> Self {
        Self { message: message.into(), fix: Settings::new() }
    }

    /// The same with a setting that helps.
    pub(crate) fn set(mut self, path: SettingPath, value: impl Into<SettingValue>) -> Self {
        self.fix.insert(path, value.into());
        self
    }
}

/// The rows of a table of rules; above each its source.
macro_rules! rules {
    ($($(#[$source:meta])* { $($row:tt)* },)*) => {
        pub(super) const RULES: &[$crate::Rule] = &[$({
            $(#[$source])*
            const RULE: $crate::Rule = $crate::Rule { $($row)* };
            RULE
        }),*];
    };
}

pub(crate) use rules;
