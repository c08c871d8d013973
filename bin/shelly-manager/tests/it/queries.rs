//! One language selects devices everywhere.

use api_types::{
    ErrorCode,
    config::SelectionRequest,
    devices::{DeviceQuery, UpdateDeviceRequest},
};
use http::Method;
use serde_json::json;

use crate::{
    database::Database,
    manager::Manager,
    on_each_database,
    support::{adopt, eventually, model, start, wish},
};

on_each_database! {
    w49_one_language_everywhere
    a_broken_query_is_explained
}

fn query(text: &str) -> DeviceQuery {
    DeviceQuery { q: Some(text.to_owned()), ..DeviceQuery::default() }
}

/// W49, H1, P1, P3, F15: tags, firmware and configuration select devices in the list, for a plan and on the command line.
async fn w49_one_language_everywhere(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model("SNSW-001X16EU", 1), model("SHSW-1", 2), model("S4SW-001P16EU", 3)]).await;
    adopt(&manager, &handles).await;
    let client = manager.client();
    let [plus, old, new] = [0, 1, 2].map(|place: usize| handles[place].mac());
    let change = UpdateDeviceRequest { add_tags: vec!["Kitchen".to_owned()], ..UpdateDeviceRequest::default() };
    assert_eq!(client.device_update(plus, &change).await.unwrap().device.tags, ["kitchen"]);
    manager.cli(&["devices", "set", &old.to_string(), "--tag", "kitchen", "--tag", "bath"]).await.ends_with(0);
    let table = manager.cli(&["devices", "set", &old.to_string(), "--untag", "bath", "--output", "json"]).await.json();
    assert_eq!(table["tags"], json!(["kitchen"]));

    let found = async |text: &str| {
        let devices = client.devices(&query(text)).await.unwrap();
        let mut macs: Vec<_> = devices.iter().map(|device| device.mac).collect();
        macs.sort();
        macs
    };
    assert_eq!(found("tag:kitchen").await, [plus, old]);
    assert_eq!(found("tag:kitchen -gen:1").await, [plus]);
    assert_eq!(found("gen:1 OR gen:4").await, [old, new]);
    assert_eq!(found("-tag:* fw>0").await, [new]);
    for handle in &handles {
        client.device_config_pull(handle.mac()).await.unwrap();
    }
    assert_eq!(found("component:switch config.switch:*.auto_on=no").await, [plus, old, new]);
    assert_eq!(found("config.switch:*.auto_on=yes").await, []);
    eventually("the signal of a device", async || (found("rssi<0").await.len() == 3).then_some(())).await;
    assert_eq!(found("seen<1h uptime>=0s adopted<1h").await.len(), 3);

    wish(&manager, api_types::config::ScopeView::Fleet, &[("switch:0.name", json!("Lamp"))]).await;
    let selection = SelectionRequest { query: Some("tag:kitchen gen:1".to_owned()), ..SelectionRequest::default() };
    let plan = client.job_create(&selection.into()).await.unwrap();
    assert_eq!(plan.devices.iter().map(|unit| unit.mac).collect::<Vec<_>>(), [old]);
    assert_eq!(plan.job.scope, "all devices with tag:kitchen gen:1");
    let plan = manager.cli(&["config", "plan", "--query", "-gen:1", "--output", "json"]).await.ends_with(3).json();
    assert_eq!(plan["devices"].as_array().unwrap().len(), 2);
    let list = manager.cli(&["devices", "list", "-tag:kitchen gen:4", "--output", "json"]).await.ends_with(0).json();
    assert_eq!(list[0]["mac"], json!(new));
    let words = manager.cli(&["devices", "list", "gen:1 fw<1.14", "--explain"]).await.ends_with(0).out;
    assert_eq!(words.trim(), "devices whose generation is 1, and whose firmware is older than 1.14");
    fleet.shutdown().await;
}

/// H1: what is wrong with a query is told with its place, in the API and on the command line.
async fn a_broken_query_is_explained(database: Database) {
    let manager = Manager::on(database).await;
    let answer = manager.request(Method::GET, "/api/v1/devices?q=lamp%20fww%3C1.14", "").await;
    let problem = answer.problem();
    assert_eq!((problem.status, problem.code), (400, ErrorCode::QueryInvalid));
    let position = problem.position.unwrap();
    assert_eq!((position.column, position.length), (6, 3));
    assert!(problem.detail.contains("did you mean `fw`?"), "{}", problem.detail);
    let refused = manager.request(Method::GET, "/api/v1/devices?state=offline", "").await.problem();
    assert_eq!(refused.code, ErrorCode::InvalidRequest, "what was a filter once is not passed over in silence");
    manager.cli(&["devices", "list", "gen:x"]).await.complains(2, &["column 5", "whole number"]);
    manager.cli(&["config", "diff", "--query", "config.wifi.sta.pass=x"]).await.complains(2, &["secret"]);
    manager.cli(&["devices", "list", "gen:x", "--explain"]).await.complains(2, &["gen:x\n      ^"]);
}
