//! Says how bad a difference is.

use std::fmt;

use capability_config::Risk;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How bad it is that a setting is not as wished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "DriftSeverity")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// A load may behave otherwise, or others may lose the device.
    Warning,
    /// We or others may be locked out, or get in who should not.
    Critical,
}

impl From<Risk> for Severity {
    fn from(risk: Risk) -> Self {
        match risk {
            Risk::None => Self::Info,
            Risk::Load | Risk::Integration => Self::Warning,
            Risk::Access | Risk::Connectivity => Self::Critical,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        })
    }
}

/// The word for a risk in texts.
pub(crate) fn risk_word(risk: Risk) -> &'static str {
    match risk {
        Risk::None => "safe",
        Risk::Load => "load may switch",
        Risk::Integration => "others may lose the device",
        Risk::Access => "access",
        Risk::Connectivity => "network",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severity_follows_risk() {
        assert_eq!(Severity::from(Risk::None), Severity::Info);
        assert_eq!(Severity::from(Risk::Load), Severity::Warning);
        assert_eq!(Severity::from(Risk::Access), Severity::Critical);
        assert!(Severity::Info < Severity::Critical);
    }
}
