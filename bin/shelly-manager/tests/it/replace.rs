//! One device in the place of another (J10, J11, B11): its configuration as far as it goes, and all that people decided
//! about it; with a way back.

use std::{
    net::Ipv4Addr,
    sync::atomic::{AtomicU8, Ordering},
    time::Duration,
};

use api_types::{
    addresses::{AddressOf, Addresses, AssignAddressesRequest},
    devices::{DeviceDetail, UpdateDeviceRequest},
    jobs::{JobDetail, JobKind, JobRequest, JobState, UnitState},
    networks::SetNetworkRequest,
    replacements::ReplaceRequest,
    snapshots::RestoreRequest,
};
use serde_json::{Value, json};
use shelly_sim::{Fault, FleetPlan, SimFleet, SimHandle, SimNetwork, Timing};
use shelly_types::Mac;
use sync_engine::{Fate, TransferField};

use crate::{
    database::Database,
    manager::Manager,
    on_each_database,
    support::{adopt, ended, eventually, group, model, of_device, of_group, on_device, setting, start, unit, wish},
};

on_each_database! {
    j11_a_dead_relay_gives_way_to_its_successor
    a_killed_manager_goes_on_with_a_replacement
    what_cannot_be_proven_moves_no_records
    an_address_is_taken_only_when_it_is_free
    j10_a_snapshot_goes_onto_another_model
}

const SHELLY_25: &str = "SHSW-25";
const PLUS_2PM: &str = "SNSW-102P16EU";
const PLUS_1: &str = "SNSW-001X16EU";
const SHELLY_1: &str = "SHSW-1";

fn by(successor: &SimHandle) -> ReplaceRequest {
    let (take_over, spend_memory, include_critical, second_person, wait_s) = (false, false, false, false, None);
    ReplaceRequest { successor: successor.mac(), take_over, spend_memory, include_critical, second_person, wait_s }
}

async fn device(manager: &Manager, handle: &SimHandle) -> DeviceDetail {
    manager.client().device(handle.mac()).await.unwrap()
}

fn fate<'a>(job: &'a JobDetail, path: &str) -> &'a Fate {
    let succession = job.devices[0].succession.as_ref().unwrap();
    let is_it = |field: &&TransferField| field.from.to_string() == path;
    &succession.transfer.fields.iter().find(is_it).unwrap_or_else(|| panic!("{path} is not told")).fate
}

fn note<'a>(job: &'a JobDetail, what: &str) -> &'a str {
    let notes = &job.devices[0].succession.as_ref().unwrap().notes;
    &notes.iter().find(|note| note.what == what).unwrap_or_else(|| panic!("no note about {what}: {notes:?}")).how
}

async fn run(manager: &Manager, job: &JobDetail) -> JobDetail {
    assert_ne!(job.job.state, JobState::Failed, "{job:?}");
    manager.client().job_start(job.job.id).await.unwrap();
    ended(manager, job.job.id).await
}

/// Gives a device a name, a tag, a place, a group and a wish, and reads it whole.
async fn furnish(manager: &Manager, handle: &SimHandle) {
    let client = manager.client();
    manager.cli(&["locations", "create", "cellar"]).await.ends_with(0);
    let request = UpdateDeviceRequest {
        label: Some("Well pump".to_owned()),
        add_tags: vec!["wet".to_owned()],
        location: Some("cellar".to_owned()),
        critical: Some(true),
        ..UpdateDeviceRequest::default()
    };
    client.device_update(handle.mac(), &request).await.unwrap();
    group(manager, "pumps", 0, std::slice::from_ref(handle)).await;
    manager.cli(&["groups", "create", "wet ones", "--query", "tag:wet"]).await.ends_with(0);
    wish(manager, of_group("pumps"), &[("switch:0.auto_off_delay", json!(120))]).await;
    wish(manager, of_device(handle), &[("switch:0.auto_off", json!(true))]).await;
    client.device_snapshot_take(handle.mac()).await.unwrap();
}

async fn listed(manager: &Manager) -> Vec<Mac> {
    let devices = manager.client().devices(&api_types::devices::DeviceQuery::default()).await.unwrap();
    devices.into_iter().map(|device| device.mac).collect()
}

/// J11, B11: a Gen1 relay that is dead is replaced by its successor of Gen2, from what was read of it last. What is
/// converted and dropped is told before; name, tags, groups, place, wishes and history are those of the new one; the undo
/// gives all of it back.
#[expect(clippy::too_many_lines, reason = "one journey, from the preview to the undo")]
async fn j11_a_dead_relay_gives_way_to_its_successor(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model(SHELLY_25, 1), model(PLUS_2PM, 2)]).await;
    let (old, new) = (&handles[0], &handles[1]);
    adopt(&manager, &handles).await;
    let client = manager.client();
    let own = [
        ("switch:1.name", json!("Fountain")),
        ("actions.switch-on:0.urls", json!(["http://hub.lan/on"])),
        ("switch:0.schedule.enable", json!(true)),
        ("switch:0.schedule.rules", json!(["0700-01234-on"])),
    ];
    wish(&manager, of_device(old), &own).await;
    manager.cli(&["config", "apply", "--device", &old.mac().to_string(), "--yes"]).await.ends_with(0);
    for (path, _) in own {
        crate::support::clear(&manager, of_device(old), path).await;
    }
    furnish(&manager, old).await;
    old.inject(Fault::Offline);
    let before = new.config_json();

    let macs = [old.mac().to_string(), new.mac().to_string()];
    let shown = manager.cli(&["devices", "replace", &macs[0], &macs[1], "--check"]).await.ends_with(3);
    for words in [
        "takes the place of Well pump",
        "converted  actions.switch-on:0.urls",
        "webhooks.switch-on:0.event",
        "schedules.switch-0-1.timespec",
        "dropped",
        "coiot.enable",
        "the new device keeps its own",
        "groups: pumps, wet ones",
        "as wished  switch:0.auto_off",
    ] {
        assert!(shown.out.contains(words), "{words}: {}", shown.out);
    }
    assert_eq!(new.config_json(), before, "nothing was written");

    let done = manager.cli(&["devices", "replace", &macs[0], &macs[1], "--yes"]).await.ends_with(0);
    assert!(done.out.contains("1 verified"), "{}", done.out);
    assert_eq!(on_device(new, "switch:1.name"), "Fountain");
    assert_eq!(on_device(new, "switch:0.auto_off"), true);
    assert_eq!(on_device(new, "switch:0.auto_off_delay"), 120.0);
    let config = client.device_snapshot_take(new.mac()).await.unwrap();
    assert_eq!(setting(&config, "webhooks.switch-on:0.event").observed, Some("switch.on".into()));
    assert_eq!(setting(&config, "schedules.switch-0-1.timespec").observed, Some("0 0 7 * * 1,2,3,4,5".into()));

    let detail = device(&manager, new).await;
    let view = &detail.device;
    assert_eq!((view.name.as_str(), view.critical, view.location.as_deref()), ("Well pump", true, Some("cellar")));
    assert_eq!(
        (view.tags.clone(), view.groups.clone()),
        (vec!["wet".to_owned()], vec!["pumps".to_owned(), "wet ones".to_owned()])
    );
    assert_eq!(
        setting(&config, "switch:0.auto_off").origin.as_deref(),
        Some("device"),
        "the wish is that of the new one"
    );
    assert_eq!(listed(&manager).await, [new.mac()]);
    let shown = manager.cli(&["devices", "show", &macs[1]]).await.ends_with(0);
    assert!(shown.out.contains(&format!("continues Well pump ({}", macs[0])), "{}", shown.out);
    let events = manager.get(&format!("/api/v1/events?mac={}&limit=200", macs[1])).await;
    let told = events.to_string();
    assert!(told.contains("device_replaced") && told.contains(&macs[0]), "the history goes on: {told}");
    assert!(!client.device_config_history(old.mac()).await.unwrap().is_empty(), "what it was is kept");
    let asked = old.counters().connections;
    client.device_refresh(new.mac()).await.unwrap();
    assert!(client.device_refresh(old.mac()).await.is_err());
    assert_eq!(old.counters().connections, asked, "nobody talks to a retired device");

    let job = client.jobs().await.unwrap().items.into_iter().find(|job| job.kind == JobKind::Replace).unwrap();
    assert!(client.job_retry(job.id).await.is_err());
    let undone = run(&manager, &client.job_undo(job.id).await.unwrap()).await;
    assert_eq!(undone.job.state, JobState::Done, "{undone:?}");
    assert_eq!(on_device(new, "switch:1.name"), before["switch:1"]["name"]);
    assert_eq!(on_device(new, "switch:0.auto_off"), before["switch:0"]["auto_off"]);
    let back = device(&manager, old).await.device;
    assert_eq!(
        (back.name.as_str(), back.tags, back.location.as_deref()),
        ("Well pump", vec!["wet".to_owned()], Some("cellar"))
    );
    assert_eq!(back.groups, ["pumps", "wet ones"]);
    let fresh = device(&manager, new).await.device;
    assert_eq!((fresh.tags.len(), fresh.groups.len(), fresh.location), (0, 0, None));
    assert_eq!(listed(&manager).await.len(), 2);
    assert!(client.job_undo(undone.job.id).await.is_err(), "a replacement is made anew instead");
    fleet.shutdown().await;
}

/// H2: whenever the manager dies, either nothing has moved or everything, and the job goes on.
async fn a_killed_manager_goes_on_with_a_replacement(database: Database) {
    let mut manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model(PLUS_1, 1), model(PLUS_1, 2)]).await;
    let (old, new) = (&handles[0], &handles[1]);
    adopt(&manager, &handles).await;
    furnish(&manager, old).await;
    old.set_config("switch:0.name", json!("Well"));
    old.set_config("sys.device.name", json!("Pump"));
    let job = manager.client().device_replace(old.mac(), &by(new)).await.unwrap();
    assert_eq!((job.job.kind, job.job.state), (JobKind::Replace, JobState::Proposed), "{job:?}");
    let slow = Fault::Latency { delay: Duration::from_millis(400), jitter: Duration::ZERO };
    new.inject(slow.clone());
    assert_ne!(job.job.state, JobState::Failed, "{job:?}");
    manager.client().job_start(job.job.id).await.unwrap();
    eventually("the first write", async || (!new.writes().is_empty()).then_some(())).await;
    manager.kill();
    new.heal(&slow);
    manager.start().await;
    let done = ended(&manager, job.job.id).await;
    assert_eq!(unit(&done, new).state, UnitState::Verified, "{done:?}");
    assert_eq!((on_device(new, "switch:0.name"), on_device(new, "sys.device.name")), (json!("Well"), json!("Pump")));
    assert_eq!(device(&manager, new).await.device.name, "Well pump");
    assert_eq!(listed(&manager).await, [new.mac()]);
    let told = manager.client().device_replacements(new.mac()).await.unwrap();
    assert_eq!((told.len(), told[0].former, told[0].undone_at), (1, old.mac(), None));
    fleet.shutdown().await;
}

/// F11: a device that bends a value is put back, and keeps its own name and groups.
async fn what_cannot_be_proven_moves_no_records(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model(PLUS_1, 1), model(PLUS_1, 2)]).await;
    let (old, new) = (&handles[0], &handles[1]);
    adopt(&manager, &handles).await;
    furnish(&manager, old).await;
    old.set_config("switch:0.name", json!("Well"));
    let (client, before) = (manager.client(), new.config_json());
    new.inject(Fault::IgnoreField { path: "switch:0.name".to_owned() });
    let job = client.device_replace(old.mac(), &by(new)).await.unwrap();
    let done = run(&manager, &job).await;
    assert_eq!(unit(&done, new).state, UnitState::RolledBack, "{done:?}");
    assert_eq!(on_device(new, "switch:0.auto_off"), before["switch:0"]["auto_off"]);
    assert_eq!(listed(&manager).await.len(), 2);
    assert_eq!(device(&manager, old).await.device.groups, ["pumps", "wet ones"]);
    assert!(device(&manager, new).await.device.groups.is_empty());
    assert!(client.job_undo(done.job.id).await.is_err(), "nothing was changed");
    new.heal_all();
    let done = run(&manager, &client.device_replace(old.mac(), &by(new)).await.unwrap()).await;
    assert_eq!(unit(&done, new).state, UnitState::Verified, "{done:?}");
    // It never lost its record: taken in again, it is a device like others.
    let found = crate::support::scan(&manager, crate::support::targets(&handles[..1]), false).await;
    assert_eq!(found.found, 1);
    manager.cli(&["discover", "adopt", &old.mac().to_string()]).await.ends_with(0);
    assert_eq!(listed(&manager).await.len(), 2);
    let own = client.device_replace(new.mac(), &ReplaceRequest { successor: new.mac(), ..by(new) }).await;
    assert!(own.is_err());
    fleet.shutdown().await;
}

const HOUSE: (&str, &str) = ("house-iot", "planted-house-key");
const PORT: u16 = 8087;

/// Networks of 127.0.0.0/8 that no other test uses.
static TAKEN: AtomicU8 = AtomicU8::new(0);

/// C12: the static address goes with all else once nobody is there any more, and is proven; before, it is left out with
/// the reason.
async fn an_address_is_taken_only_when_it_is_free(database: Database) {
    let number = 190 + TAKEN.fetch_add(1, Ordering::Relaxed);
    let (house, leases) = (format!("127.{number}.0.0/24"), format!("127.{number}.0.0/25"));
    let networks = vec![SimNetwork::new(HOUSE.0, HOUSE.1).with_addresses(leases.parse().unwrap())];
    let timing = Timing { join: Duration::from_millis(600), ..Timing::default() };
    let plan = FleetPlan::new(vec![model(PLUS_1, 1), model(PLUS_1, 2)]).on_subnet(house.parse().unwrap(), PORT);
    let fleet = SimFleet::start(plan.with_networks(networks).with_timing(timing)).await.unwrap();
    let handles = fleet.devices().to_vec();
    let (old, new) = (&handles[0], &handles[1]);
    let manager = Manager::with(database, &["--move-limit", "10"]).await;
    adopt(&manager, &handles).await;
    let client = manager.client();
    client.network_set(&SetNetworkRequest { ssid: HOUSE.0.to_owned(), key: Some(HOUSE.1.to_owned()) }).await.unwrap();
    let address = Ipv4Addr::new(127, number, 0, 20);
    let request = AssignAddressesRequest {
        addresses: Addresses::Given { addresses: vec![AddressOf { mac: old.mac(), address }] },
        netmask: Some("255.255.255.0".parse().unwrap()),
        gateway: Some(Ipv4Addr::new(127, number, 0, 126)),
        nameserver: None,
        job: JobRequest::default(),
    };
    let job = client.addresses_assign(&request).await.unwrap();
    assert_eq!(run(&manager, &job).await.job.state, JobState::Done);
    assert_eq!(old.endpoint().ip(), address);

    let held = client.device_replace(old.mac(), &by(new)).await.unwrap();
    assert!(note(&held, "address").contains("still answers"), "{}", note(&held, "address"));
    assert!(matches!(fate(&held, "wifi.sta.ip"), Fate::Dropped { .. }));
    assert!(matches!(fate(&held, "switch:0.name"), Fate::Kept));
    client.job_cancel(held.job.id).await.unwrap();

    old.inject(Fault::Offline);
    let job = client.device_replace(old.mac(), &by(new)).await.unwrap();
    assert!(note(&job, "address").contains("which is free"), "{}", note(&job, "address"));
    let done = run(&manager, &job).await;
    assert_eq!(unit(&done, new).state, UnitState::Verified, "{done:?}");
    assert_eq!(new.endpoint().ip(), address);
    assert_eq!(device(&manager, new).await.device.address, new.endpoint().to_string());
    let config = client.device_config(new.mac()).await.unwrap();
    assert_eq!(setting(&config, "wifi.sta.ip").origin.as_deref(), Some("device"), "the wish for it went along");
    fleet.shutdown().await;
}

/// J10: what a snapshot of one model holds goes onto another, with a report of what is converted and dropped; the records
/// stay with both.
async fn j10_a_snapshot_goes_onto_another_model(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model(PLUS_2PM, 1), model(SHELLY_1, 2)]).await;
    let (old, new) = (&handles[0], &handles[1]);
    adopt(&manager, &handles).await;
    old.set_config("switch:0.name", json!("Well"));
    old.set_config("switch:1.name", json!("Fountain"));
    let wishes = [("kvs.site.value", json!("north")), ("switch:0.auto_off", json!(true))];
    wish(&manager, of_device(old), &wishes).await;
    manager.cli(&["config", "apply", "--device", &old.mac().to_string(), "--yes"]).await.ends_with(0);
    let client = manager.client();
    client.device_snapshot_take(old.mac()).await.unwrap();
    let snapshot = client.device_config_history(old.mac()).await.unwrap()[0].id;
    let request = RestoreRequest { onto: Some(new.mac()), ..RestoreRequest::default() };
    let job = client.snapshot_restore(snapshot, request).await.unwrap();
    assert_eq!((job.job.kind, job.devices[0].mac), (JobKind::Restore, new.mac()));
    assert!(matches!(fate(&job, "switch:0.name"), Fate::Kept));
    assert!(matches!(fate(&job, "switch:1.name"), Fate::Dropped { .. }), "it has one channel");
    assert!(matches!(fate(&job, "kvs.site.value"), Fate::Dropped { .. }), "Gen1 stores no values");
    let done = run(&manager, &job).await;
    assert_eq!(done.job.state, JobState::Done, "{done:?}");
    assert_eq!(on_device(new, "relays.0.name"), "Well");
    assert_eq!(listed(&manager).await.len(), 2);
    let undone = run(&manager, &client.job_undo(done.job.id).await.unwrap()).await;
    assert_eq!((undone.job.state, on_device(new, "relays.0.name")), (JobState::Done, Value::Null));
    let text = ["config", "snapshots", "restore", &snapshot.to_string(), "--onto", &new.mac().to_string(), "--check"];
    let shown = manager.cli(&text).await.ends_with(3);
    assert!(shown.out.contains("gets the configuration of") && shown.out.contains("dropped"), "{}", shown.out);
    fleet.shutdown().await;
}
