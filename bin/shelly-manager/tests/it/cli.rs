//! The command line, with a server and without one.

use serde_json::{Value, json};
use shelly_sim::SimHandle;

use crate::{
    database::Database,
    manager::Manager,
    on_each_database,
    program::{Printed, run},
    support::{model, on_device, start, targets},
};

on_each_database! {
    a_journey_with_a_server
    a_journey_without_a_server
}

/// W59: the whole journey on the command line of a server.
async fn a_journey_with_a_server(database: Database) {
    let manager = Manager::on(database).await;
    journey(async |args, input| manager.cli_with(args, input).await).await;
}

/// W59: the same without any server, on a fresh data directory.
async fn a_journey_without_a_server(database: Database) {
    let data = tempfile::tempdir().unwrap();
    let mut place = vec!["--data", data.path().to_str().unwrap()];
    if let Some(url) = database.url() {
        place.extend(["--database", url]);
    }
    journey(async |args, input| run(&[args, &place].concat(), input).await).await;
    let mut files: Vec<String> =
        data.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    assert!(files.contains(&"secret.key".to_owned()), "{files:?}");
}

async fn journey(cli: impl AsyncFn(&[&str], &str) -> Printed) {
    let devices = vec![
        model("SNSW-102P16EU", 1).named("Hall"),
        model("SHSW-1", 2).named("Cellar").with_password("secret"),
        model("S4SW-001P16EU", 3).named("Attic"),
    ];
    let (fleet, handles) = start(devices).await;
    let [hall, cellar, attic] = [0, 1, 2].map(|at: usize| handles[at].mac().to_string());

    let none = cli(&["devices", "list"], "").await.ends_with(0);
    assert_eq!(none.out.trim(), "nothing");
    cli(&["credentials", "add", "house"], "secret\n").await.ends_with(0);
    let places = targets(&handles);
    let mut scan = vec!["discover", "scan"];
    scan.extend(places.iter().map(String::as_str));
    let found = cli(&scan, "").await.ends_with(0);
    assert!(found.out.contains("3 devices found"), "{}", found.out);
    let inbox = cli(&["discover", "inbox", "--output", "json"], "").await.ends_with(0).json();
    assert_eq!(inbox.as_array().unwrap().len(), 3);
    let adopted = cli(&["discover", "adopt", "--all"], "").await.ends_with(0);
    assert!(adopted.out.contains("3 adopted"), "{}", adopted.out);

    let table = cli(&["devices", "list"], "").await.ends_with(0).out;
    let head = table.lines().next().unwrap();
    assert!(["MAC", "NAME", "STATE", "DRIFT"].iter().all(|word| head.contains(word)), "{table}");
    assert_eq!(table.lines().count(), 4, "{table}");
    let list = cli(&["devices", "list", "--output", "json"], "").await.ends_with(0).json();
    let names: Vec<&str> = list.as_array().unwrap().iter().filter_map(|device| device["name"].as_str()).collect();
    assert_eq!(names, ["Attic", "Cellar", "Hall"], "by name");
    let one = cli(&["devices", "list", "cell", "--output", "json"], "").await.json();
    assert_eq!(one[0]["mac"], Value::from(cellar.as_str()));
    let shown = cli(&["devices", "show", &hall], "").await.ends_with(0).out;
    assert!(shown.contains("switch:1") && shown.contains("Hall"), "{shown}");
    let shown = cli(&["devices", "show", &hall, "--output", "json"], "").await.ends_with(0).json();
    assert_eq!((&shown["name"], &shown["generation"]), (&json!("Hall"), &json!(2)));
    cli(&["devices", "on", &attic], "").await.ends_with(0);
    assert_eq!(handles[2].output(&"switch:0".parse().unwrap()), Some(true));

    cli(&["groups", "create", "lights"], "").await.ends_with(0);
    cli(&["groups", "add", "lights", &hall, &cellar], "").await.ends_with(0);
    let wishes = ["config", "set", "--group", "lights", "switch:*.auto_off=true", "switch:*.auto_off_delay=45"];
    cli(&wishes, "").await.ends_with(0);
    change_and_prove(&cli, &handles, &hall).await;

    let settings = cli(&["config", "settings", "auto_off_delay"], "").await.ends_with(0).out;
    assert!(settings.contains("switch:*.auto_off_delay"), "{settings}");
    cli(&["config", "pull"], "").await.ends_with(0);
    let events = cli(&["events", "--device", &hall, "--output", "json"], "").await.ends_with(0).json();
    assert!(events.as_array().unwrap().iter().any(|event| event["kind"] == "device_adopted"), "{events}");
    cli(&["devices", "forget", &attic], "").await.ends_with(0);
    let list = cli(&["devices", "list", "--output", "json"], "").await.json();
    assert_eq!(list.as_array().unwrap().len(), 2);
    fleet.shutdown().await;
}

/// Diff, plan, apply and history, as tables and as JSON; 3 says that something differs.
async fn change_and_prove(cli: &impl AsyncFn(&[&str], &str) -> Printed, handles: &[SimHandle], hall: &str) {
    let shown = cli(&["config", "show", hall, "--managed"], "").await.ends_with(0).out;
    assert!(shown.contains("switch:1.auto_off_delay") && shown.contains("group:lights"), "{shown}");
    let shown = cli(&["config", "show", hall, "auto_off_delay", "--output", "json"], "").await.ends_with(0).json();
    assert_eq!(shown["settings"].as_array().unwrap().len(), 2, "{shown}");

    let differs = cli(&["config", "diff"], "").await.ends_with(3).out;
    assert!(differs.contains("switch:0.auto_off_delay") && differs.contains("Cellar"), "{differs}");
    let differs = cli(&["config", "diff", "--device", hall, "--output", "json"], "").await.ends_with(3).json();
    assert_eq!(differs[0]["differences"].as_array().unwrap().len(), 4, "{differs}");
    let plan = cli(&["config", "plan", "--group", "lights"], "").await.ends_with(3).out;
    assert!(plan.contains("2 devices to write"), "{plan}");
    let plan = cli(&["config", "plan", "--group", "lights", "--output", "json"], "").await.ends_with(3).json();
    assert_eq!((&plan["state"], &plan["units"]["pending"]), (&json!("proposed"), &json!(2)));
    assert!(handles.iter().all(|handle| on_device(handle, "switch:0.auto_off_delay") != 45.0), "nothing is written");

    cli(&["config", "apply"], "").await.complains(2, &["--yes"]);
    let id = plan["id"].as_str().unwrap();
    let applied = cli(&["config", "apply", "--plan", id, "--yes"], "").await.ends_with(0).out;
    assert!(applied.contains("2 verified, 0 failed"), "{applied}");
    assert_eq!(on_device(&handles[0], "switch:1.auto_off_delay").as_f64(), Some(45.0));
    assert_eq!(on_device(&handles[1], "relays.0.auto_off").as_f64(), Some(45.0));
    let applied = cli(&["config", "apply", "--yes", "--output", "json"], "").await.ends_with(0).json();
    assert_eq!(applied["changes"], 0, "a second plan is empty: {applied}");
    cli(&["config", "plan"], "").await.ends_with(0);
    let same = cli(&["config", "diff"], "").await.ends_with(0).out;
    assert!(same.contains("no drift"), "{same}");
    let history = cli(&["config", "history", hall], "").await.ends_with(0).out;
    assert!(history.contains("after_plan") && history.contains("switch:1.auto_off_delay"), "{history}");
    let history = cli(&["config", "history", hall, "--output", "json"], "").await.ends_with(0).json();
    assert!(history.as_array().unwrap().len() >= 2, "{history}");
}

/// W59: completion scripts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shells_are_helped() {
    for shell in ["bash", "zsh", "fish"] {
        let printed = run(&["completions", shell], "").await.ends_with(0);
        assert!(printed.out.contains("shelly-manager") && printed.out.contains("discover"), "{shell}");
    }
    let version = run(&["--version"], "").await.ends_with(0);
    assert!(version.out.starts_with("shelly-manager "), "{}", version.out);
}
