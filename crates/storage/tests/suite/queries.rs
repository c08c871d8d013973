//! Queries: whatever is asked, the database answers as the evaluator does (H1, P1, P3, F15).

use std::collections::{BTreeMap, BTreeSet};

use capability_config::{SettingValue, Settings};
use chrono::{DateTime, Utc};
use fleet_model::{
    DeviceRecord, DeviceState, DriftState, GroupRecord, LocationTree, PageRequest, SnapshotCause, SnapshotId,
    SnapshotRecord, setting_changes,
};
use fleet_query::{FIELDS, Facts, Query, STATES, booted_at, component_words, indexed, rssi_dbm, search_text};
use shelly_types::{
    ComponentKey, ComponentStatus, DeviceStatus, Firmware, Model,
    status::{SystemStatus, WifiStatus},
};
use storage::{ChangesSince, SnapshotWrite, StateWrite, StatusWrite};
use sync_engine::Fingerprint;

use crate::world::{World, after, device, identity, mac, now, on_both_databases};

on_both_databases!(
    the_database_answers_as_the_evaluator,
    only_the_newest_configuration_is_searched,
    what_an_older_program_stored_is_found,
);

/// Devices of a random fleet, and queries asked of it.
const DEVICES: u32 = 60;
const QUERIES: u32 = 600;

/// Chance that is the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        // Numbers of Knuth's MMIX.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        let place = self.below(of.len() as u64);
        of[usize::try_from(place).expect("small")].clone()
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn seconds(&mut self) -> i64 {
        let day = self.one(&[60, 3600, 7200, 86_400, 200_000]);
        -day + i64::try_from(self.below(3)).expect("small") - 1
    }
}

fn random_record(dice: &mut Dice, number: u32) -> DeviceRecord {
    let mut record = device(number);
    let names =
        ["Küche", "KÜCHE Lampe", "kitchen lamp", "100%", "a_b", "back\\slash", "Straße", "ground floor (left)", "null"];
    record.label = dice.chance(60).then(|| dice.one(&names).to_owned());
    record.app = dice.chance(60).then(|| dice.one(&["Plus1", "PLUS1PM", "Ünï"]).to_owned());
    record.profile = dice.chance(30).then(|| dice.one(&["cover", "Switch"]).to_owned());
    record.model = Model::new(dice.one(&["SNSW-001X16EU", "SHSW-1", "shsw-25", "ÄX"]));
    let firmwares = [
        "20230913-112003/v1.14.0-gcb84623",
        "20230913-112003/v1.14.0-rc1-gcb84623",
        "20200309-104051/v1.6.0@43056d58",
        "20241011-114455/1.4.4-g6d2a586",
        "20191216-140157/???",
    ];
    record.firmware = Firmware::new(dice.one(&firmwares));
    record.endpoint = dice.one(&["192.0.2.7:80", "192.0.2.71:80", "Lamp.LAN:8080", "[2001:db8::1]:80"]).to_owned();
    record.auth_required = dice.chance(50);
    record.sleeps = dice.chance(30);
    record.state = dice.one(DeviceState::ALL);
    let drifts = [DriftState::Unmanaged, DriftState::Unknown, DriftState::InSync, DriftState::Drifted { count: 2 }];
    record.drift = dice.one(&drifts);
    record.last_seen_at = dice.chance(80).then(|| after(dice.seconds()));
    record.adopted_at = after(dice.seconds());
    let tags: BTreeSet<String> =
        (0..dice.below(3)).map(|_| dice.one(&["kitchen", "küche", "a b", "x,y"]).to_owned()).collect();
    record.tags = tags.into_iter().collect();
    record
}

fn random_status(dice: &mut Dice, at: DateTime<Utc>) -> DeviceStatus {
    let mut components = BTreeMap::new();
    if dice.chance(70) {
        let rssi_dbm = dice.chance(80).then(|| dice.one(&[-80, -75, -70, -60]));
        components.insert(
            ComponentKey::single("wifi"),
            ComponentStatus::Wifi(Box::new(WifiStatus { rssi_dbm, ..Default::default() })),
        );
    }
    if dice.chance(70) {
        let uptime_s = u64::try_from((now() - at).num_seconds() - dice.seconds()).ok();
        let system = SystemStatus { uptime_s, ..SystemStatus::default() };
        components.insert(ComponentKey::single("sys"), ComponentStatus::System(Box::new(system)));
    }
    DeviceStatus { components }
}

fn random_settings(dice: &mut Dice) -> Settings {
    let mut settings = Settings::new();
    let mut set = |path: &str, value: SettingValue| drop(settings.insert(path.parse().expect("a path"), value));
    for path in ["mqtt.server", "wifi.sta.ssid", "switch:0.name", "switch:1.name"] {
        let words = ["10.0.0.5", "10.0.0.50", "Küche_%", "null", "true", ""];
        match dice.below(4) {
            0 => {}
            1 => set(path, SettingValue::Null),
            _ => set(path, dice.one(&words).into()),
        }
    }
    for path in ["switch:0.auto_off", "switch:1.auto_off", "mqtt.enable"] {
        if dice.chance(60) {
            set(path, dice.chance(50).into());
        }
    }
    for path in ["switch:0.auto_off_delay", "switch:2.auto_off_delay"] {
        if dice.chance(60) {
            set(path, dice.one(&[0.0, 1.0, 2.5, 60.0]).into());
        }
    }
    set("wifi.sta.pass", "hunter2".into());
    settings
}

async fn store_snapshot(world: &World, number: u32, seconds: i64, settings: &Settings, components: &[ComponentKey]) {
    let snapshot = SnapshotRecord {
        id: SnapshotId::new(world.ids()),
        mac: mac(number),
        taken_at: after(seconds),
        cause: SnapshotCause::Pull,
        fingerprint: Fingerprint::of(settings),
        settings: settings.clone(),
        kept: BTreeMap::new(),
        components: components.to_vec(),
        raw: serde_json::Value::Null,
    };
    // Whether what is new about it is told or found out makes no difference.
    let newest = world.store.snapshot_latest(mac(number)).await.unwrap().filter(|_| seconds % 2 == 1);
    let since = newest
        .map(|newest| ChangesSince { id: newest.id, settings: setting_changes(&newest.settings, &snapshot.settings) });
    let write = SnapshotWrite { since, ..snapshot.into() };
    world.store.snapshot_append_if_changed(write).await.map(drop).unwrap();
}

fn facts(
    record: &DeviceRecord,
    status: Option<&StatusWrite>,
    settings: &Settings,
    components: &[ComponentKey],
    places: &LocationTree,
) -> Facts {
    let mac = record.mac.to_string();
    let optional = [&record.label, &record.name, &record.host_name, &record.app];
    let lines = optional.into_iter().flatten().map(String::as_str);
    Facts {
        mac: record.mac,
        model: record.model.code().to_owned(),
        app: record.app.clone(),
        name: record.display_name(),
        search_text: search_text(lines.chain([&*mac, record.model.code(), &record.endpoint, record.firmware.id()])),
        generation: record.generation,
        endpoint: record.endpoint.clone(),
        firmware: record.firmware.clone(),
        profile: record.profile.clone(),
        auth_required: record.auth_required,
        sleeps: record.sleeps,
        state: record.state.as_str(),
        restart_required: record.restart_required,
        drift: record.drift.as_str(),
        last_seen_at: record.last_seen_at,
        adopted_at: record.adopted_at,
        booted_at: status.and_then(|write| booted_at(&write.status, write.read_at)),
        rssi_dbm: status.and_then(|write| rssi_dbm(&write.status)),
        groups: record.groups.iter().map(|group| group.name.clone()).collect(),
        locations: record
            .location
            .iter()
            .flat_map(|place| places.outwards(place.id))
            .map(|place| place.name.clone())
            .collect(),
        tags: record.tags.clone(),
        components: component_words(components),
        settings: settings.iter().filter_map(|(path, value)| indexed(path, value)).collect(),
    }
}

async fn random_fleet(world: &World, dice: &mut Dice) -> Vec<Facts> {
    let garage = world.group("Garage").await;
    let upstairs = world.group("Obergeschoß ÄÖ").await;
    let steady: Query = STEADY.parse().unwrap();
    let meant = GroupRecord { query: Some(STEADY.to_owned()), ..world.group("Küche").await };
    world.store.group_update(meant, vec![]).await.map(drop).unwrap();
    let house = world.location("Küche House", None).await;
    let places = [&world.location("x", Some(house.id)).await, &world.location("Garage", None).await, &house];
    let tree = LocationTree::new(world.store.locations_all().await.unwrap());
    let mut fleet = Vec::new();
    for number in 0..DEVICES {
        world.store.device_insert(random_record(dice, number), Vec::new()).await.map(drop).unwrap();
        for group in [&garage, &upstairs] {
            if dice.chance(40) {
                world.store.group_members_change(group.id, vec![mac(number)], vec![], vec![]).await.map(drop).unwrap();
            }
        }
        if dice.chance(60) {
            world.put(number, dice.one(&places)).await;
        }
        let status = dice.chance(80).then(|| {
            let read_at = after(dice.seconds());
            let restart_required = dice.chance(50).then(|| dice.chance(50));
            StatusWrite { restart_required, ..StatusWrite::new(mac(number), random_status(dice, read_at), read_at) }
        });
        if let Some(write) = &status {
            world.store.device_status_set(write.clone(), vec![]).await.map(drop).unwrap();
        }
        let (mut settings, mut components) = (Settings::new(), Vec::new());
        for seconds in 0..i64::try_from(dice.below(4)).unwrap() {
            settings = random_settings(dice);
            components = vec![ComponentKey::single("wifi"), ComponentKey::instance(dice.one(&["switch", "cover"]), 0)];
            store_snapshot(world, number, seconds, &settings, &components).await;
        }
        let stored = world.store.device_get(mac(number)).await.unwrap().unwrap();
        let mut facts = facts(&stored, status.as_ref(), &settings, &components, &tree);
        // What the query of a group means is told by the evaluator as well.
        facts.groups.retain(|name| name != "Küche");
        if steady.matches(&facts, now()) {
            facts.groups.push("Küche".to_owned());
        }
        fleet.push(facts);
    }
    fleet
}

/// The query of a group.
const STEADY: &str = "-gen:2 (location:*house OR fw<1.14 OR name~lamp)";

/// Text values, of which some are in the fleet.
const TEXTS: [&str; 18] = [
    "küche",
    "KÜCHE*",
    "*lamp*",
    "100%",
    "a_b",
    "\"a b\"",
    "k*",
    "\"\"",
    "\"null\"",
    "*",
    "shsw-1",
    "Garage",
    "plus1",
    "x",
    "\"x,y\"",
    "back\\*",
    "cover,switch",
    "Ünï",
];
const ORDERS: [&str; 6] = [":", "!=", "<", "<=", ">", ">="];
const EQUALS: [&str; 2] = [":", "!="];
const MATCHES: [&str; 3] = [":", "!=", "~"];

/// One condition, nearly always one that can be read.
fn random_term(dice: &mut Dice) -> String {
    const WORDS: [&str; 9] = ["lamp", "küche", "SHSW", "192.0.2.7:80", "*a*b*", "%", "_", "\"ground floor\"", "1.14"];
    match dice.below(10) {
        0 => dice.one(&WORDS).to_owned(),
        1..=3 => random_setting(dice),
        _ => random_field(dice),
    }
}

fn random_setting(dice: &mut Dice) -> String {
    let (path, op, value) = match dice.below(4) {
        0 => {
            let path = dice.one(&["switch:0.auto_off", "switch:*.auto_off", "mqtt.enable"]);
            (path, dice.one(&EQUALS), dice.one(&["yes", "no"]))
        }
        1 => {
            let path = dice.one(&["switch:0.auto_off_delay", "switch:2.auto_off_delay", "switch:*.auto_off_delay"]);
            (path, dice.one(&ORDERS), dice.one(&["0", "1", "2.5", "60"]))
        }
        2 => (dice.one(&["mqtt.server", "switch:*.name"]), dice.one(&EQUALS), "null"),
        _ => {
            let path = dice.one(&["mqtt.server", "wifi.sta.ssid", "switch:0.name", "switch:*.name", "switch:7.name"]);
            let values = ["10.0.0.5", "10.*", "küche_%", "true", "\"\"", "*", "10.0.0.5,true", "\"null\""];
            (path, dice.one(&MATCHES), dice.one(&values))
        }
    };
    format!("config.{path}{op}{value}")
}

fn random_field(dice: &mut Dice) -> String {
    let name = dice.one(FIELDS).name;
    let (op, value) = match name {
        "gen" => (dice.one(&ORDERS), dice.one(&["1", "2", "3", "9"])),
        "rssi" => (dice.one(&ORDERS), dice.one(&["-80", "-75", "-60", "0"])),
        "fw" => (dice.one(&ORDERS), dice.one(&["1", "1.14", "1.14.0", "1.6.0", "1.4.4", "2"])),
        "uptime" | "seen" | "adopted" => (dice.one(&ORDERS[2..]), dice.one(&["60s", "1h", "2h", "1d", "200000s"])),
        "state" => (dice.one(&EQUALS), dice.one(&["online", "offline,asleep", "locked_out"])),
        "drift" => (dice.one(&EQUALS), dice.one(&["yes", "no", "unknown,unmanaged"])),
        "restart" | "auth" | "sleeps" => (dice.one(&EQUALS), dice.one(&["yes", "no"])),
        "mac" => (dice.one(&MATCHES), dice.one(&["C4:5B*", "C45B00000003", "*0a", "0-1*"])),
        "ip" => {
            let values = ["192.0.2.7", "192.0.2.7:80", "lamp.lan", "192.*", "2.7", "[2001"];
            (dice.one(&MATCHES), dice.one(&values))
        }
        "tag" | "group" | "location" | "component" => (dice.one(&[":", "~"]), dice.one(&TEXTS)),
        _ => (dice.one(&MATCHES), dice.one(&TEXTS)),
    };
    format!("{name}{op}{value}")
}

fn random_query(dice: &mut Dice, depth: u32) -> String {
    if depth == 0 || dice.chance(30) {
        return random_term(dice);
    }
    let parts: Vec<String> = (0..=dice.below(3)).map(|_| random_query(dice, depth - 1)).collect();
    match dice.below(4) {
        0 => format!("({})", parts.join(" OR ")),
        1 => format!("-({})", parts.join(" ")),
        2 => format!("NOT {}", parts[0]),
        _ => parts.join(" "),
    }
}

async fn the_database_answers_as_the_evaluator(world: &World) {
    let mut dice = Dice(2026);
    let fleet = random_fleet(world, &mut dice).await;
    let (mut some, mut read) = (0, 0);
    for _ in 0..QUERIES {
        let text = random_query(&mut dice, 3);
        let Ok(query) = text.parse::<Query>() else { continue };
        let expected: Vec<_> =
            fleet.iter().filter(|facts| query.matches(facts, now())).map(|facts| facts.mac).collect();
        let found =
            world.store.devices_matching(query, now()).await.unwrap_or_else(|error| panic!("{text}: {error:?}"));
        let found: Vec<_> = found.iter().map(|device| device.mac).collect();
        assert_eq!(found, expected, "{text}");
        read += 1;
        some += u32::from(!found.is_empty() && found.len() < fleet.len());
    }
    assert!(read > QUERIES / 10 * 9 && some > QUERIES / 3, "{read} of {QUERIES} were read, {some} told devices apart");
    assert_eq!(DeviceState::ALL.iter().map(|state| state.as_str()).collect::<Vec<_>>(), STATES);
}

/// Leaves nothing of what is derived, as a program would that knows of none.
const FORGET: &str = "UPDATE devices SET index_version = 0, firmware_key = NULL; DELETE FROM device_settings;
    DELETE FROM device_components; UPDATE device_status SET rssi_dbm = NULL, booted_at = NULL";

async fn found(world: &World, text: &str) -> Vec<shelly_types::Mac> {
    let page = world.store.devices_page(text.parse().unwrap(), now(), PageRequest::default()).await.unwrap();
    page.items.iter().map(|device| device.mac).collect()
}

/// F15: what a device had once is not searched.
async fn only_the_newest_configuration_is_searched(world: &World) {
    world.device(1).await;
    world.device(2).await;
    let server = |value: &str| {
        let path = |text: &str| text.parse().expect("a path");
        Settings::from([(path("mqtt.server"), value.into()), (path("wifi.sta.pass"), "hunter2".into())])
    };
    let parts = [ComponentKey::single("mqtt"), ComponentKey::instance("switch", 0)];
    for number in [1, 2] {
        store_snapshot(world, number, 0, &server("old.example"), &parts).await;
    }
    assert_eq!(found(world, "config.mqtt.server=old.example").await, [mac(1), mac(2)]);
    store_snapshot(world, 1, 1, &server("new.example"), &parts[..1]).await;
    assert_eq!(found(world, "config.mqtt.server=old.example").await, [mac(2)]);
    assert_eq!(found(world, "config.mqtt.server~NEW").await, [mac(1)]);
    assert_eq!(found(world, "component:switch").await, [mac(2)]);
    store_snapshot(world, 2, 2, &Settings::new(), &[]).await;
    assert_eq!(found(world, "config.mqtt.server!=null OR component:*").await, [mac(1)]);
}

/// A database of an older program is indexed when it is opened.
async fn what_an_older_program_stored_is_found(world: &World) {
    let record = DeviceRecord { firmware: Firmware::new("20230913-112003/v1.14.0-gcb84623"), ..device(1) };
    world.store.device_insert(record, Vec::new()).await.map(drop).unwrap();
    world
        .store
        .device_insert(DeviceRecord::adopt(&identity(2), "192.0.2.2:80".to_owned(), now(), now()), Vec::new())
        .await
        .map(drop)
        .unwrap();
    let settings = Settings::from([("mqtt.server".parse().unwrap(), "broker.example".into())]);
    store_snapshot(world, 1, 0, &settings, &[ComponentKey::instance("switch", 0)]).await;
    let wifi = ComponentStatus::Wifi(Box::new(WifiStatus { rssi_dbm: Some(-81), ..WifiStatus::default() }));
    let status = DeviceStatus { components: BTreeMap::from([(ComponentKey::single("wifi"), wifi)]) };
    let write = StatusWrite::new(mac(1), status, now());
    world.store.device_status_set(write, vec![]).await.map(drop).unwrap();
    let state = StateWrite { mac: mac(1), state: DeviceState::Offline, reason: None, offline: None };
    world.store.device_states_set(vec![state], Vec::new()).await.map(drop).unwrap();
    world.execute(FORGET).await;
    let query = "fw:1.14 config.mqtt.server~broker component:switch rssi<-80";
    assert_eq!(found(world, query).await, []);
    drop(world.neighbour().await);
    assert_eq!(found(world, query).await, [mac(1)]);
    assert_eq!(world.store.devices_all().await.unwrap().len(), 2);
}
