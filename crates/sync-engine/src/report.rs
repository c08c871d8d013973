//! Says what a plan holds back, and why.

use std::fmt;

use capability_config::{Risk, SettingPath, SettingValue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{MemoryFinding, NotApplicable, Unmatched, Wish, classify::risk_word};

/// What a plan does not do, and why. A plan without steps always has a reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanReport {
    /// Wishes that are held back.
    pub blocked: Vec<Blocked>,
    /// Wishes that this device cannot have.
    pub not_applicable: Vec<NotApplicable>,
    /// Wishes for components that the device does not have.
    pub unmatched: Vec<Unmatched>,
    /// Number of settings that are already as wished.
    pub in_sync: usize,
    /// Whether the device will restart. A restart lets outputs fall to their power-on state.
    pub restart: RestartForecast,
    /// The device says that it waits for a restart since something was written before.
    pub restart_pending: bool,
    /// What is to be known of the memory of the device before things are switched on that share it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub memory: Vec<MemoryFinding>,
    /// Why there is nothing to write; absent when there is something.
    pub why_empty: Option<WhyEmpty>,
}

/// Whether carrying out a plan restarts the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RestartForecast {
    /// It does not.
    No,
    /// It may; the device tells when it is written.
    Possible,
    /// It does.
    Certain,
}

/// A wish that is held back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Blocked {
    /// Equally strong layers disagree.
    Conflict {
        /// The setting.
        path: SettingPath,
        /// Who wishes what.
        wishes: Vec<Wish>,
    },
    /// The wished secret is stored but could not be opened.
    SecretUnavailable {
        /// The setting.
        path: SettingPath,
    },
    /// It risks more than is allowed here.
    TooRisky {
        /// The setting.
        path: SettingPath,
        /// What it risks.
        risk: Risk,
    },
    /// It would leave the device with neither station, access point nor cable.
    WouldStrand {
        /// The setting.
        path: SettingPath,
    },
    /// It would take the device away from whom it reports to now, and that was not agreed to.
    TakesOver {
        /// The setting.
        path: SettingPath,
        /// Whom the device reports to.
        owner: SettingValue,
    },
    /// The device has not the memory for what it would switch on, and that was not agreed to.
    LittleMemory {
        /// The setting.
        path: SettingPath,
        /// What is free, and what is needed.
        memory: Box<MemoryFinding>,
    },
}

/// Why a plan has no steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhyEmpty {
    /// No layer names a setting of this device.
    NothingManaged,
    /// Everything that this device can have is as wished.
    InSync,
    /// Layers name settings, but this device can have none of them.
    NothingApplicable,
    /// Everything that differs is held back.
    AllBlocked,
}

impl Blocked {
    /// The setting.
    pub fn path(&self) -> &SettingPath {
        match self {
            Self::Conflict { path, .. }
            | Self::SecretUnavailable { path }
            | Self::TooRisky { path, .. }
            | Self::WouldStrand { path }
            | Self::TakesOver { path, .. }
            | Self::LittleMemory { path, .. } => path,
        }
    }
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict { wishes, .. } => {
                let wishes: Vec<_> = wishes.iter().map(|wish| format!("{} says {}", wish.origin, wish.value)).collect();
                write!(f, "equally strong layers disagree: {}", wishes.join(", "))
            }
            Self::SecretUnavailable { .. } => f.write_str("the stored secret could not be opened"),
            Self::TooRisky { risk, .. } => write!(f, "more risk than allowed here: {}", risk_word(*risk)),
            Self::WouldStrand { .. } => {
                f.write_str("would leave the device with neither station, access point nor cable")
            }
            Self::TakesOver { owner, .. } => {
                write!(
                    f,
                    "the device reports to {owner} and would not any more; plan again with consent to take it over"
                )
            }
            Self::LittleMemory { memory, .. } => write!(f, "{memory}; plan again with consent to spend the memory"),
        }
    }
}

impl fmt::Display for WhyEmpty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NothingManaged => "no layer manages a setting of this device",
            Self::InSync => "every setting that this device can have is as wished",
            Self::NothingApplicable => "this device can have none of the wished settings",
            Self::AllBlocked => "every setting that differs is held back",
        })
    }
}

impl fmt::Display for RestartForecast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::No => "none",
            Self::Possible => "if the device asks for it; outputs then fall to their power-on state",
            Self::Certain => "yes; outputs fall to their power-on state",
        })
    }
}
