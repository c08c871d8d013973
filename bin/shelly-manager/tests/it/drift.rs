//! Somebody else changes a device.

use api_types::{
    devices::{DeviceQuery, DriftSummary},
    drift::{DifferenceView, DriftCause, DriftView},
    events::EventQuery,
};
use serde_json::json;

use crate::{
    database::Database,
    manager::Manager,
    on_each_database,
    support::{adopt, all, eventually, group, model, of_group, on_device, only, plan_and_apply, setting, start, wish},
};

on_each_database! {
    f3_a_change_behind_our_back_is_found_and_put_back
    drift_is_found_by_timetable
    drift_has_a_cause_and_three_ways_out
    an_update_is_told_from_a_change_by_hand
}

/// F3, G1, W7: what is wished and what is shown stand apart; drift of both families is found per field, told in the event log, put back, and cleared.
async fn f3_a_change_behind_our_back_is_found_and_put_back(database: Database) {
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
        assert_eq!(difference.setting.path.to_string(), field);
        assert_eq!(difference.setting.observed.as_ref().unwrap().to_json(), json!("on"));
        assert_eq!(difference.setting.desired.as_ref().unwrap().to_json(), json!("restore_last"));
        assert_eq!(difference.setting.origin.as_deref(), Some("group:lamps"));
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

const DELAY: &str = "switch:0.auto_off_delay";
const STATE: &str = "switch:0.initial_state";

/// The one difference of a device.
fn only_difference(found: &[DriftView]) -> &DifferenceView {
    let [difference] = &found[0].differences[..] else { panic!("{found:?}") };
    difference
}

/// G1, G4, G6, G7: each difference has a cause, a severity and an age, and three ways out: put back, accept, waive.
async fn drift_has_a_cause_and_three_ways_out(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model("SNSW-001X16EU", 1)]).await;
    adopt(&manager, &handles).await;
    let (client, mac) = (manager.client(), handles[0].mac().to_string());
    group(&manager, "lamps", 0, &handles).await;
    wish(&manager, of_group("lamps"), &[(STATE, json!("restore_last"))]).await;
    let found = client.drift_check(&all()).await.unwrap();
    assert_eq!(only_difference(&found).cause, DriftCause::Wish, "nobody carried it out yet");
    assert_eq!(plan_and_apply(&manager, &all()).await.job.units.verified, 1);

    assert!(handles[0].set_config(STATE, json!("on")));
    let found = client.drift_check(&all()).await.unwrap();
    let difference = only_difference(&found).clone();
    assert_eq!((difference.cause, difference.severity.as_str()), (DriftCause::Device, "warning"));
    let listed = manager.cli(&["drift", "list"]).await.ends_with(3);
    assert!(listed.out.contains("changed on the device") && listed.out.contains(STATE), "{}", listed.out);
    let again = client.drift_check(&all()).await.unwrap();
    assert_eq!(only_difference(&again).since, difference.since, "it is as old as its first finding");
    assert!(difference.since.is_some());
    manager.cli(&["drift", "putback", "--device", &mac, "--yes"]).await.ends_with(0);
    assert_eq!(on_device(&handles[0], STATE), "restore_last");
    manager.cli(&["drift", "list"]).await.ends_with(0);

    assert!(handles[0].set_config(STATE, json!("off")));
    manager.cli(&["drift", "check", "--device", &mac]).await.ends_with(3);
    let refused = manager.cli(&["drift", "accept", &mac, STATE, "--fleet"]).await;
    assert!(refused.err.contains("group:lamps") && refused.err.contains("does not overrule"), "{}", refused.err);
    manager.cli(&["groups", "create", "others"]).await.ends_with(0);
    let refused = manager.cli(&["drift", "accept", &mac, "--group", "others"]).await;
    assert!(refused.err.contains("is not under `others`"), "{}", refused.err);
    let refused = manager.cli(&["drift", "accept", &mac, DELAY]).await;
    assert!(refused.err.contains("there is no difference"), "{}", refused.err);
    manager.cli(&["drift", "accept", &mac, "--group", "lamps"]).await.ends_with(0);
    let config = client.device_config(handles[0].mac()).await.unwrap();
    let accepted = setting(&config, STATE);
    assert_eq!((accepted.drifted, accepted.origin.as_deref()), (false, Some("group:lamps")));
    assert_eq!(client.device(handles[0].mac()).await.unwrap().device.drift, DriftSummary::InSync);
    assert!(handles[0].set_config(STATE, json!("on")));
    manager.cli(&["drift", "check"]).await.ends_with(3);
    manager.cli(&["drift", "accept", &mac]).await.ends_with(0);
    let config = client.device_config(handles[0].mac()).await.unwrap();
    let accepted = setting(&config, STATE);
    assert_eq!((accepted.drifted, accepted.origin.as_deref()), (false, Some("device")));

    assert!(handles[0].set_config(STATE, json!("off")));
    manager.cli(&["drift", "check"]).await.ends_with(3);
    let waive = ["drift", "waive", &mac, STATE, "--until", "2999-12-31", "--reason", "the electrician is here"];
    manager.cli(&waive).await.ends_with(0);
    assert_eq!(client.device(handles[0].mac()).await.unwrap().device.drift, DriftSummary::InSync);
    let checked = manager.cli(&["drift", "check"]).await.ends_with(0);
    assert!(
        checked.out.contains("let be until 2999-12-31") || checked.out.contains("let be until 3000-01-01"),
        "{checked:?}"
    );
    let plan = client.job_create(&all().into()).await.unwrap();
    assert_eq!(plan.job.changes, 0, "what is let be is not written: {plan:?}");
    let past = ["drift", "waive", &mac, "--until", "2020-01-01", "--reason", "x"];
    assert!(manager.cli(&past).await.err.contains("in the future"));
    assert!(manager.cli(&["drift", "waivers"]).await.ends_with(0).out.contains("electrician"));
    manager.cli(&["drift", "unwaive", &mac]).await.ends_with(0);
    manager.cli(&["drift", "show", &mac]).await.ends_with(3);
    let kinds: Vec<String> =
        client.events(&EventQuery::default()).await.unwrap().into_iter().map(|event| event.kind).collect();
    for kind in ["drift_waived", "drift_waiver_removed"] {
        assert!(kinds.iter().any(|told| told == kind), "{kind}: {kinds:?}");
    }
    fleet.shutdown().await;
}

/// F14, G7: an update that adds fields makes no drift; one that changes a wished setting is named as the cause.
async fn an_update_is_told_from_a_change_by_hand(database: Database) {
    let manager = Manager::on(database).await;
    let update = "20260622-074500/2.0.1-gf0a4d17";
    let (fleet, handles) = start(vec![model("SNSW-001X16EU", 1).with_update(update)]).await;
    adopt(&manager, &handles).await;
    wish(&manager, api_types::config::ScopeView::Fleet, &[(STATE, json!("restore_last"))]).await;
    assert_eq!(plan_and_apply(&manager, &all()).await.job.units.verified, 1);

    let mut stream = tokio::net::TcpStream::connect(handles[0].endpoint()).await.unwrap();
    let request = "GET /rpc/Shelly.Update HTTP/1.1\r\nHost: device\r\nConnection: close\r\n\r\n";
    tokio::io::AsyncWriteExt::write_all(&mut stream, request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    tokio::io::AsyncReadExt::read_to_string(&mut stream, &mut answer).await.unwrap();
    eventually("the new firmware", async || {
        let is_done = !handles[0].is_updating() && handles[0].is_up() && handles[0].firmware().id() == update;
        is_done.then_some(())
    })
    .await;
    let client = manager.client();
    eventually("the manager to see it", async || {
        client.device_refresh(handles[0].mac()).await.ok().filter(|device| device.firmware_build == update)
    })
    .await;
    handles[0].set_config("switch:0.brand_new", json!(7));
    let checked = client.drift_check(&all()).await.unwrap();
    assert_eq!((checked[0].error.as_deref(), checked[0].differences.len()), (None, 0), "{checked:?}");

    assert!(handles[0].set_config(STATE, json!("on")));
    let found = client.drift_check(&all()).await.unwrap();
    assert_eq!(only_difference(&found).cause, DriftCause::Firmware);
    fleet.shutdown().await;
}
