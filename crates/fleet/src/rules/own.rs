//! Own rules: made, changed, removed.

use fleet_model::{Actor, FleetEvent, NewEvent, OwnRule, Permission};
use good_order::{Expression, Severity};

use super::{RuleOfFleet, is_built_in, no_such_rule};
use crate::{Error, ErrorKind, Fleet};

const MAX_ID_LENGTH: usize = 48;
const MAX_TITLE_LENGTH: usize = 80;
const MAX_WHY_LENGTH: usize = 500;

/// A rule of one's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnRuleRequest {
    /// Stable name: small letters, digits and `-`.
    pub id: String,
    /// A few words.
    pub title: String,
    /// How much it matters.
    pub severity: Severity,
    /// Why it matters.
    pub why: String,
    /// True where something is to be found.
    pub expression: String,
    /// Only for the members of this group, by its name.
    pub group: Option<String>,
}

impl Fleet {
    /// Makes a rule.
    pub async fn own_rule_create(&self, actor: &Actor, request: OwnRuleRequest) -> Result<RuleOfFleet, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let rule = self.own_rule(actor, request).await?;
        if is_built_in(&rule.id) {
            return Err(Error::new(format!("`{}` comes with the program", rule.id), ErrorKind::Conflict));
        }
        let event = self.own_rule_event(actor, &rule.id, "created");
        let done = self.store().own_rule_insert(rule, vec![event]).await?;
        self.publish(done.events);
        self.rule(actor, &done.value.id).await
    }

    /// Changes a rule that somebody made.
    pub async fn own_rule_change(&self, actor: &Actor, request: OwnRuleRequest) -> Result<RuleOfFleet, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let before = self.existing_own_rule(actor, &request.id).await?;
        let rule = self.own_rule(actor, request).await?;
        let rule =
            OwnRule { created_at: before.created_at, created_by: before.created_by, revision: before.revision, ..rule };
        let event = self.own_rule_event(actor, &rule.id, "changed");
        let done = self.store().own_rule_update(rule, vec![event]).await?;
        self.publish(done.events);
        self.rule(actor, &done.value.id).await
    }

    /// Removes a rule that somebody made, and what was let pass of it.
    pub async fn own_rule_remove(&self, actor: &Actor, id: &str) -> Result<(), Error> {
        Self::authorize(actor, Permission::Configure)?;
        self.existing_own_rule(actor, id).await?;
        let event = self.own_rule_event(actor, id, "removed");
        self.publish(self.store().own_rule_delete(id.to_owned(), vec![event]).await?.events);
        Ok(())
    }

    async fn existing_own_rule(&self, actor: &Actor, id: &str) -> Result<OwnRule, Error> {
        let comes_along = || {
            let what = format!("`{id}` comes with the program; it can be switched off or weighed otherwise");
            Error::new(what, ErrorKind::Conflict)
        };
        if is_built_in(id) {
            return Err(comes_along());
        }
        self.rule(actor, id).await?.own.ok_or_else(|| no_such_rule(id))
    }

    /// The rule that is asked for, if all of it can be used; else everything that is wrong.
    async fn own_rule(&self, actor: &Actor, request: OwnRuleRequest) -> Result<OwnRule, Error> {
        let OwnRuleRequest { id, title, severity, why, expression, group } = request;
        let (title, why) = (title.trim().to_owned(), why.trim().to_owned());
        let mut wrong: Vec<(String, String)> = Vec::new();
        let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if id.is_empty() || id.len() > MAX_ID_LENGTH || !id.chars().all(is_letter) {
            let what = format!("expected 1 to {MAX_ID_LENGTH} small letters, digits and `-`");
            wrong.push(("id".to_owned(), what));
        }
        for (field, text, longest) in [("title", &title, MAX_TITLE_LENGTH), ("why", &why, MAX_WHY_LENGTH)] {
            if text.is_empty() || text.chars().count() > longest {
                wrong.push((field.to_owned(), format!("expected 1 to {longest} characters")));
            }
        }
        if let Err(error) = Expression::parse(&expression) {
            wrong.push(("expression".to_owned(), error.to_string()));
        }
        if !wrong.is_empty() {
            let kind = ErrorKind::Invalid { setting: None, fields: wrong };
            return Err(Error::new("this rule cannot be used", kind));
        }
        let group = match group {
            Some(name) => Some(self.group_by_name(actor, &name).await?.id),
            None => None,
        };
        let (created_at, created_by) = (self.now(), actor.to_string());
        Ok(OwnRule { id, title, severity, why, expression, group, created_at, created_by, revision: 0 })
    }

    fn own_rule_event(&self, actor: &Actor, id: &str, action: &str) -> NewEvent {
        let event = FleetEvent::RuleChanged { rule: id.to_owned(), action: action.to_owned() };
        NewEvent::new(self.now(), actor, event)
    }
}
