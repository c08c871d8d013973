//! Rules that say where a new device belongs.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::Model;

use crate::{GroupRef, LocationRef, PlacementId, ProfileId};

/// A rule. A condition that is absent holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlacementRecord {
    /// Id.
    pub id: PlacementId,
    /// Name, unique.
    pub name: String,
    /// Place in the order, from 0: the first rule that fits decides.
    pub position: u32,
    /// Models; all when there are none.
    pub models: Vec<Model>,
    /// Network that the device joined.
    pub ssid: Option<String>,
    /// Network that its address is in.
    #[schemars(with = "Option<String>")]
    pub subnet: Option<IpNet>,
    /// Where the device is then.
    pub location: Option<LocationRef>,
    /// The group it gets into.
    pub group: Option<GroupRef>,
    /// The profile it is assigned to.
    pub profile: Option<ProfileRef>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// A profile by reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProfileRef {
    /// Id.
    pub id: ProfileId,
    /// Name. Ignored when it is written.
    pub name: String,
}

/// Where a device belongs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Placement {
    /// Location.
    pub location: Option<LocationRef>,
    /// Group.
    pub group: Option<GroupRef>,
    /// Profile.
    pub profile: Option<ProfileRef>,
}

impl PlacementRecord {
    /// Whether it is about this device.
    pub fn fits(&self, model: &Model, ssid: Option<&str>, address: Option<IpAddr>) -> bool {
        let is_model = self.models.is_empty() || self.models.contains(model);
        let is_network = self.ssid.as_deref().is_none_or(|wanted| ssid == Some(wanted));
        let is_there = self.subnet.is_none_or(|subnet| address.is_some_and(|address| subnet.contains(&address)));
        is_model && is_network && is_there
    }
}

impl Placement {
    /// What the rules, in their order, say of a device: each part by the first one that fits and says it.
    pub fn of(rules: &[PlacementRecord], model: &Model, ssid: Option<&str>, address: Option<IpAddr>) -> Self {
        let mut place = Self::default();
        for rule in rules.iter().filter(|rule| rule.fits(model, ssid, address)) {
            place.location = place.location.or_else(|| rule.location.clone());
            place.group = place.group.or_else(|| rule.group.clone());
            place.profile = place.profile.or_else(|| rule.profile.clone());
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LocationId, SequenceIds};

    #[test]
    fn l11_each_part_is_decided_by_the_first_rule_that_fits_and_says_it() {
        let ids = SequenceIds::default();
        let location = |name: &str| Some(LocationRef { id: LocationId::new(&ids), name: name.to_owned() });
        let profile = Some(ProfileRef { id: ProfileId::new(&ids), name: "plugs".to_owned() });
        let rule = |position, models: &[&str]| PlacementRecord {
            id: PlacementId::new(&ids),
            name: format!("rule {position}"),
            position,
            models: models.iter().copied().map(Model::new).collect(),
            ssid: None,
            subnet: None,
            location: None,
            group: None,
            profile: None,
            created_at: DateTime::UNIX_EPOCH,
        };
        let rules = [
            PlacementRecord { profile, ..rule(0, &["SNPL-00112EU"]) },
            PlacementRecord { ssid: Some("iot".to_owned()), location: location("hall"), ..rule(1, &[]) },
            PlacementRecord { subnet: "192.0.2.0/24".parse().ok(), location: location("attic"), ..rule(2, &[]) },
        ];
        let named = |model: &str, ssid, address: &str| {
            let place = Placement::of(&rules, &Model::new(model), ssid, address.parse().ok());
            (place.location.map(|place| place.name), place.profile.map(|profile| profile.name))
        };
        let (hall, attic, plugs) = (Some("hall".to_owned()), Some("attic".to_owned()), Some("plugs".to_owned()));
        assert_eq!(named("SNPL-00112EU", Some("iot"), "192.0.2.7"), (hall, plugs.clone()));
        assert_eq!(named("SNPL-00112EU", Some("home"), "192.0.2.7"), (attic, plugs));
        assert_eq!(named("SNSW-001X16EU", None, "198.51.100.7"), (None, None));
    }
}
