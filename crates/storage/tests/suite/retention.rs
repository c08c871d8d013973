//! What is old goes in small transactions, what something refers to stays, and one manager of several does it.

use std::collections::BTreeMap;

use capability_config::Settings;
use chrono::{DateTime, TimeDelta, Utc};
use fleet_model::{
    Actor, AddressIs, AgentCodeId, AgentCodeRecord, AgentTask, DriftCause, DriftItem, DriftWaiver, FleetEvent, JobId,
    JobKind, JobRecord, JobState, JobUnit, NewEvent, PageRequest, Permission, ProvisioningId, ProvisioningRecord,
    Retention, ScanId, ScanRecord, ScanState, SightingRecord, SightingSource, SightingState, SnapshotCause, SnapshotId,
    SnapshotRecord, Succession, Swept, TaskCounts, TaskState, TokenId, TokenRecord, UnitPreview, WaiverId,
    WaiverRecord,
};
use secrets::{ApiToken, OneTimeCode};
use storage::{Amount, Old, TaskSecrets, UpkeepClaim};
use sync_engine::{Fingerprint, Transfer};

use crate::{
    agents,
    jobs::{one_unit, record},
    world::{World, after, event, identity, mac, now, on_both_databases},
};

on_both_databases!(
    events_go_in_batches_and_the_newest_stays,
    snapshots_are_thinned_and_what_a_job_refers_to_stays,
    jobs_go_as_a_whole_unless_something_refers_to_them,
    provisionings_go_when_all_their_tasks_ended,
    leftovers_go_and_decisions_stay,
    one_manager_of_several_does_it,
);

fn days(days: i64) -> DateTime<Utc> {
    now() - TimeDelta::days(days)
}

async fn count(world: &World, old: Old, before: DateTime<Utc>) -> u64 {
    world.store.old_forget(old, before, Amount::Count).await.unwrap()
}

async fn remove(world: &World, old: Old, before: DateTime<Utc>, limit: u32) -> u64 {
    world.store.old_forget(old, before, Amount::Remove(limit)).await.unwrap()
}

async fn events_go_in_batches_and_the_newest_stays(world: &World) {
    let at = |age: i64| NewEvent { at: days(age), ..event(1) };
    world.store.events_append((0..10).map(|number| at(500 - number)).collect()).await.unwrap();
    world.store.events_append(vec![at(3), at(2)]).await.unwrap();
    let before = days(400);
    assert_eq!(count(world, Old::Events, before).await, 10);
    let mut batches = Vec::new();
    for _ in 0..4 {
        batches.push(remove(world, Old::Events, before, 4).await);
    }
    assert_eq!(batches, [4, 4, 2, 0]);
    let left = world.store.events_page(None, PageRequest::first(20)).await.unwrap().items;
    assert_eq!(left.iter().map(|event| event.at).collect::<Vec<_>>(), [days(2), days(3)]);
    let newest = world.store.events_newest_seq().await.unwrap();
    assert_eq!((count(world, Old::Events, now()).await, remove(world, Old::Events, now(), 9).await), (1, 1));
    assert_eq!(world.store.events_newest_seq().await.unwrap(), newest, "it says where the log is");
    let next = world.store.events_append(vec![NewEvent::new(now(), &Actor::System, FleetEvent::DriftCleared)]).await;
    assert!(next.unwrap()[0].seq > newest);
}

fn snapshot(world: &World, number: u32, age_days: i64, delay: f64) -> SnapshotRecord {
    let settings = Settings::from([("switch:0.auto_off_delay".parse().expect("a path"), delay.into())]);
    SnapshotRecord {
        id: SnapshotId::new(world.ids()),
        mac: mac(number),
        taken_at: days(age_days),
        cause: SnapshotCause::DriftCheck,
        fingerprint: Fingerprint::of(&settings),
        settings,
        kept: BTreeMap::new(),
        components: Vec::new(),
        raw: serde_json::Value::Null,
    }
}

async fn history(world: &World, number: u32) -> Vec<SnapshotRecord> {
    world.store.snapshots_page(mac(number), PageRequest::first(500)).await.unwrap().items
}

async fn snapshots_are_thinned_and_what_a_job_refers_to_stays(world: &World) {
    let rule = Retention::default();
    for number in 1..=3 {
        world.device(number).await;
    }
    let mut ids = Vec::new();
    // Two of each day, for two years.
    for age in (0..730_i64).rev() {
        for (hour, delay) in [(0, 1.0), (1, 2.0)] {
            let mut one = snapshot(world, 1, age, f64::from(u32::try_from(age).unwrap()) + delay / 10.0);
            one.taken_at -= TimeDelta::hours(2 - hour);
            ids.push(one.id);
            world.store.snapshot_append_if_changed(one.into()).await.map(drop).unwrap();
        }
    }
    world.store.snapshot_append_if_changed(snapshot(world, 2, 900, 7.0).into()).await.map(drop).unwrap();
    // A job gives one of them to another device.
    let referred = ids[101];
    let job = JobRecord { kind: JobKind::Restore, ..record(world, JobState::Proposed) };
    let succession = Succession {
        former: mac(1),
        former_name: "Lamp".to_owned(),
        snapshot: referred,
        taken_at: days(700),
        replaces: false,
        transfer: Transfer { fields: Vec::new() },
        notes: Vec::new(),
    };
    let preview = UnitPreview { succession: Some(Box::new(succession)), ..UnitPreview::default() };
    let unit = JobUnit { preview, ..one_unit(job.id, 0) };
    world.store.job_insert(job, vec![unit], Vec::new()).await.map(drop).unwrap();

    assert_eq!(world.store.snapshot_devices(None, 10).await.unwrap(), [mac(1)], "those with a history");
    assert_eq!(world.store.snapshot_devices(Some(mac(1)), 10).await.unwrap(), []);
    let due = world.store.snapshots_thin(mac(1), rule, now(), Amount::Count).await.unwrap();
    let mut removed = 0;
    loop {
        let some = world.store.snapshots_thin(mac(1), rule, now(), Amount::Remove(100)).await.unwrap();
        assert!(some <= 100);
        removed += some;
        if some == 0 {
            break;
        }
    }
    let left = history(world, 1).await;
    assert_eq!((removed, left.len() as u64), (due, 1460 - due));
    assert!(left.iter().any(|one| one.id == referred));
    let young = left.iter().filter(|one| one.taken_at >= days(30)).count();
    assert!((60..=62).contains(&young), "all of the last thirty days: {young}");
    let old = left.iter().filter(|one| one.taken_at < days(366)).count();
    assert!((12..=14).contains(&old), "one of each month, and the one that is referred to: {old}");
    assert_eq!(left[0].id, *ids.last().unwrap());
    assert_eq!(world.store.snapshots_thin(mac(2), rule, now(), Amount::Remove(9)).await.unwrap(), 0);
    assert_eq!(history(world, 2).await.len(), 1, "the newest stays whatever its age");
}

/// A job that ended so many days ago, with two devices.
async fn ended(world: &World, age: i64, source: Option<JobId>) -> JobRecord {
    let job =
        JobRecord { source, created_at: days(age), finished_at: Some(days(age)), ..record(world, JobState::Done) };
    let units = (0..2).map(|position| one_unit(job.id, position)).collect();
    world.store.job_insert(job, units, Vec::new()).await.unwrap().value
}

async fn jobs_go_as_a_whole_unless_something_refers_to_them(world: &World) {
    world.device(1).await;
    world.device(2).await;
    let plain = [ended(world, 500, None).await, ended(world, 499, None).await];
    let undone_lately = ended(world, 498, None).await;
    let undo = ended(world, 10, Some(undone_lately.id)).await;
    let undone_long_ago = ended(world, 497, None).await;
    let old_undo = ended(world, 450, Some(undone_long_ago.id)).await;
    let replaced = ended(world, 496, None).await;
    let repaired = ended(world, 495, None).await;
    let open = JobRecord { created_at: days(600), ..record(world, JobState::Running) };
    world.store.job_insert(open.clone(), vec![one_unit(open.id, 0)], Vec::new()).await.map(drop).unwrap();
    let item = DriftItem {
        mac: mac(1),
        path: "switch:0.name".parse().unwrap(),
        found_at: now(),
        cause: DriftCause::Device,
        repair: None,
    };
    world.store.drift_items_change(mac(1), vec![item], Vec::new()).await.unwrap();
    world
        .execute(&format!(
            "UPDATE drift_items SET repair_job = '{}';
             INSERT INTO replacements (job_id, former, former_name, former_model, successor, replaced_at, kept)
             VALUES ('{}', '{}', 'Lamp', 'x', '{}', '2025-01-01 00:00:00', '{{}}');
             INSERT INTO job_journal (job_id, mac, phase, at) VALUES ('{}', '{}', 'started', '2025-01-01 00:00:00');",
            repaired.id,
            replaced.id,
            mac(1),
            mac(2),
            plain[0].id,
            mac(1),
        ))
        .await;

    let before = days(400);
    assert_eq!(count(world, Old::Jobs, before).await, 4);
    assert_eq!(remove(world, Old::Jobs, before, 1).await, 1, "oldest first");
    assert!(world.store.job_get(plain[0].id).await.unwrap().is_none());
    assert!(world.store.job_units(plain[0].id).await.unwrap().is_empty());
    assert!(world.store.journal(plain[0].id, mac(1)).await.unwrap().is_empty());
    assert_eq!(remove(world, Old::Jobs, before, 25).await, 3);
    assert_eq!(remove(world, Old::Jobs, before, 25).await, 0);
    for (job, is_kept) in [
        (&plain[1], false),
        (&undone_lately, true),
        (&undo, true),
        (&undone_long_ago, false),
        (&old_undo, false),
        (&replaced, true),
        (&repaired, true),
        (&open, true),
    ] {
        assert_eq!(world.store.job_get(job.id).await.unwrap().is_some(), is_kept, "{job:?}");
    }
    assert_eq!(world.store.job_units(undo.id).await.unwrap().len(), 2);
    world.execute("UPDATE drift_items SET repair_job = NULL; DELETE FROM replacements;").await;
    assert_eq!(remove(world, Old::Jobs, before, 25).await, 2, "nothing refers to them any more");
}

async fn provisionings_go_when_all_their_tasks_ended(world: &World) {
    let provisioning = |age: i64| ProvisioningRecord {
        id: ProvisioningId::new(world.ids()),
        title: "a device".to_owned(),
        network: "home".to_owned(),
        created_at: days(age),
        created_by: "local".to_owned(),
        counts: TaskCounts::default(),
    };
    let task = |of: &ProvisioningRecord, position: u32, ended: Option<i64>| {
        let waiting = agents::task(world);
        let mut task = AgentTask { provisioning_id: Some(of.id), position, created_at: of.created_at, ..waiting };
        if let Some(age) = ended {
            task.end(TaskState::Done, days(age));
        }
        (task, TaskSecrets::default())
    };
    let [gone, lately, open] = [500, 500, 500].map(provisioning);
    for (of, tasks) in [
        (&gone, vec![task(&gone, 0, Some(490)), task(&gone, 1, Some(480))]),
        (&lately, vec![task(&lately, 0, Some(490)), task(&lately, 1, Some(9))]),
        (&open, vec![task(&open, 0, Some(490)), task(&open, 1, None)]),
    ] {
        world.store.agent_tasks_insert(Some(of.clone()), tasks, Vec::new()).await.map(drop).unwrap();
    }
    let before = days(400);
    assert_eq!(count(world, Old::Provisionings, before).await, 1);
    assert_eq!(remove(world, Old::Provisionings, before, 25).await, 1);
    assert!(world.store.provisioning_get(gone.id).await.unwrap().is_none());
    assert!(world.store.agent_tasks_of(gone.id).await.unwrap().is_empty());
    for kept in [lately, open] {
        assert_eq!(world.store.agent_tasks_of(kept.id).await.unwrap().len(), 2);
    }
}

/// Some that ended long ago, some that ended lately, and some that do not end.
async fn tokens_and_codes(world: &World) {
    for (age, name) in [(Some(200), "old"), (Some(5), "young"), (None, "for ever")] {
        let token = TokenRecord {
            id: TokenId::new(world.ids()),
            name: name.to_owned(),
            permission: Permission::Read,
            created_at: days(500),
            last_used_at: None,
            expires_at: age.map(days),
        };
        let secret = ApiToken::generate(&mut rand::rng());
        world.store.token_insert(token, secret.hash(), Vec::new()).await.map(drop).unwrap();
        let code = AgentCodeRecord {
            id: AgentCodeId::new(world.ids()),
            label: name.to_owned(),
            location: None,
            uses: 1,
            uses_left: 1,
            created_at: days(500),
            created_by: "local".to_owned(),
            expires_at: age.map_or(after(60), days),
        };
        let secret = OneTimeCode::generate(&mut rand::rng());
        world.store.agent_code_insert(code, secret, Vec::new()).await.map(drop).unwrap();
    }
}

async fn leftovers_go_and_decisions_stay(world: &World) {
    world.device(1).await;
    let sighting = |number: u32, age: i64| SightingRecord {
        identity: identity(number),
        endpoint: format!("192.0.2.{number}:80"),
        source: SightingSource::Scan,
        sources: BTreeMap::from([(SightingSource::Scan, days(age))]),
        first_seen_at: days(age),
        last_seen_at: days(age),
        state: SightingState::New,
        note: None,
    };
    for (number, age) in [(1, 200), (2, 200), (3, 200), (4, 5)] {
        world.store.sighting_upsert(sighting(number, age), AddressIs::Proven, Vec::new()).await.map(drop).unwrap();
    }
    world.store.sighting_state_set(mac(3), SightingState::Ignored, None, Vec::new()).await.map(drop).unwrap();
    for (state, age) in [(ScanState::Done, 200), (ScanState::Running, 200), (ScanState::Failed, 5)] {
        let scan = ScanRecord {
            id: ScanId::new(world.ids()),
            targets: Vec::new(),
            state,
            total: 1,
            probed: 0,
            found: 0,
            adopted: 0,
            started_at: days(age),
            finished_at: None,
            error: None,
        };
        world.store.scan_insert(scan, Vec::new()).await.map(drop).unwrap();
    }
    let drift = |age: i64| DriftWaiver {
        id: WaiverId::new(world.ids()),
        mac: mac(1),
        path: "switch:0.name".parse().unwrap(),
        until: days(age),
        reason: "later".to_owned(),
        created_at: days(500),
        created_by: "test".to_owned(),
    };
    world.store.drift_waivers_insert(vec![drift(200), drift(5)], Vec::new()).await.map(drop).unwrap();
    for until in [Some(days(200)), Some(days(5)), None] {
        let waiver = WaiverRecord {
            id: WaiverId::new(world.ids()),
            rule: "cloud-on".to_owned(),
            mac: None,
            until,
            reason: "later".to_owned(),
            created_at: days(500),
            created_by: "test".to_owned(),
        };
        world.store.waiver_insert(waiver, Vec::new()).await.map(drop).unwrap();
    }
    tokens_and_codes(world).await;
    let before = days(90);
    for old in [Old::Scans, Old::Sightings, Old::DriftWaivers, Old::RuleWaivers, Old::Codes, Old::Tokens] {
        assert_eq!(count(world, old, before).await, 1, "{old:?}");
        assert_eq!((remove(world, old, before, 9).await, remove(world, old, before, 9).await), (1, 0), "{old:?}");
    }
    let left = world.store.sightings_page(None, PageRequest::default()).await.unwrap().items;
    let mut left: Vec<_> = left.iter().map(|sighting| sighting.identity.mac).collect();
    left.sort_unstable();
    assert_eq!(left, [mac(1), mac(3), mac(4)], "ours, turned down, heard of");
    assert_eq!(world.store.scans_page(PageRequest::default()).await.unwrap().items.len(), 2);
    assert_eq!(world.store.tokens_all().await.unwrap().len(), 2);
}

async fn one_manager_of_several_does_it(world: &World) {
    let neighbour = world.neighbour().await;
    let claim = |owner: &str, seconds: i64, unless_since: i64| UpkeepClaim {
        name: "sweep",
        owner: owner.to_owned(),
        now: after(seconds),
        lease_until: after(seconds + 60),
        unless_since: after(unless_since),
    };
    assert_eq!(world.store.upkeep_get("sweep").await.unwrap(), None);
    let (one, two) =
        tokio::join!(world.store.upkeep_claim(claim("one", 0, -100)), neighbour.upkeep_claim(claim("two", 0, -100)));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert!(one != two, "one of both");
    let (winner, loser) = if one { ("one", "two") } else { ("two", "one") };
    let some = Swept { events: 7, ..Swept::default() };
    world.store.upkeep_progress("sweep", winner.to_owned(), after(80), some).await.unwrap();
    let refused = world.store.upkeep_progress("sweep", loser.to_owned(), after(80), some).await;
    assert!(refused.unwrap_err().is_conflict());
    assert!(!world.store.upkeep_claim(claim(loser, 79, 79)).await.unwrap(), "it shows signs of life");
    let done = world.store.upkeep_finish("sweep", winner.to_owned(), Some(after(81)), some, vec![event(1)]).await;
    assert_eq!(done.unwrap().events.len(), 1);
    let last = world.store.upkeep_get("sweep").await.unwrap().unwrap();
    assert_eq!((last.owner, last.began_at, last.ended_at, last.removed), (None, now(), Some(after(81)), some));
    assert!(!world.store.upkeep_claim(claim(loser, 90, -10)).await.unwrap(), "it was done a short while ago");
    assert!(world.store.upkeep_claim(claim(loser, 200, 100)).await.unwrap(), "its time has come");
    assert!(!world.store.upkeep_claim(claim(winner, 201, 201)).await.unwrap());
    assert!(world.store.upkeep_claim(claim(winner, 260, 0)).await.unwrap(), "who has it has died");
    let late = world.store.upkeep_finish("sweep", loser.to_owned(), None, some, Vec::new()).await;
    assert!(late.unwrap_err().is_conflict());
    world.store.upkeep_finish("sweep", winner.to_owned(), None, some, Vec::new()).await.map(drop).unwrap();
    assert!(world.store.upkeep_claim(claim(loser, 261, 0)).await.unwrap(), "some was left");
}
