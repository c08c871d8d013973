//! Agents and provisioning as a person meets them on the command line (W16, W17, W56, L10, L11).

use std::io::Write;

use crate::{database::Database, gateway::free_port, manager::Manager, on_each_database, support::eventually};

on_each_database! {
    a_code_is_made_and_shown_once
    devices_of_a_list_wait_for_an_agent_and_can_be_called_off
    rules_say_where_new_devices_belong
}

async fn manager(database: Database) -> (Manager, u16) {
    let port = free_port();
    let manager = Manager::with(database, &["--agents-listen", &format!("127.0.0.1:{port}")]).await;
    (manager, port)
}

async fn a_code_is_made_and_shown_once(database: Database) {
    let (manager, port) = manager(database).await;
    let line = eventually("the port for agents", async || {
        let printed = manager.printed();
        printed.lines().find(|line| line.starts_with("Agents dial: ")).map(str::to_owned)
    })
    .await;
    assert!(line.contains(&format!("https://127.0.0.1:{port}")), "{line}");
    let none = manager.cli(&["agents", "list"]).await.ends_with(0);
    assert_eq!(none.out.trim(), "nothing");
    let made = manager.cli(&["agents", "code", "Pi", "--uses", "2", "--output", "json"]).await.ends_with(0).json();
    assert_eq!((made["uses"].as_u64(), made["uses_left"].as_u64()), (Some(2), Some(2)));
    let (code, fingerprint) = (made["code"].as_str().unwrap(), made["fingerprint"].as_str().unwrap());
    assert!(line.contains(fingerprint) && fingerprint.len() == 64, "{fingerprint}");
    let listed = manager.cli(&["agents", "codes", "--output", "json"]).await.ends_with(0);
    assert!(listed.out.contains("Pi") && !listed.out.contains(code), "{}", listed.out);
    let shown = manager.cli(&["agents", "code"]).await.ends_with(0).out;
    assert!(shown.contains("shelly-provisioner enroll"), "{shown}");
    manager.cli(&["agents", "code", "x", "--minutes", "0"]).await.complains(2, &["minutes"]);
    manager.cli(&["agents", "show", "nobody"]).await.complains(2, &["no agent `nobody`"]);
    let id = made["id"].as_str().unwrap();
    manager.cli(&["agents", "remove-code", id]).await.ends_with(0);
    let events = manager.cli(&["events"]).await.ends_with(0).out;
    assert!(events.contains("agent Pi: code removed") && !events.contains(code), "{events}");
}

async fn devices_of_a_list_wait_for_an_agent_and_can_be_called_off(database: Database) {
    let (manager, _) = manager(database).await;
    let mut list = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
    writeln!(list, "mac,name,address\nA8032AB12345,Hall lamp,192.168.1.50/24\nC3D4E5,Attic lamp,").unwrap();
    let file = list.path().to_str().unwrap();
    let checked = manager.cli(&["provision", "batch", file, "--ssid", "iot", "--check"]).await.ends_with(0).out;
    assert!(checked.contains("Hall lamp") && checked.contains("C3D4E5"), "{checked}");
    let args = ["provision", "batch", file, "--ssid", "iot", "--no-follow", "--output", "json"];
    let begun = manager.cli_with(&args, "correct horse\n").await.ends_with(0).json();
    assert_eq!(begun["counts"]["waiting"], 2, "{begun}");
    let id = begun["id"].as_str().unwrap();
    let waiting = eventually("why it waits", async || {
        let shown = manager.cli(&["provision", "show", id]).await.ends_with(0).out;
        shown.contains("no agent with WiFi is connected").then_some(shown)
    })
    .await;
    assert!(waiting.contains("Attic lamp") && !waiting.contains("correct horse"), "{waiting}");
    let overview = manager.cli(&["provision", "list"]).await.ends_with(0).out;
    assert!(overview.contains("2 devices into iot"), "{overview}");
    manager.cli(&["provision", "cancel", id]).await.ends_with(0);
    let ended = manager.cli(&["provision", "show", id, "--follow"]).await.ends_with(1).out;
    assert!(ended.contains("2 called off"), "{ended}");

    let short = manager.cli_with(&["provision", "start", "B12345", "--ssid", "iot"], "short\n").await;
    short.complains(2, &["8 to 63 characters"]);
    let wrong = manager.cli_with(&["provision", "start", "noise", "--ssid", "iot", "--open"], "").await;
    wrong.complains(2, &["nothing was begun"]);
    manager
        .cli(&["provision", "start", "B12345", "B12346", "--ssid", "x", "--name", "y"])
        .await
        .complains(2, &["batch"]);
    let events = manager.cli(&["events", "--output", "json"]).await.ends_with(0).out;
    assert!(!events.contains("correct horse"), "{events}");
}

async fn rules_say_where_new_devices_belong(database: Database) {
    let (manager, _) = manager(database).await;
    manager.cli(&["locations", "create", "hall"]).await.ends_with(0);
    let add = ["provision", "rules", "add", "plugs", "--model", "SNPL-00112EU", "--subnet", "192.168.1.0/24"];
    manager.cli(&add).await.complains(2, &["--location"]);
    manager.cli(&[&add[..], &["--location", "nowhere"]].concat()).await.complains(1, &["no location `nowhere`"]);
    manager.cli(&[&add[..], &["--location", "hall"]].concat()).await.ends_with(0);
    let listed = manager.cli(&["provision", "rules", "list"]).await.ends_with(0).out;
    assert!(listed.contains("SNPL-00112EU") && listed.contains("192.168.1.0/24"), "{listed}");
    manager.cli(&["provision", "rules", "remove", "plugs"]).await.ends_with(0);
    assert_eq!(manager.cli(&["provision", "rules", "list"]).await.ends_with(0).out.trim(), "nothing");
}
