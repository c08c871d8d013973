//! Somebody else changes a device.

use api_types::{
    devices::{DeviceQuery, DriftSummary},
    events::EventQuery,
};
use serde_json::json;

use crate::{
    database::Database,
    manager::Manager,
    on_each_database,
    support::{adopt, all, eventually, group, model, of_group, on_device, only, plan_and_apply, start, wish},
};

on_each_database! {
    a_change_behind_our_back_is_found_and_put_back
    drift_is_found_by_timetable
}

/// G1, W7: drift of both families is found per field, told in the event log, put back, and cleared.
async fn a_change_behind_our_back_is_found_and_put_back(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model("SNSW-001X16EU", 1), model("SHSW-PM", 2)]).await;
    adopt(&manager, &handles).await;
    group(&manager, "lamps", 0, &handles).await;
    let wishes = [("switch:*.initial_state", json!("restore_last")), ("switch:*.name", json!("Lamp"))];
    wish(&manager, of_group("lamps"), &wishes).await;
    let client = manager.client();
    assert_eq!(plan_and_apply(&manager, &all()).await.job.units.verified, 2);
    assert!(client.drift().await.unwrap().is_empty());

    for (handle, path, value, field) in [
        (&handles[0], "switch:0.initial_state", json!("on"), "switch:0.initial_state"),
        (&handles[1], "relays.0.default_state", json!("on"), "switch:0.initial_state"),
    ] {
        let newest = client.events(&EventQuery::default()).await.unwrap()[0].seq;
        assert!(handle.set_config(path, value.clone()));
        let found = client.drift_check(&only(handle)).await.unwrap();
        let [difference] = &found[0].differences[..] else { panic!("{found:?}") };
        assert_eq!(difference.path.to_string(), field);
        assert_eq!(difference.observed.as_ref().unwrap().to_json(), json!("on"));
        assert_eq!(difference.desired.as_ref().unwrap().to_json(), json!("restore_last"));
        assert_eq!(difference.origin.as_deref(), Some("group:lamps"));
        let kinds =
            |events: Vec<api_types::events::EventView>| events.into_iter().map(|event| event.kind).collect::<Vec<_>>();
        let query = EventQuery { since: Some(newest), mac: Some(handle.mac()), limit: None };
        let told = kinds(client.events(&query).await.unwrap());
        assert!(told.contains(&"drift_found".to_owned()) && told.contains(&"config_changed".to_owned()), "{told:?}");
        let listed = client.drift().await.unwrap();
        assert_eq!(listed.iter().map(|drift| drift.mac).collect::<Vec<_>>(), [handle.mac()]);
        assert_eq!(client.device(handle.mac()).await.unwrap().device.drift, DriftSummary::Drifted { count: 1 });

        let done = plan_and_apply(&manager, &only(handle)).await;
        assert_eq!((done.job.units.verified, done.job.changes), (1, 1), "{done:?}");
        assert_eq!(client.device(handle.mac()).await.unwrap().device.drift, DriftSummary::InSync);
        assert!(client.drift().await.unwrap().is_empty());
        let told = kinds(client.events(&query).await.unwrap());
        assert!(told.contains(&"drift_cleared".to_owned()), "{told:?}");
    }
    assert_eq!(on_device(&handles[0], "switch:0.initial_state"), "restore_last");
    assert_eq!(on_device(&handles[1], "relays.0.default_state"), "last");
    let history = client.device_config_history(handles[0].mac()).await.unwrap();
    let changed: Vec<String> =
        history.iter().flat_map(|at| &at.changes).map(|change| change.path.to_string()).collect();
    assert!(changed.iter().filter(|path| *path == "switch:0.initial_state").count() >= 3, "{history:?}");
    fleet.shutdown().await;
}

/// G2: the fleet is compared by timetable, without anybody asking.
async fn drift_is_found_by_timetable(database: Database) {
    let manager = Manager::with(database, &["--drift-interval", "1"]).await;
    let (fleet, handles) = start(vec![model("S4SW-001P16EU", 1)]).await;
    adopt(&manager, &handles).await;
    wish(&manager, api_types::config::ScopeView::Fleet, &[("switch:0.auto_on", json!(true))]).await;
    let drifted = DeviceQuery { q: Some("drift:yes".to_owned()), ..DeviceQuery::default() };
    let found = eventually("the drift", async || {
        Some(manager.client().devices(&drifted).await.unwrap()).filter(|found| !found.is_empty())
    })
    .await;
    assert_eq!((found[0].mac, found[0].drift), (handles[0].mac(), DriftSummary::Drifted { count: 1 }));
    assert_eq!(handles[0].counters().writes, 0, "drift is told, not fixed");
    fleet.shutdown().await;
}
