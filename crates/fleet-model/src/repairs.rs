//! Policies that say what is done about drift when nobody is asked, and what they did.

use std::fmt;

use chrono::{DateTime, Utc};
use rollout::{Window, Zone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::Mac;
use sync_engine::RepairPolicy;

use crate::{GroupId, JobId, JobState, LayerOwner, LocationId, ProfileId};

/// Whose policy it is. Each has at most one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "id", rename_all = "snake_case")]
pub enum RepairScope {
    /// That of the fleet.
    Fleet,
    /// That of a location, for devices in it or within it.
    Location(LocationId),
    /// That of the members of a group.
    Group(GroupId),
    /// That of the devices under a profile.
    Profile(ProfileId),
    /// That of a device.
    Device(Mac),
}

/// What a policy says.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RepairRules {
    /// What is done, and within which limits.
    pub policy: RepairPolicy,
    /// Nothing is put back outside of these; none for always.
    pub windows: Vec<Window>,
    /// Time zone of the windows; none for that of the devices.
    pub zone: Option<Zone>,
}

/// A policy.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyRecord {
    /// Whose it is.
    pub scope: RepairScope,
    /// Name and rank of the location, group or profile. Ignored when it is written.
    pub owner: Option<LayerOwner>,
    /// What it says.
    pub rules: RepairRules,
    /// When it was set.
    pub updated_at: DateTime<Utc>,
    /// Who set it, in words.
    pub updated_by: String,
}

/// A device in a job that a policy made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepairRecord {
    /// The job.
    pub job: JobId,
    /// The device.
    pub mac: Mac,
    /// Who made the job, in words.
    pub made_by: String,
    /// Who said yes, in words: the policy itself when nobody was asked.
    pub approved_by: Option<String>,
    /// State of the job.
    pub state: JobState,
    /// When the job was made.
    pub at: DateTime<Utc>,
}

impl RepairRecord {
    /// Whether nobody was asked.
    pub fn is_by_itself(&self) -> bool {
        self.approved_by.as_ref() == Some(&self.made_by)
    }
}

impl RepairScope {
    /// Fleet is weakest, device is strongest.
    fn precedence(self) -> u8 {
        match self {
            Self::Fleet => 0,
            Self::Location(_) => 1,
            Self::Group(_) => 2,
            Self::Profile(_) => 3,
            Self::Device(_) => 4,
        }
    }
}

impl PolicyRecord {
    /// Whose it is, by the name that people use.
    pub fn name(&self) -> String {
        let named = |kind: &str, id: &dyn fmt::Display| match &self.owner {
            Some(owner) => format!("{kind}:{}", owner.name),
            None => format!("{kind}:{id}"),
        };
        match self.scope {
            RepairScope::Fleet => "fleet".to_owned(),
            RepairScope::Location(id) => named("location", &id),
            RepairScope::Group(id) => named("group", &id),
            RepairScope::Profile(id) => named("profile", &id),
            RepairScope::Device(mac) => mac.to_string(),
        }
    }

    /// Policies from weak to strong; equal means that neither overrules the other.
    pub fn strength(&self) -> (u8, u32) {
        (self.scope.precedence(), self.owner.as_ref().map_or(0, |owner| owner.rank))
    }
}

/// The policy that decides about a device under all of these: the strongest one. Two that are as strong and say different
/// things decide nothing.
///
/// # Errors
/// The two that disagree.
pub fn deciding<'a>(policies: &[&'a PolicyRecord]) -> Result<Option<&'a PolicyRecord>, [&'a PolicyRecord; 2]> {
    let Some(first) = policies.iter().max_by_key(|policy| policy.strength()) else { return Ok(None) };
    let disagrees = |other: &&&'a PolicyRecord| other.strength() == first.strength() && other.rules != first.rules;
    match policies.iter().find(disagrees) {
        Some(other) => Err([*first, *other]),
        None => Ok(Some(*first)),
    }
}

impl fmt::Display for RepairScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fleet => f.write_str("fleet"),
            Self::Location(id) => write!(f, "location:{id}"),
            Self::Group(id) => write!(f, "group:{id}"),
            Self::Profile(id) => write!(f, "profile:{id}"),
            Self::Device(mac) => write!(f, "device:{mac}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use sync_engine::RepairMode;

    use super::*;
    use crate::SequenceIds;

    fn policy(scope: RepairScope, rank: u32, mode: RepairMode) -> PolicyRecord {
        let owner = Some(LayerOwner { name: "hall".to_owned(), rank });
        let rules = RepairRules { policy: RepairPolicy { mode, ..RepairPolicy::default() }, ..RepairRules::default() };
        PolicyRecord { scope, owner, rules, updated_at: DateTime::UNIX_EPOCH, updated_by: "local".to_owned() }
    }

    #[test]
    fn g3_the_strongest_policy_decides_and_two_as_strong_must_agree() {
        let ids = SequenceIds::default();
        let fleet = policy(RepairScope::Fleet, 9, RepairMode::Repair);
        let hall = policy(RepairScope::Group(GroupId::new(&ids)), 1, RepairMode::Ask);
        let lamps = policy(RepairScope::Group(GroupId::new(&ids)), 1, RepairMode::Off);
        let device = policy(RepairScope::Device(Mac::new([1; 6])), 0, RepairMode::Off);
        assert_eq!(deciding(&[]), Ok(None));
        assert_eq!(deciding(&[&fleet, &hall]), Ok(Some(&hall)));
        assert_eq!(deciding(&[&device, &fleet, &hall, &lamps]), Ok(Some(&device)));
        assert!(deciding(&[&fleet, &hall, &lamps]).is_err());
        let other = PolicyRecord { rules: hall.rules.clone(), ..lamps };
        assert!(deciding(&[&fleet, &hall, &other]).is_ok_and(|found| found.is_some()), "they agree");
        assert_eq!((fleet.name().as_str(), hall.name().as_str()), ("fleet", "group:hall"));
    }

    #[test]
    fn g3_rules_are_read_as_they_were_written_and_nothing_means_off() {
        let rules: RepairRules = serde_json::from_str("{}").unwrap();
        assert_eq!((rules.policy.mode, rules.policy.risky, rules.policy.critical), (RepairMode::Off, false, false));
        let text = r#"{"policy":{"mode":"repair","tolerance":{"switch:*.auto_off_delay":5.0}},"windows":["mon-fri 22:00-04:00"]}"#;
        let rules: RepairRules = serde_json::from_str(text).unwrap();
        let again: RepairRules = serde_json::from_str(&serde_json::to_string(&rules).unwrap()).unwrap();
        assert_eq!(rules, again);
    }
}
