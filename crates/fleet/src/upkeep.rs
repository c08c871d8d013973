//! Removes what is old, a little at a time: one manager of several, once a day, and when somebody asks for it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use fleet_model::{Actor, FleetEvent, NewEvent, Permission, Retention, Swept, UpkeepRecord};
use storage::{Amount, Old, UpkeepClaim};
use tokio::time::Instant;

use crate::{Error, ErrorKind, Fleet};

/// Name of this work in the database.
const NAME: &str = "sweep";

/// Rows that are removed in one transaction. Others wait for the one writer of SQLite meanwhile.
const BATCH: u32 = 500;

/// The same of snapshots, each of which is a whole configuration, and of jobs, each with its devices.
const LARGE_BATCH: u32 = 25;

/// Devices whose snapshots are looked at before the next ones are asked for.
const DEVICES: u32 = 200;

/// Pause between two transactions, in which others write.
const PAUSE: Duration = Duration::from_millis(20);

/// How long the work is ours without a sign of life.
const LEASE: TimeDelta = TimeDelta::minutes(5);

/// Time between two signs of life.
const SIGN: Duration = Duration::from_secs(10);

/// How long somebody who asked waits for it; what is left then is told, and done when asked again.
const PATIENCE: Duration = Duration::from_mins(1);

/// What is kept, and what was removed last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upkeep {
    /// How long things are kept.
    pub retention: Retention,
    /// Time between two removals; none when it is done only when asked for.
    pub interval: Option<Duration>,
    /// The last one; none when there was none yet.
    pub last: Option<UpkeepRecord>,
}

/// What a removal came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SweepOutcome {
    /// How much was removed, or would be.
    pub removed: Swept,
    /// Nothing that is old is left.
    pub is_done: bool,
}

impl Fleet {
    /// How long things are kept, and what was removed last.
    pub async fn upkeep(&self, actor: &Actor) -> Result<Upkeep, Error> {
        Self::authorize(actor, Permission::Read)?;
        let last = self.store().upkeep_get(NAME).await?;
        Ok(Upkeep { retention: self.options().retention, interval: self.options().sweep_interval, last })
    }

    /// How much would be removed now. Nothing is.
    pub async fn sweep_check(&self, actor: &Actor) -> Result<SweepOutcome, Error> {
        Self::authorize(actor, Permission::Read)?;
        let (rule, now) = (self.options().retention, self.now());
        let mut removed = Swept::default();
        for (old, before) in due(&rule, now) {
            *count_of(&mut removed, old) += self.store().old_forget(old, before, Amount::Count).await?;
        }
        let mut after = None;
        loop {
            let macs = self.store().snapshot_devices(after, DEVICES).await?;
            let Some(last) = macs.last().copied() else { break };
            for mac in macs {
                removed.snapshots += self.store().snapshots_thin(mac, rule, now, Amount::Count).await?;
            }
            after = Some(last);
        }
        Ok(SweepOutcome { removed, is_done: true })
    }

    /// Removes what is old, for a minute at most. `Conflict` when another manager is at it.
    pub async fn sweep(&self, actor: &Actor) -> Result<SweepOutcome, Error> {
        Self::authorize(actor, Permission::Admin)?;
        let now = self.now();
        if !self.sweep_claim(now).await? {
            return Err(Error::new("what is old is being removed already", ErrorKind::Conflict));
        }
        self.sweep_held(actor, Some(Instant::now() + PATIENCE)).await
    }

    /// Does it when it is due and nobody else does.
    pub(crate) async fn sweep_turn(&self, interval: Duration) -> Result<(), Error> {
        let since = self.now() - TimeDelta::from_std(interval).unwrap_or(TimeDelta::days(1));
        if self.sweep_claim(since).await? {
            self.sweep_held(&Actor::System, None).await?;
        }
        Ok(())
    }

    async fn sweep_claim(&self, unless_since: DateTime<Utc>) -> Result<bool, Error> {
        let (now, owner) = (self.now(), self.owner().to_owned());
        let claim = UpkeepClaim { name: NAME, owner, now, lease_until: now + LEASE, unless_since };
        Ok(self.store().upkeep_claim(claim).await?)
    }

    /// Removes what is old while the work is ours, and lets it go.
    async fn sweep_held(&self, actor: &Actor, until: Option<Instant>) -> Result<SweepOutcome, Error> {
        let mut sweep =
            Sweep { fleet: self, until, signed_at: Instant::now(), removed: Swept::default(), is_done: true };
        let done = sweep.run().await;
        let (removed, is_done) = (sweep.removed, sweep.is_done && done.is_ok());
        let event = (removed.total() > 0).then_some(FleetEvent::OldRemoved { removed });
        let events = event.map(|event| NewEvent::new(self.now(), actor, event)).into_iter().collect();
        let ended_at = is_done.then(|| self.now());
        let finished = self.store().upkeep_finish(NAME, self.owner().to_owned(), ended_at, removed, events).await;
        done?;
        self.publish(finished?.events);
        if removed.total() > 0 {
            let Swept { events, snapshots, jobs, provisionings, scans, sightings, waivers, codes, tokens } = removed;
            tracing::info!(
                events,
                snapshots,
                jobs,
                provisionings,
                scans,
                sightings,
                waivers,
                codes,
                tokens,
                done = is_done,
                "removed what is old"
            );
        }
        Ok(SweepOutcome { removed, is_done })
    }
}

/// A removal on its way.
struct Sweep<'a> {
    fleet: &'a Fleet,
    /// When it has to be left.
    until: Option<Instant>,
    /// The last sign of life.
    signed_at: Instant,
    removed: Swept,
    is_done: bool,
}

impl Sweep<'_> {
    async fn run(&mut self) -> Result<(), Error> {
        let (rule, now) = (self.fleet.options().retention, self.fleet.now());
        for (old, before) in due(&rule, now) {
            let batch = if matches!(old, Old::Jobs | Old::Provisionings) { LARGE_BATCH } else { BATCH };
            loop {
                let removed = self.fleet.store().old_forget(old, before, Amount::Remove(batch)).await?;
                *count_of(&mut self.removed, old) += removed;
                if removed == 0 {
                    break;
                }
                if !self.goes_on().await? {
                    return Ok(());
                }
            }
        }
        self.thin(&rule, now).await
    }

    async fn thin(&mut self, rule: &Retention, now: DateTime<Utc>) -> Result<(), Error> {
        let mut after = None;
        loop {
            let macs = self.fleet.store().snapshot_devices(after, DEVICES).await?;
            let Some(last) = macs.last().copied() else { return Ok(()) };
            for mac in macs {
                // Most devices have nothing to let go, and reading holds nobody up.
                if self.fleet.store().snapshots_thin(mac, *rule, now, Amount::Count).await? == 0 {
                    if !self.is_ours_still().await? {
                        return Ok(());
                    }
                    continue;
                }
                loop {
                    let amount = Amount::Remove(LARGE_BATCH);
                    let removed = self.fleet.store().snapshots_thin(mac, *rule, now, amount).await?;
                    self.removed.snapshots += removed;
                    if !self.goes_on().await? {
                        return Ok(());
                    }
                    if removed < u64::from(LARGE_BATCH) {
                        break;
                    }
                }
            }
            after = Some(last);
        }
    }

    /// Lets others write, and says whether there is time for more.
    async fn goes_on(&mut self) -> Result<bool, Error> {
        let goes_on = self.is_ours_still().await?;
        if goes_on {
            tokio::time::sleep(PAUSE).await;
        }
        Ok(goes_on)
    }

    /// Shows a sign of life, and says whether there is time for more.
    async fn is_ours_still(&mut self) -> Result<bool, Error> {
        let is_late = self.until.is_some_and(|until| Instant::now() >= until);
        if is_late || self.fleet.stop_token().is_cancelled() {
            self.is_done = false;
            return Ok(false);
        }
        if self.signed_at.elapsed() >= SIGN {
            self.signed_at = Instant::now();
            let (owner, lease_until) = (self.fleet.owner().to_owned(), self.fleet.now() + LEASE);
            self.fleet.store().upkeep_progress(NAME, owner, lease_until, self.removed).await?;
        }
        Ok(true)
    }
}

/// What goes, and since when it has to be of no use for that. Snapshots have a rule of their own.
fn due(rule: &Retention, now: DateTime<Utc>) -> Vec<(Old, DateTime<Utc>)> {
    let of = |before: Option<DateTime<Utc>>, old: &[Old]| {
        let pairs = old.iter().filter_map(move |old| Some((*old, before?)));
        pairs.collect::<Vec<_>>()
    };
    let leftovers = [Old::Scans, Old::Sightings, Old::DriftWaivers, Old::RuleWaivers, Old::Codes, Old::Tokens];
    [
        of(rule.events_before(now), &[Old::Events]),
        // What a provisioning refers to is free after it.
        of(rule.jobs_before(now), &[Old::Provisionings, Old::Jobs]),
        of(rule.leftovers_before(now), &leftovers),
    ]
    .concat()
}

fn count_of(swept: &mut Swept, old: Old) -> &mut u64 {
    match old {
        Old::Events => &mut swept.events,
        Old::Jobs => &mut swept.jobs,
        Old::Provisionings => &mut swept.provisionings,
        Old::Scans => &mut swept.scans,
        Old::Sightings => &mut swept.sightings,
        Old::DriftWaivers | Old::RuleWaivers => &mut swept.waivers,
        Old::Codes => &mut swept.codes,
        Old::Tokens => &mut swept.tokens,
    }
}
