//! Devices: identity is the MAC, writes are compared and set, lists come in pages.

use std::collections::BTreeSet;

use fleet_model::{Cursor, DeviceRecord, DeviceState, DriftState, OfflineReason, Page, PageRequest, PowerSource};
use fleet_query::Query;
use shelly_types::{DeviceStatus, Mac};
use storage::{DriftWrite, Kind, StateWrite, StatusWrite};

use crate::world::{World, after, device, event, mac, now, on_both_databases};

on_both_databases!(
    a_record_comes_back_as_it_was_stored,
    a_write_on_an_old_revision_is_refused,
    what_is_observed_and_what_is_decided_do_not_overwrite_each_other,
    two_devices_may_swap_addresses,
    b13_what_feeds_a_device_is_kept_until_it_is_let_go,
    shared_addresses_are_known,
    finding_a_device_again_keeps_what_people_decided,
    removing_a_device_removes_what_is_kept_about_it,
    pages_hold_every_device_once,
    lists_are_narrowed,
    tags_are_kept_with_the_record,
    totals_add_up,
);

/// B2: one device, one record, with everything that identifies it.
async fn a_record_comes_back_as_it_was_stored(world: &World) {
    let mut device = device(1);
    device.label = Some("Küche ☕".to_owned());
    device.profile = Some("cover".to_owned());
    device.poll_interval_s = Some(86_400);
    device.drift = DriftState::Drifted { count: 7 };
    device.drift_checked_at = Some(after(1));
    device.state = DeviceState::Asleep;
    device.state_reason = Some("sleeps for 12 h".to_owned());
    device.offline_reason = Some(OfflineReason::ParentOff);
    let stored = world.store.device_insert(device.clone(), vec![event(1)]).await.unwrap();
    assert_eq!(stored.value, DeviceRecord { revision: 1, ..device });
    assert_eq!(world.store.device_get(mac(1)).await.unwrap(), Some(stored.value.clone()));
    assert_eq!(stored.events.len(), 1);
    let again = world.store.device_insert(stored.value, vec![event(1)]).await.unwrap_err();
    assert!(again.is_conflict() && again.operation() == "store a new device", "{again:?}");
    assert_eq!(world.store.events_newest_seq().await.unwrap(), stored.events[0].seq, "no event of a write that failed");
    assert_eq!(world.store.device_get(mac(2)).await.unwrap(), None);
}

async fn a_write_on_an_old_revision_is_refused(world: &World) {
    let first = world.device(1).await;
    let label = |text: &str| DeviceRecord { label: Some(text.to_owned()), ..first.clone() };
    let mine = world.store.device_update(label("mine"), vec![event(1)]).await.unwrap().value;
    assert_eq!((mine.revision, mine.label.as_deref()), (2, Some("mine")));
    let error = world.store.device_update(label("theirs"), vec![event(1)]).await.unwrap_err();
    assert!(matches!(error.kind(), Kind::Conflict));
    assert_eq!(world.store.device_get(mac(1)).await.unwrap(), Some(mine));
    assert_eq!(world.store.events_since(0, 10).await.unwrap().len(), 1);
    assert!(world.store.device_update(device(2), Vec::new()).await.unwrap_err().is_not_found());
}

async fn what_is_observed_and_what_is_decided_do_not_overwrite_each_other(world: &World) {
    let first = world.device(1).await;
    let reason = Some("no answer".to_owned());
    let offline = Some(OfflineReason::Wifi);
    let offline = StateWrite { mac: mac(1), state: DeviceState::Offline, reason, offline };
    let gone = StateWrite { mac: mac(9), ..offline.clone() };
    assert_eq!(world.store.device_states_set(vec![offline, gone], vec![event(1)]).await.unwrap().events.len(), 1);
    let drift = DriftWrite { mac: mac(1), drift: DriftState::Drifted { count: 2 }, checked_at: Some(after(5)) };
    world.store.device_drifts_set(vec![drift], Vec::new()).await.map(drop).unwrap();
    let renamed = DeviceRecord { label: Some("new".to_owned()), ..first };
    let stored = world.store.device_update(renamed, Vec::new()).await.unwrap().value;
    assert_eq!((stored.state, stored.state_reason.as_deref()), (DeviceState::Offline, Some("no answer")));
    assert_eq!(stored.offline_reason, Some(OfflineReason::Wifi));
    assert_eq!((stored.drift, stored.drift_checked_at), (DriftState::Drifted { count: 2 }, Some(after(5))));
    let unknown = DriftWrite { mac: mac(1), drift: DriftState::Unknown, checked_at: None };
    world.store.device_drifts_set(vec![unknown], Vec::new()).await.map(drop).unwrap();
    let stored = world.store.device_get(mac(1)).await.unwrap().unwrap();
    assert_eq!((stored.drift, stored.drift_checked_at), (DriftState::Unknown, Some(after(5))));
}

async fn two_devices_may_swap_addresses(world: &World) {
    let (one, two) = (world.device(1).await, world.device(2).await);
    let moved = DeviceRecord { endpoint: two.endpoint.clone(), ..one.clone() };
    world.store.device_update(moved, Vec::new()).await.map(drop).unwrap();
    let moved = DeviceRecord { endpoint: one.endpoint.clone(), ..two };
    assert_eq!(world.store.device_update(moved, Vec::new()).await.unwrap().value.endpoint, one.endpoint);
}

async fn b13_what_feeds_a_device_is_kept_until_it_is_let_go(world: &World) {
    let (lamp, _) = (world.device(1).await, world.device(2).await);
    let source = PowerSource { mac: mac(2), component: "switch:0".parse().unwrap() };
    let fed = DeviceRecord { powered_by: Some(source.clone()), ..lamp };
    let stored = world.store.device_update(fed, Vec::new()).await.unwrap().value;
    assert_eq!(stored.powered_by, Some(source));
    world.store.device_delete(mac(2), Vec::new()).await.map(drop).unwrap();
    assert_eq!(world.store.device_get(mac(1)).await.unwrap().unwrap().powered_by, None);
}

/// B7: who else is at the address of a device.
async fn shared_addresses_are_known(world: &World) {
    let first = world.device(1).await;
    world.device(2).await;
    let (here, shared) = (vec![first.endpoint.clone()], world.store.device_endpoints_shared().await.unwrap());
    assert_eq!((shared, world.store.devices_at(here.clone()).await.unwrap()), (vec![], vec![first.clone()]));
    let third = DeviceRecord { endpoint: first.endpoint.clone(), ..device(3) };
    world.store.device_insert(third, Vec::new()).await.map(drop).unwrap();
    let both = vec![(first.endpoint.clone(), mac(1)), (first.endpoint, mac(3))];
    assert_eq!(world.store.device_endpoints_shared().await.unwrap(), both);
    assert_eq!(world.store.devices_at(here).await.unwrap().len(), 2);
}

async fn finding_a_device_again_keeps_what_people_decided(world: &World) {
    let fresh = world.store.device_upsert(device(1), Vec::new()).await.unwrap().value;
    assert_eq!(fresh.revision, 1);
    let labelled = DeviceRecord { label: Some("ours".to_owned()), poll_interval_s: Some(5), ..fresh };
    world.store.device_update(labelled, Vec::new()).await.map(drop).unwrap();
    let mut again = device(1);
    (again.endpoint, again.adopted_at) = ("192.0.2.99:80".to_owned(), after(60));
    again.last_seen_at = Some(after(60));
    let stored = world.store.device_upsert(again.clone(), Vec::new()).await.unwrap().value;
    let unchanged = world.store.device_upsert(again, Vec::new()).await.unwrap().value;
    assert_eq!(unchanged, stored);
    assert_eq!((stored.label.as_deref(), stored.poll_interval_s), (Some("ours"), Some(5)));
    assert_eq!((stored.endpoint.as_str(), stored.adopted_at), ("192.0.2.99:80", now()));
    assert_eq!((stored.last_seen_at, stored.revision), (Some(after(60)), 3));
}

async fn removing_a_device_removes_what_is_kept_about_it(world: &World) {
    world.device(1).await;
    let group = world.group("garage").await;
    world.store.group_members_change(group.id, vec![mac(1)], vec![], vec![event(1)]).await.map(drop).unwrap();
    world.store.device_delete(mac(1), vec![event(1)]).await.map(drop).unwrap();
    assert_eq!(world.store.device_get(mac(1)).await.unwrap(), None);
    assert_eq!(world.store.group_members(group.id).await.unwrap(), []);
    assert_eq!(world.store.events_since(0, 10).await.unwrap().len(), 2, "events outlive their device");
    assert!(world.store.device_delete(mac(1), Vec::new()).await.unwrap_err().is_not_found());
}

async fn pages_hold_every_device_once(world: &World) {
    for number in 0..25 {
        let mut device = device(number);
        // Five share a name, and capitals do not count.
        device.label = Some(if number % 5 == 0 { "SAME".to_owned() } else { format!("n{}", 25 - number) });
        world.store.device_insert(device, Vec::new()).await.map(drop).unwrap();
    }
    let (mut seen, mut request) = (Vec::new(), PageRequest::first(4));
    loop {
        let page = world.store.devices_page(Query::everything(), now(), request).await.unwrap();
        seen.extend(page.items);
        match page.next {
            Some(next) => request = PageRequest { cursor: Some(next), limit: Some(4) },
            None => break,
        }
    }
    let keys: Vec<(String, Mac)> =
        seen.iter().map(|device| (device.display_name().to_lowercase(), device.mac)).collect();
    assert!(keys.is_sorted());
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), 25);
    let foreign = PageRequest { cursor: Some(Cursor::from_text("AAAA")), limit: None };
    let error = world.store.devices_page(Query::everything(), now(), foreign).await.unwrap_err();
    assert!(matches!(error.kind(), Kind::Invalid { .. }));
}

async fn lists_are_narrowed(world: &World) {
    for number in 0..12 {
        world.device(number).await;
    }
    let odd = DeviceRecord { label: Some("100%_Größe\\".to_owned()), ..world.device(99).await };
    world.store.device_update(odd, Vec::new()).await.map(drop).unwrap();
    let group = world.group("garage").await;
    world.store.group_members_change(group.id, vec![mac(3), mac(4)], vec![], vec![]).await.map(drop).unwrap();
    let drifted = DriftWrite { mac: mac(4), drift: DriftState::Drifted { count: 1 }, checked_at: Some(now()) };
    world.store.device_drifts_set(vec![drifted], Vec::new()).await.map(drop).unwrap();
    let asleep = StateWrite { mac: mac(5), state: DeviceState::Asleep, reason: None, offline: None };
    world.store.device_states_set(vec![asleep], Vec::new()).await.map(drop).unwrap();

    let reading = StatusWrite::new(mac(6), DeviceStatus::default(), now());
    let waiting = StatusWrite { restart_required: Some(true), ..reading };
    world.store.device_status_set(waiting, Vec::new()).await.map(drop).unwrap();

    let found = async |text: &str| {
        let query: Query = text.parse().unwrap();
        let devices = world.store.devices_matching(query.clone(), now()).await.unwrap();
        let Page { items, next } = world.store.devices_page(query, now(), PageRequest::default()).await.unwrap();
        assert_eq!((items.len(), next), (devices.len(), None));
        devices.iter().map(|device| device.mac).collect::<Vec<_>>()
    };
    assert_eq!(found("\"lamp 00003\"").await, [mac(3)]);
    assert_eq!(found("  00003  LAMP ").await, [mac(3)], "words in any order");
    assert_eq!(found(&mac(7).to_string()).await, [mac(7)]);
    assert_eq!(found("192.0.2.8:80").await, [mac(8)]);
    assert_eq!(found("%_grö").await, [mac(99)], "only the star is wild in a word");
    assert_eq!(found("e\\").await, [mac(99)]);
    assert_eq!(found("nowhere").await, []);
    assert_eq!(found("group:Garage lamp").await, [mac(3), mac(4)]);
    assert_eq!(found("drift:yes").await, [mac(4)]);
    assert_eq!(found("-drift:yes").await.len(), 12);
    assert_eq!(found("restart:yes").await, [mac(6)]);
    assert_eq!(found("-restart:yes").await.len(), 12);
    assert_eq!(found("state:asleep").await, [mac(5)]);
    assert_eq!(found("gen:2").await, [mac(1), mac(5), mac(9)]);
    let groups = world.store.device_get(mac(3)).await.unwrap().unwrap().groups;
    assert_eq!(groups.iter().map(|group| group.name.as_str()).collect::<Vec<_>>(), ["garage"]);
    let some = world.store.devices_of(vec![mac(9), mac(500), mac(2)]).await.unwrap();
    assert_eq!(some.iter().map(|device| device.mac).collect::<Vec<_>>(), [mac(2), mac(9)]);
}

/// P1: many tags for a device; they change with its record and nothing else changes them.
async fn tags_are_kept_with_the_record(world: &World) {
    let tags = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let first = world.device(1).await;
    let tagged = DeviceRecord { tags: tags(&["kitchen", "küche"]), ..first.clone() };
    let tagged = world.store.device_update(tagged, Vec::new()).await.unwrap().value;
    assert_eq!((tagged.tags.clone(), tagged.revision), (tags(&["kitchen", "küche"]), 2));
    let late = DeviceRecord { tags: tags(&["bath"]), ..first };
    assert!(world.store.device_update(late, Vec::new()).await.unwrap_err().is_conflict());
    let again = world.store.device_upsert(device(1), Vec::new()).await.unwrap().value;
    assert_eq!(again.tags, tagged.tags, "finding it again takes no tag away");
    let other = DeviceRecord { tags: tags(&["küche"]), ..again };
    assert_eq!(world.store.device_update(other, Vec::new()).await.unwrap().value.tags, tags(&["küche"]));
}

async fn totals_add_up(world: &World) {
    for (number, state) in (0..).zip(DeviceState::ALL) {
        world.device(number).await;
        let write = StateWrite { mac: mac(number), state: *state, reason: None, offline: None };
        world.store.device_states_set(vec![write], Vec::new()).await.map(drop).unwrap();
    }
    let counts = world.store.fleet_counts().await.unwrap();
    let states =
        [counts.online, counts.offline, counts.asleep, counts.unauthorized, counts.wrong_device, counts.locked_out];
    assert_eq!((states, counts.devices, counts.drifted, counts.inbox), ([1; 6], 6, 0, 0));
}
