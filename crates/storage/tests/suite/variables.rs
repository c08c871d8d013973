//! Variables for templates (F7): one of a name per scope, gone with whose they are, the vault's sealed.

use std::collections::BTreeMap;

use capability_config::{SecretText, SettingValue};
use fleet_model::{VariableName, VariableScope};

use crate::world::{World, after, event, mac, now, on_both_databases};

on_both_databases!(variables_come_and_go);

fn values(list: &[(&str, SettingValue)]) -> BTreeMap<VariableName, SettingValue> {
    list.iter().map(|(name, value)| (name.parse().expect("a name"), value.clone())).collect()
}

async fn variables_come_and_go(world: &World) {
    world.device(1).await;
    let (hall, house) = (world.group("hall").await, world.location("house", None).await);
    let secret = SettingValue::Secret(SecretText::new("planted-vault"));
    let scopes = [
        (VariableScope::Fleet, SettingValue::from("broker.example")),
        (VariableScope::Location(house.id), SettingValue::from(vec![1.0.into(), "a".into()])),
        (VariableScope::Group(hall.id), 60.0.into()),
        (VariableScope::Device(mac(1)), true.into()),
        (VariableScope::Vault, secret.clone()),
    ];
    for (scope, value) in &scopes {
        let set = values(&[("a", value.clone())]);
        let done = world.store.variables_change(*scope, set, vec![], now(), vec![event(1)]).await.unwrap();
        assert_eq!(done.events.len(), 1);
    }
    let stored = world.store.variables_all().await.unwrap();
    assert_eq!(stored.len(), scopes.len());
    for (scope, value) in &scopes {
        let found = stored.iter().find(|variable| variable.scope == *scope).unwrap();
        assert_eq!((&found.value, found.updated_at), (value, now()));
    }
    let more = values(&[("a", false.into()), ("b", SettingValue::Null)]);
    let device = VariableScope::Device(mac(1));
    world.store.variables_change(device, more, vec!["c".parse().unwrap()], after(1), vec![]).await.map(drop).unwrap();
    let gone = vec!["a".parse().unwrap()];
    world.store.variables_change(device, BTreeMap::new(), gone, after(2), vec![]).await.map(drop).unwrap();
    let stored = world.store.variables_all().await.unwrap();
    let of_device: Vec<&str> =
        stored.iter().filter(|variable| variable.scope == device).map(|variable| variable.name.as_str()).collect();
    assert_eq!(of_device, ["b"]);
    let stranger = VariableScope::Device(mac(9));
    let refused = world.store.variables_change(stranger, values(&[("a", true.into())]), vec![], now(), vec![]).await;
    assert!(refused.unwrap_err().is_not_found());

    world.store.group_delete(hall.id, vec![]).await.map(drop).unwrap();
    world.store.location_delete(house.id, vec![]).await.map(drop).unwrap();
    world.store.device_delete(mac(1), vec![]).await.map(drop).unwrap();
    let left: Vec<VariableScope> =
        world.store.variables_all().await.unwrap().iter().map(|variable| variable.scope).collect();
    assert_eq!(left, [VariableScope::Fleet, VariableScope::Vault], "they go with whose they are");
}
