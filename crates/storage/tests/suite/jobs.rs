//! Jobs (F8, F10, H2, H4, H5): units are worked on by one owner at a time and survive an interruption.

use std::collections::BTreeSet;

use capability_config::{Settings, Support};
use fleet_model::{
    CriticalDevices, JobId, JobKind, JobOptions, JobRecord, JobState, JobUnit, JournalEntry, JournalPhase, Left,
    PageRequest, UnitCounts, UnitPreview, UnitState,
};
use rollout::Rollout;
use shelly_types::{Firmware, Generation, Mac, Model};
use storage::{Claim, JobWrite, RecordsMove, Store, UnitFinish, UnitHold, UnitProgress, UnitStep};
use sync_engine::{ApplyReport, Drift, Fingerprint, Observed, Outcome, PlanOptions};

use crate::world::{World, after, event, mac, now, on_both_databases};

on_both_databases!(
    a_job_comes_back_as_it_was_stored,
    units_are_taken_by_one_owner_only,
    not_more_are_in_flight_than_allowed,
    an_interrupted_unit_is_taken_over,
    who_took_a_unit_before_holds_it_no_more,
    a_job_is_called_off,
    a_unit_waits_for_its_device_and_goes_first_then,
    who_waits_too_long_is_given_up,
    a_unit_that_has_not_begun_gets_another_plan,
    a_plan_of_an_older_program_is_a_job,
);

pub(crate) fn record(world: &World, state: JobState) -> JobRecord {
    JobRecord {
        id: JobId::new(world.ids()),
        kind: JobKind::Configure,
        source: None,
        options: JobOptions::default(),
        created_at: now(),
        created_by: "token:me".to_owned(),
        expires_at: after(600),
        scope: "group garage".to_owned(),
        state,
        reason: None,
        approved_by: None,
        started_at: None,
        units: UnitCounts::default(),
        changes: 9,
        finished_at: None,
        revision: 0,
    }
}

pub(crate) fn one_unit(job_id: JobId, position: u32) -> JobUnit {
    JobUnit {
        job_id,
        mac: mac(1000 - position),
        position,
        ring: 0,
        state: UnitState::Pending,
        plan: Some(nothing_to_do(mac(1000 - position))),
        preview: UnitPreview::default(),
        report: None,
        rollback: None,
        reason: None,
        attempts: 0,
        lease_owner: None,
        lease_until: None,
        queued_until: None,
        woken_at: None,
        ended_at: None,
    }
}

async fn job(world: &World, units: u32, state: JobState) -> JobRecord {
    let job = record(world, state);
    let units = (0..units).map(|position| one_unit(job.id, position)).collect();
    world.store.job_insert(job, units, vec![event(1)]).await.expect("a new job").value
}

fn claim(job: JobId, owner: &str, seconds: i64, limit: u32) -> Claim {
    Claim {
        job,
        owner: owner.to_owned(),
        now: after(seconds),
        lease_until: after(seconds + 60),
        ring: 9,
        limit,
        at_once: None,
    }
}

fn to(job: &JobRecord, state: JobState) -> JobWrite {
    let (at, reason) = (after(9), None);
    JobWrite { id: job.id, revision: job.revision, state, at, reason, approved_by: None, leave: None }
}

fn nothing_to_do(mac: Mac) -> sync_engine::Plan {
    let resolution = sync_engine::resolve(&[], &[]);
    let plan = sync_engine::plan(mac, &resolution, &nothing_observed(), &Drift::default(), PlanOptions::default());
    assert_eq!(plan.base, Fingerprint::of(&Settings::new()));
    plan
}

fn nothing_observed() -> Observed {
    let support = Support::new(Generation::GEN2, Model::new("x"), Firmware::new("x"), []);
    Observed::new(Vec::new(), Settings::new(), support)
}

fn progress(unit: &JobUnit, step: UnitStep) -> UnitProgress {
    UnitProgress { hold: UnitHold::of(unit).expect("somebody has taken it"), step }
}

/// Ends a unit, and counts the units of its job; none when it was not held.
async fn finish(store: &Store, unit: &JobUnit, state: UnitState) -> Option<UnitCounts> {
    let finish = UnitFinish {
        state,
        at: after(7),
        queued_until: (state == UnitState::Queued).then(|| after(100)),
        report: None,
        rollback: None,
        reason: Some("because".to_owned()),
        proofs: Vec::new(),
        snapshot: None,
        drift: None,
        records: None,
        events: vec![event(1)],
    };
    let done = store.units_progress(vec![progress(unit, UnitStep::Finish(Box::new(finish)))]).await.unwrap();
    assert_eq!(done.value.len(), 1);
    assert_eq!(done.events.len(), usize::from(done.value[0]), "an event for what happened");
    if !done.value[0] {
        return None;
    }
    Some(store.job_get(unit.job_id).await.unwrap().unwrap().units)
}

/// A job of one device that somebody works on.
pub(crate) async fn running(world: &World, mac: Mac) -> (JobId, UnitHold) {
    let job = record(world, JobState::Running);
    let unit = JobUnit { mac, ..one_unit(job.id, 0) };
    let job = world.store.job_insert(job, vec![unit], vec![]).await.expect("a new job").value;
    let taken = world.store.claim_units(claim(job.id, "a", 0, 1)).await.unwrap();
    (job.id, UnitHold::of(&taken[0]).expect("somebody has taken it"))
}

/// The good end of a unit, with records that move.
pub(crate) fn finished(hold: UnitHold, records: Option<RecordsMove>) -> UnitProgress {
    let finish = UnitFinish {
        state: UnitState::Verified,
        at: after(7),
        queued_until: None,
        report: None,
        rollback: None,
        reason: None,
        proofs: Vec::new(),
        snapshot: None,
        drift: None,
        records,
        events: Vec::new(),
    };
    UnitProgress { hold, step: UnitStep::Finish(Box::new(finish)) }
}

async fn a_job_comes_back_as_it_was_stored(world: &World) {
    let rollout = Rollout {
        rings: vec!["1".parse().unwrap(), "noncritical".parse().unwrap()],
        at_once: Some(5),
        windows: vec!["mon-fri 22:00-04:00".parse().unwrap()],
        zone: "Europe/Berlin".parse().ok(),
        start_at: Some(after(60)),
        ..Rollout::default()
    };
    let (critical, source) = (CriticalDevices::Include, Some(JobId::new(world.ids())));
    let options = JobOptions { rollout, second_person: true, wait_s: Some(90), critical, ..JobOptions::default() };
    let made = JobRecord { options, kind: JobKind::Undo, source, ..record(world, JobState::Proposed) };
    let left = vec![Left { path: "wifi.sta.pass".parse().unwrap(), why: "secret".to_owned() }];
    let preview = UnitPreview { critical: true, left, read_at: Some(after(-60)), ..UnitPreview::default() };
    let units =
        (0..3).map(|position| JobUnit { ring: position, preview: preview.clone(), ..one_unit(made.id, position) });
    let stored = world.store.job_insert(made.clone(), units.collect(), vec![event(1)]).await.unwrap().value;
    assert_eq!((stored.revision, stored.units.pending, stored.units.total()), (1, 3, 3));
    assert_eq!(stored, JobRecord { revision: 1, units: stored.units, ..made });
    assert_eq!(world.store.job_get(stored.id).await.unwrap(), Some(stored.clone()));
    let units = world.store.job_units(stored.id).await.unwrap();
    assert_eq!(units.iter().map(|unit| (unit.position, unit.ring)).collect::<Vec<_>>(), [(0, 0), (1, 1), (2, 2)]);
    assert_eq!((&units[1].plan, &units[1].preview), (&Some(nothing_to_do(mac(999))), &preview));
    assert_eq!(world.store.job_unit(stored.id, mac(999)).await.unwrap().as_ref(), Some(&units[1]));
    let claimed = world.store.claim_units(claim(stored.id, "me", 0, 9)).await.unwrap();
    assert_eq!(claimed, [], "nobody said yes yet");
    let yes = JobWrite { approved_by: Some("token:you".to_owned()), ..to(&stored, JobState::Running) };
    let running = world.store.job_state_set(yes.clone(), vec![event(1)]).await.unwrap().value;
    assert_eq!((running.revision, running.started_at), (2, Some(after(9))));
    assert_eq!(running.approved_by.as_deref(), Some("token:you"));
    let again = world.store.job_state_set(yes, vec![]).await;
    assert!(again.unwrap_err().is_conflict(), "a yes counts once");
    assert_eq!(world.store.jobs_in_states(&[JobState::Running, JobState::Paused]).await.unwrap().len(), 1);
    let late = JobWrite { at: after(50), reason: Some("why".to_owned()), ..to(&running, JobState::Failed) };
    let done = world.store.job_state_set(late, vec![]).await.unwrap().value;
    assert_eq!(
        (done.finished_at, done.started_at, done.reason.as_deref()),
        (Some(after(50)), Some(after(9)), Some("why"))
    );
    let other = job(world, 0, JobState::Proposed).await;
    let page = world.store.jobs_page(PageRequest::first(1)).await.unwrap();
    assert_eq!(page.items, [other]);
    let request = PageRequest { cursor: page.next, limit: None };
    assert_eq!(world.store.jobs_page(request).await.unwrap().items, [done]);
}

async fn units_are_taken_by_one_owner_only(world: &World) {
    let job = job(world, 40, JobState::Running).await;
    let neighbour = world.neighbour().await;
    let claims = (0..20).map(|number| {
        let store = if number % 2 == 0 { &world.store } else { &neighbour };
        store.claim_units(claim(job.id, &format!("worker {number}"), 0, 3))
    });
    let claimed = futures::future::join_all(claims).await;
    let claimed: Vec<JobUnit> = claimed.into_iter().flat_map(Result::unwrap).collect();
    assert_eq!(claimed.iter().map(|unit| unit.mac).collect::<BTreeSet<_>>().len(), claimed.len(), "no unit twice");
    assert_eq!(claimed.len(), 40, "nothing stays behind");
    let unit = &claimed[0];
    assert_eq!((unit.state, unit.attempts, unit.lease_until), (UnitState::Running, 1, Some(after(60))));
}

/// H4: the limit holds over all who work on a job.
async fn not_more_are_in_flight_than_allowed(world: &World) {
    let job = job(world, 30, JobState::Running).await;
    let neighbour = world.neighbour().await;
    let claims = (0..12).map(|number| {
        let store = if number % 2 == 0 { &world.store } else { &neighbour };
        store.claim_units(Claim { at_once: Some(5), ..claim(job.id, &format!("worker {number}"), 0, 3) })
    });
    let claimed = futures::future::join_all(claims).await;
    let claimed: Vec<JobUnit> = claimed.into_iter().flat_map(Result::unwrap).collect();
    assert_eq!(claimed.len(), 5);
    finish(&world.store, &claimed[0], UnitState::Verified).await.unwrap();
    let next = Claim { at_once: Some(5), ..claim(job.id, "me", 0, 9) };
    assert_eq!(world.store.claim_units(next.clone()).await.unwrap().len(), 1);
    let later = Claim { now: after(61), lease_until: after(99), ..next };
    assert_eq!(world.store.claim_units(later).await.unwrap().len(), 5, "what was abandoned is not in flight");
}

async fn an_interrupted_unit_is_taken_over(world: &World) {
    let job = job(world, 2, JobState::Running).await;
    let claim = |owner: &str, seconds: i64| world.store.claim_units(claim(job.id, owner, seconds, 1));
    let first = claim("old", 0).await.unwrap().remove(0);
    let second = claim("old", 0).await.unwrap().remove(0);
    let line = |phase, step, detail: Option<&str>| JournalEntry {
        job_id: job.id,
        mac: first.mac,
        step,
        phase,
        detail: detail.map(str::to_owned),
        at: after(1),
    };
    let lines = [
        line(JournalPhase::Started, Some(0), None),
        line(JournalPhase::Refused, Some(0), Some("busy")),
        line(JournalPhase::RollingBack, None, None),
    ];
    let (verdicts, disturbed) = (Vec::new(), Vec::new());
    let report = ApplyReport { verdicts, disturbed, restarted: true, ..ApplyReport::empty(Outcome::Unverified) };
    let write = |unit: &JobUnit| {
        let step = |entry: &JournalEntry| {
            let report = entry.step.is_none().then(|| Box::new(report.clone()));
            UnitStep::Journal { entry: entry.clone(), lease_until: after(60), report }
        };
        world.store.units_progress(lines.iter().map(|line| progress(unit, step(line))).collect())
    };
    assert_eq!(write(&first).await.unwrap().value, [true; 3]);
    let stranger = JobUnit { lease_owner: Some("another".to_owned()), ..first.clone() };
    assert_eq!(write(&stranger).await.unwrap().value, [false; 3], "only the owner writes");
    world.store.unit_lease_extend(UnitHold::of(&second).unwrap(), after(500)).await.unwrap();
    assert_eq!(claim("new", 59).await.unwrap(), [], "both are held");
    let rings = world.store.job_rings(job.id, after(61)).await.unwrap();
    assert_eq!((rings[0].waiting, rings[0].in_flight), (1, 1), "one was abandoned");
    let taken = claim("new", 61).await.unwrap().remove(0);
    assert_eq!((taken.mac, taken.attempts, &taken.report), (first.mac, 2, &Some(report)));
    assert_eq!(world.store.journal(job.id, first.mac).await.unwrap(), lines);
    assert_eq!(finish(&world.store, &first, UnitState::Failed).await, None);
    let extend = world.store.unit_lease_extend(UnitHold::of(&first).unwrap(), after(999)).await;
    assert!(extend.unwrap_err().is_conflict());
    let counts = finish(&world.store, &taken, UnitState::Verified).await.unwrap();
    assert_eq!((counts.verified, counts.running, counts.outcome()), (1, 1, None));
    let counts = finish(&world.store, &second, UnitState::Failed).await.unwrap();
    assert_eq!(counts.outcome(), Some(JobState::Failed));
    let unit = world.store.job_unit(job.id, second.mac).await.unwrap().unwrap();
    assert_eq!((unit.reason.as_deref(), unit.lease_owner, unit.lease_until), (Some("because"), None, None));
    let rings = world.store.job_rings(job.id, after(61)).await.unwrap();
    assert_eq!((rings[0].good, rings[0].bad, rings[0].ended_at), (1, 1, Some(after(7))));
}

/// H2: the same owner that takes a unit again does not take an answer of its earlier attempt for one of the new.
async fn who_took_a_unit_before_holds_it_no_more(world: &World) {
    let job = job(world, 1, JobState::Running).await;
    let slow = world.store.claim_units(claim(job.id, "me", 0, 1)).await.unwrap().remove(0);
    let again = world.store.claim_units(claim(job.id, "me", 61, 1)).await.unwrap().remove(0);
    assert_eq!(again.attempts, 2);
    assert_eq!(finish(&world.store, &slow, UnitState::Failed).await, None);
    assert!(finish(&world.store, &again, UnitState::Verified).await.is_some());
}

/// H5: what runs is finished, what has not begun is given up, and a held job gives no units.
async fn a_job_is_called_off(world: &World) {
    let job = job(world, 3, JobState::Running).await;
    let unit = world.store.claim_units(claim(job.id, "me", 0, 1)).await.unwrap().remove(0);
    let paused = world.store.job_state_set(to(&job, JobState::Paused), vec![]).await.unwrap().value;
    assert_eq!(world.store.claim_units(claim(job.id, "me", 99, 9)).await.unwrap(), []);
    let off = JobWrite { leave: Some("called off".to_owned()), ..to(&paused, JobState::Cancelled) };
    let counts = world.store.job_state_set(off, vec![]).await.unwrap().value.units;
    assert_eq!((counts.cancelled, counts.running), (2, 1));
    let counts = finish(&world.store, &unit, UnitState::Verified).await.unwrap();
    assert_eq!((counts.verified, counts.open()), (1, 0), "what ran is finished");
    let units = world.store.job_units(job.id).await.unwrap();
    assert_eq!((units[1].reason.as_deref(), units[1].ended_at), (Some("called off"), Some(after(9))));
    let nowhere = world.store.claim_units(claim(JobId::new(world.ids()), "me", 0, 1)).await;
    assert!(nowhere.unwrap_err().is_not_found());
}

async fn a_unit_waits_for_its_device_and_goes_first_then(world: &World) {
    let job = job(world, 4, JobState::Running).await;
    let claim = |limit| world.store.claim_units(claim(job.id, "me", 0, limit));
    let away = claim(1).await.unwrap().remove(0);
    let counts = finish(&world.store, &away, UnitState::Queued).await.unwrap();
    assert_eq!((counts.queued, counts.open(), counts.outcome()), (1, 4, None));
    assert_eq!(world.store.macs_waited_for().await.unwrap(), [away.mac]);
    assert_eq!(world.store.job_rings(job.id, now()).await.unwrap()[0].away, 1);
    assert_eq!(claim(1).await.unwrap()[0].position, 1, "others are not held up");
    assert_eq!(world.store.units_wake(mac(1), after(5)).await.unwrap(), []);
    assert_eq!(world.store.units_wake(away.mac, after(5)).await.unwrap(), [job.id]);
    assert_eq!(world.store.units_wake(away.mac, after(6)).await.unwrap(), [], "it is woken once");
    let woken = claim(9).await.unwrap();
    assert_eq!(woken.iter().map(|unit| unit.position).collect::<Vec<_>>(), [0, 2, 3]);
    assert_eq!((woken[0].mac, woken[0].attempts, woken[0].woken_at), (away.mac, 2, Some(after(5))));
    assert_eq!(world.store.macs_waited_for().await.unwrap(), []);
}

async fn who_waits_too_long_is_given_up(world: &World) {
    let job = job(world, 1, JobState::Running).await;
    let away = world.store.claim_units(claim(job.id, "me", 0, 1)).await.unwrap().remove(0);
    finish(&world.store, &away, UnitState::Queued).await.unwrap();
    let why = || "it did not come back".to_owned();
    assert_eq!(world.store.units_give_up(job.id, after(99), why()).await.unwrap().value, 0);
    let done = world.store.units_give_up(job.id, after(100), why()).await.unwrap();
    assert_eq!((done.value, done.events.len(), done.events[0].mac), (1, 1, Some(away.mac)));
    let unit = world.store.job_unit(job.id, away.mac).await.unwrap().unwrap();
    assert_eq!((unit.state, unit.reason, unit.ended_at), (UnitState::Failed, Some(why()), Some(after(100))));
}

async fn a_unit_that_has_not_begun_gets_another_plan(world: &World) {
    let older = job(world, 2, JobState::Paused).await;
    let newer = job(world, 1, JobState::Running).await;
    job(world, 1, JobState::Proposed).await;
    let found = world.store.units_before(newer.id, vec![mac(1000), mac(1)]).await.unwrap();
    assert_eq!(found.iter().map(|unit| (unit.job_id, unit.mac)).collect::<Vec<_>>(), [(older.id, mac(1000))]);
    let other = || nothing_to_do(mac(7));
    let skip = Some("replaced".to_owned());
    assert!(world.store.unit_replan(older.id, mac(999), other(), None, after(3)).await.unwrap());
    assert!(world.store.unit_replan(older.id, mac(1000), other(), skip, after(3)).await.unwrap());
    assert!(!world.store.unit_replan(older.id, mac(1000), other(), None, after(3)).await.unwrap(), "it has ended");
    let units = world.store.job_units(older.id).await.unwrap();
    assert_eq!((units[0].state, units[0].reason.as_deref()), (UnitState::Skipped, Some("replaced")));
    assert_eq!((units[1].state, &units[1].plan), (UnitState::Pending, &Some(other())));
}

/// W47: what the migration did not know of an older row has its usual meaning.
async fn a_plan_of_an_older_program_is_a_job(world: &World) {
    let id = JobId::new(world.ids());
    world
        .execute(&format!(
            "INSERT INTO jobs (id, created_at, created_by, expires_at, scope, state, changes, revision)
             VALUES ('{id}', '2025-11-24 10:00:00', 'local', '2025-11-24 11:00:00', 'all devices', 'running', 1, 2);
             INSERT INTO job_units (job_id, mac, position, state, attempts)
             VALUES ('{id}', '{}', 0, 'pending', 0)",
            mac(7)
        ))
        .await;
    let job = world.store.job_get(id).await.unwrap().unwrap();
    assert_eq!((job.kind, job.options, job.source), (JobKind::Configure, JobOptions::default(), None));
    let unit = world.store.claim_units(claim(id, "me", 0, 9)).await.unwrap().remove(0);
    assert_eq!((unit.ring, unit.preview, unit.rollback), (0, UnitPreview::default(), None));
}
