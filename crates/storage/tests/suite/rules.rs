//! Rules of good order: own ones, how they count, and what is let pass (G5, G6).

use fleet_model::{OwnRule, RulePolicy, WaiverId, WaiverRecord};
use good_order::Severity;

use crate::world::{World, after, event, mac, now, on_both_databases};

on_both_databases!(own_rules_are_kept, a_policy_replaces_the_one_before, waivers_go_with_what_they_are_about);

fn rule(id: &str) -> OwnRule {
    OwnRule {
        id: id.to_owned(),
        title: "Fast lamps".to_owned(),
        severity: Severity::Warning,
        why: "They wear out.".to_owned(),
        expression: "device.generation == 1".to_owned(),
        group: None,
        created_at: now(),
        created_by: "test".to_owned(),
        revision: 0,
    }
}

async fn own_rules_are_kept(world: &World) {
    let group = world.group("stairs").await;
    let of_group = OwnRule { group: Some(group.id), ..rule("b") };
    world.store.own_rule_insert(of_group, vec![event(1)]).await.map(drop).unwrap();
    let stored = world.store.own_rule_insert(rule("a"), Vec::new()).await.unwrap().value;
    assert_eq!(stored, OwnRule { revision: 1, ..rule("a") });
    assert!(world.store.own_rule_insert(rule("a"), Vec::new()).await.unwrap_err().is_conflict());
    let changed = OwnRule { severity: Severity::Serious, ..stored.clone() };
    let changed = world.store.own_rule_update(changed, Vec::new()).await.unwrap().value;
    assert_eq!((changed.severity, changed.revision), (Severity::Serious, 2));
    assert!(world.store.own_rule_update(stored, Vec::new()).await.unwrap_err().is_conflict());
    let ids = |rules: Vec<OwnRule>| rules.into_iter().map(|rule| rule.id).collect::<Vec<_>>();
    assert_eq!(ids(world.store.rulebook().await.unwrap().own), ["a", "b"]);
    world.store.group_delete(group.id, Vec::new()).await.map(drop).unwrap();
    assert_eq!(ids(world.store.rulebook().await.unwrap().own), ["a"], "a rule of a group goes with it");
}

async fn a_policy_replaces_the_one_before(world: &World) {
    let policy = |is_off, severity| RulePolicy { rule: "cloud-on".to_owned(), is_off, severity };
    for said in [policy(true, None), policy(false, Some(Severity::Serious)), policy(true, Some(Severity::Hint))] {
        world.store.rule_policy_set(said.clone(), Vec::new()).await.map(drop).unwrap();
        assert_eq!(world.store.rulebook().await.unwrap().policies, [said]);
    }
    world.store.rule_policy_set(policy(false, None), Vec::new()).await.map(drop).unwrap();
    assert!(world.store.rulebook().await.unwrap().policies.is_empty());
}

async fn waivers_go_with_what_they_are_about(world: &World) {
    let device = world.device(1).await;
    world.store.own_rule_insert(rule("own"), Vec::new()).await.map(drop).unwrap();
    let waiver = |rule: &str, mac, until| WaiverRecord {
        id: WaiverId::new(world.ids()),
        rule: rule.to_owned(),
        mac,
        until,
        reason: "until the cable comes".to_owned(),
        created_at: now(),
        created_by: "test".to_owned(),
    };
    let everywhere = waiver("cloud-on", None, None);
    for added in [everywhere.clone(), waiver("own", None, Some(after(9))), waiver("eco-mode", Some(device.mac), None)] {
        world.store.waiver_insert(added, Vec::new()).await.map(drop).unwrap();
    }
    let stranger = waiver("eco-mode", Some(mac(99)), None);
    assert!(world.store.waiver_insert(stranger, Vec::new()).await.is_err());
    let waivers = world.store.rulebook().await.unwrap().waivers;
    assert_eq!((waivers.len(), waivers[1].until), (3, Some(after(9))));
    assert!(waivers[1].covers("own", device.mac, after(8)) && !waivers[1].covers("own", device.mac, after(9)));
    world.store.own_rule_delete("own".to_owned(), Vec::new()).await.map(drop).unwrap();
    world.store.device_delete(device.mac, Vec::new()).await.map(drop).unwrap();
    assert_eq!(world.store.rulebook().await.unwrap().waivers, std::slice::from_ref(&everywhere));
    world.store.waiver_delete(everywhere.id, vec![event(2)]).await.map(drop).unwrap();
    assert!(world.store.waiver_delete(everywhere.id, Vec::new()).await.unwrap_err().is_not_found());
}
