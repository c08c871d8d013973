//! Another address of a server, wherever devices name it (K7).

use api_types::{
    jobs::{JobKind, JobState, UnitState},
    readdress::ReaddressRequest,
};
use serde_json::{Value, json};
use shelly_sim::{Fault, SimHandle};
use sync_engine::NamedPlace;

use crate::{
    database::Database,
    manager::Manager,
    on_each_database,
    support::{
        adopt, all, call, clear, ended, group, model, of_device, of_group, on_device, plan_and_apply, setting, start,
        unit, wish,
    },
};

on_each_database! {
    k7_a_server_moves_and_every_device_names_its_new_address
    k7_what_a_device_refuses_is_told_and_tried_again
}

const PLUS_1: &str = "SNSW-001X16EU";
const SHELLY_1: &str = "SHSW-1";

const CODE: &str = "let hub = 'http://10.0.0.5:8123/api';\nlet other = 'http://10.0.0.50/';\n";

/// A device of Gen2 that names 10.0.0.5 in each way.
async fn furnish(handle: &SimHandle) {
    for (name, url) in [
        ("plain", "http://10.0.0.5:8123/api?door=1"),
        ("login", "http://me:planted@10.0.0.5/in"),
        ("other", "http://10.0.0.50/?from=10.0.0.5"),
        ("wished", "http://10.0.0.5/wished"),
    ] {
        let hook = json!({"cid": 0, "enable": true, "event": "switch.on", "name": name, "urls": [url]});
        call(handle, "Webhook.Create", &hook).await;
    }
    call(handle, "Script.Create", &json!({"name": "report"})).await;
    call(handle, "Script.PutCode", &json!({"id": 1, "code": CODE, "append": false})).await;
    call(handle, "KVS.Set", &json!({"key": "hub", "value": {"at": "10.0.0.5", "token": "x"}})).await;
    let calls = json!([{"method": "HTTP.GET", "params": {"url": "http://10.0.0.5/tick"}}]);
    call(handle, "Schedule.Create", &json!({"enable": true, "timespec": "0 0 22 * * *", "calls": calls})).await;
    call(handle, "MQTT.SetConfig", &json!({"config": {"server": "10.0.0.5:1883"}})).await;
}

async fn urls(handle: &SimHandle) -> Vec<String> {
    let hooks = call(handle, "Webhook.List", &json!({})).await;
    let mut urls: Vec<String> =
        hooks["hooks"].as_array().unwrap().iter().map(|hook| hook["urls"][0].as_str().unwrap().to_owned()).collect();
    urls.sort();
    urls
}

async fn code(handle: &SimHandle) -> Value {
    call(handle, "Script.GetCode", &json!({"id": 1})).await["data"].clone()
}

/// Gives a Gen1 device an action, and no wish for it.
async fn act(manager: &Manager, handle: &SimHandle, url: &str) {
    let path = "actions.switch-on:0.urls";
    wish(manager, of_device(handle), &[(path, json!([url])), ("coiot.peer", json!("10.0.0.5:5683"))]).await;
    manager.cli(&["config", "apply", "--device", &handle.mac().to_string(), "--take-over", "--yes"]).await.ends_with(0);
    clear(manager, of_device(handle), path).await;
    clear(manager, of_device(handle), "coiot.peer").await;
}

/// K7: every place of the fleet is shown before, with no login in it; the job proves each, what a group wishes is left to the
/// group and told, and the undo gives all of it back.
async fn k7_a_server_moves_and_every_device_names_its_new_address(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model(PLUS_1, 1), model(SHELLY_1, 2), model(PLUS_1, 3)]).await;
    let (newer, older, stranger) = (&handles[0], &handles[1], &handles[2]);
    adopt(&manager, &handles).await;
    furnish(newer).await;
    act(&manager, older, "http://10.0.0.5/on").await;
    group(&manager, "hall", 0, std::slice::from_ref(newer)).await;
    wish(&manager, of_group("hall"), &[("webhooks.wished.urls", json!(["http://10.0.0.5/wished"]))]).await;
    let before = (urls(newer).await, code(newer).await, newer.config_json());

    let shown = manager.cli(&["devices", "replace-address", "10.0.0.5", "hub.lan", "--dry-run"]).await.ends_with(3);
    for words in [
        "webhooks.plain.urls: http://10.0.0.5:8123 -> http://hub.lan:8123",
        "webhooks.login.secret_urls: http://10.0.0.5 -> http://hub.lan",
        "webhooks.other.urls: left as it is, names it in a path, a query or a login",
        "webhooks.wished.urls: left as it is, wished by group:hall: change it there (`config set --group hall`)",
        "scripts.report.code: http://10.0.0.5:8123 -> http://hub.lan:8123",
        "kvs.hub.json: 10.0.0.5 -> hub.lan",
        "schedules.job:1.calls: http://10.0.0.5 -> http://hub.lan",
        "mqtt.server: 10.0.0.5:1883 -> hub.lan:1883",
        "actions.switch-on:0.urls: http://10.0.0.5 -> http://hub.lan",
        "coiot.peer: 10.0.0.5:5683 -> hub.lan:5683",
        "- let hub = 'http://10.0.0.5:8123/api';",
        "+ let hub = 'http://hub.lan:8123/api';",
    ] {
        assert!(shown.out.contains(words), "{words}: {}", shown.out);
    }
    assert!(!shown.out.contains("planted"), "{}", shown.out);
    assert!(!shown.out.contains(&stranger.mac().to_string()), "{}", shown.out);
    assert_eq!((urls(newer).await, code(newer).await, newer.config_json()), before);
    assert_eq!(on_device(older, "coiot.peer"), "10.0.0.5:5683");
    let only_gen1 =
        manager.cli(&["devices", "replace-address", "10.0.0.5", "hub.lan", "gen:1", "--dry-run"]).await.ends_with(3);
    assert!(!only_gen1.out.contains("webhooks.plain"), "{}", only_gen1.out);

    let done = manager.cli(&["devices", "replace-address", "10.0.0.5", "hub.lan", "--yes"]).await.ends_with(0);
    assert!(done.out.contains("2 verified") && !done.out.contains("planted"), "{}", done.out);
    assert_eq!(
        urls(newer).await,
        [
            "http://10.0.0.5/wished",
            "http://10.0.0.50/?from=10.0.0.5",
            "http://hub.lan:8123/api?door=1",
            "http://me:planted@hub.lan/in"
        ]
    );
    assert_eq!(code(newer).await, CODE.replace("10.0.0.5:", "hub.lan:"));
    let kept = call(newer, "KVS.Get", &json!({"key": "hub"})).await;
    assert_eq!(kept["value"], json!({"at": "hub.lan", "token": "x"}));
    assert_eq!(on_device(newer, "mqtt.server"), "hub.lan:1883");
    let jobs = call(newer, "Schedule.List", &json!({})).await;
    assert_eq!(jobs["jobs"][0]["calls"][0]["params"]["url"], "http://hub.lan/tick");
    let read = manager.client().device_snapshot_take(older.mac()).await.unwrap();
    assert_eq!(
        setting(&read, "actions.switch-on:0.urls").observed.as_ref().map(ToString::to_string),
        Some(r#"["http://hub.lan/on"]"#.to_owned())
    );
    let nobody = manager.cli(&["devices", "replace-address", "10.0.0.77", "hub.lan"]).await.ends_with(0);
    assert!(nobody.out.contains("0 devices to write"), "{}", nobody.out);

    let job = manager.client().jobs().await.unwrap().items.into_iter();
    let job = job.filter(|job| job.kind == JobKind::Readdress).find(|job| job.units.verified == 2).unwrap();
    let undo = manager.client().job_undo(job.id).await.unwrap();
    assert!(!serde_json::to_string(&undo).unwrap().contains("planted"));
    manager.client().job_start(undo.job.id).await.unwrap();
    let undone = ended(&manager, undo.job.id).await;
    assert_eq!(undone.job.state, JobState::Done, "{undone:?}");
    assert_eq!((urls(newer).await, code(newer).await), (before.0, before.1));
    assert_eq!(on_device(newer, "mqtt.server"), "10.0.0.5:1883");
    let kept = call(newer, "KVS.Get", &json!({"key": "hub"})).await;
    assert_eq!(kept["value"], json!({"at": "10.0.0.5", "token": "x"}));
    let read = manager.client().device_snapshot_take(older.mac()).await.unwrap();
    assert_eq!(setting(&read, "coiot.peer").observed, Some("10.0.0.5:5683".into()));

    for (from, to) in [("10.0.0.5", "10.0.0.5"), ("a b", "c"), ("hub", "hub:80"), ("http://hub/x", "new")] {
        let request = ReaddressRequest { from: from.to_owned(), to: to.to_owned(), job: all().into() };
        assert!(manager.client().address_replace(&request).await.is_err(), "{from} {to}");
    }
    fleet.shutdown().await;
}

/// K7: a device that ignores it gets its former values, one that is away is named with the places that are known of it, and
/// both are tried again.
async fn k7_what_a_device_refuses_is_told_and_tried_again(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model(PLUS_1, 1), model(PLUS_1, 2)]).await;
    adopt(&manager, &handles).await;
    let (odd, away) = (&handles[0], &handles[1]);
    for handle in &handles {
        furnish(handle).await;
        manager.client().device_snapshot_take(handle.mac()).await.unwrap();
    }
    let before = (urls(odd).await, code(odd).await);
    odd.inject(Fault::IgnoreField { path: "mqtt.server".to_owned() });
    away.inject(Fault::Offline);
    let request = ReaddressRequest { from: "10.0.0.5".to_owned(), to: "10.0.0.9".to_owned(), job: all().into() };
    let job = manager.client().address_replace(&request).await.unwrap();
    assert_eq!(unit(&job, away).state, UnitState::Blocked, "{job:?}");
    let places = &unit(&job, away).readdress.as_ref().unwrap().places;
    let is_script = |place: &NamedPlace| place.place == "scripts.report.code";
    assert!(places.iter().any(is_script), "{places:?}");
    manager.client().job_start(job.job.id).await.unwrap();
    let done = ended(&manager, job.job.id).await;
    assert_eq!(unit(&done, odd).state, UnitState::RolledBack, "{done:?}");
    assert_eq!((urls(odd).await, code(odd).await), before, "also the login is back");

    odd.heal(&Fault::IgnoreField { path: "mqtt.server".to_owned() });
    away.heal(&Fault::Offline);
    let again = manager.client().job_retry(done.job.id).await.unwrap();
    assert_eq!((again.job.kind, again.job.units.pending), (JobKind::Readdress, 2), "{again:?}");
    manager.client().job_start(again.job.id).await.unwrap();
    let again = ended(&manager, again.job.id).await;
    assert_eq!(again.job.state, JobState::Done, "{again:?}");
    for handle in &handles {
        assert!(urls(handle).await.contains(&"http://me:planted@10.0.0.9/in".to_owned()));
        assert_eq!(on_device(handle, "mqtt.server"), "10.0.0.9:1883");
    }
    // Nothing that a wish decides about is in doubt.
    assert_eq!(plan_and_apply(&manager, &all()).await.job.changes, 0);
    fleet.shutdown().await;
}
