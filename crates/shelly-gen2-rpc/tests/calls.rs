//! What typed calls send and read: lists of a device, parameters, answers (W2, A10, C2, C8, E7, I1, K5, K6, K8, M5).
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail")]

#[path = "support/fake.rs"]
mod fake;

use futures::executor::block_on;
use serde_json::{Value, json};
use shelly_gen2_rpc::{
    Include, LightChange,
    components::{ComponentConfig, kvs, schedule, webhook, wifi, ws},
    methods::{
        common::Counter,
        em::csv_path,
        light::LightOptions,
        shelly::{Stage, UpdateFrom},
        virtuals::VirtualId,
    },
};
use shelly_types::{ComponentKey, wire::Wire};

use fake::{asked, device, methods, number, refused};

#[test]
fn values_are_read_page_by_page() {
    let client = device(|_, params| {
        let offset = params.get("offset").map_or(0, |_| number(params, "offset"));
        let items: Vec<Value> = (offset..(offset + 10).min(23))
            .map(|place| json!({"key": format!("k{place:02}"), "value": place, "etag": "0"}))
            .collect();
        Ok(json!({"items": items, "offset": offset, "total": 10}))
    });
    let values = block_on(client.values()).unwrap();
    assert_eq!(values.len(), 23);
    assert_eq!(values["k22"].value.get(), Some(&json!(22)));
}

#[test]
fn values_of_older_firmware_come_by_key() {
    let client = device(|_, _| Ok(json!({"items": {"a": {"value": {"b": 1}, "etag": "0"}}})));
    let values = block_on(client.values()).unwrap();
    let expected = kvs::Entry::from_json(json!({"key": "a", "value": {"b": 1}, "etag": "0"})).unwrap();
    assert_eq!(values.into_iter().collect::<Vec<_>>(), [("a".to_owned(), expected)]);
}

#[test]
fn a_schedule_is_written_whole_with_what_is_not_known() {
    let client = device(|_, _| Ok(json!({"id": 4, "rev": 9})));
    let mut job = schedule::Job::from_json(json!({"enable": true, "timespec": "0 0 7 * * *", "shade": 2,
        "calls": [{"method": "Switch.Set", "params": {"id": 0, "on": true}}]}))
    .unwrap();
    assert_eq!(block_on(client.write_schedule(&job)).unwrap(), 4);
    job.id = 2.into();
    assert_eq!(block_on(client.write_schedule(&job)).unwrap(), 2);
    let asked = asked(&client);
    assert_eq!((asked[0].0.as_str(), asked[1].0.as_str()), ("Schedule.Create", "Schedule.Update"));
    assert_eq!((asked[0].1.get("id"), &asked[1].1["id"], &asked[1].1["shade"]), (None, &json!(2), &json!(2)));
}

#[test]
fn a_hook_that_is_written_again_clears_what_it_does_not_have() {
    let client = device(|_, _| Ok(json!({"rev": 9})));
    let hook = webhook::Hook::from_json(json!({"id": 1, "cid": 0, "enable": true, "event": "switch.on",
        "name": "a", "urls": ["http://192.0.2.9/"]}))
    .unwrap();
    assert_eq!(block_on(client.write_webhook(&hook)).unwrap(), 1);
    let (method, params) = asked(&client).remove(0);
    assert_eq!(method, "Webhook.Update");
    for name in ["active_between", "condition", "ssl_ca"] {
        assert_eq!(params.get(name), Some(&Value::Null), "{name}");
    }
    assert_eq!(params["name"], "a");
}

#[test]
fn hook_events_are_asked_for_in_both_ways() {
    let old = device(|method, _| match method {
        "Webhook.ListSupported" => Ok(json!({"hook_types": ["switch.on", "switch.off"]})),
        _ => Err(refused(method, 404)),
    });
    assert_eq!(block_on(old.webhook_events()).unwrap().len(), 2);
    let new = device(|_, params| {
        let types = if number(params, "offset") == 0 { json!({"a.b": {}, "a.c": {}}) } else { json!({"a.d": {}}) };
        Ok(json!({"types": types, "offset": 0, "total": 3}))
    });
    let events = block_on(new.webhook_events()).unwrap();
    assert_eq!(events.keys().map(String::as_str).collect::<Vec<_>>(), ["a.b", "a.c", "a.d"]);
}

#[test]
fn only_virtual_components_are_virtual() {
    let client = device(|_, params| {
        let all = [json!({"key": "boolean:200", "config": {"id": 200}}), json!({"key": "bthomedevice:200"})];
        Ok(json!({"components": all.get(number(params, "offset")..).unwrap_or_default(), "total": 2}))
    });
    let components = block_on(client.virtual_components()).unwrap();
    assert_eq!(components.iter().map(|entry| entry.key.as_str()).collect::<Vec<_>>(), ["boolean:200"]);
}

#[test]
fn parameters_that_are_none_are_not_sent() {
    let client = device(|_, _| Ok(Value::Null));
    block_on(async {
        client.cover_open_for(0, 2.0).await.unwrap();
        client.update(&UpdateFrom::Stage(Stage::Beta)).await.unwrap();
        client
            .number_set(1.5, &VirtualId::Role { owner: "service:0".to_owned(), role: "limit".to_owned() })
            .await
            .unwrap();
        client.enum_set(None, &200.into()).await.unwrap();
        client.light_dim_up(&ComponentKey::instance("rgbw", 1), None).await.unwrap();
        client.trv_set_target(200, 21.0).await.unwrap();
        client.ping().await.unwrap();
    });
    let expected = [
        ("Cover.Open", json!({"id": 0, "duration": 2})),
        ("Shelly.Update", json!({"stage": "beta"})),
        ("Number.Set", json!({"value": 1.5, "owner": "service:0", "role": "limit"})),
        ("Enum.Set", json!({"value": null, "id": 200})),
        ("RGBW.DimUp", json!({"id": 1})),
        ("BluTrv.Call", json!({"id": 200, "method": "Trv.SetTarget", "params": {"id": 0, "target_C": 21}})),
        ("Shelly.Ping", Value::Null),
    ];
    let asked = asked(&client);
    for ((method, params), (expected_method, expected_params)) in asked.iter().zip(&expected) {
        assert_eq!((method.as_str(), params), (*expected_method, expected_params));
    }
    assert_eq!(asked.len(), expected.len());
}

#[test]
fn clients_of_an_extender_are_listed_with_their_ports() {
    let client = device(|_, _| {
        Ok(json!({"ts": 1_700_000_000, "ap_clients": [{"mac": "aabbccddeeff", "ip": "192.168.33.3", "ip_static": false,
            "mport": 10003, "since": 1_699_999_000}]}))
    });
    let clients = block_on(client.wifi_ap_clients()).unwrap().ap_clients.into_option().unwrap();
    assert_eq!((clients[0].mac.as_str(), clients[0].mport.copied()), (Some("aabbccddeeff"), Some(10003)));
    assert_eq!(methods(&client), ["WiFi.ListAPClients"]);
}

#[test]
fn settings_are_written_in_part_and_tell_whether_a_restart_is_needed() {
    let client = device(|_, _| Ok(json!({"restart_required": true})));
    let roam = wifi::Roaming { rssi_thr: (-75.0).into(), ..wifi::Roaming::default() };
    let wifi = wifi::Config { roam: roam.into(), ..wifi::Config::default() };
    let ws = ws::Config { enable: true.into(), server: "wss://192.0.2.9/".to_owned().into(), ..ws::Config::default() };
    block_on(async {
        assert!(client.write_config(&ComponentKey::single("wifi"), &wifi).await.unwrap());
        assert!(client.write_config(&ComponentKey::single("ws"), &ws).await.unwrap());
    });
    let expected = [
        ("WiFi.SetConfig".to_owned(), json!({"config": {"roam": {"rssi_thr": -75.0}}})),
        ("Ws.SetConfig".to_owned(), json!({"config": {"enable": true, "server": "wss://192.0.2.9/"}})),
    ];
    assert_eq!(asked(&client), expected);
}

#[test]
fn an_answer_of_null_asks_for_no_restart() {
    let client = device(|_, _| Ok(Value::Null));
    assert!(!block_on(client.set_config(&ComponentKey::single("plugs_ui"), json!({}))).unwrap());
}

#[test]
fn one_component_is_read_as_what_it_is() {
    let client = device(|method, params| {
        assert_eq!((method, params), ("Switch.GetConfig", &json!({"id": 1})));
        Ok(json!({"id": 1, "auto_off": true}))
    });
    let config = block_on(client.component_config(&ComponentKey::instance("switch", 1))).unwrap();
    assert!(matches!(config, ComponentConfig::Switch(switch) if switch.auto_off.copied() == Some(true)));
}

#[test]
fn firmware_on_offer_is_read() {
    let client = device(|_, _| Ok(json!({"beta": {"version": "2.0.0-beta1", "build_id": "x"}})));
    let offer = block_on(client.check_for_update()).unwrap();
    assert!(offer.stable.is_absent());
    assert_eq!(offer.beta.get().unwrap().version.as_str(), Some("2.0.0-beta1"));
}

#[test]
fn time_zones_are_read_page_by_page() {
    let client = device(|_, params| {
        let all = ["Africa/Abidjan", "Europe/Sofia", "Europe/Vienna"];
        let offset = number(params, "offset");
        let page: Vec<&str> = all.into_iter().skip(offset).take(2).collect();
        Ok(json!({"timezones": page, "offset": offset, "total": 3}))
    });
    assert_eq!(block_on(client.timezones()).unwrap().len(), 3);
    assert_eq!(methods(&client).len(), 2);
}

#[test]
fn certain_components_are_asked_for_by_key() {
    let client = device(|_, _| Ok(json!({"components": []})));
    let keys = [ComponentKey::instance("switch", 0), ComponentKey::single("wifi")];
    let include = Include { config: true, status: false, attrs: false, dynamic_only: false };
    block_on(client.components_of(&keys, &include)).unwrap();
    assert_eq!(asked(&client)[0].1, json!({"keys": ["switch:0", "wifi"], "include": ["config"]}));
}

#[test]
fn a_change_of_a_light_can_be_told_more() {
    let client = device(|_, _| Ok(Value::Null));
    let change = LightChange { on: Some(true), rgb: Some([1, 2, 3]), ..LightChange::default() };
    let options = LightOptions { toggle_after_s: Some(5.0), ..LightOptions::default() };
    block_on(client.light_set_with(&ComponentKey::instance("rgb", 0), &change, &options)).unwrap();
    let expected = json!({"id": 0, "on": true, "rgb": [1, 2, 3], "toggle_after": 5});
    assert_eq!(asked(&client), [("RGB.Set".to_owned(), expected)]);
}

#[test]
fn counters_are_reset_by_name() {
    let client = device(|_, _| Ok(json!({"aenergy": {"total": 12.5}})));
    let counters = block_on(client.switch_reset_counters(0, Some(&[Counter::Energy]))).unwrap();
    assert_eq!(counters.aenergy.get().unwrap().total.copied(), Some(12.5));
    assert_eq!(asked(&client)[0].1, json!({"id": 0, "type": ["aenergy"]}));
}

#[test]
fn records_are_asked_for_by_component() {
    let client =
        device(|_, _| Ok(json!({"keys": ["a"], "data": [{"ts": 60, "period": 60, "values": [[1.5], [null]]}]})));
    let meter = ComponentKey::instance("emdata", 0);
    let data = block_on(client.energy_data(&meter, 60, None, Some(true))).unwrap().data.into_option().unwrap();
    assert_eq!(data[0].values.get(), Some(&vec![vec![Some(1.5)], vec![None]]));
    assert_eq!(asked(&client)[0], ("EMData.GetData".to_owned(), json!({"id": 0, "ts": 60, "add_keys": true})));
    assert!(csv_path(&meter, 0, None, true).is_some());
}
