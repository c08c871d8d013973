//! Profiles: who is under them, and their versions (F4).

use std::collections::BTreeMap;

use capability_config::{SecretText, SettingSelector, SettingValue};
use fleet_model::{LayerId, LayerScope, ProfileId, ProfileRecord, ProfileVersion, VersionRecord};
use shelly_types::Model;

use crate::world::{World, event, mac, now, on_both_databases};

on_both_databases!(a_profile_is_for_whom_it_means_and_who_is_assigned, a_version_replaces_the_one_before);

async fn profile(world: &World, name: &str) -> ProfileRecord {
    let profile = ProfileRecord {
        id: ProfileId::new(world.ids()),
        name: name.to_owned(),
        rank: 0,
        models: Vec::new(),
        query: None,
        version: 0,
        devices: 0,
        assigned: 0,
        created_at: now(),
        revision: 0,
    };
    world.store.profile_insert(profile, vec![]).await.expect("a new profile").value
}

async fn add(world: &World, profile: &ProfileRecord, version: u32, value: SettingValue) -> storage::Result<()> {
    let id = ProfileVersion { profile: profile.id, version };
    let record = VersionRecord { id, created_at: now(), created_by: "local".to_owned(), put_back: None };
    let settings: BTreeMap<SettingSelector, SettingValue> =
        BTreeMap::from([("wifi.sta.pass".parse().expect("a selector"), value)]);
    world.store.profile_version_add(record, LayerId::new(world.ids()), settings, vec![event(1)]).await.map(drop)
}

fn secret(text: &str) -> SettingValue {
    SettingValue::Secret(SecretText::new(text))
}

/// The generation of device n is n % 4 + 1; all are of one model.
async fn a_profile_is_for_whom_it_means_and_who_is_assigned(world: &World) {
    for number in 0..6 {
        world.device(number).await;
    }
    let plugs = profile(world, "plugs").await;
    assert_eq!((plugs.devices, plugs.revision), (0, 1), "without a scope it means nobody");
    let model = Model::new("snsw-001x16eu");
    let scoped = ProfileRecord { models: vec![model], query: Some("gen:2".to_owned()), ..plugs.clone() };
    let scoped = world.store.profile_update(scoped, vec![]).await.unwrap().value;
    assert_eq!((scoped.devices, scoped.assigned), (2, 0), "models and query both have to fit");
    assert!(world.store.profile_update(plugs, vec![]).await.unwrap_err().is_conflict());
    let other = ProfileRecord { models: vec![Model::new("SHSW-1")], query: None, ..profile(world, "old").await };
    assert_eq!(world.store.profile_update(other, vec![]).await.unwrap().value.devices, 0);

    let assigned = world.store.profile_assign(scoped.id, vec![mac(0), mac(1)], vec![], vec![]).await.unwrap().value;
    assert_eq!((assigned.devices, assigned.assigned), (3, 2), "who is meant and assigned counts once");
    assert_eq!(world.store.profile_in_scope(scoped.id).await.unwrap(), [mac(1), mac(5)]);
    assert_eq!(world.store.profile_assigned(scoped.id).await.unwrap(), [mac(0), mac(1)]);
    let of = world.store.profiles_of(vec![mac(0), mac(2), mac(5)]).await.unwrap();
    assert!(of[&mac(0)].contains(&scoped.id) && of[&mac(5)].contains(&scoped.id) && !of.contains_key(&mac(2)));
    let stranger = world.store.profile_assign(scoped.id, vec![mac(77)], vec![], vec![]).await;
    assert!(stranger.unwrap_err().is_not_found());
    let gone = world.store.profile_assign(scoped.id, vec![], vec![mac(0), mac(1)], vec![]).await.unwrap().value;
    assert_eq!((gone.devices, gone.assigned), (2, 0));
}

async fn a_version_replaces_the_one_before(world: &World) {
    world.device(1).await;
    let plugs = profile(world, "plugs").await;
    world.store.profile_assign(plugs.id, vec![mac(1)], vec![], vec![]).await.map(drop).unwrap();
    assert_eq!(world.store.layers_for_devices(vec![mac(1)]).await.unwrap().len(), 0);
    add(world, &plugs, 1, secret("planted-first")).await.unwrap();
    assert!(add(world, &plugs, 1, secret("planted-other")).await.unwrap_err().is_conflict(), "it exists");
    assert!(add(world, &plugs, 3, secret("planted-other")).await.unwrap_err().is_conflict(), "it is not the next");
    add(world, &plugs, 2, secret("planted-second")).await.unwrap();

    for layers in [world.store.layers_all().await.unwrap(), world.store.layers_for_devices(vec![mac(1)]).await.unwrap()]
    {
        assert_eq!(layers.len(), 1, "only the newest version is in force");
        assert_eq!(layers[0].scope, LayerScope::Profile(ProfileVersion { profile: plugs.id, version: 2 }));
        assert_eq!(layers[0].settings.values().next(), Some(&secret("planted-second")));
        assert_eq!(layers[0].to_engine().scope, sync_engine::Scope::Profile("plugs".into()));
    }
    let former = LayerScope::Profile(ProfileVersion { profile: plugs.id, version: 1 });
    let former = world.store.layer_get(former).await.unwrap().unwrap();
    assert_eq!(former.settings.values().next(), Some(&secret("planted-first")), "the former one can be looked at");
    let versions = world.store.profile_versions(plugs.id).await.unwrap();
    assert_eq!(versions.iter().map(|version| version.id.version).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(world.store.profile_by_name("plugs".to_owned()).await.unwrap().map(|profile| profile.version), Some(2));
    world.store.profile_delete(plugs.id, vec![]).await.map(drop).unwrap();
    assert_eq!(world.store.layers_all().await.unwrap().len(), 0);
    assert!(world.store.profile_delete(plugs.id, vec![]).await.unwrap_err().is_not_found());
}
