//! `shelly-manager drift policy`: what is done about drift when nobody is asked before.

use std::collections::{BTreeMap, BTreeSet};

use api_types::repairs::{RepairPolicyView, RepairRulesView, RepairView, SetRepairPolicyRequest};
use capability_config::SettingSelector;
use sync_engine::RepairPolicy;

use super::{
    Session, UsageError,
    config::{scope, scope_words},
    jobs,
};
use crate::{
    args::{RepairCause, RepairMode, RepairSeverity, RepairsCommand, SetPolicy},
    exit::Exit,
    output,
};

pub(super) async fn run(session: &Session, command: RepairsCommand) -> anyhow::Result<Exit> {
    let client = &session.client;
    match command {
        RepairsCommand::List => {
            output::show(session.output, &client.repair_policies().await?, |policies| policies_table(policies))?;
        }
        RepairsCommand::Show => {
            output::show(session.output, &client.repairs().await?, |repairs| repairs_table(repairs))?;
        }
        RepairsCommand::Set(set) => {
            let scope = scope(set.whose.clone())?;
            let request = SetRepairPolicyRequest { scope, rules: Some(rules(*set)?) };
            let policies: Vec<RepairPolicyView> = client.repair_policy_set(&request).await?.into_iter().collect();
            output::show(session.output, &policies, |policies| policies_table(policies))?;
        }
        RepairsCommand::Clear(whose) => {
            let request = SetRepairPolicyRequest { scope: scope(whose)?, rules: None };
            client.repair_policy_set(&request).await?;
            output::show(session.output, &(), |()| "the policy is gone".to_owned())?;
        }
        RepairsCommand::Run => {
            let made = client.repairs_run().await?;
            output::show(session.output, &made, |made| {
                if made.is_empty() { "nothing to do".to_owned() } else { jobs::list(made) }
            })?;
        }
    }
    Ok(Exit::Ok)
}

fn rules(set: SetPolicy) -> Result<RepairRulesView, UsageError> {
    let unsaid = RepairPolicy::default();
    let severities: BTreeSet<sync_engine::Severity> = set.severity.into_iter().map(severity).collect();
    let causes: BTreeSet<sync_engine::Cause> = set.cause.into_iter().map(cause).collect();
    let ignore = set.ignore.iter().map(|path| selector(path)).collect::<Result<_, _>>()?;
    let tolerance = set.tolerance.iter().map(|text| tolerance(text)).collect::<Result<BTreeMap<_, _>, _>>()?;
    let policy = RepairPolicy {
        mode: match set.mode {
            RepairMode::Off => sync_engine::RepairMode::Off,
            RepairMode::Ask => sync_engine::RepairMode::Ask,
            RepairMode::Repair => sync_engine::RepairMode::Repair,
        },
        severities: if severities.is_empty() { unsaid.severities } else { severities },
        causes: if causes.is_empty() { unsaid.causes } else { causes },
        min_age_s: set.min_age.unwrap_or(unsaid.min_age_s),
        devices_per_hour: set.per_hour.unwrap_or(unsaid.devices_per_hour),
        repairs_per_day: set.per_day.unwrap_or(unsaid.repairs_per_day),
        risky: set.risky,
        critical: set.critical,
        loads: set.loads,
        ignore,
        tolerance,
    };
    Ok(RepairRulesView { policy, windows: set.window, zone: set.zone })
}

fn severity(severity: RepairSeverity) -> sync_engine::Severity {
    match severity {
        RepairSeverity::Info => sync_engine::Severity::Info,
        RepairSeverity::Warning => sync_engine::Severity::Warning,
        RepairSeverity::Critical => sync_engine::Severity::Critical,
    }
}

fn cause(cause: RepairCause) -> sync_engine::Cause {
    match cause {
        RepairCause::Wish => sync_engine::Cause::Wish,
        RepairCause::Plan => sync_engine::Cause::Plan,
        RepairCause::Device => sync_engine::Cause::Device,
        RepairCause::Firmware => sync_engine::Cause::Firmware,
        RepairCause::Unknown => sync_engine::Cause::Unknown,
    }
}

fn selector(path: &str) -> Result<SettingSelector, UsageError> {
    path.parse().map_err(|error: capability_config::ParsePathError| UsageError(error.to_string()))
}

/// Reads `switch:*.auto_off_delay=5`.
fn tolerance(text: &str) -> Result<(SettingSelector, f64), UsageError> {
    let wrong = || UsageError(format!("`{text}` is not a tolerance: expected a setting and a number, `PATH=5`"));
    let (path, by) = text.rsplit_once('=').ok_or_else(wrong)?;
    let by = by.trim_start_matches('±').parse().map_err(|_| wrong())?;
    Ok((selector(path)?, by))
}

fn policies_table(policies: &[RepairPolicyView]) -> String {
    let words = |words: Vec<String>| words.join(", ");
    let row = |of: &RepairPolicyView| {
        let policy = &of.rules.policy;
        let permits = [(policy.risky, "risky"), (policy.critical, "critical devices"), (policy.loads, "loads")];
        let permits = permits.into_iter().filter(|(is_permitted, _)| *is_permitted);
        let lets = policy.ignore.iter().map(ToString::to_string);
        let lets = lets.chain(policy.tolerance.iter().map(|(path, by)| format!("{path} ±{by}")));
        vec![
            scope_words(&of.scope),
            policy.mode.to_string(),
            words(policy.severities.iter().map(ToString::to_string).collect()),
            words(policy.causes.iter().map(ToString::to_string).collect()),
            format!("{} s", policy.min_age_s),
            format!("{} devices/h, {} repairs/day", policy.devices_per_hour, policy.repairs_per_day),
            words(of.rules.windows.iter().map(ToString::to_string).collect()),
            words(permits.map(|(_, word)| word.to_owned()).collect()),
            words(lets.collect()),
        ]
    };
    output::table(
        &["policy of", "does", "severity", "cause", "from", "limits", "window", "permits", "may differ"],
        policies.iter().map(row),
    )
}

fn repairs_table(repairs: &[RepairView]) -> String {
    let mut rows = Vec::new();
    for of in repairs {
        let policy = || of.policy.clone().unwrap_or_default();
        let act = of.act.iter().map(|path| vec![of.name.clone(), path.to_string(), policy(), of.mode.to_string()]);
        let left = of
            .left
            .iter()
            .map(|left| vec![of.name.clone(), left.path.to_string(), policy(), format!("left: {}", left.why)]);
        rows.extend(act.chain(left));
    }
    if rows.is_empty() {
        return "no policy has anything to decide".to_owned();
    }
    output::table(&["device", "setting", "policy of", "what is done"], rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g4_a_tolerance_is_read_with_its_setting() {
        let (path, by) = tolerance("switch:*.auto_off_delay=±2.5").unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((path.to_string().as_str(), by), ("switch:*.auto_off_delay", 2.5));
        for text in ["switch:*.auto_off_delay", "=5", "switch:0.name=x"] {
            assert!(tolerance(text).is_err(), "{text}");
        }
    }
}
