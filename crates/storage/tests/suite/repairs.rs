//! Policies of repair, and the jobs that they make (G3).

use fleet_model::{
    DriftCause, DriftItem, FleetEvent, JobKind, JobRecord, JobState, JobUnit, LayerOwner, NewEvent, PolicyRecord,
    RepairRules, RepairScope,
};
use storage::RepairClaim;
use sync_engine::{RepairMode, RepairPolicy};

use crate::{
    jobs::{one_unit, record},
    world::{World, after, event, mac, now, on_both_databases},
};

on_both_databases!(a_policy_goes_with_whose_it_is, one_drift_is_repaired_once, the_same_is_told_once);

fn policy(scope: RepairScope, mode: RepairMode) -> PolicyRecord {
    let policy = RepairPolicy { mode, ..RepairPolicy::default() };
    let windows = vec!["mon-fri 22:00-04:00".parse().expect("a window")];
    let rules = RepairRules { policy, windows, zone: "Europe/Vienna".parse().ok() };
    PolicyRecord { scope, owner: None, rules, updated_at: now(), updated_by: "local".to_owned() }
}

async fn a_policy_goes_with_whose_it_is(world: &World) {
    world.device(1).await;
    let (house, group) = (world.location("house", None).await, world.group("hall").await);
    let hall = world.location("hall", Some(house.id)).await;
    let scopes =
        [RepairScope::Fleet, RepairScope::Location(hall.id), RepairScope::Group(group.id), RepairScope::Device(mac(1))];
    for scope in scopes {
        let set = world.store.repair_policy_set(policy(scope, RepairMode::Ask), vec![event(1)]).await.unwrap();
        assert_eq!(set.events.len(), 1);
    }
    world.store.repair_policy_set(policy(scopes[2], RepairMode::Repair), vec![]).await.map(drop).unwrap();
    let stored = world.store.repair_policies().await.unwrap();
    let of = |scope| stored.iter().find(|policy| policy.scope == scope).cloned().unwrap();
    assert_eq!(stored.len(), 4);
    assert_eq!(of(scopes[0]), policy(scopes[0], RepairMode::Ask));
    assert_eq!(of(scopes[1]).owner, Some(LayerOwner { name: "hall".to_owned(), rank: 1 }), "one is around it");
    assert_eq!(of(scopes[2]).rules.policy.mode, RepairMode::Repair);
    world.store.device_delete(mac(1), vec![]).await.map(drop).unwrap();
    world.store.group_delete(group.id, vec![]).await.map(drop).unwrap();
    assert_eq!(world.store.repair_policies().await.unwrap().len(), 2);
    world.store.repair_policy_delete(RepairScope::Fleet, vec![]).await.map(drop).unwrap();
    assert!(world.store.repair_policy_delete(RepairScope::Fleet, vec![]).await.unwrap_err().is_not_found());
    let stranger = policy(RepairScope::Device(mac(9)), RepairMode::Off);
    assert!(world.store.repair_policy_set(stranger, vec![]).await.unwrap_err().is_not_found());
}

fn job(world: &World, approved_by: Option<&str>) -> (JobRecord, Vec<JobUnit>) {
    let record = JobRecord {
        kind: JobKind::Repair,
        created_by: "policy:fleet".to_owned(),
        scope: "drift".to_owned(),
        approved_by: approved_by.map(str::to_owned),
        started_at: Some(now()),
        changes: 1,
        ..record(world, JobState::Running)
    };
    let unit = JobUnit { mac: mac(1), plan: None, ..one_unit(record.id, 0) };
    (record, vec![unit])
}

async fn one_drift_is_repaired_once(world: &World) {
    world.device(1).await;
    let path = || "switch:0.name".parse().expect("a path");
    let item = DriftItem { mac: mac(1), path: path(), found_at: now(), cause: DriftCause::Device, repair: None };
    world.store.drift_items_change(mac(1), vec![item], vec![]).await.unwrap();
    let seen = world.store.repairs_since(after(-60)).await.unwrap();
    assert_eq!((seen.newest, seen.repairs.len()), (None, 0));
    let claims = || vec![RepairClaim { mac: mac(1), path: path() }];
    let neighbour = world.neighbour().await;
    let ((one, units), (two, others)) = (job(world, Some("policy:fleet")), job(world, Some("policy:fleet")));
    let first = world.store.repair_insert(one.clone(), units, claims(), None, vec![event(1)]);
    let second = neighbour.repair_insert(two, others, claims(), None, vec![event(1)]);
    let made = match tokio::join!(first, second) {
        (Ok(made), Err(late)) | (Err(late), Ok(made)) => {
            assert!(late.is_conflict(), "{late}");
            made.value.id
        }
        both => panic!("{both:?}"),
    };
    assert_eq!(
        world.store.jobs_in_states(&[JobState::Running]).await.unwrap().len(),
        1,
        "of the other nothing is there"
    );
    assert_eq!(world.store.drift_items(vec![mac(1)]).await.unwrap()[0].repair, Some(made));
    let seen = world.store.repairs_since(after(-60)).await.unwrap();
    assert_eq!(seen.newest, Some(made));
    assert!(seen.repairs[0].is_by_itself() && seen.repairs[0].mac == mac(1), "{seen:?}");
    let later = world.store.repairs_since(after(60)).await.unwrap();
    assert_eq!(later.repairs, seen.repairs, "the difference is there still");
    world.store.drift_items_change(mac(1), vec![], vec![path()]).await.unwrap();
    assert_eq!(world.store.repairs_since(after(60)).await.unwrap().repairs, []);
    let (asked, units) = job(world, None);
    world.store.repair_insert(asked, units, vec![], seen.newest, vec![]).await.map(drop).unwrap();
    let seen = world.store.repairs_since(after(-60)).await.unwrap();
    assert_eq!((seen.repairs.len(), seen.repairs[1].is_by_itself()), (2, false));
}

async fn the_same_is_told_once(world: &World) {
    let left = |reason: &str| {
        let event = FleetEvent::RepairLeft {
            policy: "fleet".to_owned(),
            paths: vec!["switch:0.name".to_owned()],
            reason: reason.to_owned(),
        };
        NewEvent { event, ..crate::world::event(1) }
    };
    assert_eq!(world.store.event_tell_once(left("critical"), after(-60)).await.unwrap().len(), 1);
    assert_eq!(world.store.event_tell_once(left("critical"), after(-60)).await.unwrap().len(), 0);
    assert_eq!(world.store.event_tell_once(left("risky"), after(-60)).await.unwrap().len(), 1);
    assert_eq!(world.store.event_tell_once(left("critical"), after(60)).await.unwrap().len(), 1, "that was long ago");
}
