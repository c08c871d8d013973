//! Rules of good order: what they find, what is let pass, and how they count.

mod facts;
mod fix;
mod own;

use std::{cmp::Reverse, collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};
use fleet_model::{Actor, FleetEvent, NewEvent, OwnRule, Permission, RulePolicy, Rulebook, WaiverId, WaiverRecord};
use good_order::{DeviceFacts, Expression, Finding, Score, Severity, Trouble, all, by_id, examine, score};
use shelly_types::Mac;

use crate::{Error, ErrorKind, Fleet};

pub(crate) use facts::KeptFacts;
pub use fix::FixRequest;
pub use own::OwnRuleRequest;

/// Longest reason of a waiver, in characters.
const MAX_REASON_LENGTH: usize = 300;

/// A rule as it counts here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleOfFleet {
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
    /// Settings that set it right.
    pub sets: Vec<String>,
    /// Which devices it is about, in words.
    pub applies_to: String,
    /// It is not looked at.
    pub is_off: bool,
    /// The expression, when somebody made it.
    pub own: Option<OwnRule>,
}

/// What a rule finds on a device.
#[derive(Debug, Clone, PartialEq)]
pub struct FindingOfDevice {
    /// The device.
    pub mac: Mac,
    /// Its name.
    pub name: String,
    /// What was found, and what sets it right.
    pub finding: Finding,
    /// Why it is let pass.
    pub waiver: Option<WaiverRecord>,
}

/// What one rule finds.
#[derive(Debug, Clone, PartialEq)]
pub struct FindingsOfRule {
    /// The rule.
    pub rule: RuleOfFleet,
    /// Its findings, by name of the device.
    pub findings: Vec<FindingOfDevice>,
    /// Devices on which an own rule makes no sense: the words, and how many.
    pub troubles: BTreeMap<String, usize>,
}

/// The order of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreOfDevice {
    /// The device.
    pub mac: Mac,
    /// Its name.
    pub name: String,
    /// Its score. What is let pass does not count.
    pub score: Score,
}

/// What rules find, and the scores that come of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Findings {
    /// Rules that find something, the most serious first.
    pub rules: Vec<FindingsOfRule>,
    /// Scores by name of the device; none when only one rule was asked.
    pub scores: Vec<ScoreOfDevice>,
}

/// Which findings are asked for. What is absent does not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FindingsQuery {
    /// On this device.
    pub device: Option<Mac>,
    /// Of this rule.
    pub rule: Option<String>,
    /// Also what is let pass.
    pub with_waived: bool,
}

/// Findings to let pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaiverRequest {
    /// Of which rule.
    pub rule: String,
    /// On these devices; everywhere when there are none.
    pub devices: Vec<Mac>,
    /// Until when; for good when absent.
    pub until: Option<DateTime<Utc>>,
    /// Why.
    pub reason: String,
}

/// What is let pass, and whether it still is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaiverOfFleet {
    /// The waiver.
    pub record: WaiverRecord,
    /// It has not ended.
    pub is_in_force: bool,
}

impl Fleet {
    /// Every rule as it counts here: those that come with the program by subject, then own ones.
    pub async fn rules(&self, actor: &Actor) -> Result<Vec<RuleOfFleet>, Error> {
        Self::authorize(actor, Permission::Read)?;
        Ok(rules_of(&self.store().rulebook().await?))
    }

    /// One rule.
    pub async fn rule(&self, actor: &Actor, id: &str) -> Result<RuleOfFleet, Error> {
        let found = self.rules(actor).await?.into_iter().find(|rule| rule.id == id);
        found.ok_or_else(|| no_such_rule(id))
    }

    /// Says how a rule counts: whether it is looked at, and how much it matters; none for as it comes.
    pub async fn rule_policy(
        &self,
        actor: &Actor,
        id: &str,
        is_off: bool,
        severity: Option<Severity>,
    ) -> Result<RuleOfFleet, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let before = self.rule(actor, id).await?;
        let severity = severity.filter(|severity| *severity != before.usual_severity);
        let policy = RulePolicy { rule: id.to_owned(), is_off, severity };
        let action = match (is_off, severity) {
            (true, _) => "off".to_owned(),
            (false, Some(severity)) => severity.to_string(),
            (false, None) => "on".to_owned(),
        };
        let event = NewEvent::new(self.now(), actor, FleetEvent::RuleChanged { rule: id.to_owned(), action });
        self.publish(self.store().rule_policy_set(policy, vec![event]).await?.events);
        self.rule(actor, id).await
    }

    /// What rules find in what is stored. No device is asked.
    pub async fn findings(&self, actor: &Actor, query: &FindingsQuery) -> Result<Findings, Error> {
        Self::authorize(actor, Permission::Read)?;
        if let Some(mac) = query.device {
            self.device_record(mac).await?;
        }
        let book = self.store().rulebook().await?;
        let mut rules = rules_of(&book);
        if let Some(only) = &query.rule {
            rules.retain(|rule| rule.id == *only);
            if rules.is_empty() {
                return Err(no_such_rule(only));
            }
        }
        rules.retain(|rule| !rule.is_off);
        let own = expressions(&rules);
        let facts = self.facts(query.device, own.iter().map(|(_, expression)| expression.reads())).await?;
        let groups = self.store().groups_all().await?;
        let (query, now) = (query.clone(), self.now());
        let group_name = move |rule: &OwnRule| {
            rule.group.map(|id| groups.iter().find(|group| group.id == id).map(|group| group.name.clone()))
        };
        let looked = tokio::task::spawn_blocking(move || {
            Look { facts: &facts, query: &query, book: &book, now }.with(rules, &own, group_name)
        });
        looked.await.map_err(|error| Error::internal("look with the rules", error))
    }

    /// What is let pass, oldest first, also what has ended.
    pub async fn waivers(&self, actor: &Actor) -> Result<Vec<WaiverOfFleet>, Error> {
        Self::authorize(actor, Permission::Read)?;
        let now = self.now();
        let of = |record: WaiverRecord| WaiverOfFleet { is_in_force: record.is_in_force(now), record };
        Ok(self.store().rulebook().await?.waivers.into_iter().map(of).collect())
    }

    /// Lets findings of a rule pass.
    pub async fn waive(&self, actor: &Actor, request: WaiverRequest) -> Result<Vec<WaiverOfFleet>, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let WaiverRequest { rule, devices, until, reason } = request;
        self.rule(actor, &rule).await?;
        let (now, reason) = (self.now(), checked_reason(&reason)?);
        if until.is_some_and(|until| until <= now) {
            return Err(Error::invalid("a waiver has to end in the future"));
        }
        for mac in &devices {
            self.device_record(*mac).await?;
        }
        let whom = if devices.is_empty() { vec![None] } else { devices.into_iter().map(Some).collect() };
        let mut waivers = Vec::with_capacity(whom.len());
        for mac in whom {
            let (rule, reason) = (rule.clone(), reason.clone());
            let event = FleetEvent::FindingWaived { rule: rule.clone(), until, reason: reason.clone() };
            let (id, created_by) = (WaiverId::new(self.ids()), actor.to_string());
            let waiver = WaiverRecord { id, rule, mac, until, reason, created_at: now, created_by };
            let event = self.event_about(actor, mac, event);
            self.publish(self.store().waiver_insert(waiver.clone(), vec![event]).await?.events);
            waivers.push(WaiverOfFleet { record: waiver, is_in_force: true });
        }
        Ok(waivers)
    }

    /// Takes a waiver back.
    pub async fn waiver_remove(&self, actor: &Actor, id: WaiverId) -> Result<(), Error> {
        Self::authorize(actor, Permission::Configure)?;
        let waivers = self.store().rulebook().await?.waivers;
        let waiver =
            waivers.into_iter().find(|waiver| waiver.id == id).ok_or_else(|| Error::not_found("such waiver"))?;
        let event = self.event_about(actor, waiver.mac, FleetEvent::WaiverRemoved { rule: waiver.rule });
        self.publish(self.store().waiver_delete(id, vec![event]).await?.events);
        Ok(())
    }

    fn event_about(&self, actor: &Actor, mac: Option<Mac>, event: FleetEvent) -> NewEvent {
        match mac {
            Some(mac) => NewEvent::of_device(self.now(), actor, mac, event),
            None => NewEvent::new(self.now(), actor, event),
        }
    }
}

/// Why something is let be.
pub(crate) fn checked_reason(reason: &str) -> Result<String, Error> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > MAX_REASON_LENGTH {
        return Err(Error::invalid(format!("a waiver needs a reason of 1 to {MAX_REASON_LENGTH} characters")));
    }
    Ok(reason.to_owned())
}

fn no_such_rule(id: &str) -> Error {
    Error::new(format!("there is no rule `{id}`"), ErrorKind::NotFound)
}

/// Every rule with what the rulebook says of it.
fn rules_of(book: &Rulebook) -> Vec<RuleOfFleet> {
    let built_in = all().map(|rule| RuleOfFleet {
        id: rule.id.to_owned(),
        title: rule.title.to_owned(),
        severity: rule.severity,
        usual_severity: rule.severity,
        why: rule.why.to_owned(),
        remedy: rule.remedy.to_owned(),
        sets: rule.sets.iter().map(|&path| path.to_owned()).collect(),
        applies_to: rule.applies_to.to_string(),
        is_off: false,
        own: None,
    });
    let own = book.own.iter().map(|rule| RuleOfFleet {
        id: rule.id.clone(),
        title: rule.title.clone(),
        severity: rule.severity,
        usual_severity: rule.severity,
        why: rule.why.clone(),
        remedy: String::new(),
        sets: Vec::new(),
        applies_to: if rule.group.is_some() { "a group" } else { "all" }.to_owned(),
        is_off: false,
        own: Some(rule.clone()),
    });
    let counted = |mut rule: RuleOfFleet| {
        if let Some(policy) = book.policy(&rule.id) {
            rule.is_off = policy.is_off;
            rule.severity = policy.severity.unwrap_or(rule.severity);
        }
        rule
    };
    built_in.chain(own).map(counted).collect()
}

/// The expressions of own rules. One that this program does not understand any more is left out, and logged.
fn expressions(rules: &[RuleOfFleet]) -> Vec<(OwnRule, Expression)> {
    let parsed = |rule: &RuleOfFleet| {
        let own = rule.own.clone()?;
        let expression = Expression::parse(&own.expression);
        let expression = expression.inspect_err(|error| tracing::warn!(rule = own.id, %error, "a rule is left out"));
        Some((own, expression.ok()?))
    };
    rules.iter().filter_map(parsed).collect()
}

/// A look with rules at what is known.
struct Look<'a> {
    facts: &'a [DeviceFacts],
    query: &'a FindingsQuery,
    book: &'a Rulebook,
    now: DateTime<Utc>,
}

impl Look<'_> {
    fn with(
        &self,
        rules: Vec<RuleOfFleet>,
        own: &[(OwnRule, Expression)],
        group_name: impl Fn(&OwnRule) -> Option<Option<String>>,
    ) -> Findings {
        let wanted = |mac: Mac| self.query.device.is_none_or(|only| only == mac);
        let mut of_rules: BTreeMap<String, FindingsOfRule> = rules
            .into_iter()
            .map(|rule| (rule.id.clone(), FindingsOfRule { rule, findings: Vec::new(), troubles: BTreeMap::new() }))
            .collect();
        let names: BTreeMap<Mac, &str> = self.facts.iter().map(|device| (device.mac, device.name.as_str())).collect();
        for found in examine(self.facts, wanted, |rule| of_rules.contains_key(rule.id)) {
            if let Some(of_rule) = of_rules.get_mut(found.rule.id) {
                let name = names.get(&found.mac).copied().unwrap_or_default();
                of_rule.findings.push(self.finding(found.rule.id, found.mac, name, found.finding));
            }
        }
        for (rule, expression) in own {
            let Some(of_rule) = of_rules.get_mut(&rule.id) else { continue };
            let group = group_name(rule);
            let in_group = |device: &&DeviceFacts| match &group {
                None => true,
                Some(name) => name.as_ref().is_some_and(|name| device.groups.contains(name)),
            };
            for device in self.facts.iter().filter(|device| wanted(device.mac)).filter(in_group) {
                match expression.is_true_of(device) {
                    Ok(false) | Err(Trouble::Unknown) => {}
                    Ok(true) => {
                        let finding = Finding { message: rule.title.clone(), ..Finding::default() };
                        of_rule.findings.push(self.finding(&rule.id, device.mac, &device.name, finding));
                    }
                    Err(Trouble::Senseless(what)) => *of_rule.troubles.entry(what).or_default() += 1,
                }
            }
        }
        let scores = if self.query.rule.is_some() { Vec::new() } else { self.scores(&of_rules) };
        let mut rules: Vec<FindingsOfRule> = of_rules.into_values().map(|of_rule| self.shown(of_rule)).collect();
        rules.retain(|of_rule| !of_rule.findings.is_empty() || !of_rule.troubles.is_empty());
        rules.sort_by_key(|of_rule| Reverse((of_rule.rule.severity, of_rule.findings.len())));
        Findings { rules, scores }
    }

    fn finding(&self, rule: &str, mac: Mac, name: &str, finding: Finding) -> FindingOfDevice {
        let waiver = self.book.waivers.iter().find(|waiver| waiver.covers(rule, mac, self.now)).cloned();
        FindingOfDevice { mac, name: name.to_owned(), finding, waiver }
    }

    fn shown(&self, mut of_rule: FindingsOfRule) -> FindingsOfRule {
        of_rule.findings.retain(|finding| self.query.with_waived || finding.waiver.is_none());
        of_rule.findings.sort_by(|a, b| (&a.name, a.mac).cmp(&(&b.name, b.mac)));
        of_rule
    }

    fn scores(&self, of_rules: &BTreeMap<String, FindingsOfRule>) -> Vec<ScoreOfDevice> {
        let mut severities: BTreeMap<Mac, Vec<Severity>> = BTreeMap::new();
        for of_rule in of_rules.values() {
            for finding in of_rule.findings.iter().filter(|finding| finding.waiver.is_none()) {
                severities.entry(finding.mac).or_default().push(of_rule.rule.severity);
            }
        }
        let wanted = self.facts.iter().filter(|device| self.query.device.is_none_or(|only| only == device.mac));
        let mut scores: Vec<ScoreOfDevice> = wanted
            .map(|device| ScoreOfDevice {
                mac: device.mac,
                name: device.name.clone(),
                score: score(severities.remove(&device.mac).unwrap_or_default()),
            })
            .collect();
        scores.sort_by(|a, b| (&a.name, a.mac).cmp(&(&b.name, b.mac)));
        scores
    }
}

/// Whether this is a rule that comes with the program.
fn is_built_in(id: &str) -> bool {
    by_id(id).is_some()
}

/// What is kept of the newest configurations for the rules.
pub(crate) type AllKeptFacts = std::collections::HashMap<Mac, Arc<KeptFacts>>;
