//! Devices are told before they exist (B10).

use api_types::devices::DeviceQuery;
use serde_json::json;

use crate::{
    database::Database,
    manager::Manager,
    on_each_database,
    support::{adopt, all, model, on_device, plan_and_apply, scan, start, targets},
};

on_each_database! {
    a_list_is_taken_in_before_devices_exist
}

/// B10: a list is checked as a whole, shown before, taken in all or nothing, and met when a device is found and adopted.
async fn a_list_is_taken_in_before_devices_exist(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model("SNSW-001X16EU", 1), model("SNSW-001X16EU", 2)]).await;
    let client = manager.client();
    let (one, two) = (handles[0].mac(), handles[1].mac());
    adopt(&manager, &handles[1..]).await;
    manager.cli(&["profiles", "create", "plugs"]).await.ends_with(0);

    let import = async |csv: &str, args: &[&str]| {
        let args = [&["devices", "import", "-"], args].concat();
        manager.cli_with(&args, csv).await
    };
    let wrong = "mac,name,room,profile\nnonsense,Lamp,Hall,plugs\nA8032A109999,Lamp,Hall,nothing\n";
    let refused = import(wrong, &["--create"]).await.ends_with(2);
    assert!(refused.err.contains("line 2: ") && refused.err.contains("line 3: there is no profile"), "{}", refused.err);
    assert!(client.expected().await.unwrap().is_empty());

    let list = format!(
        "MAC;Name;Room;IP;Group;Tags;Profile\n{one};Hall lamp;Hall;192.0.2.7;lamps;night|hall;plugs\n\n{two};Mine;Hall;;;;\nA8032A109999;Later;Hall;;;;\n"
    );
    let refused = import(&list, &[]).await.ends_with(2);
    assert!(refused.err.contains("line 2: there is no location `Hall`"), "{}", refused.err);
    let shown = import(&list, &["--create", "--dry-run"]).await.ends_with(0);
    for part in ["new locations: Hall", "new groups: lamps", "ours already", "dry run"] {
        assert!(shown.out.contains(part), "{part}: {}", shown.out);
    }
    assert!(client.expected().await.unwrap().is_empty() && client.groups().await.unwrap().is_empty());

    import(&list, &["--create", "--name-devices"]).await.ends_with(0);
    let again = import(&list, &["--create", "--name-devices"]).await.ends_with(0);
    assert!(again.out.contains("as before") && !again.out.contains("new groups"), "{}", again.out);
    let expected = client.expected().await.unwrap();
    assert_eq!(expected.len(), 2, "who is ours is not expected: {expected:?}");
    assert_ne!(client.device(two).await.unwrap().device.name, "Mine");

    scan(&manager, targets(&handles[..1]), false).await;
    let expected = client.expected().await.unwrap();
    let found = expected.iter().find(|device| device.mac == one).unwrap();
    assert_eq!(found.found_at.as_deref(), Some(handles[0].endpoint().to_string().as_str()));
    manager.cli(&["discover", "adopt", &one.to_string()]).await.ends_with(0);
    let device = client.device(one).await.unwrap().device;
    assert_eq!(device.name, "Hall lamp");
    let query = "tag:night tag:hall group:lamps location:Hall";
    let found = client.devices(&DeviceQuery { q: Some(query.to_owned()), ..DeviceQuery::default() }).await.unwrap();
    assert_eq!(found.iter().map(|device| device.mac).collect::<Vec<_>>(), [one]);
    let profiles = client.profiles().await.unwrap();
    assert_eq!(profiles[0].devices, 1);
    assert!(client.expected().await.unwrap().iter().all(|device| device.mac != one), "it is there");
    plan_and_apply(&manager, &all()).await;
    assert_eq!(on_device(&handles[0], "sys.device.name"), json!("Hall lamp"));

    manager.cli(&["devices", "unexpect", "--all"]).await.ends_with(0);
    assert!(manager.cli(&["devices", "expected"]).await.ends_with(0).out.lines().all(|line| !line.contains("Later")));
    fleet.shutdown().await;
}
