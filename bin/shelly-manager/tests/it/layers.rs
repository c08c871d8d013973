//! Wishes of the fleet, of locations, of groups, of profiles and of devices.

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
    w6_the_narrower_wish_wins
    groups_of_equal_rank_that_disagree_are_a_conflict
    w49_places_and_queries_decide_as_well
    w55_a_profile_has_versions_and_a_scope
}

/// W4, W6, F4, F5, F6: device beats group beats fleet; who says so and who is overruled is shown; clearing goes back.
async fn w6_the_narrower_wish_wins(database: Database) {
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

/// W49, P1, P2, P3, P4, F4, F5: inner place beats outer place beats fleet, a group beats both, also one whose query means the device.
async fn w49_places_and_queries_decide_as_well(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model("SNSW-001X16EU", 1), model("SHSW-1", 2)]).await;
    adopt(&manager, &handles).await;
    let [plus, old] = [&handles[0], &handles[1]].map(|handle| handle.mac().to_string());
    manager.cli(&["locations", "create", "house", "--time-zone", "Europe/Vienna"]).await.ends_with(0);
    manager.cli(&["locations", "create", "hall", "--in", "house"]).await.ends_with(0);
    manager.cli(&["locations", "put", "hall", &plus, &old]).await.ends_with(0);
    manager.cli(&["config", "set", "--fleet", "switch:0.auto_off_delay=10"]).await.ends_with(0);
    manager.cli(&["config", "set", "--location", "house", "switch:0.auto_off_delay=20"]).await.ends_with(0);
    manager.cli(&["config", "set", "--location", "hall", "switch:0.auto_off_delay=30"]).await.ends_with(0);
    manager.cli(&["groups", "create", "newer", "--query", "gen>1 location:house"]).await.ends_with(0);
    manager.cli(&["config", "set", "--group", "newer", "switch:0.auto_off_delay=40"]).await.ends_with(0);

    let config = manager.client().device_config(handles[0].mac()).await.unwrap();
    let wished = setting(&config, DELAY);
    let overruled: Vec<&str> = wished.overruled.iter().map(|wish| wish.origin.as_str()).collect();
    assert_eq!(wished.origin.as_deref(), Some("group:newer"));
    assert_eq!(overruled, ["location:hall", "location:house", "fleet"], "the strongest first");
    let config = manager.client().device_config(handles[1].mac()).await.unwrap();
    assert_eq!(setting(&config, DELAY).origin.as_deref(), Some("location:hall"));

    let shown = manager.cli(&["groups", "show", "newer"]).await.ends_with(0);
    assert!(
        shown.out.contains(&plus) && shown.out.contains("by the query") && !shown.out.contains(&old),
        "{}",
        shown.out
    );
    manager.cli(&["groups", "add", "newer", &old]).await.ends_with(0);
    let shown = manager.cli(&["groups", "show", "newer"]).await.ends_with(0);
    assert!(shown.out.contains(&old) && shown.out.contains("by hand"), "{}", shown.out);
    let found = manager.cli(&["devices", "list", "group:newer location:house"]).await.ends_with(0);
    assert!(found.out.contains(&plus) && found.out.contains(&old), "{}", found.out);
    let zones = manager.cli(&["locations", "list"]).await.ends_with(0);
    let hall = zones.out.lines().find(|line| line.contains("hall")).unwrap();
    assert!(hall.contains("house") && hall.contains("Europe/Vienna"), "{hall}");

    let refused = manager.cli(&["groups", "change", "newer", "--query", "gen:2 rssi<-70"]).await;
    assert!(refused.err.contains("rssi<-70") && refused.err.contains("changes by itself"), "{}", refused.err);
    let refused = manager.cli(&["locations", "change", "house", "--in", "hall"]).await;
    assert!(refused.err.contains("within"), "{}", refused.err);
    let refused = manager.cli(&["locations", "delete", "house"]).await;
    assert!(refused.err.contains("within it"), "{}", refused.err);
    let refused = manager.cli(&["locations", "create", "moon", "--time-zone", "Moon/Crater"]).await;
    assert!(refused.err.contains("Moon/Crater"), "{}", refused.err);
    manager.cli(&["locations", "delete", "hall"]).await.ends_with(0);
    let config = manager.client().device_config(handles[1].mac()).await.unwrap();
    let wished = setting(&config, DELAY);
    assert_eq!(wished.origin.as_deref(), Some("group:newer"), "by hand it stays");
    assert_eq!(wished.overruled.len(), 1, "{:?}", wished.overruled);
    fleet.shutdown().await;
}

/// W55, F4, F5: a profile beats a group and yields to the device; a new version replaces the older one, which can be looked at
/// and put back; two profiles of equal rank that disagree are a conflict.
async fn w55_a_profile_has_versions_and_a_scope(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model("SNSW-001X16EU", 1), model("SHSW-1", 2)]).await;
    adopt(&manager, &handles).await;
    let [plus, old] = [&handles[0], &handles[1]].map(|handle| handle.mac().to_string());
    group(&manager, "hall", 9, &handles).await;
    wish(&manager, of_group("hall"), &[(DELAY, json!(10))]).await;
    let create = ["profiles", "create", "stairs", "--model", "SNSW-001X16EU", "--query", "gen:2"];
    manager.cli(&create).await.ends_with(0);
    for seconds in ["20", "30"] {
        let assignment = format!("{DELAY}={seconds}");
        manager.cli(&["config", "set", "--profile", "stairs", &assignment]).await.ends_with(0);
    }
    let wished = async |at: usize| {
        let config = manager.client().device_config(handles[at].mac()).await.unwrap();
        let wished = setting(&config, DELAY).clone();
        let overruled: Vec<String> = wished.overruled.iter().map(|wish| wish.origin.clone()).collect();
        (wished.desired.unwrap().to_json(), wished.origin.unwrap(), overruled)
    };
    let hall = || vec!["group:hall".to_owned()];
    assert_eq!(wished(0).await, (json!(30), "profile:stairs".to_owned(), hall()));
    assert_eq!(wished(1).await.1, "group:hall", "another model is not meant");
    manager.cli(&["profiles", "assign", "stairs", &old]).await.ends_with(0);
    assert_eq!(
        wished(1).await,
        (json!(30), "profile:stairs".to_owned(), hall()),
        "assigned it is under it all the same"
    );

    let former = manager.cli(&["profiles", "show", "stairs", "--at", "1"]).await.ends_with(0);
    assert!(former.out.contains("20"), "{}", former.out);
    manager.cli(&["profiles", "put-back", "stairs", "1"]).await.ends_with(0);
    assert_eq!(wished(0).await.0, json!(20));
    let shown = manager.cli(&["profiles", "show", "stairs"]).await.ends_with(0);
    assert!(shown.out.contains("version 1 put back") && shown.out.contains(&plus), "{}", shown.out);
    let refused = manager.cli(&["profiles", "put-back", "stairs", "3"]).await;
    assert!(refused.err.contains("in force already"), "{}", refused.err);
    let plan = manager.cli(&["config", "diff", "--profile", "stairs"]).await;
    assert!(plan.code == 3 && plan.out.contains("profile:stairs"), "{plan:?}");
    let done = plan_and_apply(&manager, &all()).await;
    assert_eq!(done.job.units.verified, 1, "a Gen1 device has no delay while nothing turns it off: {done:?}");
    assert_eq!(on_device(&handles[0], "switch:0.auto_off_delay").as_f64(), Some(20.0));

    manager.cli(&["profiles", "create", "night", "--query", "gen:2"]).await.ends_with(0);
    manager.cli(&["config", "set", "--profile", "night", &format!("{DELAY}=99")]).await.ends_with(0);
    let config = manager.client().device_config(handles[0].mac()).await.unwrap();
    let origins: Vec<&str> = config.conflicts[0].wishes.iter().map(|wish| wish.origin.as_str()).collect();
    assert!(origins.contains(&"profile:night") && origins.contains(&"profile:stairs"), "{origins:?}");
    let told = manager.cli(&["config", "diff", "--device", &plus]).await;
    assert!(told.out.contains("conflict") && told.out.contains("profile:night"), "{told:?}");
    manager.cli(&["profiles", "change", "night", "--rank", "1"]).await.ends_with(0);
    assert_eq!(wished(0).await.0, json!(99));
    wish(&manager, of_device(&handles[0]), &[(DELAY, json!(5))]).await;
    assert_eq!(wished(0).await.2, ["profile:night", "profile:stairs", "group:hall"]);
    manager.cli(&["profiles", "delete", "night"]).await.ends_with(0);
    assert_eq!(wished(0).await.2, ["profile:stairs", "group:hall"]);
    fleet.shutdown().await;
}
