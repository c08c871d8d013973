//! Plans (F8, F10): units are worked on by one owner at a time and survive an interruption.

use std::collections::BTreeSet;

use capability_config::{Settings, Support};
use fleet_model::{
    JournalEntry, JournalPhase, PageRequest, PlanId, PlanRecord, PlanState, PlanUnit, UnitCounts, UnitState,
};
use shelly_types::{Firmware, Generation, Mac, Model};
use storage::{Store, UnitFinish, UnitProgress, UnitStep};
use sync_engine::{Drift, Fingerprint, Observed, PlanOptions};

use crate::world::{World, after, event, mac, now, on_both_databases};

on_both_databases!(
    a_plan_comes_back_as_it_was_stored,
    units_are_taken_by_one_owner_only,
    an_interrupted_unit_is_taken_over,
    a_plan_is_called_off,
);

async fn plan(world: &World, units: u32, state: PlanState) -> PlanRecord {
    let id = PlanId::new(world.ids());
    let plan = PlanRecord {
        id,
        created_at: now(),
        created_by: "token:me".to_owned(),
        expires_at: after(600),
        scope: "group garage".to_owned(),
        state,
        units: UnitCounts::default(),
        changes: 9,
        finished_at: None,
        revision: 0,
    };
    let unit = |position: u32| PlanUnit {
        plan_id: id,
        mac: mac(1000 - position),
        position,
        state: UnitState::Pending,
        plan: Some(nothing_to_do(mac(1000 - position))),
        report: None,
        reason: None,
        attempts: 0,
        lease_owner: None,
        lease_until: None,
    };
    let done = world.store.plan_insert(plan, (0..units).map(unit).collect(), vec![event(1)]).await;
    done.expect("a new plan").value
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

fn progress(unit: &PlanUnit, owner: &str, step: UnitStep) -> UnitProgress {
    UnitProgress { plan_id: unit.plan_id, mac: unit.mac, owner: owner.to_owned(), step }
}

/// Ends a unit, and counts the units of its plan; none when the owner did not hold it.
async fn finish(store: &Store, unit: &PlanUnit, owner: &str, state: UnitState) -> Option<UnitCounts> {
    let finish = UnitFinish {
        state,
        report: None,
        reason: Some("because".to_owned()),
        proofs: Vec::new(),
        snapshot: None,
        snapshot_event: None,
        drift: None,
        events: vec![event(1)],
    };
    let done = store.units_progress(vec![progress(unit, owner, UnitStep::Finish(Box::new(finish)))]).await.unwrap();
    assert_eq!(done.value.len(), 1);
    assert_eq!(done.events.len(), usize::from(done.value[0]), "an event for what happened");
    if !done.value[0] {
        return None;
    }
    Some(store.plan_get(unit.plan_id).await.unwrap().unwrap().units)
}

async fn a_plan_comes_back_as_it_was_stored(world: &World) {
    let stored = plan(world, 3, PlanState::Proposed).await;
    assert_eq!((stored.revision, stored.units.pending, stored.units.total()), (1, 3, 3));
    assert_eq!(world.store.plan_get(stored.id).await.unwrap(), Some(stored.clone()));
    let units = world.store.plan_units(stored.id).await.unwrap();
    assert_eq!(units.iter().map(|unit| unit.position).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(units[1].plan, Some(nothing_to_do(mac(999))));
    assert_eq!(world.store.plan_unit(stored.id, mac(999)).await.unwrap().as_ref(), Some(&units[1]));
    let claimed = world.store.claim_units(stored.id, "me".to_owned(), now(), after(60), 9).await.unwrap();
    assert_eq!(claimed, [], "nobody said yes yet");
    let running = world.store.plan_state_set(stored.id, 1, PlanState::Running, now(), vec![event(1)]).await;
    assert_eq!(running.unwrap().value.revision, 2);
    let again = world.store.plan_state_set(stored.id, 1, PlanState::Running, now(), vec![]).await;
    assert!(again.unwrap_err().is_conflict(), "a yes counts once");
    assert_eq!(world.store.plans_in_state(PlanState::Running).await.unwrap().len(), 1);
    let done = world.store.plan_state_set(stored.id, 2, PlanState::Failed, after(9), vec![]).await.unwrap().value;
    assert_eq!(done.finished_at, Some(after(9)));
    let other = plan(world, 0, PlanState::Proposed).await;
    let page = world.store.plans_page(PageRequest::first(1)).await.unwrap();
    assert_eq!(page.items, [other]);
    let request = PageRequest { cursor: page.next, limit: None };
    assert_eq!(world.store.plans_page(request).await.unwrap().items, [done]);
}

async fn units_are_taken_by_one_owner_only(world: &World) {
    let plan = plan(world, 40, PlanState::Running).await;
    let neighbour = world.neighbour().await;
    let claims = (0..20).map(|number| {
        let store = if number % 2 == 0 { &world.store } else { &neighbour };
        store.claim_units(plan.id, format!("worker {number}"), now(), after(60), 3)
    });
    let claimed = futures::future::join_all(claims).await;
    let claimed: Vec<PlanUnit> = claimed.into_iter().flat_map(Result::unwrap).collect();
    assert_eq!(claimed.iter().map(|unit| unit.mac).collect::<BTreeSet<_>>().len(), claimed.len(), "no unit twice");
    let mut all = claimed.len();
    // A claim may come home with less than it asked for while others are at it, but nothing stays behind.
    while let units @ [_, ..] =
        world.store.claim_units(plan.id, "last".to_owned(), now(), after(60), 3).await.unwrap().as_slice()
    {
        all += units.len();
    }
    assert_eq!(all, 40);
    let unit = &claimed[0];
    assert_eq!((unit.state, unit.attempts, unit.lease_until), (UnitState::Running, 1, Some(after(60))));
}

async fn an_interrupted_unit_is_taken_over(world: &World) {
    let plan = plan(world, 2, PlanState::Running).await;
    let claim = |owner: &str, seconds: i64| {
        world.store.claim_units(plan.id, owner.to_owned(), after(seconds), after(seconds + 60), 1)
    };
    let first = claim("old", 0).await.unwrap().remove(0);
    let second = claim("old", 0).await.unwrap().remove(0);
    let line = |phase, step, detail: Option<&str>| JournalEntry {
        plan_id: plan.id,
        mac: first.mac,
        step,
        phase,
        detail: detail.map(str::to_owned),
        at: after(1),
    };
    let lines = [
        line(JournalPhase::Started, Some(0), None),
        line(JournalPhase::Refused, Some(0), Some("busy")),
        line(JournalPhase::Judged, None, None),
    ];
    let write = |owner: &str| {
        let step = |entry: &JournalEntry| UnitStep::Journal { entry: entry.clone(), lease_until: after(60) };
        world.store.units_progress(lines.iter().map(|line| progress(&first, owner, step(line))).collect())
    };
    assert_eq!(write("old").await.unwrap().value, [true; 3]);
    assert_eq!(write("another").await.unwrap().value, [false; 3], "only the owner writes");
    world.store.unit_lease_extend(plan.id, second.mac, "old".to_owned(), after(500)).await.unwrap();
    assert_eq!(claim("new", 59).await.unwrap(), [], "both are held");
    let taken = claim("new", 61).await.unwrap().remove(0);
    assert_eq!((taken.mac, taken.attempts), (first.mac, 2));
    assert_eq!(world.store.journal(plan.id, first.mac).await.unwrap(), lines);
    assert_eq!(finish(&world.store, &first, "old", UnitState::Failed).await, None);
    let extend = world.store.unit_lease_extend(plan.id, first.mac, "old".to_owned(), after(999)).await;
    assert!(extend.unwrap_err().is_conflict());
    let counts = finish(&world.store, &taken, "new", UnitState::Verified).await.unwrap();
    assert_eq!((counts.verified, counts.running, counts.outcome()), (1, 1, None));
    let counts = finish(&world.store, &second, "old", UnitState::Failed).await.unwrap();
    assert_eq!(counts.outcome(), Some(PlanState::Failed));
    let unit = world.store.plan_unit(plan.id, second.mac).await.unwrap().unwrap();
    assert_eq!((unit.reason.as_deref(), unit.lease_owner, unit.lease_until), (Some("because"), None, None));
}

async fn a_plan_is_called_off(world: &World) {
    let plan = plan(world, 3, PlanState::Running).await;
    let unit = world.store.claim_units(plan.id, "me".to_owned(), now(), after(60), 1).await.unwrap().remove(0);
    let counts = world.store.units_skip_pending(plan.id, "called off".to_owned(), vec![]).await.unwrap().value;
    assert_eq!((counts.skipped, counts.running), (2, 1));
    let counts = finish(&world.store, &unit, "me", UnitState::Pending).await.unwrap();
    assert_eq!(counts.pending, 1, "given back");
    let nowhere = world.store.claim_units(PlanId::new(world.ids()), "me".to_owned(), now(), after(60), 1).await;
    assert!(nowhere.unwrap_err().is_not_found());
}
