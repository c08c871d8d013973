//! Rules of good order, what they find, and what is let pass.

use std::collections::BTreeMap;

use capability_config::{SettingPath, SettingValue};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::Mac;
use uuid::Uuid;

/// How much a finding matters.
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

/// A rule as it counts here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleView {
    /// Stable name.
    pub id: String,
    /// A few words.
    pub title: String,
    /// How much it matters here.
    pub severity: Severity,
    /// How much it matters as it comes.
    pub usual_severity: Severity,
    /// Why it matters.
    pub why: String,
    /// What sets it right; empty for own rules.
    pub remedy: String,
    /// Settings that set it right; none where a person has to.
    pub sets: Vec<String>,
    /// Which devices it is about, in words.
    pub applies_to: String,
    /// It is not looked at.
    pub off: bool,
    /// Its expression, when somebody made it.
    pub expression: Option<String>,
    /// Who made it, when somebody did.
    pub created_by: Option<String>,
}

/// A rule of one's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnRuleRequest {
    /// Stable name: small letters, digits and `-`.
    pub id: String,
    /// A few words; they are also what is told of a device.
    pub title: String,
    /// How much it matters.
    pub severity: Severity,
    /// Why it matters.
    pub why: String,
    /// In the Common Expression Language, over `device`, `settings` and `status`; true where something is to be found.
    pub expression: String,
    /// Only for the members of this group (name).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

/// How a rule counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RulePolicyRequest {
    /// It is not looked at.
    #[serde(default)]
    pub off: bool,
    /// How much it matters here; as it comes when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
}

/// Which findings. What is absent does not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FindingsQuery {
    /// On this device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<Mac>,
    /// Of this rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Also what is let pass.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waived: bool,
}

/// What rules find.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FindingsView {
    /// Rules that find something, the most serious first.
    pub rules: Vec<RuleFindingsView>,
    /// Scores by name of the device; none when only one rule was asked.
    pub scores: Vec<ScoreView>,
}

/// What one rule finds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RuleFindingsView {
    /// The rule.
    pub rule: RuleView,
    /// On which devices.
    pub devices: Vec<FindingView>,
    /// Why an own rule makes no sense on some devices.
    pub troubles: Vec<RuleTroubleView>,
}

/// What a rule finds on a device. Holds no secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FindingView {
    /// Device.
    pub mac: Mac,
    /// Its name.
    pub name: String,
    /// What was found.
    pub message: String,
    /// Settings that set it right; none where a person has to.
    pub fix: BTreeMap<SettingPath, SettingValue>,
    /// Why it is let pass.
    pub waiver: Option<WaiverView>,
}

/// An own rule that makes no sense on some devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleTroubleView {
    /// What is wrong.
    pub what: String,
    /// On how many devices.
    pub devices: u64,
}

/// The order of a device: 100, less for each rule that finds something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScoreView {
    /// Device.
    pub mac: Mac,
    /// Its name.
    pub name: String,
    /// 0 to 100.
    pub points: u8,
    /// How the points come about, in words.
    pub explained: String,
    /// Rules that found something serious.
    pub serious: u32,
    /// Rules that found something to look at.
    pub warnings: u32,
    /// Rules with a hint.
    pub hints: u32,
}

/// What to set right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FixRequest {
    /// What this rule found.
    pub rule: String,
    /// On these devices; on all where it found something when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<Mac>,
    /// Wish it of the whole fleet instead of each device, so that new devices get it too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub for_fleet: bool,
}

/// Findings that are let pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WaiverView {
    /// Id.
    pub id: Uuid,
    /// Of which rule.
    pub rule: String,
    /// On which device; everywhere when absent.
    pub mac: Option<Mac>,
    /// Until when; for good when absent.
    pub until: Option<DateTime<Utc>>,
    /// Why.
    pub reason: String,
    /// When it was decided.
    pub created_at: DateTime<Utc>,
    /// Who decided it.
    pub created_by: String,
    /// It has not ended.
    pub in_force: bool,
}

/// Findings to let pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaiverRequest {
    /// Of which rule.
    pub rule: String,
    /// On these devices; everywhere when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<Mac>,
    /// Until when; for good when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// Why, 1 to 300 characters.
    pub reason: String,
}
