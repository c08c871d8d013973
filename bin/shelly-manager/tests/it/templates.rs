//! Wishes with variables (F7).

use serde_json::json;

use crate::{
    database::Database,
    manager::Manager,
    on_each_database,
    support::{adopt, all, model, on_device, plan_and_apply, start, unit},
};

const VAULT: &str = "planted-Vault-pw-77aa10";

on_each_database! {
    w54_variables_are_filled_in_for_each_device
    a_secret_of_the_vault_reaches_devices_and_nobody_else
}

/// W54, F7: each device gets its own value; one without the variable is shown with it and not planned for, others go on.
async fn w54_variables_are_filled_in_for_each_device(database: Database) {
    let manager = Manager::on(database).await;
    let models = ["SNSW-001X16EU", "SHSW-1", "S4SW-001P16EU"].iter().zip(1..).map(|(code, at)| model(code, at));
    let (fleet, handles) = start(models.collect()).await;
    adopt(&manager, &handles).await;
    let macs: Vec<String> = handles.iter().map(|handle| handle.mac().to_string()).collect();
    manager.cli(&["locations", "create", "hall", "--time-zone", "Europe/Vienna"]).await.ends_with(0);
    manager.cli(&["locations", "put", "hall", &macs[0], &macs[1], &macs[2]]).await.ends_with(0);
    manager.cli(&["config", "vars", "set", "--fleet", "prefix=lab", "delay=60"]).await.ends_with(0);
    manager.cli(&["config", "vars", "set", "--location", "hall", "delay=30"]).await.ends_with(0);
    for (mac, room) in macs[..2].iter().zip(["stairs", "cellar"]) {
        manager.cli(&["config", "vars", "set", "--device", mac, &format!("room={room}")]).await.ends_with(0);
    }
    let wishes = [
        "sys.device.name={{ fleet.prefix }}-{{ device.room | upper }}",
        "sys.location.tz={{ location.time_zone }}",
        "switch:*.auto_off=true",
        "switch:*.auto_off_delay={{ location.delay }}",
    ];
    manager.cli(&[&["config", "set", "--fleet"][..], &wishes].concat()).await.ends_with(0);

    let done = plan_and_apply(&manager, &all()).await;
    assert_eq!((done.job.units.verified, done.job.units.blocked), (2, 1), "{done:?}");
    assert_eq!(on_device(&handles[0], "sys.device.name"), "lab-STAIRS");
    assert_eq!(on_device(&handles[1], "name"), "lab-CELLAR");
    assert_eq!(on_device(&handles[0], "switch:0.auto_off_delay").as_f64(), Some(30.0));
    assert_eq!(on_device(&handles[1], "relays.0.auto_off").as_f64(), Some(30.0));
    assert_eq!(on_device(&handles[0], "sys.location.tz"), "Europe/Vienna");
    assert_eq!(handles[2].counters().writes, 0);
    let words = "sys.device.name as wished by fleet: there is no variable `device.room`";
    assert!(unit(&done, &handles[2]).reason.as_ref().unwrap().contains(words), "{done:?}");
    let config = manager.client().device_config(handles[2].mac()).await.unwrap();
    assert_eq!(config.unrendered, [words]);
    let shown = manager.cli(&["config", "show", &macs[2]]).await.ends_with(0);
    assert!(shown.out.contains(words), "{}", shown.out);
    let compared = manager.cli(&["config", "diff", "--device", &macs[2]]).await;
    assert!(compared.out.contains(words), "{compared:?}");

    manager.cli(&["config", "set", "--device", &macs[2], "sys.device.name=Attic"]).await.ends_with(0);
    let done = plan_and_apply(&manager, &all()).await;
    assert_eq!((done.job.units.verified, done.job.units.blocked), (1, 0), "a wish that is overruled hinders nobody");
    assert_eq!(on_device(&handles[2], "sys.device.name"), "Attic");

    let refused =
        ["sys.device.name={{ room }}", "sys.device.name={{ fleet.prefix", "sys.devise.name={{ fleet.prefix }}"];
    for (wish, word) in refused.iter().zip(["device, group, location", "syntax error", "did you mean"]) {
        let refused = manager.cli(&["config", "set", "--fleet", wish]).await;
        assert!(refused.err.contains(word), "{wish}: {}", refused.err);
    }
    let refused = manager.cli(&["config", "vars", "set", "--device", &macs[0], "name=x", "Bad=1"]).await;
    assert!(refused.err.contains("known by itself") && refused.err.contains("small letters"), "{}", refused.err);
    fleet.shutdown().await;
}

/// D1, D11, F7: the vault's secret is written to the device and is in no answer.
async fn a_secret_of_the_vault_reaches_devices_and_nobody_else(database: Database) {
    let manager = Manager::with(database, &["--log", "debug"]).await;
    let (fleet, handles) = start(vec![model("SNSW-001X16EU", 1)]).await;
    adopt(&manager, &handles).await;
    let mac = handles[0].mac().to_string();
    let mut printed = Vec::new();
    printed.push(manager.cli_with(&["config", "vars", "set", "--vault", "broker=-"], VAULT).await.ends_with(0));
    let refused = manager.cli(&["config", "set", "--fleet", "sys.device.name={{ vault.broker }}"]).await;
    assert!(refused.err.contains("only stand where a secret is kept"), "{}", refused.err);
    let wishes = ["mqtt.user=manager", "mqtt.pass={{ vault.broker }}"];
    printed.push(manager.cli(&[&["config", "set", "--fleet"][..], &wishes].concat()).await.ends_with(0));
    let done = plan_and_apply(&manager, &all()).await;
    assert_eq!(done.job.units.verified, 1, "{done:?}");
    let taken = format!("{:?}", handles[0].writes());
    assert!(taken.contains(VAULT) && !taken.contains("vault"), "{taken}");
    let again = manager.client().job_create(&all().into()).await.unwrap();
    assert_eq!(again.job.changes, 0, "a proven secret is not written again: {again:?}");
    manager.cli_with(&["config", "vars", "set", "--vault", "broker=-"], "planted-other").await.ends_with(0);
    let again = manager.client().job_create(&all().into()).await.unwrap();
    assert_eq!(again.job.changes, 1, "another one is: {again:?}");
    for args in [
        &["config", "vars", "list", "--output", "json"][..],
        &["config", "vars", "list"],
        &["config", "layers", "--output", "json"],
        &["config", "show", &mac],
        &["events", "--limit", "500", "--output", "json"],
    ] {
        printed.push(manager.cli(args).await);
    }
    let listed = printed[2].json();
    assert_eq!(listed[0]["values"]["broker"], json!({ "hidden": true }));
    for text in printed.iter().flat_map(|command| [&command.out, &command.err]).chain([&manager.printed()]) {
        assert!(!text.contains("planted"), "{text}");
    }
    fleet.shutdown().await;
}
