//! Where devices are: a tree of places, each with a name and perhaps a time zone.

use std::{collections::HashMap, fmt, str::FromStr};

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::LocationId;

/// Locations around one another at most.
const MAX_DEPTH: usize = 16;

/// A place that devices are in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LocationRecord {
    /// Id.
    pub id: LocationId,
    /// Name, unique.
    pub name: String,
    /// The one around it.
    pub parent: Option<LocationId>,
    /// Its time zone; that of the one around it when absent.
    pub time_zone: Option<TimeZone>,
    /// Number of devices in it, those in locations within not counted. Counted when read, ignored when written.
    pub devices: u64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Rises with every change; 0 before it is stored.
    pub revision: i64,
}

/// A time zone by its name in the IANA database, such as `Europe/Vienna`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct TimeZone(String);

/// The text is not a time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a time zone: expected a name of the IANA database such as Europe/Vienna or UTC")]
pub struct ParseTimeZoneError {
    text: String,
}

/// All locations, and what is around what.
#[derive(Debug, Clone, Default)]
pub struct LocationTree {
    by_id: HashMap<LocationId, LocationRecord>,
}

impl LocationTree {
    /// The tree of these locations.
    pub fn new(locations: impl IntoIterator<Item = LocationRecord>) -> Self {
        Self { by_id: locations.into_iter().map(|location| (location.id, location)).collect() }
    }

    /// A location.
    pub fn get(&self, id: LocationId) -> Option<&LocationRecord> {
        self.by_id.get(&id)
    }

    /// A location and those around it, from the inside out. Ends where it would go in circles.
    pub fn outwards(&self, id: LocationId) -> impl Iterator<Item = &LocationRecord> {
        std::iter::successors(self.get(id), |location| self.get(location.parent?)).take(MAX_DEPTH)
    }

    /// A location and those within it.
    pub fn within(&self, id: LocationId) -> Vec<LocationId> {
        let is_within = |other: &&LocationId| self.outwards(**other).any(|around| around.id == id);
        self.by_id.keys().filter(is_within).copied().collect()
    }

    /// How many locations are around it.
    pub fn depth(&self, id: LocationId) -> u32 {
        u32::try_from(self.outwards(id).count().saturating_sub(1)).unwrap_or(u32::MAX)
    }

    /// Its time zone: its own, or that of the nearest one around it.
    pub fn time_zone(&self, id: LocationId) -> Option<&TimeZone> {
        self.outwards(id).find_map(|location| location.time_zone.as_ref())
    }

    /// Whether `parent` can be around `id`: it is not within it, and the tree does not become too deep.
    pub fn can_hold(&self, parent: LocationId, id: Option<LocationId>) -> bool {
        let below = id.map_or(0, |id| {
            let inner = self.within(id);
            let own = self.depth(id);
            inner.iter().map(|other| self.depth(*other).saturating_sub(own)).max().unwrap_or(0)
        });
        let is_inside = id.is_some_and(|id| self.outwards(parent).any(|around| around.id == id));
        !is_inside && self.depth(parent) as usize + below as usize + 2 <= MAX_DEPTH
    }
}

impl TimeZone {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl FromStr for TimeZone {
    type Err = ParseTimeZoneError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let zone: Result<chrono_tz::Tz, _> = text.trim().parse();
        zone.map(|zone| Self(zone.name().to_owned()))
            .map_err(|_| ParseTimeZoneError { text: text.chars().take(64).collect() })
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SequenceIds;

    #[test]
    fn the_tree_knows_what_is_around_what() {
        let ids = SequenceIds::default();
        let mut parent = None;
        let mut all = Vec::new();
        for name in ["house", "floor", "kitchen"] {
            let id = LocationId::new(&ids);
            let time_zone = (name == "house").then(|| "Europe/Vienna".parse().unwrap());
            let created_at = DateTime::UNIX_EPOCH;
            let name = name.to_owned();
            all.push(LocationRecord { id, name, parent, time_zone, devices: 0, created_at, revision: 1 });
            parent = Some(id);
        }
        let [house, floor, kitchen] = [all[0].id, all[1].id, all[2].id];
        let tree = LocationTree::new(all.clone());
        let names: Vec<&str> = tree.outwards(kitchen).map(|location| location.name.as_str()).collect();
        assert_eq!(names, ["kitchen", "floor", "house"]);
        assert_eq!((tree.depth(house), tree.depth(kitchen)), (0, 2));
        assert_eq!(tree.time_zone(kitchen).map(TimeZone::name), Some("Europe/Vienna"));
        assert_eq!(tree.within(floor).len(), 2);
        assert!(!tree.can_hold(kitchen, Some(house)) && !tree.can_hold(floor, Some(floor)));
        assert!(tree.can_hold(house, Some(kitchen)) && tree.can_hold(kitchen, None));
        all[0].parent = Some(kitchen);
        assert_eq!(LocationTree::new(all).outwards(kitchen).count(), MAX_DEPTH, "a circle ends");
    }

    #[test]
    fn a_time_zone_is_one_that_exists() {
        assert_eq!(" Europe/Vienna ".parse::<TimeZone>().unwrap().name(), "Europe/Vienna");
        assert!("Europe/Hogwarts".parse::<TimeZone>().unwrap_err().to_string().contains("IANA"));
    }
}
