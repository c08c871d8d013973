//! Wishes of the fleet, of groups and of devices.

use api_types::config::ScopeView;
use serde_json::{Value, json};

use crate::{
    database::Database,
    manager::Manager,
    on_each_database,
    support::{adopt, all, clear, group, model, of_device, of_group, on_device, plan_and_apply, setting, start, wish},
};

const DELAY: &str = "switch:0.auto_off_delay";

on_each_database! {
    the_narrower_wish_wins
    groups_of_equal_rank_that_disagree_are_a_conflict
}

/// W4, F4, F5, F6: device beats group beats fleet; who says so and who is overruled is shown; clearing goes back.
async fn the_narrower_wish_wins(database: Database) {
    let manager = Manager::on(database).await;
    let devices = ["SNSW-102P16EU", "SHSW-25", "S4PL-00416EU"].iter().zip(1..).map(|(code, at)| model(code, at));
    let (fleet, handles) = start(devices.collect()).await;
    adopt(&manager, &handles).await;
    let client = manager.client();
    let [plus, old, strip] = [&handles[0], &handles[1], &handles[2]];
    group(&manager, "stairs", 0, &handles[..2]).await;

    wish(&manager, ScopeView::Fleet, &[("switch:*.auto_off", json!(true)), ("switch:*.auto_off_delay", json!(60))])
        .await;
    wish(&manager, of_group("stairs"), &[("switch:*.auto_off_delay", json!(120))]).await;
    wish(&manager, of_device(plus), &[(DELAY, json!(5))]).await;

    let config = client.device_config(plus.mac()).await.unwrap();
    let first = setting(&config, DELAY);
    assert_eq!(first.desired.as_ref().unwrap().to_json(), json!(5));
    assert_eq!(first.origin.as_deref(), Some("device"));
    let overruled: Vec<(&str, Value)> =
        first.overruled.iter().map(|wish| (wish.origin.as_str(), wish.value.to_json())).collect();
    assert_eq!(overruled.len(), 2);
    assert!(overruled.contains(&("group:stairs", json!(120))) && overruled.contains(&("fleet", json!(60))));
    let second = setting(&config, "switch:1.auto_off_delay");
    assert_eq!(second.desired.as_ref().unwrap().to_json(), json!(120), "`*` is every instance");
    assert_eq!(second.origin.as_deref(), Some("group:stairs"));
    let shown = manager.cli(&["config", "show", &plus.mac().to_string(), "auto_off_delay"]).await.ends_with(0);
    assert!(shown.out.contains("overrules group:stairs (120)"), "{}", shown.out);

    let done = plan_and_apply(&manager, &all()).await;
    assert_eq!(done.job.units.verified, 3, "{done:?}");
    let delays =
        |of: &[(&shelly_sim::SimHandle, &str)]| of.iter().map(|(on, at)| on_device(on, at)).collect::<Vec<_>>();
    let places = [
        (plus, "switch:0.auto_off_delay"),
        (plus, "switch:1.auto_off_delay"),
        (old, "relays.0.auto_off"),
        (old, "relays.1.auto_off"),
        (strip, "switch:0.auto_off_delay"),
        (strip, "switch:3.auto_off_delay"),
    ];
    let numbers: Vec<f64> = delays(&places).iter().map(|value| value.as_f64().unwrap()).collect();
    assert_eq!(numbers, [5.0, 120.0, 120.0, 120.0, 60.0, 60.0]);

    let listed = client.layers().await.unwrap();
    assert!(listed.iter().any(|layer| layer.scope == of_device(plus) && layer.settings.len() == 1), "{listed:?}");
    clear(&manager, of_device(plus), DELAY).await;
    let config = client.device_config(plus.mac()).await.unwrap();
    let first = setting(&config, DELAY);
    assert_eq!(first.origin.as_deref(), Some("group:stairs"), "the group's wish is back");
    assert!(first.drifted && first.desired.as_ref().unwrap().to_json() == json!(120), "{first:?}");
    assert!(client.layers().await.unwrap().iter().all(|layer| layer.scope != of_device(plus)));
    let done = plan_and_apply(&manager, &all()).await;
    assert_eq!((done.job.units.verified, done.job.changes), (1, 1), "{done:?}");
    assert_eq!(on_device(plus, "switch:0.auto_off_delay").as_f64(), Some(120.0));
    fleet.shutdown().await;
}

/// F4: where two groups of equal rank disagree, nothing is written and both are named; rank decides.
async fn groups_of_equal_rank_that_disagree_are_a_conflict(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model("SNSW-001X16EU", 1)]).await;
    adopt(&manager, &handles).await;
    for (name, rank, delay) in [("hall", 0, 10), ("night", 0, 20)] {
        group(&manager, name, rank, &handles).await;
        wish(&manager, of_group(name), &[(DELAY, json!(delay))]).await;
    }
    let config = manager.client().device_config(handles[0].mac()).await.unwrap();
    let conflict = &config.conflicts[0];
    let origins: Vec<&str> = conflict.wishes.iter().map(|wish| wish.origin.as_str()).collect();
    assert_eq!((conflict.path.to_string().as_str(), origins.len()), (DELAY, 2));
    assert!(origins.contains(&"group:hall") && origins.contains(&"group:night"), "{origins:?}");
    let plan = plan_and_apply(&manager, &all()).await;
    assert_eq!((plan.job.units.blocked, handles[0].counters().writes), (1, 0), "{plan:?}");

    group(&manager, "winter", 5, &handles).await;
    wish(&manager, of_group("winter"), &[(DELAY, json!(30)), ("switch:0.auto_off", json!(true))]).await;
    let plan = plan_and_apply(&manager, &all()).await;
    assert_eq!(plan.job.units.verified, 1, "{plan:?}");
    assert_eq!(on_device(&handles[0], "switch:0.auto_off_delay").as_f64(), Some(30.0));
    fleet.shutdown().await;
}
