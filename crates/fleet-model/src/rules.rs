//! What people decide about rules of good order: which count, what they let pass, and rules of their own.

use chrono::{DateTime, Utc};
use good_order::Severity;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::Mac;

use crate::{GroupId, WaiverId};

/// Findings of a rule that are let pass, on one device or everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WaiverRecord {
    /// Id.
    pub id: WaiverId,
    /// Which rule.
    pub rule: String,
    /// On which device; on all when absent.
    pub mac: Option<Mac>,
    /// Until when; for good when absent.
    pub until: Option<DateTime<Utc>>,
    /// Why.
    pub reason: String,
    /// When it was decided.
    pub created_at: DateTime<Utc>,
    /// Who decided it, in words.
    pub created_by: String,
}

/// How a rule counts here, where that is not as it comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RulePolicy {
    /// Which rule.
    pub rule: String,
    /// It is not looked at.
    pub is_off: bool,
    /// How much it matters here; as it comes when absent.
    pub severity: Option<Severity>,
}

/// A rule that somebody made: an expression that is true where something is to be found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OwnRule {
    /// Stable name, unique.
    pub id: String,
    /// A few words.
    pub title: String,
    /// How much it matters.
    pub severity: Severity,
    /// Why it matters.
    pub why: String,
    /// The expression.
    pub expression: String,
    /// Only for the members of this group; the rule goes with it.
    pub group: Option<GroupId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who made it, in words.
    pub created_by: String,
    /// Rises with every change; 0 before it is stored.
    pub revision: i64,
}

/// All that people decided about rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rulebook {
    /// How rules count.
    pub policies: Vec<RulePolicy>,
    /// Own rules, by id.
    pub own: Vec<OwnRule>,
    /// What is let pass, oldest first.
    pub waivers: Vec<WaiverRecord>,
}

impl WaiverRecord {
    /// Whether it is in force at `now`.
    pub fn is_in_force(&self, now: DateTime<Utc>) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    /// Whether it lets a finding of this rule on this device pass at `now`.
    pub fn covers(&self, rule: &str, mac: Mac, now: DateTime<Utc>) -> bool {
        self.rule == rule && self.mac.is_none_or(|only| only == mac) && self.is_in_force(now)
    }
}

impl Rulebook {
    /// How a rule counts, when somebody said so.
    pub fn policy(&self, rule: &str) -> Option<&RulePolicy> {
        self.policies.iter().find(|policy| policy.rule == rule)
    }
}
