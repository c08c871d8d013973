//! Rows of what people decide about rules of good order.

use chrono::NaiveDateTime;
use diesel::{Insertable, Queryable};
use fleet_model::{OwnRule, RulePolicy, WaiverRecord};

use crate::{
    columns::{Place, time},
    error::Kind,
    schema::{own_rules, rule_policies, rule_waivers},
};

/// How a rule counts.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = rule_policies, treat_none_as_default_value = false)]
pub(crate) struct PolicyRow {
    pub(crate) rule: String,
    pub(crate) is_off: bool,
    pub(crate) severity: Option<String>,
}

/// A rule that somebody made.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = own_rules, treat_none_as_default_value = false)]
pub(crate) struct OwnRuleRow {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) severity: String,
    pub(crate) why: String,
    pub(crate) expression: String,
    pub(crate) group_id: Option<String>,
    pub(crate) created_at: NaiveDateTime,
    pub(crate) created_by: String,
    pub(crate) revision: i64,
}

/// Findings that are let pass.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = rule_waivers, treat_none_as_default_value = false)]
pub(crate) struct WaiverRow {
    pub(crate) id: String,
    pub(crate) rule: String,
    pub(crate) mac: Option<String>,
    pub(crate) until: Option<NaiveDateTime>,
    pub(crate) reason: String,
    pub(crate) created_at: NaiveDateTime,
    pub(crate) created_by: String,
}

impl PolicyRow {
    pub(crate) fn new(policy: &RulePolicy) -> Self {
        let severity = policy.severity.map(|severity| severity.as_str().to_owned());
        Self { rule: policy.rule.clone(), is_off: policy.is_off, severity }
    }

    pub(crate) fn record(self) -> Result<RulePolicy, Kind> {
        let place = Place { table: "rule_policies", id: &self.rule };
        let severity = self.severity.map(|severity| place.parse("severity", &severity)).transpose()?;
        Ok(RulePolicy { rule: self.rule, is_off: self.is_off, severity })
    }
}

impl OwnRuleRow {
    pub(crate) fn new(rule: &OwnRule, revision: i64) -> Self {
        Self {
            id: rule.id.clone(),
            title: rule.title.clone(),
            severity: rule.severity.as_str().to_owned(),
            why: rule.why.clone(),
            expression: rule.expression.clone(),
            group_id: rule.group.map(|group| group.to_string()),
            created_at: time(rule.created_at),
            created_by: rule.created_by.clone(),
            revision,
        }
    }

    pub(crate) fn record(self) -> Result<OwnRule, Kind> {
        let place = Place { table: "own_rules", id: &self.id };
        Ok(OwnRule {
            severity: place.parse("severity", &self.severity)?,
            group: self.group_id.map(|group| place.parse("group_id", &group)).transpose()?,
            id: self.id,
            title: self.title,
            why: self.why,
            expression: self.expression,
            created_at: self.created_at.and_utc(),
            created_by: self.created_by,
            revision: self.revision,
        })
    }
}

impl WaiverRow {
    pub(crate) fn new(waiver: &WaiverRecord) -> Self {
        Self {
            id: waiver.id.to_string(),
            rule: waiver.rule.clone(),
            mac: waiver.mac.map(|mac| mac.to_string()),
            until: waiver.until.map(time),
            reason: waiver.reason.clone(),
            created_at: time(waiver.created_at),
            created_by: waiver.created_by.clone(),
        }
    }

    pub(crate) fn record(self) -> Result<WaiverRecord, Kind> {
        let place = Place { table: "rule_waivers", id: &self.id };
        Ok(WaiverRecord {
            id: place.parse("id", &self.id)?,
            mac: self.mac.map(|mac| place.parse("mac", &mac)).transpose()?,
            rule: self.rule,
            until: self.until.map(|until| until.and_utc()),
            reason: self.reason,
            created_at: self.created_at.and_utc(),
            created_by: self.created_by,
        })
    }
}
