//! Rules of good order as the interface shows them.

use api_types::rules::{
    FindingView, FindingsView, OwnRuleRequest, RuleFindingsView, RuleTroubleView, RuleView, ScoreView, Severity,
    WaiverView,
};
use fleet::{FindingOfDevice, Findings, FindingsOfRule, RuleOfFleet, RuleSeverity, ScoreOfDevice, WaiverOfFleet};

pub(crate) fn rule(rule: &RuleOfFleet) -> RuleView {
    RuleView {
        id: rule.id.clone(),
        title: rule.title.clone(),
        severity: severity(rule.severity),
        usual_severity: severity(rule.usual_severity),
        why: rule.why.clone(),
        remedy: rule.remedy.clone(),
        sets: rule.sets.clone(),
        applies_to: rule.applies_to.clone(),
        off: rule.is_off,
        expression: rule.own.as_ref().map(|own| own.expression.clone()),
        created_by: rule.own.as_ref().map(|own| own.created_by.clone()),
    }
}

pub(crate) fn findings(findings: Findings) -> FindingsView {
    FindingsView {
        rules: findings.rules.into_iter().map(of_rule).collect(),
        scores: findings.scores.into_iter().map(score).collect(),
    }
}

fn of_rule(of_rule: FindingsOfRule) -> RuleFindingsView {
    let trouble = |(what, devices): (String, usize)| RuleTroubleView { what, devices: devices as u64 };
    RuleFindingsView {
        rule: rule(&of_rule.rule),
        devices: of_rule.findings.into_iter().map(finding).collect(),
        troubles: of_rule.troubles.into_iter().map(trouble).collect(),
    }
}

fn finding(found: FindingOfDevice) -> FindingView {
    let FindingOfDevice { mac, name, finding, waiver: waived } = found;
    let waiver = waived.map(|record| waiver(WaiverOfFleet { record, is_in_force: true }));
    FindingView { mac, name, message: finding.message, fix: finding.fix, waiver }
}

fn score(of: ScoreOfDevice) -> ScoreView {
    ScoreView {
        mac: of.mac,
        name: of.name,
        points: of.score.points,
        explained: of.score.to_string(),
        serious: of.score.serious,
        warnings: of.score.warnings,
        hints: of.score.hints,
    }
}

pub(crate) fn waiver(WaiverOfFleet { record, is_in_force }: WaiverOfFleet) -> WaiverView {
    WaiverView {
        id: record.id.uuid(),
        in_force: is_in_force,
        rule: record.rule,
        mac: record.mac,
        until: record.until,
        reason: record.reason,
        created_at: record.created_at,
        created_by: record.created_by,
    }
}

pub(crate) fn own(request: OwnRuleRequest) -> fleet::OwnRuleRequest {
    let OwnRuleRequest { id, title, severity, why, expression, group } = request;
    fleet::OwnRuleRequest { id, title, severity: severity_of(severity), why, expression, group }
}

fn severity(severity: RuleSeverity) -> Severity {
    match severity {
        RuleSeverity::Hint => Severity::Hint,
        RuleSeverity::Warning => Severity::Warning,
        RuleSeverity::Serious => Severity::Serious,
    }
}

pub(crate) fn severity_of(severity: Severity) -> RuleSeverity {
    match severity {
        Severity::Hint => RuleSeverity::Hint,
        Severity::Warning => RuleSeverity::Warning,
        Severity::Serious => RuleSeverity::Serious,
    }
}
