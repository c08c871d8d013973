//! Agents, their codes and their work (W16, W17, L3, L10, L11).

use chrono::{DateTime, TimeDelta, Utc};
use fleet_model::{
    AccessPointRecord, AgentAbout, AgentCodeId, AgentCodeRecord, AgentId, AgentRecord, AgentSightingRecord, AgentTask,
    AgentTaskId, ApSecurity, AuthorityRecord, GroupRef, LocationRef, PlacementId, PlacementRecord, ProvisioningId,
    ProvisioningRecord, SightingSource, TaskCounts, TaskReport, TaskState, TaskWork,
};
use secrets::{OneTimeCode, Secret};
use shelly_types::Mac;
use storage::TaskSecrets;

use crate::world::{World, after, event, now, on_both_databases};

on_both_databases!(
    the_authority_is_made_once,
    a_code_is_used_up,
    what_radios_see_is_kept_by_radio,
    what_agents_see_in_their_networks_is_kept_by_agent,
    a_radio_takes_one_task,
    secrets_of_a_task_go_with_its_end,
    rules_of_placement_keep_their_order,
);

fn agent(world: &World, name: &str) -> AgentRecord {
    AgentRecord {
        id: AgentId::new(world.ids()),
        name: name.to_owned(),
        location: None,
        enrolled_at: now(),
        enrolled_with: String::new(),
        certificate_expires_at: after(60),
        revoked_at: None,
        last_seen_at: None,
        connected_to: None,
        about: AgentAbout { host: "pi".to_owned(), ..AgentAbout::default() },
        revision: 0,
    }
}

async fn enrolled(world: &World, name: &str) -> AgentRecord {
    let secret = OneTimeCode::generate(&mut rand::rng());
    let record = AgentCodeRecord {
        id: AgentCodeId::new(world.ids()),
        label: "tests".to_owned(),
        location: None,
        uses: 1,
        uses_left: 1,
        created_at: now(),
        created_by: "local".to_owned(),
        expires_at: after(60),
    };
    world.store.agent_code_insert(record, secret.clone(), vec![event(1)]).await.map(drop).unwrap();
    world.store.agent_enroll(secret, agent(world, name), now()).await.unwrap().unwrap()
}

/// A scan that waits for an agent.
pub(crate) fn task(world: &World) -> AgentTask {
    AgentTask {
        id: AgentTaskId::new(world.ids()),
        provisioning_id: None,
        position: 0,
        work: TaskWork::Scan,
        state: TaskState::Waiting,
        priority: 0,
        only_agent: None,
        only_interface: None,
        agent_id: None,
        interface: None,
        fence: 0,
        attempts: 0,
        lease_until: None,
        deadline_at: after(600),
        not_before: None,
        report: TaskReport::default(),
        reason: None,
        mac: None,
        job_id: None,
        created_at: now(),
        created_by: "local".to_owned(),
        started_at: None,
        finished_at: None,
        revision: 0,
    }
}

async fn stored(world: &World, task: AgentTask, secrets: TaskSecrets) -> AgentTask {
    let id = task.id;
    world.store.agent_tasks_insert(None, vec![(task, secrets)], Vec::new()).await.map(drop).unwrap();
    world.store.agent_task_get(id).await.unwrap().unwrap()
}

async fn the_authority_is_made_once(world: &World) {
    let made = |name: &str| AuthorityRecord {
        certificate: name.to_owned(),
        fingerprint: format!("of {name}"),
        created_at: now(),
    };
    assert!(world.store.agent_authority().await.unwrap().is_none());
    let neighbour = world.neighbour().await;
    let (first, _) = world.store.agent_authority_keep(made("one"), Secret::from("key of one")).await.unwrap();
    let (second, key) = neighbour.agent_authority_keep(made("two"), Secret::from("key of two")).await.unwrap();
    assert_eq!((&first, key.expose().as_str()), (&second, "key of one"), "the first one counts");
    let (kept, key) = world.store.agent_authority().await.unwrap().unwrap();
    assert_eq!((kept.certificate.as_str(), key.expose().as_str()), ("one", "key of one"));
}

async fn a_code_is_used_up(world: &World) {
    let location = world.location("hall", None).await;
    let secret = OneTimeCode::generate(&mut rand::rng());
    let code = AgentCodeRecord {
        id: AgentCodeId::new(world.ids()),
        label: "two agents".to_owned(),
        location: Some(LocationRef { id: location.id, name: "hall".to_owned() }),
        uses: 2,
        uses_left: 2,
        created_at: now(),
        created_by: "local".to_owned(),
        expires_at: after(60),
    };
    world.store.agent_code_insert(code.clone(), secret.clone(), Vec::new()).await.map(drop).unwrap();
    assert_eq!(world.store.agent_codes().await.unwrap(), std::slice::from_ref(&code));
    let enroll =
        |secret: &OneTimeCode, seconds| world.store.agent_enroll(secret.clone(), agent(world, "pi"), after(seconds));
    let other = OneTimeCode::generate(&mut rand::rng());
    assert_eq!(enroll(&other, 1).await.unwrap(), None, "there is no such code");
    assert_eq!(enroll(&secret, 60).await.unwrap(), None, "it has ended");
    let first = enroll(&secret, 1).await.unwrap().unwrap();
    assert_eq!((first.name.as_str(), first.enrolled_with.as_str(), first.revision), ("pi", "two agents", 1));
    assert_eq!(first.location.as_ref().map(|location| location.name.as_str()), Some("hall"));
    let second = enroll(&secret, 1).await.unwrap().unwrap();
    assert!(second.name.starts_with("pi-"), "the name is taken: {}", second.name);
    assert_eq!(enroll(&secret, 1).await.unwrap(), None, "it is spent");
    assert_eq!(world.store.agents_all().await.unwrap().len(), 2);

    let renamed = AgentRecord {
        name: "workshop".to_owned(),
        revoked_at: Some(after(5)),
        connected_to: Some("one".to_owned()),
        ..first.clone()
    };
    let put = world.store.agent_put(renamed.clone(), vec![event(2)]).await.unwrap().value;
    assert_eq!(put, AgentRecord { revision: 2, ..renamed.clone() });
    assert!(world.store.agent_put(renamed, Vec::new()).await.unwrap_err().is_conflict(), "it is not the newest");
    world.store.agents_touch(vec![put.id], after(7)).await.unwrap();
    world.store.agent_left(put.id, "another".to_owned()).await.unwrap();
    let heard = world.store.agent_get(put.id).await.unwrap().unwrap();
    assert_eq!((heard.connected_to.as_deref(), heard.last_seen_at), (Some("one"), Some(after(7))));
    world.store.agent_left(put.id, "one".to_owned()).await.unwrap();
    assert_eq!(world.store.agent_get(put.id).await.unwrap().unwrap().connected_to, None);
    world.store.agent_code_delete(code.id, Vec::new()).await.map(drop).unwrap();
    assert!(world.store.agent_code_delete(code.id, Vec::new()).await.unwrap_err().is_not_found());
}

fn point(agent: AgentId, ssid: &str, signal_dbm: i32, at: DateTime<Utc>) -> AccessPointRecord {
    AccessPointRecord {
        agent_id: agent,
        interface: "wlan0".to_owned(),
        ssid: ssid.to_owned(),
        bssid: "A8032AB12346".to_owned(),
        signal_dbm,
        frequency_mhz: 2412,
        security: ApSecurity::Open,
        first_seen_at: at,
        last_seen_at: at,
    }
}

async fn what_radios_see_is_kept_by_radio(world: &World) {
    let (one, other) = (enrolled(world, "one").await.id, enrolled(world, "other").await.id);
    let see = |agent, points: Vec<AccessPointRecord>, whole| {
        world.store.access_points_see(agent, "wlan0".to_owned(), points, whole)
    };
    let first = vec![point(one, "shelly-A", -70, after(1)), point(one, "shelly-B", -60, after(1))];
    assert_eq!(see(one, first, true).await.unwrap(), ["shelly-A", "shelly-B"]);
    let new = see(other, vec![point(other, "shelly-A", -40, after(2))], false).await.unwrap();
    assert!(new.is_empty(), "somebody sees it already: {new:?}");
    assert!(see(one, vec![point(one, "shelly-A", -65, after(3))], true).await.unwrap().is_empty());
    let points = world.store.access_points().await.unwrap();
    let seen: Vec<(&str, i32, DateTime<Utc>)> =
        points.iter().map(|point| (point.ssid.as_str(), point.signal_dbm, point.first_seen_at)).collect();
    assert_eq!(seen, [("shelly-A", -40, after(2)), ("shelly-A", -65, after(1))], "the strongest first, B is gone");
    assert_eq!(world.store.access_points_forget(after(3)).await.unwrap(), 1);
    world.store.agent_delete(one, Vec::new()).await.map(drop).unwrap();
    assert!(world.store.access_points().await.unwrap().is_empty(), "they go with their agent");
}

/// B4: one entry for each device and agent, whatever is told how often.
async fn what_agents_see_in_their_networks_is_kept_by_agent(world: &World) {
    let (one, other) = (enrolled(world, "one").await.id, enrolled(world, "other").await.id);
    let (lamp, plug) = (Mac::new([0xA8, 3, 0x2A, 1, 2, 3]), Mac::new([0xA8, 3, 0x2A, 1, 2, 4]));
    let seen = |agent_id, mac, endpoint: &str, source, at| AgentSightingRecord {
        mac,
        agent_id,
        endpoint: endpoint.to_owned(),
        source,
        first_seen_at: at,
        last_seen_at: at,
    };
    let first = vec![
        seen(one, lamp, "10.0.0.7:80", SightingSource::Scan, after(1)),
        seen(one, plug, "10.0.0.8:80", SightingSource::Coiot, after(1)),
    ];
    world.store.agent_sightings_see(first).await.unwrap();
    let again = vec![seen(one, lamp, "10.0.0.9:80", SightingSource::Mdns, after(2))];
    world.store.agent_sightings_see(again).await.unwrap();
    let beside = vec![seen(other, lamp, "10.1.0.7:80", SightingSource::Scan, after(3))];
    world.store.agent_sightings_see(beside.clone()).await.unwrap();
    let mut moved = seen(one, lamp, "10.0.0.9:80", SightingSource::Mdns, after(2));
    moved.first_seen_at = after(1);
    let of = world.store.agent_sightings_of(vec![lamp, Mac::new([1; 6])]).await.unwrap();
    assert_eq!(of, [beside[0].clone(), moved.clone()], "who saw it last comes first");
    let by = world.store.agent_sightings_by(one).await.unwrap();
    assert_eq!(by.iter().map(|seen| seen.mac).collect::<Vec<_>>(), [lamp, plug]);
    assert_eq!(world.store.agent_sightings_forget(after(2)).await.unwrap(), 1, "the plug");
    world.store.agent_delete(other, Vec::new()).await.map(drop).unwrap();
    assert_eq!(world.store.agent_sightings_of(vec![lamp]).await.unwrap(), [moved]);
}

async fn a_radio_takes_one_task(world: &World) {
    let agent = enrolled(world, "pi").await.id;
    let (mut one, mut two) = (
        stored(world, task(world), TaskSecrets::default()).await,
        stored(world, task(world), TaskSecrets::default()).await,
    );
    assert_eq!(one.revision, 1);
    one.give(agent, Some("wlan0".to_owned()), after(60));
    two.give(agent, Some("wlan0".to_owned()), after(60));
    let one = world.store.agent_task_put(one, Vec::new()).await.unwrap().value;
    let refused = world.neighbour().await.agent_task_put(two.clone(), Vec::new()).await;
    assert!(refused.unwrap_err().is_conflict(), "the radio is taken");
    assert!(world.store.agent_task_put(AgentTask { revision: 1, ..one.clone() }, Vec::new()).await.is_err());
    let held = world.store.agent_tasks_in(&[TaskState::Given]).await.unwrap();
    assert_eq!(held, std::slice::from_ref(&one));
    let mut ended = one;
    ended.end(TaskState::Done, after(5));
    world.store.agent_task_put(ended, Vec::new()).await.map(drop).unwrap();
    world.store.agent_task_put(two, Vec::new()).await.map(drop).expect("now it is free");
    assert_eq!(world.store.agent_tasks_forget(after(5)).await.unwrap(), 0);
    assert_eq!(world.store.agent_tasks_forget(after(6)).await.unwrap(), 1);
}

async fn secrets_of_a_task_go_with_its_end(world: &World) {
    let record = ProvisioningRecord {
        id: ProvisioningId::new(world.ids()),
        title: "2 devices".to_owned(),
        network: "home".to_owned(),
        created_at: now(),
        created_by: "local".to_owned(),
        counts: TaskCounts::default(),
    };
    let of = |position| AgentTask { provisioning_id: Some(record.id), position, ..task(world) };
    let secrets = TaskSecrets { network: Some(Secret::from("correct horse")), ..TaskSecrets::default() };
    let tasks = vec![(of(1), secrets.clone()), (of(0), secrets)];
    world.store.agent_tasks_insert(Some(record.clone()), tasks, vec![event(1)]).await.map(drop).unwrap();
    let tasks = world.store.agent_tasks_of(record.id).await.unwrap();
    assert_eq!(tasks.iter().map(|task| task.position).collect::<Vec<_>>(), [0, 1]);
    let open = world.store.agent_task_secrets(tasks[0].id).await.unwrap();
    assert_eq!(open.network.map(|secret| secret.expose().clone()).as_deref(), Some("correct horse"));
    assert!(open.device.is_none());
    let mut ended = tasks[0].clone();
    ended.end(TaskState::Failed, now() + TimeDelta::seconds(1));
    world.store.agent_task_put(ended, Vec::new()).await.map(drop).unwrap();
    assert!(world.store.agent_task_secrets(tasks[0].id).await.unwrap().network.is_none());
    assert!(world.store.agent_task_secrets(tasks[1].id).await.unwrap().network.is_some());
    let counts = TaskCounts { waiting: 1, failed: 1, ..TaskCounts::default() };
    assert_eq!(world.store.provisioning_get(record.id).await.unwrap().unwrap().counts, counts);
    let page = world.store.provisionings_page(fleet_model::PageRequest::first(10)).await.unwrap();
    assert_eq!(page.items, [ProvisioningRecord { counts, ..record }]);
}

async fn rules_of_placement_keep_their_order(world: &World) {
    let (location, group) = (world.location("hall", None).await, world.group("lamps").await);
    let rule = |name: &str| PlacementRecord {
        id: PlacementId::new(world.ids()),
        name: name.to_owned(),
        position: 7,
        models: vec![shelly_types::Model::new("SNPL-00112EU")],
        ssid: Some("home".to_owned()),
        subnet: "192.0.2.0/24".parse().ok(),
        location: Some(LocationRef { id: location.id, name: "hall".to_owned() }),
        group: Some(GroupRef { id: group.id, name: "lamps".to_owned() }),
        profile: None,
        created_at: now(),
    };
    let (one, two) = (rule("one"), rule("two"));
    world.store.placement_insert(one.clone(), vec![event(1)]).await.map(drop).unwrap();
    world.store.placement_insert(two.clone(), Vec::new()).await.map(drop).unwrap();
    assert!(world.store.placement_insert(rule("one"), Vec::new()).await.unwrap_err().is_conflict());
    let kept = world.store.placements().await.unwrap();
    assert_eq!(kept, [PlacementRecord { position: 0, ..one.clone() }, PlacementRecord { position: 1, ..two }]);
    world.store.group_delete(group.id, Vec::new()).await.map(drop).unwrap();
    world.store.location_delete(location.id, Vec::new()).await.map(drop).unwrap();
    let kept = world.store.placements().await.unwrap();
    assert!(kept[0].group.is_none() && kept[0].location.is_none(), "what it names may go");
    world.store.placement_delete(one.id, Vec::new()).await.map(drop).unwrap();
    assert!(world.store.placement_delete(one.id, Vec::new()).await.unwrap_err().is_not_found());
}
