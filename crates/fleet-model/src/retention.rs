//! How long things are kept, and which snapshots are let go.

use std::collections::HashSet;

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::SnapshotId;

/// How long things are kept, in days; 0 for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Events.
    pub events_days: u32,
    /// All snapshots of a device.
    pub snapshots_days: u32,
    /// The last snapshot of each day; after that the last of each month.
    pub snapshots_daily_days: u32,
    /// Jobs and provisionings, from their end.
    pub jobs_days: u32,
    /// What is of no use any more: scans, devices that were found and not heard of since, waivers, codes and tokens that
    /// ended.
    pub leftovers_days: u32,
}

/// A snapshot, and when it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SnapshotAge {
    /// The snapshot.
    pub id: SnapshotId,
    /// When it was taken.
    pub taken_at: DateTime<Utc>,
}

/// How much was removed because it was old, or would be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Swept {
    /// Events.
    pub events: u64,
    /// Snapshots of configurations.
    pub snapshots: u64,
    /// Jobs, each with its devices and its journal.
    pub jobs: u64,
    /// Provisionings, each with its tasks.
    pub provisionings: u64,
    /// Scans.
    pub scans: u64,
    /// Devices that were found, are not ours, and were not heard of since.
    pub sightings: u64,
    /// Waivers of drift and of findings that ended.
    pub waivers: u64,
    /// Codes of agents that ended.
    pub codes: u64,
    /// Tokens that ended.
    pub tokens: u64,
}

/// The last removal of what is old.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpkeepRecord {
    /// Who is at it; none when nobody is.
    pub owner: Option<String>,
    /// Until when, without a sign of life.
    pub lease_until: Option<DateTime<Utc>>,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// When it ended; none when it did not, or not yet.
    pub ended_at: Option<DateTime<Utc>>,
    /// What was removed.
    pub removed: Swept,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            // A year, and what comes again each year can be compared.
            events_days: 400,
            snapshots_days: 30,
            snapshots_daily_days: 365,
            jobs_days: 400,
            leftovers_days: 90,
        }
    }
}

impl Retention {
    /// Events before this moment go; none when they stay.
    pub fn events_before(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        before(now, self.events_days)
    }

    /// Jobs that ended before this moment go; none when they stay.
    pub fn jobs_before(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        before(now, self.jobs_days)
    }

    /// What has been of no use since before this moment goes; none when it stays.
    pub fn leftovers_before(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        before(now, self.leftovers_days)
    }

    /// Snapshots of one device that are let go. The newest one always stays. Of a day, and later of a month, the last one
    /// stays: what the device had when that was over. Days and months are those of UTC.
    pub fn superfluous(&self, snapshots: &[SnapshotAge], now: DateTime<Utc>) -> Vec<SnapshotId> {
        let Some(all_after) = before(now, self.snapshots_days) else { return Vec::new() };
        let daily_after = before(now, self.snapshots_daily_days);
        let mut newest_first: Vec<&SnapshotAge> = snapshots.iter().collect();
        newest_first.sort_unstable_by_key(|snapshot| std::cmp::Reverse((snapshot.taken_at, snapshot.id)));
        let (mut days, mut months) = (HashSet::new(), HashSet::new());
        let mut gone = Vec::new();
        for (place, SnapshotAge { id, taken_at }) in newest_first.into_iter().enumerate() {
            let is_last_of_day = days.insert(taken_at.date_naive());
            let is_last_of_month = months.insert((taken_at.year(), taken_at.month()));
            let is_daily = daily_after.is_none_or(|after| *taken_at >= after);
            let stays = place == 0 || *taken_at >= all_after || is_last_of_month || (is_daily && is_last_of_day);
            if !stays {
                gone.push(*id);
            }
        }
        gone
    }
}

fn before(now: DateTime<Utc>, days: u32) -> Option<DateTime<Utc>> {
    (days > 0).then(|| now.checked_sub_signed(TimeDelta::days(days.into()))).flatten()
}

impl Swept {
    /// Everything together.
    pub const fn total(&self) -> u64 {
        let Self { events, snapshots, jobs, provisionings, scans, sightings, waivers, codes, tokens } = *self;
        events + snapshots + jobs + provisionings + scans + sightings + waivers + codes + tokens
    }

    /// How much of each, in words, where there is something.
    pub fn parts(&self) -> impl Iterator<Item = (u64, &'static str)> + use<> {
        let Self { events, snapshots, jobs, provisionings, scans, sightings, waivers, codes, tokens } = *self;
        [
            (events, "events"),
            (snapshots, "snapshots"),
            (jobs, "jobs"),
            (provisionings, "provisionings"),
            (scans, "scans"),
            (sightings, "found devices"),
            (waivers, "waivers"),
            (codes, "codes of agents"),
            (tokens, "tokens"),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    const HOUR: i64 = 3600;

    /// Snapshots at these hours before now.
    fn snapshots(hours: &[i64]) -> Vec<SnapshotAge> {
        let age = |(place, hours): (usize, &i64)| SnapshotAge {
            id: SnapshotId::from_uuid(uuid::Uuid::from_u128(u128::try_from(place).unwrap())),
            taken_at: now() - TimeDelta::seconds(hours * HOUR),
        };
        hours.iter().enumerate().map(age).collect()
    }

    fn now() -> DateTime<Utc> {
        "2026-06-15T12:00:00Z".parse().unwrap()
    }

    fn kept(all: &[SnapshotAge], rule: &Retention, now: DateTime<Utc>) -> Vec<SnapshotAge> {
        let gone = rule.superfluous(all, now);
        all.iter().filter(|snapshot| !gone.contains(&snapshot.id)).copied().collect()
    }

    #[test]
    fn the_last_of_each_day_and_then_of_each_month_stays() {
        let at = |text: &str| -> DateTime<Utc> { text.parse().unwrap() };
        let taken = [
            ("2026-06-15T11:00:00Z", true),
            ("2026-06-15T10:00:00Z", true),
            ("2026-05-17T23:00:00Z", true),
            ("2026-05-16T11:59:59Z", true),
            ("2026-05-16T11:00:00Z", false),
            ("2026-05-15T23:59:59Z", true),
            ("2026-05-15T00:00:00Z", false),
            ("2025-06-15T12:00:01Z", true),
            ("2025-06-14T12:00:00Z", false),
            ("2025-05-31T23:00:00Z", true),
            ("2025-05-31T22:00:00Z", false),
            ("2025-05-01T00:00:00Z", false),
            ("2020-01-01T00:00:00Z", true),
        ];
        let all: Vec<_> = taken
            .iter()
            .zip(1..)
            .map(|((text, _), number)| SnapshotAge {
                id: SnapshotId::from_uuid(uuid::Uuid::from_u128(number)),
                taken_at: at(text),
            })
            .collect();
        let stays: Vec<_> = kept(&all, &Retention::default(), now()).iter().map(|one| one.taken_at).collect();
        let expected: Vec<_> = taken.iter().filter(|(_, stays)| *stays).map(|(text, _)| at(text)).collect();
        assert_eq!(stays, expected);
    }

    #[test]
    fn zero_keeps_for_ever() {
        let all = snapshots(&[0, 10_000, 10_001, 90_000, 90_001]);
        let rule = Retention { snapshots_days: 0, ..Retention::default() };
        assert_eq!(rule.superfluous(&all, now()), []);
        let rule = Retention { snapshots_daily_days: 0, ..Retention::default() };
        assert_eq!(rule.superfluous(&all, now()).len(), 2, "one of each day for ever");
        let rule = Retention { events_days: 0, jobs_days: 0, leftovers_days: 0, ..Retention::default() };
        assert_eq!(
            (rule.events_before(now()), rule.jobs_before(now()), rule.leftovers_before(now())),
            (None, None, None)
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

        /// The newest stays, and all of the first days; no day and no month loses its last.
        #[test]
        fn nothing_is_lost_that_should_stay(
            hours in vec(0..30_000_i64, 1..60), all_days in 0..400_u32, more in 0..400_u32,
        ) {
            let all = snapshots(&hours);
            let rule = Retention {
                snapshots_days: all_days, snapshots_daily_days: all_days + more, ..Retention::default()
            };
            let stays = kept(&all, &rule, now());
            let newest = all.iter().max_by_key(|one| (one.taken_at, one.id)).unwrap();
            prop_assert!(stays.contains(newest));
            for one in &all {
                let age = now() - one.taken_at;
                let month = |of: &SnapshotAge| (of.taken_at.year(), of.taken_at.month());
                prop_assert!(age > TimeDelta::days(all_days.into()) || stays.contains(one));
                prop_assert!(stays.iter().any(|other| month(other) == month(one) && other.taken_at >= one.taken_at));
                if age <= TimeDelta::days((all_days + more).into()) {
                    let is_of_day = |other: &&SnapshotAge| other.taken_at.date_naive() == one.taken_at.date_naive();
                    prop_assert!(stays.iter().filter(is_of_day).any(|other| other.taken_at >= one.taken_at));
                }
            }
            if all_days > 0 {
                let old = stays.iter().filter(|one| now() - one.taken_at > TimeDelta::days((all_days + more).into()));
                let months: Vec<_> = old.map(|one| (one.taken_at.year(), one.taken_at.month())).collect();
                let distinct: HashSet<_> = months.iter().collect();
                prop_assert_eq!(months.len(), distinct.len(), "one of a month");
            }
        }

        /// Thinning again changes nothing, and thinning often comes to the same as thinning once.
        #[test]
        fn thinning_often_is_thinning_once(hours in vec(0..30_000_i64, 1..60), days in 0..500_i64) {
            let (all, rule) = (snapshots(&hours), Retention::default());
            let once = kept(&all, &rule, now());
            prop_assert_eq!(rule.superfluous(&once, now()), []);
            let later = now() + TimeDelta::days(days);
            prop_assert_eq!(kept(&once, &rule, later), kept(&all, &rule, later));
        }
    }
}
