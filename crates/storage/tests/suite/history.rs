//! Snapshots, sightings, scans and proofs.

use std::collections::{BTreeMap, HashMap};

use capability_config::{SettingValue, Settings};
use fleet_model::{
    AddressIs, PageRequest, ScanId, ScanRecord, ScanState, SettingProof, SightingRecord, SightingSource, SightingState,
    SnapshotCause, SnapshotId, SnapshotRecord,
};
use serde_json::{Value, json};
use shelly_types::ComponentKey;
use storage::SnapshotWrite;
use sync_engine::Fingerprint;

use crate::world::{World, after, event, identity, mac, now, on_both_databases};

on_both_databases!(
    a_configuration_is_kept_only_when_it_changed,
    sightings_keep_what_was_decided,
    a_sighting_keeps_all_its_sources,
    a_call_does_not_move_what_was_found,
    scans_show_how_far_they_are,
    proofs_are_replaced,
);

fn snapshot(world: &World, seconds: i64, delay: f64) -> SnapshotRecord {
    let settings = Settings::from([
        ("switch:0.auto_off_delay".parse().expect("a path"), delay.into()),
        ("wifi.sta.pass".parse().expect("a path"), SettingValue::Hidden),
    ]);
    SnapshotRecord {
        id: SnapshotId::new(world.ids()),
        mac: mac(1),
        taken_at: after(seconds),
        cause: SnapshotCause::DriftCheck,
        fingerprint: Fingerprint::of(&settings),
        settings,
        kept: BTreeMap::from([("sys.new_thing".to_owned(), json!({ "deep": [1, "two"] }))]),
        components: vec![ComponentKey::instance("switch", 0), ComponentKey::single("wifi")],
        raw: json!({ "switch:0": { "auto_off_delay": delay } }),
    }
}

/// F2: the history holds what a device had, whole, once.
async fn a_configuration_is_kept_only_when_it_changed(world: &World) {
    world.device(1).await;
    let first = snapshot(world, 0, 60.0);
    let store = async |snapshot: &SnapshotRecord| {
        let write = SnapshotWrite { event: Some(event(1)), ..snapshot.clone().into() };
        world.store.snapshot_append_if_changed(write).await.unwrap()
    };
    let done = store(&first).await;
    assert_eq!((done.value, done.events.len()), (true, 1));
    let done = store(&snapshot(world, 1, 60.0)).await;
    assert_eq!((done.value, done.events.len()), (false, 0), "nothing new, nothing to tell");
    let second = snapshot(world, 2, 90.0);
    assert!(store(&second).await.value);
    let third = snapshot(world, 3, 60.0);
    assert!(store(&third).await.value, "back to what it was is a change as well");
    assert_eq!(world.store.snapshot_get(first.id).await.unwrap(), Some(first.clone()));
    // The document is read only when it is asked for by its id.
    let [first, second, third] = [first, second, third].map(|whole| SnapshotRecord { raw: Value::Null, ..whole });
    assert_eq!(world.store.snapshot_latest(mac(1)).await.unwrap(), Some(third.clone()));
    let page = world.store.snapshots_page(mac(1), PageRequest::first(2)).await.unwrap();
    assert_eq!(page.items, [third, second]);
    let request = PageRequest { cursor: page.next, limit: Some(2) };
    assert_eq!(world.store.snapshots_page(mac(1), request).await.unwrap().items, [first]);
}

/// B6: what was decided about a found device stays when it is found again.
async fn sightings_keep_what_was_decided(world: &World) {
    let sighting = |number: u32, seconds: i64| SightingRecord {
        identity: identity(number),
        endpoint: format!("192.0.2.{number}:80"),
        source: SightingSource::Scan,
        sources: BTreeMap::from([(SightingSource::Scan, after(seconds))]),
        first_seen_at: after(seconds),
        last_seen_at: after(seconds),
        state: SightingState::New,
        note: None,
    };
    for number in 1..=5 {
        let done =
            world.store.sighting_upsert(sighting(number, 0), AddressIs::Proven, vec![event(number)]).await.unwrap();
        assert_eq!((done.value, done.events.len()), (true, 1));
    }
    let note = Some("wrong password".to_owned());
    let state = SightingState::Ignored;
    world.store.sighting_state_set(mac(1), state, note.clone(), vec![]).await.map(drop).unwrap();
    let done = world.store.sighting_upsert(sighting(1, 9), AddressIs::Proven, vec![event(1)]).await.unwrap();
    assert_eq!((done.value, done.events.len()), (false, 0));
    let stored = world.store.sighting_get(mac(1)).await.unwrap().unwrap();
    let expected = SightingRecord { first_seen_at: now(), state, note, ..sighting(1, 9) };
    assert_eq!(stored, expected);
    assert!(world.store.sighting_state_set(mac(9), state, None, vec![]).await.unwrap_err().is_not_found());

    let first = world.store.sightings_page(Some(SightingState::New), PageRequest::first(3)).await.unwrap();
    let request = PageRequest { cursor: first.next, limit: Some(3) };
    let rest = world.store.sightings_page(Some(SightingState::New), request).await.unwrap();
    assert_eq!((first.items.len(), rest.items.len(), rest.next), (3, 1, None));
    assert_eq!(world.store.fleet_counts().await.unwrap().inbox, 4);
    world.store.sighting_delete(mac(1)).await.unwrap();
    assert_eq!(world.store.sightings_page(None, PageRequest::default()).await.unwrap().items.len(), 4);
}

/// B1, B2: one sighting per device, whoever saw it.
async fn a_sighting_keeps_all_its_sources(world: &World) {
    let sources = |seen: &[(SightingSource, i64)]| -> BTreeMap<_, _> {
        seen.iter().map(|(source, seconds)| (*source, after(*seconds))).collect()
    };
    let sighting = |source: SightingSource, seconds: i64| SightingRecord {
        identity: identity(1),
        endpoint: "192.0.2.1:80".to_owned(),
        source,
        sources: sources(&[(source, seconds)]),
        first_seen_at: after(0),
        last_seen_at: after(seconds),
        state: SightingState::New,
        note: None,
    };
    let seen = sources(&[(SightingSource::Mdns, 3), (SightingSource::Coiot, 7)]);
    assert!(!world.store.sighting_seen(mac(1), after(7), seen.clone()).await.unwrap(), "nobody knows it");
    world.store.sighting_upsert(sighting(SightingSource::Scan, 0), AddressIs::Proven, vec![]).await.map(drop).unwrap();
    assert!(world.store.sighting_seen(mac(1), after(7), seen).await.unwrap());
    world.store.sighting_upsert(sighting(SightingSource::Mdns, 5), AddressIs::Proven, vec![]).await.map(drop).unwrap();
    let stored = world.store.sighting_get(mac(1)).await.unwrap().unwrap();
    let all = sources(&[(SightingSource::Scan, 0), (SightingSource::Mdns, 5), (SightingSource::Coiot, 7)]);
    assert_eq!((stored.source, stored.last_seen_at, stored.sources), (SightingSource::Coiot, after(7), all));
}

/// B1: where a device calls from counts only while nobody has found it.
async fn a_call_does_not_move_what_was_found(world: &World) {
    let sighting = |source: SightingSource, endpoint: &str, seconds: i64| SightingRecord {
        identity: identity(1),
        endpoint: endpoint.to_owned(),
        source,
        sources: [(source, after(seconds))].into(),
        first_seen_at: after(0),
        last_seen_at: after(seconds),
        state: SightingState::New,
        note: None,
    };
    let (called, found, told) = (SightingSource::OutboundSocket, SightingSource::Scan, SightingSource::Mqtt);
    let steps = [
        (called, AddressIs::Told, "192.0.2.7:80", "192.0.2.7:80"),
        (called, AddressIs::Told, "192.0.2.8:80", "192.0.2.8:80"),
        (told, AddressIs::Told, "192.0.2.9:80", "192.0.2.9:80"),
        (found, AddressIs::Proven, "192.0.2.1:8080", "192.0.2.1:8080"),
        (called, AddressIs::Told, "192.0.2.8:80", "192.0.2.1:8080"),
        (told, AddressIs::Told, "192.0.2.1:80", "192.0.2.1:8080"),
        (told, AddressIs::Proven, "192.0.2.2:80", "192.0.2.2:80"),
    ];
    for (seconds, (source, address, endpoint, expected)) in (0..).zip(steps) {
        world.store.sighting_upsert(sighting(source, endpoint, seconds), address, vec![]).await.map(drop).unwrap();
        let stored = world.store.sighting_get(mac(1)).await.unwrap().unwrap();
        assert_eq!((stored.endpoint.as_str(), stored.last_seen_at), (expected, after(seconds)), "{source:?}");
    }
}

async fn scans_show_how_far_they_are(world: &World) {
    let mut scan = ScanRecord {
        id: ScanId::new(world.ids()),
        targets: vec!["192.0.2.0/24".to_owned(), "shelly.lan:8080".to_owned()],
        state: ScanState::Running,
        total: 255,
        probed: 0,
        found: 0,
        adopted: 0,
        started_at: now(),
        finished_at: None,
        error: None,
    };
    world.store.scan_insert(scan.clone(), vec![]).await.map(drop).unwrap();
    assert_eq!(world.store.scans_running().await.unwrap(), [scan.clone()]);
    (scan.probed, scan.found, scan.state) = (255, 3, ScanState::Failed);
    (scan.finished_at, scan.error) = (Some(after(3)), Some("no route".to_owned()));
    world.store.scan_update(scan.clone(), vec![]).await.map(drop).unwrap();
    assert_eq!(world.store.scan_get(scan.id).await.unwrap(), Some(scan.clone()));
    (scan.error, scan.state) = (None, ScanState::Done);
    world.store.scan_update(scan.clone(), vec![]).await.map(drop).unwrap();
    assert_eq!(world.store.scans_running().await.unwrap(), []);
    assert_eq!(world.store.scans_page(PageRequest::default()).await.unwrap().items, [scan]);
}

async fn proofs_are_replaced(world: &World) {
    world.device(1).await;
    let path: capability_config::SettingPath = "wifi.sta.pass".parse().unwrap();
    let proof = |digest: &str| SettingProof {
        mac: mac(1),
        path: "wifi.sta.pass".parse().expect("a path"),
        digest: digest.to_owned(),
        proven_at: now(),
    };
    world.store.proofs_set(vec![proof("one")]).await.unwrap();
    world.store.proofs_set(vec![proof("two")]).await.unwrap();
    let proofs = world.store.proofs_of(vec![mac(1), mac(2)]).await.unwrap();
    assert_eq!(proofs, HashMap::from([(mac(1), BTreeMap::from([(path, "two".to_owned())]))]));
    world.store.proofs_clear(mac(1)).await.unwrap();
    assert!(world.store.proofs_of(vec![mac(1)]).await.unwrap().is_empty());
}
