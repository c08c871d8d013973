//! `shelly-manager rules`.

use std::fmt::Write as _;

use api_types::rules::{
    FindingsQuery, FindingsView, FixRequest, OwnRuleRequest, RuleFindingsView, RulePolicyRequest, RuleView, Severity,
    WaiverRequest, WaiverView,
};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use shelly_types::Mac;

use super::{Session, UsageError, jobs, text};
use crate::{
    args::{AddRule, FixFor, RuleSeverity, RulesCommand, Weight},
    exit::Exit,
    output,
};

pub(super) async fn run(session: &Session, command: RulesCommand) -> anyhow::Result<Exit> {
    let client = &session.client;
    match command {
        RulesCommand::List => output::show(session.output, &client.rules().await?, |rules| list(rules))?,
        RulesCommand::Show { rule } => {
            let rules = client.rules().await?;
            let Some(view) = rules.into_iter().find(|view| view.id == rule) else {
                return Err(UsageError(format!("there is no rule `{rule}`")).into());
            };
            let query = FindingsQuery { rule: Some(rule), waived: true, ..FindingsQuery::default() };
            let found = client.findings(&query).await?;
            output::show(session.output, &view, |view| format!("{}\n{}", shown(view), findings(&found)))?;
        }
        RulesCommand::Check { device, rule, waived } => {
            let found = client.findings(&FindingsQuery { device, rule, waived }).await?;
            output::show(session.output, &found, findings)?;
            let open = |of: &RuleFindingsView| of.devices.iter().any(|finding| finding.waiver.is_none());
            let matters = found.rules.iter().any(|of| of.rule.severity > Severity::Hint && open(of));
            return Ok(if matters { Exit::Drift } else { Exit::Ok });
        }
        RulesCommand::Fix { rule, devices, whose, plan: only_plan, yes } => {
            let request = FixRequest { rule, devices, for_fleet: whose == FixFor::Fleet };
            let made = client.findings_fix(&request).await?;
            return if only_plan { jobs::show_made(session, &made) } else { jobs::go(session, made, yes).await };
        }
        RulesCommand::Waive { rule, devices, reason, until } => {
            let until = until.map(end_of).transpose()?;
            let waivers = client.waiver_create(&WaiverRequest { rule, devices, until, reason }).await?;
            output::show(session.output, &waivers, |waivers| list_waivers(waivers))?;
        }
        RulesCommand::Waivers => {
            output::show(session.output, &client.waivers().await?, |waivers| list_waivers(waivers))?;
        }
        RulesCommand::Unwaive { rule, devices } => unwaive(session, &rule, &devices).await?,
        RulesCommand::Weigh { rule, weight } => {
            let view = client.rule_policy(&rule, &policy(weight)).await?;
            output::show(session.output, &view, |view| format!("{}: {}", view.id, weight_of(view)))?;
        }
        RulesCommand::Add(rule) => {
            let replace = rule.replace;
            let request = own(rule);
            let view = if replace { client.rule_change(&request).await? } else { client.rule_create(&request).await? };
            output::show(session.output, &view, |view| format!("rule `{}` is looked at", view.id))?;
        }
        RulesCommand::Remove { rule } => {
            client.rule_delete(&rule).await?;
            output::say(&format!("removed rule `{rule}`"));
        }
    }
    Ok(Exit::Ok)
}

async fn unwaive(session: &Session, rule: &str, devices: &[Mac]) -> anyhow::Result<()> {
    let mut waivers = session.client.waivers().await?;
    waivers.retain(|waiver| {
        waiver.rule == rule && (devices.is_empty() || waiver.mac.is_some_and(|mac| devices.contains(&mac)))
    });
    if waivers.is_empty() {
        return Err(UsageError(format!("nothing of `{rule}` is let pass there")).into());
    }
    for waiver in &waivers {
        session.client.waiver_delete(waiver.id).await?;
    }
    output::show(session.output, &waivers, |waivers| format!("took back {} of `{rule}`", waivers.len()))
}

fn list(rules: &[RuleView]) -> String {
    let row = |rule: &RuleView| {
        let fix = if rule.sets.is_empty() { "" } else { "yes" };
        vec![rule.id.clone(), weight_of(rule), fix.to_owned(), rule.applies_to.clone(), rule.title.clone()]
    };
    output::table(&["rule", "weight", "fix", "devices", "title"], rules.iter().map(row))
}

fn weight_of(rule: &RuleView) -> String {
    if rule.off { "off".to_owned() } else { word(rule.severity).to_owned() }
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Hint => "hint",
        Severity::Warning => "warning",
        Severity::Serious => "serious",
    }
}

fn shown(rule: &RuleView) -> String {
    let mut out = format!("{} ({})\n{}\n", rule.title, weight_of(rule), rule.why);
    if !rule.remedy.is_empty() {
        let _ = writeln!(out, "{}", rule.remedy);
    }
    if let Some(expression) = &rule.expression {
        let _ = writeln!(out, "Finds where: {expression}");
    }
    if !rule.sets.is_empty() {
        let _ = writeln!(out, "Fix: shelly-manager rules fix {} sets {}", rule.id, rule.sets.join(", "));
    }
    out
}

fn findings(found: &FindingsView) -> String {
    let mut out = String::new();
    for of in &found.rules {
        let RuleFindingsView { rule, devices, troubles } = of;
        let fixable = devices.iter().any(|finding| !finding.fix.is_empty());
        let fix = if fixable { format!("; rules fix {}", rule.id) } else { String::new() };
        let _ = writeln!(out, "{}: {} ({}{fix})", word(rule.severity), rule.title, rule.id);
        for finding in devices {
            let passes = finding.waiver.as_ref().map(|waiver| format!(" [passes: {}]", waiver.reason));
            let _ = writeln!(out, "  {} ({}): {}{}", finding.name, finding.mac, finding.message, text(passes));
        }
        for trouble in troubles {
            let _ = writeln!(out, "  makes no sense on {} devices: {}", trouble.devices, trouble.what);
        }
    }
    for score in &found.scores {
        let _ = writeln!(out, "{} ({}): {}", score.name, score.mac, score.explained);
    }
    if out.is_empty() { "all in good order".to_owned() } else { out }
}

fn list_waivers(waivers: &[WaiverView]) -> String {
    let row = |waiver: &WaiverView| {
        let until = waiver.until.map_or_else(|| "for good".to_owned(), |until| until.format("%F %R").to_string());
        let until = if waiver.in_force { until } else { format!("{until} (ended)") };
        let whom = waiver.mac.map_or_else(|| "all".to_owned(), |mac| mac.to_string());
        vec![waiver.rule.clone(), whom, until, waiver.created_by.clone(), waiver.reason.clone()]
    };
    output::table(&["rule", "device", "until", "by", "reason"], waivers.iter().map(row))
}

/// The end of that day, in UTC.
pub(super) fn end_of(day: NaiveDate) -> anyhow::Result<DateTime<Utc>> {
    let next = day.checked_add_days(Days::new(1));
    Ok(next.ok_or_else(|| UsageError("the date is too far away".to_owned()))?.and_time(NaiveTime::MIN).and_utc())
}

fn policy(weight: Weight) -> RulePolicyRequest {
    let severity = match weight {
        Weight::Off | Weight::Usual => None,
        Weight::Hint => Some(Severity::Hint),
        Weight::Warning => Some(Severity::Warning),
        Weight::Serious => Some(Severity::Serious),
    };
    RulePolicyRequest { off: weight == Weight::Off, severity }
}

fn own(rule: AddRule) -> OwnRuleRequest {
    let AddRule { id, expression, title, why, severity, group, .. } = rule;
    let severity = match severity {
        RuleSeverity::Hint => Severity::Hint,
        RuleSeverity::Warning => Severity::Warning,
        RuleSeverity::Serious => Severity::Serious,
    };
    OwnRuleRequest { id, title, severity, why, expression, group }
}
